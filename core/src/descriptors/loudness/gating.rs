//! Which blocks count.

use super::PARTS_PER_SECOND;

/// Parts of a block of 0.4 s, for integrated loudness, and of 3 s, for its range.
const MOMENTARY: usize = 4 * PARTS_PER_SECOND as usize / 10;
const SHORT_TERM: usize = 3 * PARTS_PER_SECOND as usize;
/// Blocks below this never count, in LUFS.
const ABSOLUTE_LUFS: f64 = -70.0;
/// Blocks this much below the mean of the others do not count, in LU: for integrated loudness, and for its range.
const RELATIVE_LU: f64 = -10.0;
const RANGE_RELATIVE_LU: f64 = -20.0;
/// The range lies between these shares of the blocks (EBU Tech 3342).
const RANGE_SHARES: [f64; 2] = [0.10, 0.95];

/// Weighted mean squares of all tenths of a second: 3 hours are less than a megabyte.
#[derive(Default)]
pub(super) struct Gates {
    parts: Vec<f64>,
}

impl Gates {
    pub(super) fn push(&mut self, mean_square: f64) {
        self.parts.push(mean_square);
    }

    /// Loudness of all blocks of 0.4 s that pass both gates, in LUFS (BS.1770-4, annex 1).
    pub(super) fn integrated_lufs(&self) -> Option<f64> {
        let blocks = self.blocks(MOMENTARY);
        let floor = mean(&blocks)? * ratio(RELATIVE_LU);
        let loud: Vec<f64> = blocks.into_iter().filter(|&power| power > floor).collect();
        mean(&loud).map(lufs)
    }

    /// Range of the loudness of all blocks of 3 s that pass both gates, in LU (EBU Tech 3342).
    pub(super) fn range_lu(&self) -> Option<f64> {
        let blocks = self.blocks(SHORT_TERM);
        let floor = mean(&blocks)? * ratio(RANGE_RELATIVE_LU);
        let mut loud: Vec<f64> = blocks.into_iter().filter(|&power| power >= floor).collect();
        loud.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| loud.get((share * (loud.len().saturating_sub(1)) as f64).round() as usize);
        let [low, high] = RANGE_SHARES.map(at);
        Some(lufs(*high?) - lufs(*low?))
    }

    /// Mean squares of the blocks of so many parts that pass the absolute gate. Each begins one part after the last.
    fn blocks(&self, parts: usize) -> Vec<f64> {
        let floor = ratio(ABSOLUTE_LUFS + 0.691);
        let power = |block: &[f64]| block.iter().sum::<f64>() / parts as f64;
        self.parts.windows(parts).map(power).filter(|&power| power >= floor).collect()
    }
}

fn mean(powers: &[f64]) -> Option<f64> {
    (!powers.is_empty()).then(|| powers.iter().sum::<f64>() / powers.len() as f64)
}

fn ratio(decibels: f64) -> f64 {
    10f64.powf(decibels / 10.0)
}

/// Loudness of a weighted mean square: a sine of 997 Hz at full scale on one channel reads -3.01 LUFS.
fn lufs(power: f64) -> f64 {
    10.0 * power.log10() - 0.691
}
