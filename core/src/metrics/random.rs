//! A counter-based generator: a number is a function of where it is used, not of what was drawn before.

use crate::random::{GOLDEN_GAMMA, mix};

/// The numbers of one stream, by counter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream(u64);

impl Stream {
    /// The stream of a seed for one `purpose`; different purposes are independent.
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        Self(mix(mix(seed.wrapping_add(GOLDEN_GAMMA)) ^ purpose))
    }

    /// 64 random bits.
    pub(crate) fn bits(self, counter: u64) -> u64 {
        mix(self.0.wrapping_add(counter.wrapping_mul(GOLDEN_GAMMA)))
    }

    /// A number below `n`, from the upper bits. The bias is below `n / 2^64`.
    pub(crate) fn below(self, counter: u64, n: usize) -> usize {
        ((u128::from(self.bits(counter)) * n as u128) >> 64) as usize
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(self, counter: u64) -> f64 {
        (self.bits(counter) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// `0..n` in random order (Fisher and Yates), from the counters below `n`.
    pub(crate) fn permutation(self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, self.below(i as u64, i + 1));
        }
        order
    }

    /// Uniform in `[-1, 1)`.
    pub(crate) fn symmetric(self, counter: u64) -> f64 {
        (self.bits(counter) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_fixed_for_good() {
        // By an independent calculation.
        assert_eq!(Stream::new(3, 1).bits(5), 0xdbce_8652_8745_74b1);
    }

    #[test]
    fn draws_are_even() {
        let stream = Stream::new(3, 1);
        let mut counts = [0usize; 7];
        (0..70_000).for_each(|i| counts[stream.below(i, 7)] += 1);
        // Four standard deviations of a binomial count.
        assert!(counts.iter().all(|&c| c.abs_diff(10_000) < 371), "{counts:?}");
    }

    #[test]
    fn permutations_hold_everything_once() {
        let mut places = [0usize; 5];
        for seed in 0..5000 {
            let order = Stream::new(seed, 1).permutation(5);
            places[order.iter().position(|&i| i == 0).unwrap()] += 1;
            let mut sorted = order;
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4]);
        }
        // Four standard deviations of a binomial count.
        assert!(places.iter().all(|&c| c.abs_diff(1000) < 114), "{places:?}");
    }
}
