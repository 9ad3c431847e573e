//! The choice of the front end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FeatureError;
use super::ast_fbank::{self, AstFilterbank, AstFilterbankOptions};

/// What a model sees of a chunk of sound. A further front end is a further variant with its own file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FrontEndOptions {
    /// The log-mel filterbank of the Audio Spectrogram Transformer: 16 kHz, 100 frames a second, 128 bands.
    AstFbank(AstFilterbankOptions),
}

impl Default for FrontEndOptions {
    fn default() -> Self {
        Self::AstFbank(AstFilterbankOptions::default())
    }
}

impl FrontEndOptions {
    /// Checks the options; the error names the field.
    pub fn validate(&self) -> Result<(), FeatureError> {
        match self {
            Self::AstFbank(options) => options.validate(),
        }
    }

    /// Sample rate of the sound that the front end expects, in Hz.
    pub fn sample_rate_hz(&self) -> u32 {
        match self {
            Self::AstFbank(_) => ast_fbank::SAMPLE_RATE_HZ,
        }
    }

    /// Frames of the features of a chunk of `chunk_s` seconds.
    pub fn frames(&self, chunk_s: f64) -> usize {
        match self {
            Self::AstFbank(_) => ast_fbank::frames_for(chunk_s),
        }
    }

    /// Values of a frame: mel bands, or coefficients.
    pub fn bands(&self) -> usize {
        match self {
            Self::AstFbank(_) => ast_fbank::N_MELS,
        }
    }

    /// The same front end without its normalisation: its features are what `mean` and `std` are measured on.
    #[must_use]
    pub fn unnormalized(&self) -> Self {
        self.normalized(0.0, self.std_of_no_scaling())
    }

    /// The same front end with another mean and standard deviation, both of the features of
    /// [`FrontEndOptions::unnormalized`].
    #[must_use]
    pub fn normalized(&self, mean: f32, std: f32) -> Self {
        match self {
            Self::AstFbank(options) => Self::AstFbank(AstFilterbankOptions { mean, std, ..options.clone() }),
        }
    }

    /// The standard deviation that changes nothing. AST divides by twice what is configured.
    fn std_of_no_scaling(&self) -> f32 {
        match self {
            Self::AstFbank(_) => 0.5,
        }
    }

    /// Plans the front end for chunks of `chunk_s` seconds.
    ///
    /// # Errors
    /// An option out of range, and a length that gives no frame or more than can be held.
    pub fn plan(&self, chunk_s: f64) -> Result<Box<dyn FrontEnd>, FeatureError> {
        Ok(match self {
            Self::AstFbank(options) => Box::new(AstFilterbank::new(options, chunk_s)?),
        })
    }
}

/// A planned front end with its buffers: one per thread, reused.
pub trait FrontEnd: Send {
    /// Frames of every output.
    fn frames(&self) -> usize;

    /// Values of a frame.
    fn bands(&self) -> usize;

    /// Replaces the contents of `out` by the features of one chunk. A shorter chunk is padded with silence, a longer
    /// one cut.
    ///
    /// # Shapes
    /// `samples [n]`: mono at the rate of [`FrontEndOptions::sample_rate_hz`], in ±1; `out [frames, bands]`,
    /// row-major.
    ///
    /// # Errors
    /// A chunk too short for its first frame, or one whose features are not finite.
    fn compute(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), FeatureError>;

    /// How many of the first frames hold sound of a chunk of `samples` samples; the rest is padding.
    fn real_frames(&self, samples: usize) -> usize;
}
