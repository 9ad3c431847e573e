//! The generator that every seeded number of this crate comes from; what draws from it says how.

/// What the state of [`SplitMix64`] advances by: 2^64 divided by the golden ratio, made odd.
pub(crate) const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of [`SplitMix64`]: a bijection whose output bits all depend on all input bits.
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A small generator whose sequence is fixed by its state on every platform (Steele, Lea and Flood 2014, "Fast
/// splittable pseudorandom number generators"). For choices, not for secrets.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix64 {
    /// A counter: any value is a good seed.
    pub(crate) state: u64,
}

impl SplitMix64 {
    /// 64 random bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN_GAMMA);
        mix(self.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // The first outputs of the reference implementation (prng.di.unimi.it/splitmix64.c) for the seed 0.
        let mut random = SplitMix64 { state: 0 };
        assert_eq!(random.next(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(random.next(), 0x6e78_9e6a_a1b9_65f4);
    }
}
