//! MusiCNN as configured.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::models::options::{EncoderError, check_dropout, in_range};
use crate::musicnn_shape::{BANDS, MusicnnLayer, PATCH_FRAMES};
use crate::tensorflow::MusicnnWeights;

/// MusiCNN as configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MusicnnOptions {
    /// The music and the tags that the pretrained weights were trained on.
    pub model: MusicnnWeights,
    /// The layer whose values are the embedding.
    pub layer: MusicnnLayer,
    /// Share of the values dropped before each dense layer in training, in `0..1`.
    pub dropout: f64,
    /// Frames of one chunk of features. Not read from configs: it follows from the length of the chunks.
    #[serde(skip)]
    pub frames: usize,
    /// Bands of the features. Not read from configs: it follows from the front end.
    #[serde(skip)]
    pub bands: usize,
}

impl Default for MusicnnOptions {
    fn default() -> Self {
        Self {
            model: MusicnnWeights::Msd,
            layer: MusicnnLayer::Penultimate,
            dropout: 0.5,
            frames: PATCH_FRAMES,
            bands: BANDS,
        }
    }
}

impl MusicnnOptions {
    /// The name of the model, as configs have it.
    pub(crate) fn tag_set(&self) -> &'static str {
        match self.model {
            MusicnnWeights::Msd => "msd",
            MusicnnWeights::Mtt => "mtt",
        }
    }

    pub(crate) fn validate(&self) -> Result<(), EncoderError> {
        in_range("bands", self.bands, BANDS, BANDS)?;
        in_range("frames", self.frames, 1, 1 << 20)?;
        check_dropout(self.dropout)
    }
}
