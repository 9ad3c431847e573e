//! A library that answers.

use js_sys::{Array, Object};
use pmsl_core::{
    TrackMeta,
    index::{Catalog, Reader},
    playlist::{self, Library, Song, Songs},
    search::{Found, Searcher, SimilarityScale, TextIndex},
};
use wasm_bindgen::prelude::*;

use crate::value::{self, object};
use crate::{answers, options};

/// A library: first its names, then how it sounds, each ready to answer as soon as it is there.
#[wasm_bindgen]
#[derive(Default)]
pub struct Viewer {
    reader: Reader,
    names: Option<Names>,
    sound: Option<Sound>,
}

/// What is known of the tracks.
struct Names {
    catalog: Catalog,
    songs: Songs,
    text: TextIndex,
    found: Vec<u8>,
}

/// How they sound.
struct Sound {
    searcher: Searcher,
    scale: SimilarityScale,
}

#[wasm_bindgen]
impl Viewer {
    /// An empty library, to be filled with [`Viewer::push`].
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the next chunk of the index, in order. `build` is the build id of the page, as hexadecimal digits. Returns
    /// whether this chunk completed what names the tracks.
    ///
    /// # Errors
    /// Throws, with a message for the listener, when the chunk is damaged, of another version or of another build than
    /// the page.
    pub fn push(&mut self, chunk: &[u8], build: &str) -> Result<bool, JsError> {
        let Some(catalog) = crate::push(&mut self.reader, chunk, build)? else { return Ok(false) };
        // Room for all at once: a list that grows leaves holes in a memory that never shrinks.
        let mut text = TextIndex::with_capacity(&catalog.sub_genres, catalog.len(), catalog.size());
        let mut songs = Vec::with_capacity(catalog.len());
        for track in catalog.tracks() {
            text.push(&track);
            songs.push(Song::new(&track));
        }
        let songs = songs.into();
        self.names = Some(Names { catalog, songs, text, found: Vec::new() });
        Ok(true)
    }

    /// Call after the last chunk: from here on the library answers by sound.
    ///
    /// # Errors
    /// Throws, with a message for the listener, when chunks are missing or their vectors cannot be used.
    pub fn finish(&mut self) -> Result<(), JsError> {
        let rows = std::mem::take(&mut self.reader).finish()?;
        self.sound = Some(Sound { scale: SimilarityScale::new(&rows), searcher: Searcher::new(rows) });
        Ok(())
    }

    /// Whether the library answers by sound.
    #[wasm_bindgen(getter)]
    pub fn complete(&self) -> bool {
        self.sound.is_some()
    }

    /// Number of tracks.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> u32 {
        self.names.as_ref().map_or(0, |names| names.songs.len() as u32)
    }

    /// What is known of a track: `{title, artist?, album?, year?, bpm?, bpmHeard, key?, camelot?, keyHeard, energy?,
    /// duration, subGenre, path?, audio?, tags}`, or undefined where there is none.
    pub fn track(&self, track: usize) -> Option<Object> {
        let names = self.names.as_ref()?;
        Some(answers::track(&names.catalog.track(track)?, names.songs.get(track)?))
    }

    /// The sub-genres in the library's order: `[{name, genre?}]`.
    #[wasm_bindgen(js_name = subGenres)]
    pub fn sub_genres(&self) -> Array {
        self.names.iter().flat_map(|names| &names.catalog.sub_genres).map(answers::sub_genre).collect()
    }

    /// The sub-genre of every track, as indices: a `Uint32Array`.
    #[wasm_bindgen(js_name = subGenreOfTracks)]
    pub fn sub_genre_of_tracks(&self) -> Vec<u32> {
        self.songs().map(|song| song.sub_genre).collect()
    }

    /// Places on the map, `x0, y0, x1, y1, ...`: a `Float32Array`.
    pub fn positions(&self) -> Vec<f32> {
        self.names.iter().flat_map(|names| &names.catalog.positions).flatten().copied().collect()
    }

    /// One number for every track, NaN where it is unknown: a `Float32Array`. `name` is `bpm`, `key` (0 for 1A, 1 for
    /// 1B, 2 for 2A, ... on the Camelot wheel), `energy` (0 to 1), `duration` (seconds) or `year`; another has none.
    pub fn column(&self, name: &str) -> Vec<f32> {
        if name == "year" {
            let tracks = self.names.iter().flat_map(|names| names.catalog.tracks());
            return tracks.map(|track| track.year.map_or(f32::NAN, |year| year as f32)).collect();
        }
        let value = |song: &Song| match name {
            "bpm" => song.bpm,
            "key" => song.key.map(|key| f32::from(key.wheel_place())),
            "energy" => song.energy,
            "duration" => Some(song.duration_s),
            _ => None,
        };
        self.songs().map(|song| value(song).unwrap_or(f32::NAN)).collect()
    }

    /// Tracks that hold every word of the text in title, artist, album, playlist or tags, and that the filters accept,
    /// best first: `{tracks: Uint32Array, total}`, with at most `limit` tracks of `total` found.
    ///
    /// `filters`: `{bpm?: [low, high], anyOctave?, key?: "8A", seconds?: [low, high], subGenres?: [index, ...]}`.
    pub fn search(&mut self, text: &str, filters: &JsValue, limit: usize) -> Object {
        let Some(names) = &mut self.names else { return answers::found(&[], 0) };
        let filter = options::filter(filters);
        let songs = &names.songs;
        let keep = |track| songs.get(track).is_some_and(|song| filter.accepts(song));
        let Found { tracks, total, mask } = names.text.search(text, keep, limit);
        names.found = mask;
        answers::found(&tracks, total)
    }

    /// For every track whether the last search found it, 1 or 0: a `Uint8Array`.
    pub fn found(&self) -> Vec<u8> {
        self.names.as_ref().map(|names| names.found.clone()).unwrap_or_default()
    }

    /// The `n` tracks most similar to a track, best first: `[{track, similarity, percentile, why}]`. Similarity 1 is
    /// identical; the percentile says how many percent of the library's pairs are less similar; why is
    /// `{tempo?, key?, subGenre, artist, tags}`.
    pub fn neighbours(&self, track: usize, n: usize) -> Array {
        let Some((names, sound)) = self.ready() else { return Array::new() };
        let of = names.catalog.track(track).unwrap_or_default();
        let found = sound.searcher.neighbours(track, n);
        found.iter().map(|found| names.neighbour(track, &of, sound, found.track, found.similarity)).collect()
    }

    /// The `n` tracks most similar to a vector of the index's dimension: `[{track, similarity, percentile}]`.
    #[wasm_bindgen(js_name = nearestTo)]
    pub fn nearest_to(&self, vector: &[f32], n: usize) -> Array {
        let Some((_, sound)) = self.ready() else { return Array::new() };
        let found = sound.searcher.nearest(vector, n, |_| false);
        found.iter().map(|found| sound.describe(found.track, found.similarity)).collect()
    }

    /// Makes a playlist: `{tracks: Uint32Array, similarity: Float32Array, unmet: [{wish, times}]}`. Similarity is that
    /// to the nearest track that was asked for.
    ///
    /// `request`: `{strategy: "similar" | "mix" | "path" | "set", seeds, disliked, waypoints, length, minutes?, loyalty?,
    /// diversity?, bpm?: [from, to], bpmRange?: [low, high], keys?: "compatible", energy?: [0 to 1, ...],
    /// spacing?: {artist, album, title}, temperature?, seed?, locked?: [{place, track}], exclude?: [...]}`.
    pub fn make(&self, request: &JsValue) -> Object {
        self.library().map_or_else(Object::new, |library| answers::playlist(&options::make(library, request)))
    }

    /// The same tracks in an order with smaller steps: a `Uint32Array`.
    pub fn order(&self, tracks: &[u32], fixed_ends: bool) -> Vec<u32> {
        let Some(library) = self.library() else { return tracks.to_vec() };
        playlist::order(library, &self.known(tracks), fixed_ends).into_iter().map(|track| track as u32).collect()
    }

    /// How smooth a list is: `{largestStep?, meanStep?, shuffledStep?, tempoAgreement?, keyAgreement?, steps:
    /// Float32Array}`. Steps are cosine distances from a track to the next, one fewer than tracks; agreements are shares.
    pub fn measures(&self, tracks: &[u32]) -> Object {
        let measured = self.library().map(|library| playlist::measures(library, &self.known(tracks)));
        answers::measures(&measured.unwrap_or_default())
    }
}

impl Viewer {
    fn songs(&self) -> impl Iterator<Item = &Song> {
        self.names.iter().flat_map(|names| names.songs.iter())
    }

    fn library(&self) -> Option<Library<'_>> {
        self.ready().map(|(names, sound)| Library { songs: &names.songs, searcher: &sound.searcher })
    }

    /// Those of the tracks that exist.
    fn known(&self, tracks: &[u32]) -> Vec<usize> {
        let count = self.length();
        tracks.iter().filter(|&&track| track < count).map(|&track| track as usize).collect()
    }

    fn ready(&self) -> Option<(&Names, &Sound)> {
        self.names.as_ref().zip(self.sound.as_ref())
    }
}

impl Names {
    /// A neighbour of a track, with what they have in common.
    fn neighbour(&self, track: usize, of: &TrackMeta, sound: &Sound, other: usize, similarity: f64) -> Object {
        let neighbour = sound.describe(other, similarity);
        if let (Some(a), Some(b), Some(meta)) =
            (self.songs.get(track), self.songs.get(other), self.catalog.track(other))
        {
            value::set(&neighbour, "why", &answers::why(a, b, &of.tags, &meta.tags));
        }
        neighbour
    }
}

impl Sound {
    fn describe(&self, track: usize, similarity: f64) -> Object {
        object(&[
            ("track", (track as u32).into()),
            ("similarity", similarity.into()),
            ("percentile", self.scale.percentile(similarity).into()),
        ])
    }
}
