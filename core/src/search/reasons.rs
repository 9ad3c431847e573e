//! Why two tracks go together, in what a listener can check.

use crate::Key;
use crate::playlist::{Song, tempo_change};

/// What two tracks have in common besides their sound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reasons {
    /// How much faster the other track is, in percent, after doubling or halving its tempo to come nearest. `None` where
    /// a tempo is unknown.
    pub tempo_percent: Option<f32>,
    /// How their keys stand to each other. `None` where a key is unknown or they do not mix.
    pub key: Option<KeyRelation>,
    /// Whether the owner put them into one playlist.
    pub same_sub_genre: bool,
    /// Whether they are by one artist.
    pub same_artist: bool,
}

/// How two keys that mix stand to each other on the Camelot wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRelation {
    /// One key.
    Same,
    /// Major and minor with the same notes: `8A` and `8B`.
    Relative,
    /// A fifth apart: `8A` and `9A`.
    Neighbour,
}

impl Reasons {
    /// Compares a track with another.
    pub fn new(track: &Song, other: &Song) -> Self {
        Self {
            tempo_percent: track.bpm.zip(other.bpm).and_then(|(a, b)| tempo_change(a, b)).map(|by| (100.0 * by) as f32),
            key: track.key.zip(other.key).and_then(|(a, b)| KeyRelation::new(a, b)),
            same_sub_genre: track.sub_genre == other.sub_genre,
            same_artist: track.artist.is_some() && track.artist == other.artist,
        }
    }
}

impl KeyRelation {
    /// `None` where the keys do not mix.
    pub fn new(a: Key, b: Key) -> Option<Self> {
        if a == b {
            Some(Self::Same)
        } else if !a.compatible_with(b) {
            None
        } else if a.mode() == b.mode() {
            Some(Self::Neighbour)
        } else {
            Some(Self::Relative)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TrackMeta;

    fn song(bpm: Option<f32>, key: Option<&str>, artist: Option<&str>, sub_genre: u32) -> Song {
        let (key, artist) = (key.map(str::to_owned), artist.map(str::to_owned));
        Song::new(&TrackMeta { artist, bpm, key, sub_genre, ..TrackMeta::default() })
    }

    #[test]
    fn tempos_are_compared_within_an_octave() {
        let percent = |a, b| Reasons::new(&song(Some(a), None, None, 0), &song(Some(b), None, None, 0)).tempo_percent;
        for (a, b, expected) in
            [(120.0, 126.0, 5.0), (120.0, 63.0, 5.0), (90.0, 176.0, -2.222_222), (128.0, 128.0, 0.0)]
        {
            assert!((percent(a, b).unwrap() - expected).abs() < 1e-3, "{a} {b}: {:?}", percent(a, b));
        }
        assert_eq!(Reasons::new(&song(None, None, None, 0), &song(Some(1.0), None, None, 0)).tempo_percent, None);
    }

    #[test]
    fn keys_artists_and_playlists_are_compared() {
        let a = song(None, Some("8A"), Some("Søren"), 1);
        let relation = |key| Reasons::new(&a, &song(None, Some(key), None, 0)).key;
        assert_eq!(relation("Am"), Some(KeyRelation::Same));
        assert_eq!(relation("C major"), Some(KeyRelation::Relative));
        assert_eq!(relation("7A"), Some(KeyRelation::Neighbour));
        assert_eq!(relation("2B"), None);
        let same = Reasons::new(&a, &song(None, None, Some("SOREN"), 1));
        assert!(same.same_artist && same.same_sub_genre && same.key.is_none());
        let other = Reasons::new(&song(None, None, None, 0), &song(None, None, None, 1));
        assert_eq!(other, Reasons::default());
    }
}
