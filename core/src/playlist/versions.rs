//! Knowing when two tracks are the same song.

use super::core_title;
use crate::{TrackMeta, search::fold};

/// Cosine distance under which two tracks may be one recording.
const NEAR: f64 = 0.01;
/// Largest difference in duration between copies of one recording, in seconds.
const SAME_DURATION_S: f32 = 1.0;
/// Cosine distance of a copy of the same file: nothing but rounding.
const IDENTICAL: f64 = 1e-6;

/// What has to be known of every track to tell versions of one song from different songs.
pub struct Versions {
    names: Vec<Name>,
}

struct Name {
    core_title: String,
    artist: Option<String>,
    duration_s: f32,
}

impl Versions {
    /// Reads the names of these tracks.
    pub fn new(tracks: &[TrackMeta]) -> Self {
        let names = tracks
            .iter()
            .map(|track| Name {
                core_title: core_title(&track.title),
                artist: track.artist.as_deref().map(fold).filter(|artist| !artist.trim().is_empty()),
                duration_s: track.duration_s,
            })
            .collect();
        Self { names }
    }

    /// Whether two tracks are versions of one song, given their cosine similarity. True for
    /// - the same artist and the same title without its edition (live, remaster, radio edit), however they sound;
    /// - nearly the same sound (cosine distance under 0.01) and duration (within 1 s) where titles agree and artists do
    ///   not contradict;
    /// - a copy: the same sound to the last digit and the same duration, whatever the tags say.
    ///
    /// When unsure they are different songs. Tracks that do not exist are nobody's version.
    pub fn same_song(&self, a: usize, b: usize, similarity: f64) -> bool {
        let (Some(a), Some(b)) = (self.names.get(a), self.names.get(b)) else { return false };
        let difference_s = (a.duration_s - b.duration_s).abs();
        if 1.0 - similarity < IDENTICAL && difference_s < 0.01 {
            return true;
        }
        if a.core_title != b.core_title || a.core_title.is_empty() {
            return false;
        }
        match (&a.artist, &b.artist) {
            (Some(a), Some(b)) => a == b,
            _ => 1.0 - similarity < NEAR && difference_s <= SAME_DURATION_S,
        }
    }

    /// The folded artist, where one is known.
    pub(super) fn artist(&self, track: usize) -> Option<&str> {
        self.names.get(track).and_then(|name| name.artist.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: (&str, Option<&str>, f32), b: (&str, Option<&str>, f32), similarity: f64) -> bool {
        let track = |(title, artist, duration_s): (&str, Option<&str>, f32)| TrackMeta {
            title: title.into(),
            artist: artist.map(Into::into),
            duration_s,
            ..TrackMeta::default()
        };
        Versions::new(&[track(a), track(b)]).same_song(0, 1, similarity)
    }

    #[test]
    fn editions_by_one_artist_are_one_song_however_they_sound() {
        assert!(same(("Halo", Some("Rosén"), 200.0), ("Halo (Live)", Some("ROSE\u{301}N"), 260.0), 0.2));
        assert!(!same(("Halo", Some("Rosén"), 200.0), ("Halo (X Remix)", Some("Rosén"), 200.0), 0.995));
        assert!(!same(("Halo", Some("Rosén"), 200.0), ("Halo", Some("Ånna"), 200.0), 0.995));
    }

    #[test]
    fn without_an_artist_sound_and_duration_decide() {
        assert!(same(("Halo", None, 200.0), ("Halo [Explicit]", Some("Rosén"), 200.9), 0.992));
        assert!(!same(("Halo", None, 200.0), ("Halo", Some("Rosén"), 202.0), 0.992));
        assert!(!same(("Halo", None, 200.0), ("Halo", Some("Rosén"), 200.0), 0.98));
        // Tracks of one length that a trained embedding has moved together are not versions of each other.
        assert!(!same(("Halo", None, 30.0), ("Glow", None, 30.0), 0.9995));
    }

    #[test]
    fn a_copy_under_another_name_is_found() {
        assert!(same(("Halo", Some("Rosén"), 200.0), ("track01", None, 200.0), 1.0));
        assert!(!same(("Halo", Some("Rosén"), 200.0), ("track01", None, 201.0), 1.0));
    }
}
