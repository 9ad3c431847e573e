//! One track of the report.

use pmsl_core::TrackMeta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TrackDescriptors;

/// Which part a track took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// The model learned from it.
    Train,
    /// It chose the epoch.
    Validation,
    /// Held out: seen by nothing but the test.
    Test,
}

impl Split {
    /// The word the pages use.
    pub fn label(self) -> &'static str {
        match self {
            Self::Train => "training",
            Self::Validation => "validation",
            Self::Test => "held out",
        }
    }
}

/// One track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackRow {
    /// What a listener sees of it. Its sub-genre is the truth it was judged against.
    #[schemars(with = "super::schema::TrackMeta")]
    pub meta: TrackMeta,
    /// The part it took. In a cross-validation every track is [`Split::Test`].
    pub split: Split,
    /// The sub-genre whose centroid is nearest.
    pub predicted: u32,
    /// Cosine similarity to that centroid, -1 to 1.
    pub similarity: f32,
    /// Cosine similarity to the centroid of its own sub-genre less the largest to any other: below 0 where the
    /// prediction is wrong.
    pub margin: f32,
    /// Calibrated probability of the predicted sub-genre, 0 to 1; absent where nothing could be calibrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// Whether that is too low to trust the prediction.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
    /// The most similar other tracks, best first.
    pub neighbours: Vec<Neighbour>,
    /// What was measured in its sound; absent where there was none to measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub descriptors: Option<TrackDescriptors>,
}

impl TrackRow {
    /// Whether the nearest centroid is that of the track's own sub-genre.
    pub fn is_right(&self) -> bool {
        self.predicted == self.meta.sub_genre
    }
}

/// A track similar to another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Neighbour {
    /// Index of the track.
    pub track: u32,
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
}
