//! Which tracks train, which choose the best epoch, and which are held out for the report.

use pmsl_core::dataset::{Part, Split, SplitTracks, SplitWarning, group_ids};

use super::features::UsableLibrary;
use crate::outcome::RunError;
use crate::plan::Plan;

/// The split, and what the user should know of it.
#[derive(Clone, Debug)]
pub(crate) struct CheckedSplit {
    /// The three parts.
    pub(crate) split: Split,
    /// The part of every track.
    pub(crate) parts: Vec<Part>,
    /// Sentences for the report.
    pub(crate) warnings: Vec<String>,
}

/// Splits the library with all tracks of one artist, and all copies of one recording, on one side.
///
/// # Errors
/// When a group is on two sides although it was not declared divided: a leak would make every number of the report a
/// lie.
pub(crate) fn split(plan: &Plan, library: &UsableLibrary) -> Result<CheckedSplit, RunError> {
    let options = &plan.config.split;
    let sub_genres: Vec<u32> = library.metas.iter().map(|meta| meta.sub_genre).collect();
    let artists = group_ids(library.metas.iter().map(|meta| meta.artist.as_deref()));
    let contents: Vec<String> = library.tracks.iter().map(|track| track.stamp.content_hex()).collect();
    let copies = group_ids(contents.iter().map(|content| Some(content.as_str())));
    let assigned: Vec<Option<Part>> =
        library.tracks.iter().map(|track| track.entry.split.as_deref().and_then(part)).collect();
    let tracks =
        SplitTracks { sub_genres: &sub_genres, artists: &artists, inseparable: &[&copies], assigned: &assigned };
    let split = Split::new(&tracks, options, plan.config.seed).map_err(RunError::usage)?;
    split
        .check(&tracks, options)
        .map_err(|leak| RunError::Failed(anyhow::Error::new(leak).context("the split leaks")))?;
    let parts = split.parts(library.tracks.len()).into_iter().flatten().collect();
    let warnings = split.warnings.iter().map(|warning| sentence(warning, library)).collect();
    Ok(CheckedSplit { split, parts, warnings })
}

/// The part that a manifest names.
fn part(name: &str) -> Option<Part> {
    match name.trim().to_lowercase().as_str() {
        "train" | "training" => Some(Part::Train),
        "validation" | "valid" | "val" | "dev" => Some(Part::Validation),
        "test" => Some(Part::Test),
        _ => None,
    }
}

fn sentence(warning: &SplitWarning, library: &UsableLibrary) -> String {
    let name = |sub_genre: u32| library.sub_genres.get(sub_genre as usize).map_or("?", |s| s.name.as_str());
    match warning {
        SplitWarning::Missing { sub_genre, part, tracks } => {
            format!("{} has {tracks} tracks, too few to have one for {part}.", name(*sub_genre))
        }
        SplitWarning::GroupDivided { sub_genre, tracks } => format!(
            "{tracks} tracks of {} share one artist or recording, too many to keep on one side of the split; \
             its accuracy may be too high.",
            name(*sub_genre)
        ),
        SplitWarning::AssignmentDividesGroup { tracks } => format!(
            "the manifest puts {} tracks that share an artist or recording on different sides of the split; \
             accuracies may be too high.",
            tracks.len()
        ),
    }
}
