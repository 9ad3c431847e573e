//! The log-mel spectrogram of MusiCNN.
//!
//! Source: the package `musicnn` 0.1.0, `extractor.py`, which calls `librosa.feature.melspectrogram` (5e-5 absolute at
//! most, pinned by `tests/parity/musicnn_mel`). Deviations: single precision all the way, because the package casts
//! energies to half precision and overflows on loud bass; and a chunk is mirrored at its own ends, where the package
//! mirrors the track at its ends and cuts patches from the whole spectrogram.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mel::MelFilterbank;
use super::mel_spectrogram::{Framing, MelPlan, MelSpectrogram, Spectrum};
use super::window::hann_periodic;
use super::{FeatureError, FrontEnd, check_chunk, check_normalization, normalize, samples_for};

/// Sample rate that MusiCNN expects, in Hz.
pub(super) const SAMPLE_RATE_HZ: u32 = 16_000;
/// Mel bands of a frame.
pub(super) const N_MELS: usize = 96;
/// Samples between the centres of two frames: 16 ms.
const HOP_LENGTH: usize = 256;
const FFT_SIZE: usize = 512;
/// Energies are multiplied by this before one is added and the logarithm taken.
const COMPRESSION: f32 = 10_000.0;

/// Options of [`MusicnnMel`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MusicnnMelOptions {
    /// Mean of the log-mel energies, subtracted. The default changes nothing, which pretrained weights expect.
    pub mean: f32,
    /// Standard deviation of the log-mel energies; the values are divided by it. The default changes nothing, which
    /// pretrained weights expect.
    pub std: f32,
}

impl Default for MusicnnMelOptions {
    fn default() -> Self {
        Self { mean: 0.0, std: 1.0 }
    }
}

impl MusicnnMelOptions {
    /// Checks every field.
    pub fn validate(&self) -> Result<(), FeatureError> {
        check_normalization(self.mean, self.std)
    }
}

/// Frames of a chunk of `chunk_s` seconds: one each 16 ms, so that 3 s give the 187 of a patch. The frame that is
/// centred on the end of the chunk is left out.
pub(super) fn frames_for(chunk_s: f64) -> usize {
    samples_for(chunk_s, SAMPLE_RATE_HZ) / HOP_LENGTH
}

/// Computes log-mel spectrograms as MusiCNN expects them.
///
/// Per frame, centred on every 256th sample of the chunk, which is mirrored at its ends: periodic Hann window of 512,
/// power spectrum, 96 triangles from 0 to 8000 Hz (Slaney's scale and area), `log10(10000 x + 1)`; then
/// `(x - mean) / std`.
#[derive(Clone)]
pub struct MusicnnMel {
    options: MusicnnMelOptions,
    spectrogram: MelSpectrogram,
}

impl MusicnnMel {
    /// Plans the front end for chunks of `chunk_s` seconds.
    ///
    /// # Errors
    /// An option out of range, and a length below 32 ms or above 10 minutes.
    pub fn new(options: &MusicnnMelOptions, chunk_s: f64) -> Result<Self, FeatureError> {
        options.validate()?;
        check_chunk(chunk_s, FFT_SIZE as f64 / f64::from(SAMPLE_RATE_HZ))?;
        let spectrogram = MelSpectrogram::new(MelPlan {
            chunk_samples: samples_for(chunk_s, SAMPLE_RATE_HZ),
            frames: frames_for(chunk_s),
            window: hann_periodic(FFT_SIZE),
            hop_length: HOP_LENGTH,
            fft_size: FFT_SIZE,
            framing: Framing::CentredOnMirror,
            spectrum: Spectrum::Power,
            mel: MelFilterbank::slaney(N_MELS, FFT_SIZE, f64::from(SAMPLE_RATE_HZ)),
        });
        Ok(Self { options: options.clone(), spectrogram })
    }
}

impl FrontEnd for MusicnnMel {
    fn frames(&self) -> usize {
        self.spectrogram.frames()
    }

    fn bands(&self) -> usize {
        N_MELS
    }

    fn compute(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), FeatureError> {
        self.spectrogram.compute(samples, out)?;
        for x in out.iter_mut() {
            *x = (COMPRESSION * *x + 1.0).log10();
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

    fn musicnn_mel(samples: &[f32], chunk_s: f64) -> Vec<f32> {
        compute(&mut MusicnnMel::new(&MusicnnMelOptions::default(), chunk_s).unwrap(), samples)
    }

    #[test]
    fn mixed_content_matches_librosa() {
        let features = musicnn_mel(&signal(SAMPLE_RATE_HZ, 12_800, 0.5, 0.01, 0.0, 6_400..9_600), 0.8);
        assert_close(&features, &golden("musicnn_mel/mix.f32"), N_MELS, 5e-5, "mix");
    }

    #[test]
    fn a_patch_matches_librosa() {
        let features = musicnn_mel(&signal(SAMPLE_RATE_HZ, 48_000, 0.3, 0.05, 0.0, 0..0), 3.0);
        assert_eq!(features.len(), 187 * N_MELS);
        let rows = rows(&features, N_MELS, &[0, 1, 93, 185, 186]);
        assert_close(&rows, &golden("musicnn_mel/patch.f32"), N_MELS, 5e-5, "patch");
    }

    #[test]
    fn frames_are_whole_hops() {
        assert_eq!([3.0, 6.0, 0.032, 2.992].map(frames_for), [187, 375, 2, 187]);
        let plan = MusicnnMel::new(&MusicnnMelOptions::default(), 3.0).unwrap();
        assert_eq!([256, 1_000, 47_999, 48_000].map(|n| plan.real_frames(n)), [2, 4, 187, 187]);
    }

    #[test]
    fn loud_bass_does_not_overflow() {
        let bass: Vec<f32> = (0..48_000).map(|n| (f64::from(n) * 0.02).sin() as f32).collect();
        let features = musicnn_mel(&bass, 3.0);
        let loudest = features.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        assert!(loudest > 65_504f32.log10() && loudest < 10.0, "beyond the range of half precision: {loudest}");
    }
}
