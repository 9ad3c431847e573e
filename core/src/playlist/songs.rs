//! What playlists are made by, besides sound: who plays a track, which song it is, its tempo, key and energy.

use xxhash_rust::xxh64::xxh64;

use super::core_title;
use crate::{Key, TrackMeta, search::fold};

/// Cosine distance under which two tracks may be one recording.
const NEAR: f64 = 0.01;
/// Largest difference in duration between copies of one recording, in seconds.
const SAME_DURATION_S: f32 = 1.0;
/// Cosine distance of a copy of the same file: nothing but rounding.
const IDENTICAL: f64 = 1e-6;
/// Largest difference in duration between copies of the same file, in seconds.
const COPY_DURATION_S: f32 = 0.01;
/// Number of [`Names`].
pub(super) const NAMES: usize = 3;

/// A name, folded and hashed: equal names are equal, and a library's names take no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(u64);

impl NameId {
    /// `None` for a name without a letter or digit.
    fn of(folded: &str) -> Option<Self> {
        // XXH64 with seed 0: two of a million names collide with a probability of 3e-8.
        folded.chars().any(char::is_alphanumeric).then(|| Self(xxh64(folded.trim().as_bytes(), 0)))
    }
}

/// Artist, album and title of a track.
pub(super) type Names = [Option<NameId>; NAMES];

/// What is known of a track as a song in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Song {
    /// The title without its edition ([`core_title`]).
    pub title: Option<NameId>,
    /// The artist.
    pub artist: Option<NameId>,
    /// The album.
    pub album: Option<NameId>,
    /// Duration in seconds.
    pub duration_s: f32,
    /// Tempo in beats per minute, above 0.
    pub bpm: Option<f32>,
    /// Key. `None` also where the tag names none.
    pub key: Option<Key>,
    /// How energetic the track is within the library, 0 to 1.
    pub energy: Option<f32>,
    /// Its playlist in the library.
    pub sub_genre: u32,
}

impl Song {
    /// Reads the names and numbers of a track.
    pub fn new(track: &TrackMeta) -> Self {
        let name = |name: &Option<String>| name.as_deref().and_then(|name| NameId::of(&fold(name)));
        Self {
            title: NameId::of(&core_title(&track.title)),
            artist: name(&track.artist),
            album: name(&track.album),
            duration_s: track.duration_s,
            bpm: track.bpm.filter(|&bpm| bpm > 0.0),
            key: track.key.as_deref().and_then(|key| key.parse().ok()),
            energy: track.energy,
            sub_genre: track.sub_genre,
        }
    }

    /// Whether the tempo is known and within these bounds, in beats per minute; with `any_octave` half or double of it
    /// may be.
    pub fn tempo_within(&self, [slowest, fastest]: [f32; 2], any_octave: bool) -> bool {
        let inside = |bpm: f32| (slowest..=fastest).contains(&bpm);
        self.bpm.is_some_and(|bpm| inside(bpm) || any_octave && (inside(2.0 * bpm) || inside(0.5 * bpm)))
    }
}

/// The songs of a library, track for track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Songs {
    songs: Vec<Song>,
}

impl Songs {
    /// Reads these tracks.
    pub fn new<'a>(tracks: impl IntoIterator<Item = &'a TrackMeta>) -> Self {
        Self { songs: tracks.into_iter().map(Song::new).collect() }
    }

    /// Number of tracks.
    pub fn len(&self) -> usize {
        self.songs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.songs.is_empty()
    }

    /// What is known of a track, where there is such a track.
    pub fn get(&self, track: usize) -> Option<&Song> {
        self.songs.get(track)
    }

    /// All of them, in the library's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Song> {
        self.songs.iter()
    }

    /// Whether two tracks are versions of one song, given their cosine similarity. True for
    /// - the same artist and the same title without its edition (live, remaster, radio edit), however they sound;
    /// - nearly the same sound (cosine distance under 0.01) and duration (within 1 s) where titles agree and artists do
    ///   not contradict;
    /// - a copy: the same sound to the last digit and the same duration, whatever the tags say.
    ///
    /// When unsure they are different songs. Tracks that do not exist are nobody's version.
    pub fn same_song(&self, a: usize, b: usize, similarity: f64) -> bool {
        let (Some(a), Some(b)) = (self.get(a), self.get(b)) else { return false };
        let difference_s = (a.duration_s - b.duration_s).abs();
        if 1.0 - similarity < IDENTICAL && difference_s < COPY_DURATION_S {
            return true;
        }
        if a.title != b.title || a.title.is_none() {
            return false;
        }
        match (a.artist, b.artist) {
            (Some(a), Some(b)) => a == b,
            _ => 1.0 - similarity < NEAR && difference_s <= SAME_DURATION_S,
        }
    }

    /// What keeps a track apart from others.
    pub(super) fn names(&self, track: usize) -> Names {
        self.get(track).map_or([None; NAMES], |song| [song.artist, song.album, song.title])
    }

    /// Whether two tracks have a title in common, without its edition.
    pub(super) fn same_title(&self, a: usize, b: usize) -> bool {
        let title = |track| self.get(track).and_then(|song| song.title);
        title(a).is_some() && title(a) == title(b)
    }

    /// Whether two tracks last as long as copies of one file.
    pub(super) fn same_duration(&self, a: usize, b: usize) -> bool {
        let (Some(a), Some(b)) = (self.get(a), self.get(b)) else { return false };
        (a.duration_s - b.duration_s).abs() < COPY_DURATION_S
    }
}

impl From<Vec<Song>> for Songs {
    fn from(songs: Vec<Song>) -> Self {
        Self { songs }
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
        Songs::new(&[track(a), track(b)]).same_song(0, 1, similarity)
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
