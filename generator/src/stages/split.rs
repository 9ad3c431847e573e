//! Which tracks train, which choose the best epoch, and which are held out for the report.

use std::collections::BTreeMap;

use pmsl_core::dataset::{Split, split_tracks};

use super::features::UsableLibrary;
use crate::outcome::RunError;
use crate::plan::Plan;

/// Splits the library, with all tracks of one artist on one side.
pub fn split(plan: &Plan, library: &UsableLibrary) -> Result<Split, RunError> {
    let labels: Vec<usize> = library.tracks.iter().map(|track| track.entry.sub_genre).collect();
    let assigned: Vec<Option<_>> = library.tracks.iter().map(|track| track.entry.split).collect();
    split_tracks(&plan.config.split, &labels, &groups(library), &assigned, plan.config.seed)
        .map_err(|error| RunError::Failed(error.into()))
}

/// A number for each artist, and one for each content, so that no copy of a track is on both sides.
fn groups(library: &UsableLibrary) -> Vec<Option<u64>> {
    let mut numbers: BTreeMap<String, u64> = BTreeMap::new();
    library
        .metas
        .iter()
        .map(|meta| {
            let artist = meta.artist.as_ref()?.trim().to_lowercase();
            let next = numbers.len() as u64;
            (!artist.is_empty()).then(|| *numbers.entry(artist).or_insert(next))
        })
        .collect()
}
