//! What a track sounds like in few numbers: means and spreads of its cepstral coefficients.

use super::mfcc::{Mfcc, MfccOptions};
use super::{FeatureError, FrontEnd};

/// Coefficients of a frame.
const COEFFICIENTS: usize = 20;
/// Of every coefficient: mean, standard deviation, and the same of its change from frame to frame.
const STATISTICS: usize = 4;

/// Collects the statistics of mel-frequency cepstral coefficients over the chunks of a track: the classic baseline of
/// music similarity (Logan and Salomon 2001, "A music similarity function based on signal analysis"; Pampalk 2006), which
/// learnt embeddings have to beat.
///
/// The change is the difference of consecutive frames of one chunk; padding is left out.
pub struct MfccStatistics {
    mfcc: Mfcc,
    frame: Vec<f32>,
    /// Sum and sum of squares, of values and of changes: `[COEFFICIENTS][4]`.
    sums: [[f64; STATISTICS]; COEFFICIENTS],
    frames: usize,
    changes: usize,
}

impl MfccStatistics {
    /// Values of [`MfccStatistics::finish`].
    pub const DIM: usize = COEFFICIENTS * STATISTICS;

    /// Plans for chunks of `chunk_s` seconds at `sample_rate_hz` (8000 to 48000).
    ///
    /// # Errors
    /// A sample rate or length out of range.
    pub fn new(sample_rate_hz: u32, chunk_s: f64) -> Result<Self, FeatureError> {
        let options = MfccOptions { n_mfcc: COEFFICIENTS, sample_rate_hz, ..MfccOptions::default() };
        let mfcc = Mfcc::new(&options, chunk_s)?;
        Ok(Self { mfcc, frame: Vec::new(), sums: [[0.0; STATISTICS]; COEFFICIENTS], frames: 0, changes: 0 })
    }

    /// Takes a chunk: `[n]` mono samples, at most as many as were planned for.
    ///
    /// # Errors
    /// A chunk that is too long or holds values that are not finite.
    pub fn push(&mut self, samples: &[f32]) -> Result<(), FeatureError> {
        self.mfcc.compute(samples, &mut self.frame)?;
        let real = self.mfcc.real_frames(samples.len());
        let frames: Vec<&[f32]> = self.frame.chunks_exact(COEFFICIENTS).take(real).collect();
        for frame in &frames {
            for (sums, &value) in self.sums.iter_mut().zip(*frame) {
                sums[0] += f64::from(value);
                sums[1] += f64::from(value).powi(2);
            }
        }
        for pair in frames.windows(2) {
            for (coefficient, sums) in self.sums.iter_mut().enumerate() {
                let change = f64::from(pair[1][coefficient]) - f64::from(pair[0][coefficient]);
                sums[2] += change;
                sums[3] += change.powi(2);
            }
        }
        self.frames += frames.len();
        self.changes += frames.len().saturating_sub(1);
        Ok(())
    }

    /// The statistics of all chunks so far, `[80]`: the means of 20 coefficients, their standard deviations, the means
    /// of their changes and the standard deviations of those. Starts anew. Zeros where there was no frame.
    pub fn finish(&mut self) -> Vec<f32> {
        let sums = std::mem::replace(&mut self.sums, [[0.0; STATISTICS]; COEFFICIENTS]);
        let (frames, changes) = (std::mem::take(&mut self.frames), std::mem::take(&mut self.changes));
        let mut statistics = Vec::with_capacity(Self::DIM);
        for (of, count) in [(0, frames), (2, changes)] {
            let n = count.max(1) as f64;
            statistics.extend(sums.iter().map(|sums| (sums[of] / n) as f32));
            let deviation =
                |sums: &[f64; STATISTICS]| (sums[of + 1] / n - (sums[of] / n).powi(2)).max(0.0).sqrt() as f32;
            statistics.extend(sums.iter().map(deviation));
        }
        statistics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n: usize) -> Vec<f32> {
        let mut state = 1_u32;
        (0..n)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 16_777_216.0 - 0.5
            })
            .collect()
    }

    #[test]
    fn agree_with_the_definition_over_two_chunks() {
        let (rate, chunk_s) = (16_000, 1.0);
        let samples = noise(28_000);
        let mut statistics = MfccStatistics::new(rate, chunk_s).unwrap();
        let options = MfccOptions { n_mfcc: 20, sample_rate_hz: rate, ..MfccOptions::default() };
        let mut mfcc = Mfcc::new(&options, chunk_s).unwrap();
        let (mut values, mut changes) = (Vec::new(), Vec::new());
        for chunk in samples.chunks(16_000) {
            statistics.push(chunk).unwrap();
            let mut features = Vec::new();
            mfcc.compute(chunk, &mut features).unwrap();
            let third: Vec<f64> = features
                .chunks_exact(20)
                .take(mfcc.real_frames(chunk.len()))
                .map(|frame| f64::from(frame[3]))
                .collect();
            changes.extend(third.windows(2).map(|pair| pair[1] - pair[0]));
            values.extend(third);
        }
        let found = statistics.finish();
        assert_eq!(found.len(), MfccStatistics::DIM);
        for (offset, of) in [(0, &values), (40, &changes)] {
            let mean = of.iter().sum::<f64>() / of.len() as f64;
            let deviation = (of.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / of.len() as f64).sqrt();
            assert!((f64::from(found[offset + 3]) - mean).abs() < 1e-4, "{} {mean}", found[offset + 3]);
            assert!((f64::from(found[offset + 23]) - deviation).abs() < 1e-4, "{} {deviation}", found[offset + 23]);
        }
        // It starts anew.
        assert!(statistics.finish().iter().all(|&value| value == 0.0));
    }
}
