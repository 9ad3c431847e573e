//! Two runs can be compared track by track only where they judged the same tracks.

use super::ComparisonError;
use crate::render::report::Report;

/// Compares sub-genres, tracks and judged tracks of two runs.
pub(super) fn check((first, a): (&str, &Report), (other, b): (&str, &Report)) -> Result<(), ComparisonError> {
    let names = || (first.to_owned(), other.to_owned());
    if let Some(what) = sub_genres((first, a), (other, b)) {
        let (first, other) = names();
        return Err(ComparisonError::SubGenres { first, other, what });
    }
    if let Some(what) = tracks((first, a), (other, b)) {
        let (first, other) = names();
        return Err(ComparisonError::Tracks { first, other, what });
    }
    if let Some(what) = judged((first, a), (other, b)) {
        let (first, other) = names();
        return Err(ComparisonError::Judged { first, other, what });
    }
    Ok(())
}

fn sub_genres((first, a): (&str, &Report), (other, b): (&str, &Report)) -> Option<String> {
    let (found, expected) = (b.sub_genres.len(), a.sub_genres.len());
    if found != expected {
        return Some(format!("{first} has {expected}, {other} has {found}"));
    }
    let (i, (a, b)) = (a.sub_genres.iter().zip(&b.sub_genres).enumerate())
        .find(|(_, (a, b))| a.sub_genre.name != b.sub_genre.name)?;
    let (a, b) = (&a.sub_genre.name, &b.sub_genre.name);
    Some(format!("number {} is \"{a}\" for {first}, \"{b}\" for {other}", i + 1))
}

fn tracks((first, a): (&str, &Report), (other, b): (&str, &Report)) -> Option<String> {
    let (found, expected) = (b.tracks.len(), a.tracks.len());
    if found != expected {
        return Some(format!("{first} has {expected}, {other} has {found}"));
    }
    let identity = |report: &Report, i: usize| {
        let meta = &report.tracks[i].meta;
        (meta.title.clone(), meta.artist.clone(), meta.sub_genre)
    };
    let i = (0..expected).find(|&i| identity(a, i) != identity(b, i))?;
    Some(format!("track {} is {} for {first}, {} for {other}", i + 1, named(a, i), named(b, i)))
}

fn judged((first, a): (&str, &Report), (other, b): (&str, &Report)) -> Option<String> {
    let (of_a, of_b) = (&a.measures.tracks, &b.measures.tracks);
    if of_a == of_b {
        return None;
    }
    let missing = |from: &[u32], among: &[u32]| among.iter().copied().find(|track| from.binary_search(track).is_err());
    let (run, track) =
        missing(of_a, of_b).map(|track| (other, track)).or_else(|| missing(of_b, of_a).map(|track| (first, track)))?;
    let meta = &a.tracks[track as usize].meta;
    let sub_genre = &a.sub_genres[meta.sub_genre as usize].sub_genre.name;
    let (title, counts) = (&meta.title, format!("{} and {}", of_a.len(), of_b.len()));
    Some(format!("{counts}: the first one that only {run} judged is \"{title}\" in {sub_genre}"))
}

/// A track in words.
fn named(report: &Report, i: usize) -> String {
    let meta = &report.tracks[i].meta;
    let artist = meta.artist.as_ref().map(|artist| format!(" by {artist}")).unwrap_or_default();
    format!("\"{}\"{artist} in {}", meta.title, report.sub_genres[meta.sub_genre as usize].sub_genre.name)
}
