//! Unsorted tracks, sorted into proposed playlists.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, anyhow};
use pmsl_core::TrackMeta;
use pmsl_core::advice::Filing;
use pmsl_core::library::audio_files;
use pmsl_core::playlist::{ExportOptions, Format, Heading, export, file_name};

use super::calibrate::calibrated;
use super::embed::embeddings;
use super::export::inert;
use super::features::UsableLibrary;
use super::folds::FoldRun;
use super::predict::heard;
use crate::cache::write_atomic;
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::{Inbox, LibrarySource, Plan};

/// The playlist of tracks that no sub-genre can claim.
const UNSURE: &str = "Unsure";

/// Listens to the inbox, and writes a playlist of the tracks that each sub-genre can claim, the surest first, one of
/// those that none can, and `inbox.csv` with all of them.
///
/// # Errors
/// When the inbox cannot be read or none of its tracks can be used, when nothing says how sure a proposal is, and when the
/// playlists cannot be written.
pub(crate) fn inbox(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    run: &FoldRun,
    inbox: &Inbox,
) -> Result<(), RunError> {
    if matches!(plan.source, LibrarySource::Embeddings(_)) {
        return Err(RunError::usage(anyhow!("an inbox cannot be heard by embeddings that were made elsewhere")));
    }
    let (files, skipped) =
        audio_files(&inbox.folder, &plan.config.library.scan).map_err(|error| RunError::Failed(error.into()))?;
    for left_out in &skipped {
        console.warn(&format!("{}: {}", left_out.path.display(), left_out.reason));
    }
    if files.is_empty() {
        console.result(&format!("the inbox {} holds no audio file", inbox.folder.display()));
        return Ok(());
    }
    let asked = heard(plan, console, cancel, &files)?;
    let vectors = embeddings(plan, console, cancel, &asked, &run.model)?.result;
    let labels = library.labels();
    let sorter = calibrated(run, &labels, library.sub_genres.len(), plan.config.is_trained())?
        .context("too few tracks of the library could validate: there is nothing that says how sure a proposal is")?;
    let mut proposals: Vec<(usize, Filing)> =
        vectors.rows().enumerate().filter_map(|(track, vector)| Some((track, sorter.file(vector)?))).collect();
    proposals.sort_by(|(i, a), (j, b)| b.probability.total_cmp(&a.probability).then(i.cmp(j)));
    write(library, &asked, &proposals, &inbox.playlists)?;
    for failed in &asked.failures {
        console.warn(&format!("{}: not sorted: {}", failed.path, failed.reason));
    }
    let unsure = proposals.iter().filter(|(_, filing)| filing.unsure).count();
    console.result(&format!(
        "inbox: {} of {} tracks sorted, {unsure} unsure: {}",
        proposals.len() - unsure,
        proposals.len() + asked.failures.len(),
        inbox.playlists.display()
    ));
    Ok(())
}

fn write(
    library: &UsableLibrary,
    asked: &UsableLibrary,
    proposals: &[(usize, Filing)],
    folder: &Path,
) -> anyhow::Result<()> {
    let name = |class: usize| {
        let sub_genre = &library.sub_genres[class];
        match &sub_genre.genre {
            Some(genre) => format!("{genre} - {}", sub_genre.name),
            None => sub_genre.name.clone(),
        }
    };
    let mut playlists: BTreeMap<String, Vec<TrackMeta>> = BTreeMap::new();
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["file", "proposed", "confidence", "unsure", "second"])?;
    for (track, filing) in proposals {
        let path = std::path::absolute(&asked.tracks[*track].entry.path)?.to_string_lossy().into_owned();
        let proposed = name(filing.sub_genre);
        table.write_record([
            inert(&path),
            inert(&proposed),
            format!("{:.3}", filing.probability),
            if filing.unsure { "yes" } else { "no" }.to_owned(),
            inert(&filing.runner_up.map_or_else(String::new, name)),
        ])?;
        let meta = TrackMeta { path: Some(path), ..asked.metas[*track].clone() };
        let list = if filing.unsure { UNSURE.to_owned() } else { proposed };
        playlists.entry(list).or_default().push(meta);
    }
    // Every list is written, also where it is empty now: an earlier run may have proposed something for it.
    for name in (0..library.sub_genres.len()).map(name).chain([UNSURE.to_owned()]) {
        playlists.entry(name).or_default();
    }
    for (name, tracks) in &playlists {
        let text = export(Format::M3u8, Heading::default(), tracks, &ExportOptions::default());
        write_atomic(&folder.join(format!("{}.m3u8", list_name(name))), |out| out.write_all(text.as_bytes()))?;
    }
    let table = table.into_inner().context("the inbox cannot be written as CSV")?;
    write_atomic(&folder.join("inbox.csv"), |out| out.write_all(&table))
}

/// A playlist's name as every file system takes it.
fn list_name(name: &str) -> String {
    let name: String = file_name(name, "").chars().take(100).collect();
    let name = name.trim().trim_end_matches('.').to_owned();
    if name.is_empty() { "_".into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_every_file_system() {
        assert_eq!(list_name("House - Deep / Dark?"), "House - Deep _ Dark_");
        assert_eq!(list_name("..."), "_");
        assert_eq!(list_name("a\nb."), "a_b");
    }
}
