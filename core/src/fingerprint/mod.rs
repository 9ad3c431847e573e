//! Acoustic fingerprints: the same recording in another codec, bit rate or loudness, or beginning a little earlier.
//!
//! The bits are those of Haitsma and Kalker 2002, "A highly robust audio fingerprinting system": the sign of how the
//! difference between neighbouring bands changes from frame to frame. Chromaprint, the usual choice, describes
//! harmony, 8 times a second, which drum loops of one kit have in common: between different loops as few as 3 % of its
//! bits differ, and 6 % between a loop and its copy. Here these are 28 % and at most 16 %.

mod duplicates;
mod extract;

use std::fmt;

pub use duplicates::{Duplicate, find_duplicates};
pub(crate) use extract::FingerprintMeter;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Version of the bits. Fingerprints of different versions must never be compared.
pub const FINGERPRINT_VERSION: u32 = 1;

/// Sample rate that frames are cut at, in Hz.
const RATE_HZ: u32 = 11_025;
/// Samples of a frame: 0.37 s.
const FRAME: usize = 4096;
/// Samples between frames: 46 ms.
const HOP: usize = 512;
/// Frames that are kept: 120 s, which is 10 kB.
const MAX_FRAMES: usize = 120 * RATE_HZ as usize / HOP;

/// What a recording is recognised by: 32 bits for every 46 ms of its first two minutes, and its duration.
///
/// Serialized as bytes, or as hexadecimal digits in formats for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint {
    /// At most [`MAX_FRAMES`]. 0 is a frame in which nothing changes, such as silence.
    frames: Vec<u32>,
    /// Duration of the whole track, in seconds.
    duration_s: f32,
}

impl Fingerprint {
    /// Duration of the whole track, in seconds.
    pub fn duration_s(&self) -> f32 {
        self.duration_s
    }

    /// Frames in which something sounds.
    fn sounding(&self) -> usize {
        self.frames.iter().filter(|&&frame| frame != 0).count()
    }

    fn to_bytes(&self) -> Vec<u8> {
        let words = std::iter::once(self.duration_s.to_bits()).chain(self.frames.iter().copied());
        words.flat_map(u32::to_le_bytes).collect()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, []) = bytes.as_chunks::<4>() else { return None };
        let (&duration, frames) = words.split_first()?;
        let duration_s = f32::from_le_bytes(duration);
        (duration_s.is_finite() && frames.len() <= MAX_FRAMES)
            .then(|| Self { frames: frames.iter().map(|&word| u32::from_le_bytes(word)).collect(), duration_s })
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.to_bytes();
        if !serializer.is_human_readable() {
            return serializer.serialize_bytes(&bytes);
        }
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        serializer.serialize_str(&bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect::<String>())
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(FingerprintVisitor)
        } else {
            deserializer.deserialize_bytes(FingerprintVisitor)
        }
    }
}

struct FingerprintVisitor;

impl Visitor<'_> for FingerprintVisitor {
    type Value = Fingerprint;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a fingerprint: a duration and at most {MAX_FRAMES} words of 32 bits, as bytes or hexadecimal digits")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Fingerprint, E> {
        let unexpected = || E::invalid_length(text.len(), &self);
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(unexpected()) };
        let digit = |c: u8| char::from(c).to_digit(16).map(|d| d as u8);
        let bytes: Option<Vec<u8>> = pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect();
        bytes.and_then(|bytes| Fingerprint::from_bytes(&bytes)).ok_or_else(unexpected)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Fingerprint, E> {
        Fingerprint::from_bytes(bytes).ok_or_else(|| E::invalid_length(bytes.len(), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_back_from_text_and_bytes() {
        let fingerprint = Fingerprint { frames: vec![0, 1, 0xdead_beef, u32::MAX], duration_s: 12.5 };
        let json = serde_json::to_string(&fingerprint).unwrap();
        assert_eq!(json.len(), 2 + 2 * 20);
        assert_eq!(serde_json::from_str::<Fingerprint>(&json).unwrap(), fingerprint);
        let bytes = postcard::to_allocvec(&fingerprint).unwrap();
        assert_eq!(bytes.len(), 21);
        assert_eq!(postcard::from_bytes::<Fingerprint>(&bytes).unwrap(), fingerprint);
    }

    #[test]
    fn damaged_fingerprints_are_refused() {
        let nan = "\"0000c07f\"";
        let long = format!("\"{}\"", "0".repeat(8 * (MAX_FRAMES + 2)));
        for json in ["\"\"", "\"0\"", "\"0000\"", "\"zzzzzzzz\"", "\"000000000\"", "[1]", nan, &long] {
            assert!(serde_json::from_str::<Fingerprint>(json).is_err(), "{}", &json[..json.len().min(20)]);
        }
    }
}
