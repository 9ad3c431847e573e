//! The log-mel spectrogram of Tile2Vec for audio.
//!
//! Source: `FabianGroeger96/deep-embedded-music`, `src/feature_extractor/base_extractor.py`, with `tf.signal`.
//! Deviation: none beyond rounding (2e-4 absolute at most, pinned by `tests/parity/log_mel`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mel::MelFilterbank;
use super::mel_spectrogram::{Framing, MelPlan, MelSpectrogram, Spectrum, frames_inside};
use super::window::hann_periodic;
use super::{FeatureError, FrontEnd, check_chunk, check_normalization, normalize, samples_for};

/// Sample rate that the front end expects, in Hz.
pub(super) const SAMPLE_RATE_HZ: u32 = 16_000;
/// Mel bands of a frame.
pub(super) const N_MELS: usize = 128;
/// Samples of a frame: 30 ms.
const FRAME_LENGTH: usize = 480;
/// Samples between the starts of two frames: 10 ms.
const HOP_LENGTH: usize = 160;
const FFT_SIZE: usize = 1024;
const LOW_HZ: f32 = 50.0;
/// Added before the logarithm.
const OFFSET: f32 = 1e-6;

/// Options of [`LogMel`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogMelOptions {
    /// Mean of the log-mel magnitudes, subtracted. The default changes nothing.
    pub mean: f32,
    /// Standard deviation of the log-mel magnitudes; the values are divided by it. The default changes nothing.
    pub std: f32,
}

impl Default for LogMelOptions {
    fn default() -> Self {
        Self { mean: 0.0, std: 1.0 }
    }
}

impl LogMelOptions {
    /// Checks every field.
    pub fn validate(&self) -> Result<(), FeatureError> {
        check_normalization(self.mean, self.std)
    }
}

/// Frames that lie wholly within a chunk of `chunk_s` seconds: 5 s give 498.
pub(super) fn frames_for(chunk_s: f64) -> usize {
    frames_inside(samples_for(chunk_s, SAMPLE_RATE_HZ), FRAME_LENGTH, HOP_LENGTH)
}

/// Computes log-mel spectrograms as Tile2Vec expects them.
///
/// Per frame of 480 samples, every 160: periodic Hann window, magnitude of an FFT of 1024, 128 triangles from 50 to
/// 8000 Hz, equally spaced and triangular in mel (HTK) and unnormalised, `ln(x + 1e-6)`; then `(x - mean) / std`.
#[derive(Clone)]
pub struct LogMel {
    options: LogMelOptions,
    spectrogram: MelSpectrogram,
}

impl LogMel {
    /// Plans the front end for chunks of `chunk_s` seconds.
    ///
    /// # Errors
    /// An option out of range, and a length below 30 ms or above 10 minutes.
    pub fn new(options: &LogMelOptions, chunk_s: f64) -> Result<Self, FeatureError> {
        options.validate()?;
        check_chunk(chunk_s, FRAME_LENGTH as f64 / f64::from(SAMPLE_RATE_HZ))?;
        let rate = SAMPLE_RATE_HZ as f32;
        let spectrogram = MelSpectrogram::new(MelPlan {
            chunk_samples: samples_for(chunk_s, SAMPLE_RATE_HZ),
            frames: frames_for(chunk_s),
            window: hann_periodic(FRAME_LENGTH),
            hop_length: HOP_LENGTH,
            fft_size: FFT_SIZE,
            framing: Framing::Inside,
            spectrum: Spectrum::Magnitude,
            mel: MelFilterbank::htk(N_MELS, FFT_SIZE, rate, LOW_HZ, rate / 2.0),
        });
        Ok(Self { options: options.clone(), spectrogram })
    }
}

impl FrontEnd for LogMel {
    fn frames(&self) -> usize {
        self.spectrogram.frames()
    }

    fn bands(&self) -> usize {
        N_MELS
    }

    fn compute(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), FeatureError> {
        self.spectrogram.compute(samples, out)?;
        for x in out.iter_mut() {
            *x = (*x + OFFSET).ln();
        }
        normalize(out, self.options.mean, self.options.std);
        Ok(())
    }

    fn real_frames(&self, samples: usize) -> usize {
        self.spectrogram.real_frames(samples)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{assert_close, compute, golden, rows, signal};
    use super::*;

    fn log_mel(samples: &[f32], chunk_s: f64) -> Vec<f32> {
        compute(&mut LogMel::new(&LogMelOptions::default(), chunk_s).unwrap(), samples)
    }

    #[test]
    fn mixed_content_matches_tensorflow() {
        let features = log_mel(&signal(SAMPLE_RATE_HZ, 12_800, 0.5, 0.01, 0.0, 6_400..9_600), 0.8);
        assert_close(&features, &golden("log_mel/mix.f32"), N_MELS, 2e-4, "mix");
    }

    #[test]
    fn a_tile_matches_tensorflow() {
        let features = log_mel(&signal(SAMPLE_RATE_HZ, 80_000, 0.3, 0.05, 0.0, 0..0), 5.0);
        assert_eq!(features.len(), 498 * N_MELS);
        let rows = rows(&features, N_MELS, &[0, 1, 249, 496, 497]);
        assert_close(&rows, &golden("log_mel/tile.f32"), N_MELS, 2e-4, "tile");
    }

    #[test]
    fn short_chunks_end_in_silence_and_long_ones_are_cut() {
        let samples = signal(SAMPLE_RATE_HZ, 16_000, 0.5, 0.01, 0.0, 0..0);
        let (short, whole) = (log_mel(&samples[..8_000], 1.0), log_mel(&samples, 1.0));
        let mut plan = LogMel::new(&LogMelOptions::default(), 1.0).unwrap();
        assert_eq!((plan.frames(), plan.real_frames(8_000), plan.real_frames(90_000)), (98, 48, 98));
        assert_eq!(short[..48 * N_MELS], whole[..48 * N_MELS]);
        assert!(short[51 * N_MELS..].iter().all(|x| (x - 1e-6f32.ln()).abs() < 1e-5));
        assert_eq!(compute(&mut plan, &[&samples[..], &samples[..]].concat()), whole);
        assert_eq!(plan.compute(&[], &mut Vec::new()), Err(FeatureError::TooShort { needed: 1, found: 0 }));
    }
}
