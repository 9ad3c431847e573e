//! How batches are drawn: the choice, and what all ways have in common.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::playlist_sampler::{PlaylistSampler, PlaylistSampling};
use super::shuffle_sampler::{Oversample, ShuffleSampler, ShuffleSampling};
use super::source::FeatureSource;
use super::temporal_sampler::{TemporalSampler, TemporalSampling};
use crate::train::OptionError;

/// How batches are drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SamplingOptions {
    /// A few playlists with a few tracks each.
    Playlists(PlaylistSampling),
    /// All chunks in turn, in random order.
    Shuffle(ShuffleSampling),
    /// Triplets of neighbours in time, without labels.
    Temporal(TemporalSampling),
}

impl Default for SamplingOptions {
    fn default() -> Self {
        Self::Playlists(PlaylistSampling::default())
    }
}

impl SamplingOptions {
    /// Checks the options; the error names the field.
    pub fn validate(&self) -> Result<(), OptionError> {
        let at_least = |field, value: usize, least: usize| {
            if value >= least {
                return Ok(());
            }
            Err(OptionError::new(field, format!("expected at least {least}, found {value}")))
        };
        match self {
            Self::Playlists(options) => {
                at_least("sampling.playlists", options.playlists, 2)?;
                at_least("sampling.tracks", options.tracks, 2)
            }
            Self::Shuffle(options) => {
                at_least("sampling.batch_size", options.batch_size, 1)?;
                options.oversample.as_ref().map_or(Ok(()), Oversample::validate)
            }
            Self::Temporal(options) => {
                at_least("sampling.anchors", options.anchors, 1)?;
                let reach = options.neighbourhood_s;
                if reach > 0.0 && reach.is_finite() {
                    return Ok(());
                }
                Err(OptionError::new("sampling.neighbourhood_s", format!("expected above 0, found {reach}")))
            }
        }
    }

    /// Whether batches come with labels; those without are triplets.
    pub fn reads_labels(&self) -> bool {
        !matches!(self, Self::Temporal(_))
    }

    /// Prepares batches of the given training tracks. `sub_genres` holds the sub-genre of every track of the library; it
    /// is not looked at where [`SamplingOptions::reads_labels`] says so.
    ///
    /// # Errors
    /// When the tracks give no batches.
    ///
    /// # Panics
    /// When a track is not in `sub_genres` or the source.
    pub fn plan(
        &self,
        train: &[usize],
        sub_genres: &[u32],
        source: &dyn FeatureSource,
        seed: u64,
    ) -> Result<Box<dyn BatchSampler>, SamplerError> {
        Ok(match self {
            Self::Playlists(options) => Box::new(PlaylistSampler::new(train, sub_genres, source, options, seed)?),
            Self::Shuffle(options) => Box::new(ShuffleSampler::new(train, sub_genres, source, options, seed)?),
            Self::Temporal(options) => Box::new(TemporalSampler::new(train, source, options, seed)?),
        })
    }
}

/// Draws batches. Batch `i` is a function of the seed and `i` alone.
pub trait BatchSampler: Send + Sync {
    /// Items per batch.
    fn batch_len(&self) -> usize;

    /// The natural length of an epoch.
    fn batches_per_epoch(&self) -> usize;

    /// The items of batch `index`.
    fn batch(&self, index: u64) -> Vec<BatchItem>;

    /// How often each sub-genre is drawn, as `(sub-genre, relative frequency)`, ascending; empty for a sampler that
    /// knows no labels.
    fn class_draws(&self) -> Vec<(u32, f64)>;
}

/// One item of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchItem {
    /// Index of the track in the library.
    pub track: usize,
    /// Index of the chunk in the track.
    pub chunk: usize,
}

/// Why no batches can be drawn.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SamplerError {
    /// Objectives with labels compare sub-genres.
    #[error("training needs tracks of at least 2 sub-genres, found {found}: add tracks, or lower the test fraction")]
    TooFewSubGenres {
        /// Sub-genres that have a usable training track.
        found: usize,
    },
    /// Temporal triplets take their opposites from other tracks.
    #[error(
        "temporal sampling needs at least 2 training tracks, found {found}: add tracks, or lower the test fraction"
    )]
    TooFewTracks {
        /// Usable training tracks.
        found: usize,
    },
    /// No chunk has a neighbour.
    #[error(
        "temporal sampling needs tracks with chunks that start within {neighbourhood_s} s of each other, found none: \
         raise `neighbourhood_s`, or make more or shorter chunks"
    )]
    NoNeighbours {
        /// The largest distance of neighbours, in seconds.
        neighbourhood_s: f64,
    },
}

/// The usable tracks among those given, each with the number of its chunks, in the library's order.
pub(super) fn usable(train: &[usize], source: &dyn FeatureSource) -> Vec<(usize, usize)> {
    let mut tracks: Vec<(usize, usize)> =
        train.iter().map(|&track| (track, source.chunk_count(track))).filter(|&(_, chunks)| chunks > 0).collect();
    tracks.sort_unstable();
    tracks
}
