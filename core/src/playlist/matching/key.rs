//! Keys of tracks that stay the same when a site is built again, in another order or with other music.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use xxhash_rust::xxh64::xxh64;

use super::SAME_DURATION_S;
use super::table::Table;
use crate::{TrackMeta, search::fold};

/// Digits of a key's text, in order.
const DIGITS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
/// Number of digits: 6 bits each.
const LENGTH: usize = 11;
/// The lowest bits hold the duration.
const DURATION_BITS: u32 = 16;
const DURATION_MASK: u64 = (1 << DURATION_BITS) - 1;

/// A track by its names and duration: 48 bits of a hash of artist and title, folded, and the duration in whole seconds (0
/// where unknown). Its text is 11 letters, digits, `-` and `_`, so that it fits into addresses as it is.
///
/// Two of 100,000 different names share their hash with a probability of 2e-5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackKey(u64);

/// A text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected the 11 characters of a track's key")]
pub struct TrackKeyError;

impl TrackKey {
    /// The key of a track.
    pub fn of(track: &TrackMeta) -> Self {
        // Artists may hold any character but this one.
        let names = fold(track.artist.as_deref().unwrap_or_default()).replace('\n', " ") + "\n" + &fold(&track.title);
        let seconds =
            if track.duration_s > 0.0 { track.duration_s.round().min(DURATION_MASK as f32) as u64 } else { 0 };
        Self(xxh64(names.as_bytes(), 0) & !DURATION_MASK | seconds)
    }

    fn seconds(self) -> u64 {
        self.0 & DURATION_MASK
    }
}

impl fmt::Display for TrackKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(LENGTH);
        for place in (0..LENGTH).rev() {
            text.push(DIGITS[(self.0 >> (6 * place) & 63) as usize] as char);
        }
        f.write_str(&text)
    }
}

impl FromStr for TrackKey {
    type Err = TrackKeyError;

    fn from_str(text: &str) -> Result<Self, TrackKeyError> {
        // 11 digits are 66 bits, of which the first two must be 0.
        let mut key = 0u128;
        for &byte in text.as_bytes().iter().take(LENGTH + 1) {
            key = key << 6 | u128::from(digit(byte).ok_or(TrackKeyError)?);
        }
        match u64::try_from(key) {
            Ok(key) if text.len() == LENGTH => Ok(Self(key)),
            _ => Err(TrackKeyError),
        }
    }
}

/// The place of a digit in [`DIGITS`].
#[inline(never)]
fn digit(byte: u8) -> Option<u8> {
    let place = match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'Z' => byte - b'A' + 10,
        b'a'..=b'z' => byte - b'a' + 36,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    };
    Some(place)
}

/// The keys of a library's tracks: 16 bytes each.
#[derive(Clone, Debug, Default)]
pub struct TrackKeys {
    table: Table,
}

impl TrackKeys {
    /// The keys of these tracks.
    pub fn new(keys: impl IntoIterator<Item = TrackKey>) -> Self {
        let rows = keys.into_iter().zip(0..).map(|(key, track)| (key.0, track)).collect();
        Self { table: Table::new(rows, &|a, b| a.cmp(&b)) }
    }

    /// The track with this key: with the same names and the nearest duration, which must be within 2 s where both are
    /// known. The first of those that names and duration cannot tell apart.
    pub fn find(&self, key: TrackKey) -> Option<u32> {
        self.nearest(key).first().map(|row| row.1)
    }

    /// The tracks with this key, as [`TrackKeys::find`] sees it.
    pub(super) fn find_all(&self, key: TrackKey) -> impl Iterator<Item = u32> {
        self.nearest(key).iter().map(|row| row.1)
    }

    fn nearest(&self, key: TrackKey) -> &[(u64, u32)] {
        let named = self.table.between(key.0 & !DURATION_MASK, key.0 | DURATION_MASK);
        let difference = |row: &(u64, u32)| match (TrackKey(row.0).seconds(), key.seconds()) {
            (a, b) if a == b => 0,
            (0, _) | (_, 0) => SAME_DURATION_S as u64,
            (a, b) => a.abs_diff(b),
        };
        let nearest =
            named.iter().min_by_key(|row| difference(row)).filter(|row| difference(row) <= SAME_DURATION_S as u64);
        nearest.map_or(&[], |row| self.table.of(row.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(artist: Option<&str>, title: &str, duration_s: f32) -> TrackMeta {
        TrackMeta { title: title.into(), artist: artist.map(Into::into), duration_s, ..TrackMeta::default() }
    }

    #[test]
    fn a_key_is_what_it_was_in_earlier_builds() {
        // Saved playlists hold these texts: a change here loses them.
        assert_eq!(TrackKey::of(&track(Some("Rosén"), "Halo", 200.4)).to_string(), "DIuF_ZxB038");
        assert_eq!(TrackKey::of(&track(None, "", f32::NAN)).to_string().len(), LENGTH);
    }

    #[test]
    fn texts_are_read_back_and_others_refused() {
        for bits in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef] {
            assert_eq!(TrackKey(bits).to_string().parse(), Ok(TrackKey(bits)));
        }
        for text in ["", "0", "G0000000000", "__________", "0000000000 ", "0000000000ä"] {
            assert_eq!(text.parse::<TrackKey>(), Err(TrackKeyError), "{text}");
        }
    }

    #[test]
    fn names_fold_and_nearest_durations_are_found() {
        let library = [
            track(Some("Rosén"), "Halo", 200.0),
            track(Some("Rosén"), "Halo", 260.0),
            track(Some("Rosén"), "Glow", f32::NAN),
            track(Some("Rosén"), "Halo", 200.2),
        ];
        let keys = TrackKeys::new(library.iter().map(TrackKey::of));
        let find = |artist, title, duration_s| keys.find(TrackKey::of(&track(Some(artist), title, duration_s)));
        assert_eq!(find("ROSE\u{301}N", "halo", 200.0), Some(0));
        assert_eq!(find("Rosén", "Halo", 258.0), Some(1));
        assert_eq!(find("Rosén", "Halo", 257.0), None);
        assert_eq!(find("Rosén", "Glow", 99.0), Some(2));
        assert_eq!(find("Rosé", "nHalo", 200.0), None);
        assert_eq!(keys.find_all(TrackKey::of(&library[0])).collect::<Vec<_>>(), [0, 3]);
    }
}
