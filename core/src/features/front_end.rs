//! The choice of the front end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FeatureError;
use super::ast_fbank::{self, AstFilterbank, AstFilterbankOptions};
use super::log_mel::{self, LogMel, LogMelOptions};
use super::mfcc::{Mfcc, MfccOptions};
use super::musicnn_mel::{self, MusicnnMel, MusicnnMelOptions};

/// What a model sees of a chunk of sound. A further front end is a further variant with its own file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FrontEndOptions {
    /// The log-mel filterbank of the Audio Spectrogram Transformer: 16 kHz, 100 frames a second, 128 bands.
    AstFbank(AstFilterbankOptions),
    /// The log-mel magnitudes of Tile2Vec: 16 kHz, 100 frames a second, 128 bands.
    LogMel(LogMelOptions),
    /// The log-mel energies of MusiCNN: 16 kHz, 62.5 frames a second, 96 bands.
    MusicnnMel(MusicnnMelOptions),
    /// Mel-frequency cepstral coefficients: 22.05 kHz, 43 frames a second, 13 coefficients, unless told otherwise.
    Mfcc(MfccOptions),
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
            Self::LogMel(options) => options.validate(),
            Self::MusicnnMel(options) => options.validate(),
            Self::Mfcc(options) => options.validate(),
        }
    }

    /// Sample rate of the sound that the front end expects, in Hz.
    pub fn sample_rate_hz(&self) -> u32 {
        match self {
            Self::AstFbank(_) => ast_fbank::SAMPLE_RATE_HZ,
            Self::LogMel(_) => log_mel::SAMPLE_RATE_HZ,
            Self::MusicnnMel(_) => musicnn_mel::SAMPLE_RATE_HZ,
            Self::Mfcc(options) => options.sample_rate_hz,
        }
    }

    /// Frames of the features of a chunk of `chunk_s` seconds.
    pub fn frames(&self, chunk_s: f64) -> usize {
        match self {
            Self::AstFbank(_) => ast_fbank::frames_for(chunk_s),
            Self::LogMel(_) => log_mel::frames_for(chunk_s),
            Self::MusicnnMel(_) => musicnn_mel::frames_for(chunk_s),
            Self::Mfcc(options) => options.frames_for(chunk_s),
        }
    }

    /// Values of a frame: mel bands, or coefficients.
    pub fn bands(&self) -> usize {
        match self {
            Self::AstFbank(_) => ast_fbank::N_MELS,
            Self::LogMel(_) => log_mel::N_MELS,
            Self::MusicnnMel(_) => musicnn_mel::N_MELS,
            Self::Mfcc(options) => options.n_mfcc,
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
            Self::AstFbank(_) => Self::AstFbank(AstFilterbankOptions { mean, std }),
            Self::LogMel(_) => Self::LogMel(LogMelOptions { mean, std }),
            Self::MusicnnMel(_) => Self::MusicnnMel(MusicnnMelOptions { mean, std }),
            Self::Mfcc(options) => Self::Mfcc(MfccOptions { mean, std, ..options.clone() }),
        }
    }

    /// The standard deviation that changes nothing. AST divides by twice what is configured.
    fn std_of_no_scaling(&self) -> f32 {
        match self {
            Self::AstFbank(_) => 0.5,
            Self::LogMel(_) | Self::MusicnnMel(_) | Self::Mfcc(_) => 1.0,
        }
    }

    /// Plans the front end for chunks of `chunk_s` seconds.
    ///
    /// # Errors
    /// An option out of range, and a length that gives no frame or more than can be held.
    pub fn plan(&self, chunk_s: f64) -> Result<Box<dyn FrontEnd>, FeatureError> {
        Ok(match self {
            Self::AstFbank(options) => Box::new(AstFilterbank::new(options, chunk_s)?),
            Self::LogMel(options) => Box::new(LogMel::new(options, chunk_s)?),
            Self::MusicnnMel(options) => Box::new(MusicnnMel::new(options, chunk_s)?),
            Self::Mfcc(options) => Box::new(Mfcc::new(options, chunk_s)?),
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

#[cfg(test)]
mod tests {
    use super::super::fixtures::{compute, signal};
    use super::*;

    fn all() -> [FrontEndOptions; 4] {
        ["ast_fbank", "log_mel", "musicnn_mel", "mfcc"]
            .map(|kind| serde_json::from_str(&format!(r#"{{"kind": "{kind}"}}"#)).unwrap())
    }

    #[test]
    fn what_options_promise_the_plan_keeps() {
        for options in all() {
            for chunk_s in [0.1, 0.5, 1.0, 2.999, 3.0, 5.0, 10.24] {
                let mut plan = options.plan(chunk_s).unwrap();
                assert_eq!((plan.frames(), plan.bands()), (options.frames(chunk_s), options.bands()), "{options:?}");
                let samples = super::super::samples_for(chunk_s, options.sample_rate_hz());
                assert!(plan.real_frames(samples) <= plan.frames(), "{options:?}");
                assert!(plan.real_frames(samples) + 2 >= plan.frames(), "AST alone pads full chunks, by two frames");
                assert!(plan.real_frames(samples / 2) < plan.frames(), "{options:?}");
                compute(plan.as_mut(), &signal(options.sample_rate_hz(), samples, 0.4, 0.02, 0.0, 0..0));
            }
            assert!(options.plan(0.001).is_err() && options.plan(f64::NAN).is_err() && options.plan(601.0).is_err());
        }
    }

    #[test]
    fn the_features_of_a_chunk_depend_on_nothing_else() {
        for options in all() {
            let rate = options.sample_rate_hz();
            let (loud, quiet) = (signal(rate, 24_000, 0.9, 0.1, 0.0, 0..0), signal(rate, 9_000, 0.0, 1e-3, 0.0, 0..0));
            let mut plan = options.plan(1.0).unwrap();
            let first = compute(plan.as_mut(), &quiet);
            assert_ne!(compute(plan.as_mut(), &loud), first);
            assert_eq!(compute(plan.as_mut(), &quiet), first, "{options:?}");
        }
    }

    #[test]
    fn normalisation_is_the_measured_mean_and_deviation() {
        for options in all() {
            let samples = signal(options.sample_rate_hz(), 40_000, 0.4, 0.02, 0.0, 0..0);
            let raw = compute(options.unnormalized().plan(1.0).unwrap().as_mut(), &samples);
            let normal = compute(options.normalized(-2.0, 3.0).plan(1.0).unwrap().as_mut(), &samples);
            let divisor = if matches!(options, FrontEndOptions::AstFbank(_)) { 6.0 } else { 3.0 };
            for (raw, normal) in raw.iter().zip(&normal) {
                assert!(((raw + 2.0) / divisor - normal).abs() < 1e-4, "{options:?}: {raw} {normal}");
            }
            assert_eq!(options.unnormalized().normalized(-2.0, 3.0), options.normalized(-2.0, 3.0));
        }
    }

    #[test]
    fn what_is_not_sound_is_refused() {
        for options in all() {
            let mut plan = options.plan(1.0).unwrap();
            assert!(matches!(plan.compute(&[], &mut Vec::new()), Err(FeatureError::TooShort { .. })), "{options:?}");
            for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30] {
                let mut samples = signal(options.sample_rate_hz(), 16_000, 0.5, 0.01, 0.0, 0..0);
                samples[7_777] = bad;
                let result = plan.compute(&samples, &mut Vec::new());
                assert!(matches!(result, Err(FeatureError::NotFinite { .. })), "{options:?}: {bad}");
            }
        }
    }
}
