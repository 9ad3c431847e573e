//! Made-up libraries for the tests of strategies.

use super::{Library, Song, Songs};
use crate::random::SplitMix64;
use crate::search::Searcher;
use crate::{Key, TrackMeta, Vectors};

/// A library with made-up sound, to be given names and numbers.
pub(super) struct TestLibrary {
    pub(super) songs: Vec<Song>,
    searcher: Searcher,
    built: std::cell::OnceCell<Songs>,
}

impl TestLibrary {
    /// Tracks in random directions, each with an artist, an album and a title of its own and 200 to 300 s long. Tempo,
    /// key and energy are unknown.
    pub(super) fn new(n: usize, dim: usize, seed: u64) -> Self {
        let mut random = SplitMix64 { state: seed };
        let data = (0..n * dim).map(|_| (random.next() >> 40) as f32 / (1_u64 << 23) as f32 - 1.0 + 1e-6).collect();
        Self::of(Vectors::normalized(data, dim).unwrap())
    }

    /// Tracks with these vectors.
    pub(super) fn of(vectors: Vectors) -> Self {
        let song = |track: usize| {
            Song::new(&TrackMeta {
                title: format!("title {track}"),
                artist: Some(format!("artist {track}")),
                album: Some(format!("album {track}")),
                duration_s: 200.0 + (track * 7 % 100) as f32,
                ..TrackMeta::default()
            })
        };
        Self {
            songs: (0..vectors.len()).map(song).collect(),
            searcher: Searcher::new(vectors),
            built: std::cell::OnceCell::new(),
        }
    }

    /// Gives artists, titles, tempi, keys and energies at random, some of them unknown; `artists` and `titles` are how
    /// many there are.
    pub(super) fn with_tags(mut self, artists: u64, titles: u64, seed: u64) -> Self {
        let mut random = SplitMix64 { state: seed ^ 0x5eed };
        let keys: Vec<Key> = Key::all().collect();
        for song in &mut self.songs {
            let mut below = |n: u64| random.next() % n;
            let named = Song::new(&TrackMeta {
                title: format!("title {}", below(titles)),
                artist: Some(format!("artist {}", below(artists))),
                ..TrackMeta::default()
            });
            (song.title, song.artist) = (named.title, named.artist);
            song.bpm = Some(60.0 + below(120) as f32).filter(|_| below(4) > 0);
            song.key = Some(keys[below(24) as usize]).filter(|_| below(4) > 0);
            song.energy = Some(below(101) as f32 / 100.0).filter(|_| below(4) > 0);
        }
        self
    }

    /// The library, from now on as it is.
    pub(super) fn get(&self) -> Library<'_> {
        let songs = self.built.get_or_init(|| self.songs.clone().into());
        Library { songs, searcher: &self.searcher }
    }
}
