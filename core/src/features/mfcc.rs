//! Mel-frequency cepstral coefficients.
//!
//! Source: `librosa.feature.mfcc` of librosa 0.11 with its defaults. Deviation: none beyond rounding (1e-3 absolute at
//! most, pinned by `tests/parity/mfcc`).

use std::f64::consts::PI;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mel::MelFilterbank;
use super::mel_spectrogram::{Framing, MelPlan, MelSpectrogram, Spectrum};
use super::window::hann_periodic;
use super::{FeatureError, FrontEnd, check_chunk, check_normalization, normalize, samples_for};

const N_MELS: usize = 128;
/// Samples between the centres of two frames.
const HOP_LENGTH: usize = 512;
const FFT_SIZE: usize = 2048;
/// Energies below this count as this.
const ENERGY_FLOOR: f32 = 1e-10;
/// Range below the loudest band of the chunk, in dB; what is quieter counts as its lower end.
const TOP_DB: f32 = 80.0;

/// Options of [`Mfcc`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MfccOptions {
    /// Coefficients of a frame, the level among them (1 to 128).
    pub n_mfcc: usize,
    /// Sample rate, in Hz (8000 to 48000). Frames are 2048 samples, every 512.
    pub sample_rate_hz: u32,
    /// Mean of the coefficients, subtracted. The default changes nothing.
    pub mean: f32,
    /// Standard deviation of the coefficients; the values are divided by it. The default changes nothing.
    pub std: f32,
}

impl Default for MfccOptions {
    fn default() -> Self {
        Self { n_mfcc: 13, sample_rate_hz: 22_050, mean: 0.0, std: 1.0 }
    }
}

impl MfccOptions {
    /// Checks every field.
    pub fn validate(&self) -> Result<(), FeatureError> {
        let refuse = |field, expected, found: String| Err(FeatureError::Option { field, expected, found });
        if !(1..=N_MELS).contains(&self.n_mfcc) {
            return refuse("n_mfcc", "from 1 to 128", self.n_mfcc.to_string());
        }
        if !(8_000..=48_000).contains(&self.sample_rate_hz) {
            return refuse("sample_rate_hz", "from 8000 to 48000 Hz", self.sample_rate_hz.to_string());
        }
        check_normalization(self.mean, self.std)
    }

    /// Frames of a chunk of `chunk_s` seconds: one each 512 samples and one at the start. 3 s at 22050 Hz give 130.
    pub(super) fn frames_for(&self, chunk_s: f64) -> usize {
        1 + samples_for(chunk_s, self.sample_rate_hz) / HOP_LENGTH
    }
}

/// Computes mel-frequency cepstral coefficients as librosa does.
///
/// Per frame, centred on every 512th sample with silence around the chunk: periodic Hann window of 2048, power
/// spectrum, 128 triangles from 0 Hz to Nyquist (Slaney's scale and area), decibels with a floor of -100 dB and of
/// 80 dB below the loudest band of the chunk, orthonormal DCT-II, of which the first coefficients are kept; then
/// `(x - mean) / std`.
#[derive(Clone)]
pub struct Mfcc {
    options: MfccOptions,
    spectrogram: MelSpectrogram,
    /// `[N_MELS, n_mfcc]`
    transform: Vec<f32>,
    /// `[frames, N_MELS]`
    decibels: Vec<f32>,
}

impl Mfcc {
    /// Plans the front end for chunks of `chunk_s` seconds.
    ///
    /// # Errors
    /// An option out of range, and a length below 2048 samples or above 10 minutes.
    pub fn new(options: &MfccOptions, chunk_s: f64) -> Result<Self, FeatureError> {
        options.validate()?;
        let rate = f64::from(options.sample_rate_hz);
        check_chunk(chunk_s, FFT_SIZE as f64 / rate)?;
        let spectrogram = MelSpectrogram::new(MelPlan {
            chunk_samples: samples_for(chunk_s, options.sample_rate_hz),
            frames: options.frames_for(chunk_s),
            window: hann_periodic(FFT_SIZE),
            hop_length: HOP_LENGTH,
            fft_size: FFT_SIZE,
            framing: Framing::CentredOnSilence,
            spectrum: Spectrum::Power,
            mel: MelFilterbank::slaney(N_MELS, FFT_SIZE, rate),
        });
        let transform = cosine_transform(N_MELS, options.n_mfcc);
        Ok(Self { options: options.clone(), spectrogram, transform, decibels: Vec::new() })
    }
}

impl FrontEnd for Mfcc {
    fn frames(&self) -> usize {
        self.spectrogram.frames()
    }

    fn bands(&self) -> usize {
        self.options.n_mfcc
    }

    fn compute(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), FeatureError> {
        self.spectrogram.compute(samples, &mut self.decibels)?;
        let mut loudest = f32::NEG_INFINITY;
        for x in &mut self.decibels {
            *x = 10.0 * x.max(ENERGY_FLOOR).log10();
            loudest = loudest.max(*x);
        }
        let floor = loudest - TOP_DB;
        out.clear();
        out.resize(self.frames() * self.bands(), 0.0);
        let n_mfcc = self.options.n_mfcc;
        for (coefficients, bands) in out.chunks_exact_mut(n_mfcc).zip(self.decibels.chunks_exact(N_MELS)) {
            for (band, row) in bands.iter().zip(self.transform.chunks_exact(n_mfcc)) {
                let band = band.max(floor);
                for (sum, weight) in coefficients.iter_mut().zip(row) {
                    *sum += band * weight;
                }
            }
        }
        normalize(out, self.options.mean, self.options.std);
        Ok(())
    }

    fn real_frames(&self, samples: usize) -> usize {
        self.spectrogram.real_frames(samples)
    }
}

/// The first `outputs` rows of the orthonormal DCT-II of `inputs` values, transposed: `[inputs, outputs]`.
fn cosine_transform(inputs: usize, outputs: usize) -> Vec<f32> {
    let scale = |k: usize| (if k == 0 { 1.0 } else { 2.0 } / inputs as f64).sqrt();
    (0..inputs)
        .flat_map(|n| (0..outputs).map(move |k| (k, PI * k as f64 * (2 * n + 1) as f64 / (2 * inputs) as f64)))
        .map(|(k, angle)| (scale(k) * angle.cos()) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{assert_close, compute, golden, signal};
    use super::*;

    fn mfcc(options: &MfccOptions, samples: &[f32], chunk_s: f64) -> Vec<f32> {
        compute(&mut Mfcc::new(options, chunk_s).unwrap(), samples)
    }

    #[test]
    fn a_segment_with_silence_matches_librosa() {
        let samples = signal(22_050, 66_150, 0.5, 0.01, 0.0, 22_050..33_075);
        let features = mfcc(&MfccOptions::default(), &samples, 3.0);
        assert_eq!(features.len(), 130 * 13);
        assert_close(&features, &golden("mfcc/segment.f32"), 13, 1e-3, "segment");
    }

    #[test]
    fn the_absolute_floor_matches_librosa() {
        let features = mfcc(&MfccOptions::default(), &signal(22_050, 11_025, 0.0, 5e-6, 0.0, 0..0), 0.5);
        assert_close(&features, &golden("mfcc/quiet.f32"), 13, 1e-3, "quiet");
    }

    #[test]
    fn other_rates_and_counts_match_librosa() {
        let options = MfccOptions { n_mfcc: 20, sample_rate_hz: 16_000, ..MfccOptions::default() };
        let features = mfcc(&options, &signal(16_000, 8_000, 0.3, 0.05, 0.0, 0..0), 0.5);
        assert_close(&features, &golden("mfcc/wide.f32"), 20, 1e-3, "wide");
    }

    #[test]
    fn the_transform_is_orthonormal() {
        let transform = cosine_transform(16, 16);
        for (a, b) in (0..16).flat_map(|a| (0..16).map(move |b| (a, b))) {
            let product: f32 = (0..16).map(|n| transform[n * 16 + a] * transform[n * 16 + b]).sum();
            assert!((product - f32::from(a == b)).abs() < 1e-6, "{a} {b}: {product}");
        }
    }

    #[test]
    fn options_out_of_range_are_named() {
        let default = MfccOptions::default;
        for (options, name) in [
            (MfccOptions { n_mfcc: 0, ..default() }, "n_mfcc"),
            (MfccOptions { n_mfcc: 129, ..default() }, "n_mfcc"),
            (MfccOptions { sample_rate_hz: 96_000, ..default() }, "sample_rate_hz"),
            (MfccOptions { std: -1.0, ..default() }, "std"),
        ] {
            let Err(error) = Mfcc::new(&options, 3.0) else { panic!("{options:?} is accepted") };
            assert!(matches!(error, FeatureError::Option { field, .. } if field == name), "{error}");
        }
    }
}
