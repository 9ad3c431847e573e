//! The log-mel filterbank of the Audio Spectrogram Transformer.
//!
//! Source: `transformers` `ASTFeatureExtractor`, which calls `torchaudio.compliance.kaldi.fbank`. Deviation: none
//! beyond rounding (1e-3 absolute at most, pinned by `tests/parity/ast_fbank`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mel::MelFilterbank;
use super::mel_spectrogram::frames_inside;
use super::stft::PowerSpectrum;
use super::window::hann_symmetric;
use super::{FeatureError, FrontEnd, check_chunk, check_normalization, samples_for};

/// Sample rate that AST expects, in Hz.
pub(super) const SAMPLE_RATE_HZ: u32 = 16_000;
/// Samples of a frame: 25 ms.
const FRAME_LENGTH: usize = 400;
/// Samples between the starts of two frames: 10 ms.
const HOP_LENGTH: usize = 160;
const FFT_SIZE: usize = 512;
/// Mel bands of a frame.
pub(super) const N_MELS: usize = 128;
const LOW_HZ: f32 = 20.0;
const PREEMPHASIS: f32 = 0.97;
/// Energies below this count as this: the epsilon of `f32`, as in torchaudio.
const ENERGY_FLOOR: f32 = f32::EPSILON;
/// Shortest chunk that is planned for, in seconds: one hop.
const SHORTEST_S: f64 = HOP_LENGTH as f64 / SAMPLE_RATE_HZ as f64;

/// Options of [`AstFilterbank`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AstFilterbankOptions {
    /// Mean of the log-mel energies, subtracted. The default is AudioSet's, which pretrained weights expect.
    pub mean: f32,
    /// Standard deviation of the log-mel energies; the values are divided by twice this.
    pub std: f32,
}

impl Default for AstFilterbankOptions {
    fn default() -> Self {
        Self { mean: -4.267_739_3, std: 4.568_997_4 }
    }
}

impl AstFilterbankOptions {
    /// Checks every field.
    pub fn validate(&self) -> Result<(), FeatureError> {
        check_normalization(self.mean, self.std)
    }
}

/// Output frames for chunks of `chunk_s` seconds: one each 10 ms, rounded up, so that 10.24 s give AST's 1024.
/// The last two are padding, because only frames that lie within the chunk are computed ([`full_frames`]).
pub(super) fn frames_for(chunk_s: f64) -> usize {
    samples_for(chunk_s, SAMPLE_RATE_HZ).div_ceil(HOP_LENGTH)
}

/// Frames that lie wholly within `samples` samples (Kaldi's `snip_edges`): 10 s give 998.
fn full_frames(samples: usize) -> usize {
    frames_inside(samples, FRAME_LENGTH, HOP_LENGTH)
}

/// Computes normalised log-mel filterbanks as AST expects them.
///
/// Holds the FFT plan and its buffers: make one per thread (or clone it, which shares the plan) and reuse it.
#[derive(Clone)]
pub struct AstFilterbank {
    options: AstFilterbankOptions,
    frames: usize,
    window: Vec<f32>,
    mel: MelFilterbank,
    stft: PowerSpectrum,
}

impl AstFilterbank {
    /// Plans the front end for chunks of `chunk_s` seconds.
    ///
    /// # Errors
    /// An option out of range, and a length below 10 ms or above 10 minutes.
    pub fn new(options: &AstFilterbankOptions, chunk_s: f64) -> Result<Self, FeatureError> {
        options.validate()?;
        check_chunk(chunk_s, SHORTEST_S)?;
        let rate = SAMPLE_RATE_HZ as f32;
        Ok(Self {
            options: options.clone(),
            frames: frames_for(chunk_s),
            window: hann_symmetric(FRAME_LENGTH),
            mel: MelFilterbank::kaldi(N_MELS, FFT_SIZE, rate, LOW_HZ, rate / 2.0),
            stft: PowerSpectrum::new(FFT_SIZE),
        })
    }
}

impl FrontEnd for AstFilterbank {
    fn frames(&self) -> usize {
        self.frames
    }

    fn bands(&self) -> usize {
        N_MELS
    }

    /// Replaces the contents of `out` by the features of one chunk.
    ///
    /// Per frame: subtract the mean, pre-emphasis of 0.97 with `x[-1] = x[0]`, symmetric Hann window, power
    /// spectrum, 128 triangles from 20 to 8000 Hz, natural logarithm with a floor; then zero padding or cutting to
    /// [`FrontEnd::frames`], then `(x - mean) / (2 std)`.
    ///
    /// # Shapes
    /// `samples [n]`: mono, 16 kHz, in ±1 and never scaled to 16 bits; `out [frames, 128]`, row-major.
    ///
    /// # Errors
    /// A chunk of fewer than 400 samples, or one whose features are not finite.
    fn compute(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), FeatureError> {
        if samples.len() < FRAME_LENGTH {
            return Err(FeatureError::TooShort { needed: FRAME_LENGTH, found: samples.len() });
        }
        let frames = self.frames;
        let (mean, scale) = (self.options.mean, 2.0 * self.options.std);
        out.clear();
        out.reserve(frames * N_MELS);
        for (index, frame) in samples.windows(FRAME_LENGTH).step_by(HOP_LENGTH).take(frames).enumerate() {
            let window = &self.window;
            let power = self.stft.compute(FRAME_LENGTH, |buffer| prepare(frame, window, buffer));
            out.extend(self.mel.energies(power).map(|energy| (energy.max(ENERGY_FLOOR).ln() - mean) / scale));
            // `max` drops a NaN, so the spectrum is what tells: its first bin sums the whole frame.
            if !(power[0].is_finite() && out[index * N_MELS..].iter().all(|value| value.is_finite())) {
                return Err(FeatureError::NotFinite { frame: index });
            }
        }
        out.resize(frames * N_MELS, (0.0 - mean) / scale);
        Ok(())
    }

    fn real_frames(&self, samples: usize) -> usize {
        full_frames(samples).min(self.frames)
    }
}

/// Removes the mean, emphasises and windows one frame into `buffer`. All `[FRAME_LENGTH]`.
fn prepare(frame: &[f32], window: &[f32], buffer: &mut [f32]) {
    let mean = mean_of(frame);
    buffer[0] = (1.0 - PREEMPHASIS) * (frame[0] - mean) * window[0];
    for ((out, pair), &weight) in buffer[1..].iter_mut().zip(frame.array_windows::<2>()).zip(&window[1..]) {
        *out = ((pair[1] - mean) - PREEMPHASIS * (pair[0] - mean)) * weight;
    }
}

/// Mean in double precision, in eight interleaved sums that the processor can keep apart.
fn mean_of(frame: &[f32]) -> f32 {
    let (blocks, rest) = frame.as_chunks::<8>();
    let mut sums = [0.0f64; 8];
    for block in blocks {
        for (sum, &x) in sums.iter_mut().zip(block) {
            *sum += f64::from(x);
        }
    }
    let total = sums.iter().sum::<f64>() + rest.iter().map(|&x| f64::from(x)).sum::<f64>();
    (total / frame.len() as f64) as f32
}

#[cfg(test)]
mod tests;
