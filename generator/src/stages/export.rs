//! The embeddings and what is known of the tracks, as files for other programs.

use std::path::Path;

use anyhow::Context;
use pmsl_core::Vectors;
use pmsl_core::npy::write_matrix;

use crate::cache::write_atomic;
use crate::console::Console;
use crate::outcome::RunError;
use crate::render::Report;

/// Writes `embeddings.npy`, `[tracks, values]` of unit length in `f32`, and `tracks.csv`, one line a track in the same
/// order, which `--embeddings` and `--labels` read again.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn export(console: &Console, folder: &Path, report: &Report, vectors: &Vectors) -> Result<(), RunError> {
    write_atomic(&folder.join("embeddings.npy"), |out| write_matrix(out, vectors.as_slice(), vectors.dim()))?;
    let table = table(report).context("the tracks cannot be written as CSV")?;
    write_atomic(&folder.join("tracks.csv"), |out| out.write_all(&table))?;
    console.result(&format!("{}", folder.join("embeddings.npy").display()));
    Ok(())
}

fn table(report: &Report) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "title",
        "artist",
        "album",
        "genre",
        "sub_genre",
        "part",
        "nearest_centroid",
        "duration_s",
        "year",
        "bpm",
        "bpm_heard",
        "key",
        "key_heard",
        "energy",
        "tags",
        "path",
    ])?;
    for track in &report.tracks {
        let meta = &track.meta;
        let sub_genre = &report.sub_genres[meta.sub_genre as usize].sub_genre;
        let number = |value: Option<String>| value.unwrap_or_default();
        let text = |value: Option<&str>| inert(value.unwrap_or_default());
        writer.write_record([
            inert(&meta.title),
            text(meta.artist.as_deref()),
            text(meta.album.as_deref()),
            text(sub_genre.genre.as_deref()),
            inert(&sub_genre.name),
            track.split.label().to_owned(),
            inert(&report.sub_genres[track.predicted as usize].sub_genre.name),
            meta.duration_s.to_string(),
            number(meta.year.map(|year| year.to_string())),
            number(meta.bpm.map(|bpm| bpm.to_string())),
            number(meta.bpm.map(|_| meta.bpm_heard.to_string())),
            text(meta.key.as_deref()),
            number(meta.key.as_ref().map(|_| meta.key_heard.to_string())),
            number(meta.energy.map(|energy| energy.to_string())),
            inert(&meta.tags.join("; ")),
            text(meta.path.as_deref()),
        ])?;
    }
    Ok(writer.into_inner()?)
}

/// Text that no spreadsheet takes for a formula (OWASP, "CSV Injection"): on one line, and what begins like one, behind
/// blanks and in wide letters too, is marked as text by an apostrophe.
pub(super) fn inert(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let formula = line.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if formula { format!("'{line}") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn the_table_has_a_line_for_every_track() {
        let report = sample::report();
        let table = String::from_utf8(table(&report).unwrap()).unwrap();
        let mut lines = table.lines();
        assert!(lines.next().unwrap().starts_with("title,artist,album,genre,sub_genre,part,"));
        assert_eq!(lines.count(), report.tracks.len());
        assert!(table.contains("Techno,Emotional Techno,"));
    }

    #[test]
    fn formulas_are_text() {
        assert_eq!(["=1+1", "@x", "a=b", ""].map(inert), ["'=1+1", "'@x", "a=b", ""]);
        assert_eq!(["\t=1", " -2", "\r\n+3", "＝4", "a\nb"].map(inert), ["' =1", "' -2", "'  +3", "'＝4", "a b"]);
    }
}
