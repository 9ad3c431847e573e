//! The sizes of MusiCNN, which its forms in and without burn share (`musicnn` 0.1.0, `models.py`, `build_musicnn`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bands of the features that the network takes.
pub(crate) const BANDS: usize = 96;
/// Frames of the patches that the network was trained on: three seconds.
pub(crate) const PATCH_FRAMES: usize = 187;
/// Filters of each of the two timbral convolutions, and how many bands they see; they see 7 frames.
pub(crate) const TIMBRAL: usize = 204;
pub(crate) const TIMBRAL_FRAMES: usize = 7;
pub(crate) const TIMBRAL_BANDS: [usize; 2] = [38, 67];
/// Filters of each of the three temporal convolutions, and how many frames they see; they see one band.
pub(crate) const TEMPORAL: usize = 51;
pub(crate) const TEMPORAL_FRAMES: [usize; 3] = [128, 64, 32];
/// Channels of the front end.
pub(crate) const FRONT: usize = 2 * TIMBRAL + 3 * TEMPORAL;
/// Channels of each of the three layers of the mid-end, and how many frames they see.
pub(crate) const MID: usize = 64;
pub(crate) const MID_FRAMES: usize = 7;
/// Channels of the front end and the mid-end together.
pub(crate) const POOLED: usize = FRONT + 3 * MID;
/// Values of the layer before the tags.
pub(crate) const PENULTIMATE: usize = 200;

/// The layer whose values are the embedding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MusicnnLayer {
    /// The last layer before the tags: 200 values.
    #[default]
    Penultimate,
    /// The largest value over time of every channel: 753 values.
    MaxPool,
    /// The mean over time of every channel: 753 values.
    MeanPool,
    /// The largest values, then the means: 1506 values.
    MaxMean,
}

impl MusicnnLayer {
    /// Values of the layer.
    pub fn dim(self) -> usize {
        match self {
            Self::Penultimate => PENULTIMATE,
            Self::MaxPool | Self::MeanPool => POOLED,
            Self::MaxMean => 2 * POOLED,
        }
    }
}
