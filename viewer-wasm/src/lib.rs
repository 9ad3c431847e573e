//! The explorer's engine: a thin shell that gives JavaScript what `pmsl-core` computes.
//!
//! It owns no ranking, no reading and no file format; it only turns arguments and answers into JavaScript values.

mod value;

use js_sys::{Array, Object, Uint8Array};
use pmsl_core::{
    SubGenre, TrackMeta, index,
    playlist::{self, Constraints, GrowOptions, Library, M3u8Options, PathSeparator, Songs},
    search::{Searcher, SimilarityScale, TextIndex},
};
use value::object;
use wasm_bindgen::prelude::*;

/// A library, loaded and ready to answer.
#[wasm_bindgen]
pub struct Viewer {
    tracks: Vec<TrackMeta>,
    sub_genres: Vec<SubGenre>,
    positions: Vec<[f32; 2]>,
    searcher: Searcher,
    scale: SimilarityScale,
    text: TextIndex,
    songs: Songs,
}

#[wasm_bindgen]
impl Viewer {
    /// Reads the chunks of an index, in any order. `build` is the build id of the page, as hexadecimal digits.
    ///
    /// # Errors
    /// Throws, with a message for the listener, when the chunks are damaged, incomplete, of another version or of
    /// another build than the page.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::needless_pass_by_value, reason = "wasm-bindgen passes arrays of objects by value only")]
    pub fn new(chunks: Vec<Uint8Array>, build: &str) -> Result<Viewer, JsError> {
        let chunks: Vec<Vec<u8>> = chunks.iter().map(Uint8Array::to_vec).collect();
        let index = index::decode(chunks.iter().map(Vec::as_slice))?;
        let found = index.build_id.to_string();
        if found != build {
            let message =
                format!("the page belongs to build {build} and its data to build {found}; copy the site again");
            return Err(JsError::new(&message));
        }
        let index::Index { tracks, sub_genres, vectors, positions, .. } = index;
        Ok(Self {
            scale: SimilarityScale::new(&vectors),
            searcher: Searcher::new(vectors),
            text: TextIndex::new(&tracks, &sub_genres),
            songs: Songs::new(&tracks),
            tracks,
            sub_genres,
            positions,
        })
    }

    /// Number of tracks.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> u32 {
        self.tracks.len() as u32
    }

    /// What is known of a track: `{title, artist?, album?, year?, bpm?, key?, duration, subGenre, path?, audio?, tags}`,
    /// or undefined where there is none.
    pub fn track(&self, track: usize) -> Option<Object> {
        let track = self.tracks.get(track)?;
        Some(object(&[
            ("title", track.title.as_str().into()),
            ("artist", track.artist.as_deref().into()),
            ("album", track.album.as_deref().into()),
            ("year", track.year.into()),
            ("bpm", track.bpm.into()),
            ("key", track.key.as_deref().into()),
            ("duration", track.duration_s.into()),
            ("subGenre", track.sub_genre.into()),
            ("path", track.path.as_deref().into()),
            ("audio", track.audio.as_deref().into()),
            ("tags", track.tags.iter().map(|tag| JsValue::from(tag.as_str())).collect::<Array>().into()),
        ]))
    }

    /// The sub-genres in the library's order: `[{name, genre?}]`.
    #[wasm_bindgen(js_name = subGenres)]
    pub fn sub_genres(&self) -> Array {
        let describe = |s: &SubGenre| object(&[("name", s.name.as_str().into()), ("genre", s.genre.as_deref().into())]);
        self.sub_genres.iter().map(describe).collect()
    }

    /// The sub-genre of every track, as indices: a `Uint32Array`.
    #[wasm_bindgen(js_name = subGenreOfTracks)]
    pub fn sub_genre_of_tracks(&self) -> Vec<u32> {
        self.tracks.iter().map(|track| track.sub_genre).collect()
    }

    /// Places on the map, `x0, y0, x1, y1, ...`: a `Float32Array`.
    pub fn positions(&self) -> Vec<f32> {
        self.positions.iter().flatten().copied().collect()
    }

    /// Tracks that hold every word of the text in title, artist, album, playlist or tags, best first:
    /// `{tracks: Array, total}`, with at most `limit` tracks of `total` found.
    pub fn search(&self, text: &str, limit: usize) -> Object {
        let (tracks, total) = self.text.search(text, limit);
        let tracks: Array = tracks.into_iter().map(|track| JsValue::from(track as u32)).collect();
        object(&[("tracks", tracks.into()), ("total", (total as u32).into())])
    }

    /// The `n` tracks most similar to a track, best first: `[{track, similarity, percentile}]`. Similarity 1 is
    /// identical; the percentile says how many percent of the library's pairs are less similar.
    pub fn neighbours(&self, track: usize, n: usize) -> Array {
        let found = self.searcher.neighbours(track, n);
        found.iter().map(|found| self.describe(found.track, found.similarity)).collect()
    }

    /// A playlist of `n` tracks grown from a track, itself first: `[{track, similarity, percentile}]`, compared with
    /// the first track. `loyalty` from 0 (drift from track to track) to 1 (stay with the first).
    pub fn grow(&self, track: usize, n: usize, loyalty: f64) -> Array {
        let library = Library { songs: &self.songs, searcher: &self.searcher };
        let options = GrowOptions { length: n, loyalty };
        let list = playlist::grow(library, track, &options, &Constraints::default());
        list.tracks.iter().zip(list.similarity).map(|(&track, similarity)| self.describe(track, similarity)).collect()
    }

    /// The text of an `.m3u8` file with these tracks. `extension` ends file names that have to be made up.
    pub fn m3u8(&self, tracks: &[u32], root: &str, backslashes: bool, url_encode: bool, extension: &str) -> String {
        let options = M3u8Options {
            root: root.to_owned(),
            separator: if backslashes { PathSeparator::Backslash } else { PathSeparator::Slash },
            url_encode,
            extension: extension.to_owned(),
        };
        playlist::m3u8(tracks.iter().filter_map(|&track| self.tracks.get(track as usize)), &options)
    }
}

impl Viewer {
    fn describe(&self, track: usize, similarity: f64) -> Object {
        object(&[
            ("track", (track as u32).into()),
            ("similarity", similarity.into()),
            ("percentile", self.scale.percentile(similarity).into()),
        ])
    }
}
