//! Tracks that belong together: one artist, one release, one recording.

use std::collections::{BTreeMap, BTreeSet};

use pmsl_core::dataset::{Part, SplitTracks, components, group_ids};

use super::features::UsableLibrary;
use super::folds::FoldRun;
use crate::render;

/// Names that stand for no artist in particular.
const ANYBODY: [&str; 9] = [
    "various",
    "various artists",
    "various artist",
    "va",
    "v.a.",
    "unknown",
    "unknown artist",
    "compilation",
    "<unknown>",
];

/// Which tracks belong together, `[tracks]` each; tracks with the same number do.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    sub_genres: Vec<u32>,
    artists: Vec<Option<u64>>,
    releases: Vec<Option<u64>>,
    recordings: Vec<Option<u64>>,
}

impl Groups {
    /// Reads the groups of a library from its tags, and from what is the same recording.
    pub(crate) fn of(library: &UsableLibrary) -> Self {
        let known =
            |name: &Option<String>| name.clone().filter(|name| !ANYBODY.contains(&name.trim().to_lowercase().as_str()));
        let artists: Vec<Option<String>> = library.metas.iter().map(|meta| known(&meta.artist)).collect();
        // Two artists may each have a "Best of"; a compilation is known by the artist of the album.
        let releases: Vec<Option<String>> = library
            .metas
            .iter()
            .zip(&library.tracks)
            .map(|(meta, track)| {
                let album = meta.album.as_deref().map(str::trim).filter(|album| !album.is_empty())?;
                let by = track.stamp.tags.album_artist.as_deref().or(meta.artist.as_deref()).unwrap_or_default();
                Some(format!("{}\u{0}{album}", by.trim()))
            })
            .collect();
        Self {
            sub_genres: library.metas.iter().map(|meta| meta.sub_genre).collect(),
            artists: group_ids(artists.iter().map(Option::as_deref)),
            releases: group_ids(releases.iter().map(Option::as_deref)),
            recordings: library.copies.recordings.clone(),
        }
    }

    /// What a split has to know of the tracks, with the parts that the owner has chosen.
    pub(crate) fn tracks<'a>(&'a self, assigned: &'a [Option<Part>]) -> SplitTracks<'a> {
        SplitTracks {
            sub_genres: &self.sub_genres,
            artists: &self.artists,
            releases: &self.releases,
            recordings: &self.recordings,
            assigned,
        }
    }

    /// A number for every track, the same for tracks of one artist or recording: they say nothing about each other.
    pub(crate) fn belonging(&self) -> Vec<usize> {
        let mut numbers = vec![0; self.sub_genres.len()];
        let groups = components(self.sub_genres.len(), &[&self.artists, &self.recordings]);
        for (number, group) in groups.into_iter().enumerate() {
            for track in group {
                numbers[track] = number;
            }
        }
        numbers
    }

    /// Counts the groups for the report, and the tracks that any of the splits divides.
    pub(crate) fn summary(&self, folds: &[FoldRun]) -> render::Grouping {
        let divided: BTreeSet<usize> = folds.iter().flat_map(|fold| &fold.split.split.ungrouped).copied().collect();
        render::Grouping {
            artists: several(&self.artists),
            releases: several(&self.releases),
            recordings: several(&self.recordings),
            divided: divided.len() as u32,
        }
    }
}

/// Groups of more than one track.
fn several(ids: &[Option<u64>]) -> u32 {
    let mut sizes = BTreeMap::<u64, usize>::new();
    for id in ids.iter().flatten() {
        *sizes.entry(*id).or_default() += 1;
    }
    sizes.values().filter(|&&size| size > 1).count() as u32
}
