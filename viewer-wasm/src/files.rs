//! Playlist files and the listener's own music: what a page needs only when it is asked for, so that it travels apart.

use js_sys::Object;
use pmsl_core::{
    TrackMeta,
    index::{Catalog, Reader},
    playlist::{self, Format, Heading, Matcher, TrackKey, TrackKeys},
};
use wasm_bindgen::prelude::*;

use crate::file_answers as answers;

/// What names the tracks of a library.
#[wasm_bindgen]
#[derive(Default)]
pub struct Files {
    reader: Reader,
    catalog: Option<Catalog>,
}

#[wasm_bindgen]
impl Files {
    /// An empty library, to be filled with [`Files::push`].
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the next chunk of the index, in order, until it returns true: then the tracks are known, and the chunks
    /// that follow are not needed.
    ///
    /// # Errors
    /// Throws, with a message for the listener, when the chunk is damaged, of another version or of another build than
    /// the page.
    pub fn push(&mut self, chunk: &[u8], build: &str) -> Result<bool, JsError> {
        let Some(catalog) = crate::push(&mut self.reader, chunk, build)? else { return Ok(false) };
        self.reader = Reader::default();
        self.catalog = Some(catalog);
        Ok(true)
    }

    /// The text of a playlist file. `format` is `m3u8`, `xspf`, `jspf`, `rekordbox`, `csv` or `json`; `wanted` is
    /// `{root?, backslashes?, urlEncode?, extension?}`.
    ///
    /// # Errors
    /// Throws for another format.
    #[wasm_bindgen(js_name = exportPlaylist)]
    pub fn export_playlist(
        &self,
        format: &str,
        tracks: &[u32],
        title: &str,
        wanted: &JsValue,
    ) -> Result<String, JsError> {
        let format = Format::named(format).ok_or_else(|| JsError::new("there is no such format of playlists"))?;
        let Some(catalog) = &self.catalog else { return Ok(String::new()) };
        let heading = Heading { title, sub_genres: &catalog.sub_genres };
        let listed: Vec<TrackMeta> = tracks.iter().filter_map(|&track| catalog.track(track as usize)).collect();
        Ok(playlist::export(format, heading, &listed, &answers::export_options(wanted)))
    }

    /// Reads a playlist file: `{title?, tracks: Uint32Array, missing: [name, ...]}`, missing being what the library does
    /// not hold.
    ///
    /// # Errors
    /// Throws, with a message for the listener, for what is no playlist.
    #[wasm_bindgen(js_name = importPlaylist)]
    pub fn import_playlist(&self, text: &str) -> Result<Object, JsError> {
        let read = playlist::import(text)?;
        let matched = self.matcher().match_entries(&read.entries);
        Ok(answers::imported(&read, &matched))
    }

    /// Which tracks the files of the listener's folder hold, by their paths within it: an `Int32Array` of triples file,
    /// track, and 1 where paths and names leave no doubt or 0 where the duration has to agree.
    #[wasm_bindgen(js_name = matchFiles)]
    pub fn match_files(&self, paths: Vec<String>) -> Vec<i32> {
        answers::matches(&self.matcher().match_files(paths))
    }

    /// A short text for a track that stays the same in later builds of the site.
    #[wasm_bindgen(js_name = trackKey)]
    pub fn track_key(&self, track: usize) -> Option<String> {
        Some(TrackKey::of(&self.catalog.as_ref()?.track(track)?).to_string())
    }

    /// The tracks of such texts: an `Int32Array`, -1 where there is none.
    #[wasm_bindgen(js_name = findKeys)]
    pub fn find_keys(&self, keys: Vec<String>) -> Vec<i32> {
        let tracks = self.catalog.iter().flat_map(Catalog::tracks);
        let known = TrackKeys::new(tracks.map(|track| TrackKey::of(&track)));
        let find = |key: String| key.parse().ok().and_then(|key| known.find(key));
        keys.into_iter().map(|key| find(key).map_or(-1, |track| track as i32)).collect()
    }
}

impl Files {
    /// Made when it is asked for: it would take memory for what is rarely needed.
    fn matcher(&self) -> Matcher {
        Matcher::new(self.catalog.iter().flat_map(Catalog::tracks))
    }
}
