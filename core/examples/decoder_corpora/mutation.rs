//! Damage that can be made again: what is done to the bytes of a file before it is decoded.

use std::fmt;
use std::str::FromStr;

/// Bytes at the start of a file in which a flip most often hits what sizes and counts are read from.
const HEADER_BYTES: usize = 512;

/// What is done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutation {
    /// Nothing.
    Whole,
    /// Only so many hundredths of it are kept.
    Cut(u8),
    /// Bits are flipped where this seed says: from one to 64, half of the time within the header alone.
    Flips(u64),
}

impl Mutation {
    /// The bytes after it.
    pub(crate) fn apply(self, mut bytes: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Cut(percent) => bytes.truncate(bytes.len() * usize::from(percent) / 100),
            Self::Flips(seed) if !bytes.is_empty() => {
                let mut random = Random(seed);
                let within = if random.below(2) == 0 { bytes.len() } else { bytes.len().min(HEADER_BYTES) };
                for _ in 0..1_usize << random.below(7) {
                    bytes[random.below(within)] ^= 1 << random.below(8);
                }
            }
            // No bit of an empty file can be flipped.
            Self::Whole | Self::Flips(_) => {}
        }
        bytes
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Cut(percent) => write!(f, "cut:{percent}"),
            Self::Flips(seed) => write!(f, "flips:{seed}"),
        }
    }
}

impl FromStr for Mutation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| digits.parse::<u64>().map_err(|error| format!("{text}: {error}"));
        match text.split_once(':') {
            None if text == "whole" => Ok(Self::Whole),
            Some(("cut", percent)) => Ok(Self::Cut(number(percent)?.min(100) as u8)),
            Some(("flips", seed)) => Ok(Self::Flips(number(seed)?)),
            _ => Err(format!("{text} is no mutation")),
        }
    }
}

/// Numbers that look random and follow from a seed (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(x ^ (x >> 31)) * limit as u128) >> 64) as usize
    }
}
