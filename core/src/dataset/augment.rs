//! Changes to the features of a chunk that leave its sub-genre as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rng::CounterRng;

/// Random changes to the features of a training chunk. All are off by default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentOptions {
    /// Masked bands of mels per chunk (`SpecAugment`, Park et al. 2019).
    pub frequency_masks: usize,
    /// The widest masked band, in mels; each is between 0 and this wide.
    pub frequency_mask_mels: usize,
    /// Masked spans of time per chunk.
    pub time_masks: usize,
    /// The longest masked span, in frames; each is between 0 and this long.
    pub time_mask_frames: usize,
    /// The largest rotation in time, in frames, either way: what leaves at one end comes in at the other.
    pub time_shift_frames: usize,
    /// The largest change of level, either way, in the units of the normalised features, which are logarithmic: a
    /// change of level adds a constant. One decibel is 0.025 for the AST filterbank.
    pub level_jitter: f32,
}

impl AugmentOptions {
    /// Changes one chunk in place. Masked values become 0, the mean of normalised features.
    ///
    /// # Shapes
    /// - chunk: `[frames * mels]`, row-major
    pub(crate) fn apply(&self, chunk: &mut [f32], mels: usize, rng: &mut CounterRng) {
        let frames = chunk.len() / mels.max(1);
        if self.time_shift_frames > 0 && frames > 0 {
            let shift = rng.below(2 * self.time_shift_frames + 1) + frames * self.time_shift_frames;
            chunk.rotate_right((shift - self.time_shift_frames) % frames * mels);
        }
        if self.level_jitter > 0.0 {
            let offset = self.level_jitter * (2.0 * rng.unit() - 1.0);
            for value in chunk.iter_mut() {
                *value += offset;
            }
        }
        for _ in 0..self.frequency_masks {
            let (start, width) = span(self.frequency_mask_mels, mels, rng);
            chunk.chunks_exact_mut(mels).for_each(|frame| frame[start..start + width].fill(0.0));
        }
        for _ in 0..self.time_masks {
            let (start, width) = span(self.time_mask_frames, frames, rng);
            chunk[start * mels..(start + width) * mels].fill(0.0);
        }
    }
}

/// A span of at most `longest` of `len` places, as its start and its width.
fn span(longest: usize, len: usize, rng: &mut CounterRng) -> (usize, usize) {
    let width = rng.below(longest.min(len) + 1);
    (rng.below(len - width + 1), width)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "values are copied, not computed")]
mod tests {
    use super::*;
    use crate::dataset::rng::Purpose;

    const FRAMES: usize = 20;
    const MELS: usize = 8;

    fn chunk() -> Vec<f32> {
        (1..=FRAMES * MELS).map(|value| value as f32).collect()
    }

    fn applied(options: &AugmentOptions, stream: u64) -> Vec<f32> {
        let mut values = chunk();
        options.apply(&mut values, MELS, &mut CounterRng::new(3, Purpose::Augment, [stream, 0]));
        values
    }

    #[test]
    fn nothing_changes_by_default() {
        assert_eq!(applied(&AugmentOptions::default(), 0), chunk());
    }

    #[test]
    fn masks_are_whole_bands_and_spans_within_their_limits() {
        let options = AugmentOptions {
            frequency_masks: 1,
            frequency_mask_mels: 3,
            time_masks: 1,
            time_mask_frames: 5,
            ..AugmentOptions::default()
        };
        let mut widest = (0, 0);
        for stream in 0..200 {
            let values = applied(&options, stream);
            let bands: Vec<bool> = (0..MELS).map(|m| (0..FRAMES).all(|f| values[f * MELS + m] == 0.0)).collect();
            let spans: Vec<bool> = (0..FRAMES).map(|f| values[f * MELS..][..MELS].iter().all(|&v| v == 0.0)).collect();
            for (i, (value, before)) in values.iter().zip(chunk()).enumerate() {
                let masked = bands[i % MELS] || spans[i / MELS];
                assert_eq!(*value, if masked { 0.0 } else { before });
            }
            let count = |flags: &[bool]| flags.iter().filter(|&&flag| flag).count();
            widest = (widest.0.max(count(&bands)), widest.1.max(count(&spans)));
        }
        assert_eq!(widest, (3, 5));
    }

    #[test]
    fn shifts_rotate_whole_frames_both_ways() {
        let options = AugmentOptions { time_shift_frames: 2, ..AugmentOptions::default() };
        let mut firsts: Vec<usize> = (0..100).map(|stream| applied(&options, stream)[0] as usize / MELS).collect();
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts, [0, 1, 2, FRAMES - 2, FRAMES - 1]);
    }

    #[test]
    fn the_level_moves_all_values_alike() {
        let options = AugmentOptions { level_jitter: 0.5, ..AugmentOptions::default() };
        let values = applied(&options, 9);
        let offset = values[0] - 1.0;
        assert!(offset != 0.0 && offset.abs() <= 0.5);
        assert!(values.iter().zip(chunk()).all(|(value, before)| (value - before - offset).abs() < 1e-4));
    }
}
