//! Random numbers that depend on what they are for and on nothing else.

use crate::random::{GOLDEN_GAMMA, SplitMix64, mix};

/// What random numbers are drawn for; each purpose has its own streams, so that one more draw in one place changes
/// nothing elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Split = 1,
    Playlists = 2,
    Tracks = 3,
    Chunks = 4,
    Crop = 5,
    Augment = 6,
    Patchout = 7,
    Backend = 8,
    Shuffle = 9,
    Anchors = 10,
    Triplets = 11,
    Validation = 12,
    Folds = 13,
}

/// A stream whose start is mixed from a seed, a purpose and two counters. Nothing has to be stored to resume: the stream
/// of batch 1000 can be drawn without the 999 before it.
#[derive(Clone, Debug)]
pub(crate) struct CounterRng {
    random: SplitMix64,
}

impl CounterRng {
    pub(crate) fn new(seed: u64, purpose: Purpose, counters: [u64; 2]) -> Self {
        let [first, second] = counters;
        let state = [purpose as u64, first, second]
            .into_iter()
            .fold(mix(seed.wrapping_add(GOLDEN_GAMMA)), |state, key| mix(state ^ mix(key.wrapping_add(GOLDEN_GAMMA))));
        Self { random: SplitMix64 { state } }
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.random.next()
    }

    /// Uniform in `0..bound`, without bias (Lemire 2019, "Fast random integer generation in an interval"); 0 for a
    /// bound of 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        if bound == 0 {
            return 0;
        }
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.next_u64()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as usize;
            }
        }
    }

    /// Uniform in `[0, 1)`, with 24 bits.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.next_u64() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// Fisher-Yates.
    pub(crate) fn shuffle<T>(&mut self, values: &mut [T]) {
        for i in (1..values.len()).rev() {
            values.swap(i, self.below(i + 1));
        }
    }

    /// `0..len` in random order.
    pub(crate) fn permutation(&mut self, len: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..len).collect();
        self.shuffle(&mut order);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_fixed_for_good() {
        // By an independent calculation: whatever was trained and split depends on it.
        assert_eq!(CounterRng::new(1, Purpose::Playlists, [3, 4]).next_u64(), 0x3b4b_8283_ea67_a053);
    }

    #[test]
    fn streams_differ_in_every_key() {
        let first = |seed, purpose, counters| CounterRng::new(seed, purpose, counters).next_u64();
        let mut values = vec![
            first(1, Purpose::Crop, [0, 0]),
            first(2, Purpose::Crop, [0, 0]),
            first(1, Purpose::Augment, [0, 0]),
            first(1, Purpose::Crop, [1, 0]),
            first(1, Purpose::Crop, [0, 1]),
        ];
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), 5);
    }

    #[test]
    fn draws_are_uniform() {
        let mut rng = CounterRng::new(7, Purpose::Crop, [0, 0]);
        let mut counts = [0usize; 7];
        for _ in 0..70_000 {
            counts[rng.below(7)] += 1;
        }
        // Six standard deviations of a binomial with p = 1/7.
        assert!(counts.iter().all(|&count| count.abs_diff(10_000) < 556), "{counts:?}");
        let mean = (0..10_000).map(|_| f64::from(rng.unit())).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 6.0 * (1.0f64 / 12.0 / 10_000.0).sqrt(), "{mean}");
        let mut order = rng.permutation(50);
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
        assert_eq!(rng.below(0), 0);
    }
}
