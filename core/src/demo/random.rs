//! The seeded generator behind every choice of the synthesizer.

use crate::random::SplitMix64;

/// A random generator with a stream for every named purpose.
#[derive(Clone, Debug)]
pub(super) struct Random {
    random: SplitMix64,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: SplitMix64 { state: seed } }
    }

    /// A generator for one named purpose: draws for one purpose never shift those for another.
    pub(super) fn fork(&self, purpose: &str) -> Self {
        let hash = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut fork = Self::new(self.random.state ^ hash);
        fork.next();
        fork
    }

    pub(super) fn next(&mut self) -> u64 {
        self.random.next()
    }

    /// Uniform in `0..1`.
    pub(super) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Uniform in `-1..1`.
    pub(super) fn signed(&mut self) -> f32 {
        2.0 * self.unit() - 1.0
    }

    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    pub(super) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// Uniform in `0..count`; 0 where `count` is 0.
    pub(super) fn index(&mut self, count: usize) -> usize {
        ((u128::from(self.next()) * count as u128) >> 64) as usize
    }

    /// One of the values. The slice must not be empty: it is always one of the constant tables.
    pub(super) fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.index(values.len())]
    }

    pub(super) fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.index(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn draws_stay_in_range_and_reach_both_ends() {
        let mut random = Random::new(3);
        let draws: Vec<f32> = (0..4000).map(|_| random.signed()).collect();
        assert!(draws.iter().all(|draw| (-1.0..1.0).contains(draw)));
        assert!(draws.iter().any(|draw| *draw > 0.95) && draws.iter().any(|draw| *draw < -0.95));
        let indices: Vec<usize> = (0..400).map(|_| random.index(5)).collect();
        assert!((0..5).all(|wanted| indices.contains(&wanted)) && indices.iter().all(|index| *index < 5));
    }

    #[test]
    fn forks_are_independent_of_each_other_and_repeatable() {
        let random = Random::new(9);
        assert_eq!(random.fork("kick").next(), random.fork("kick").next());
        assert_ne!(random.fork("kick").next(), random.fork("bass").next());
    }
}
