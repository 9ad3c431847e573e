//! Tracks and sub-genres as the index stores them.
//!
//! Postcard gives a reader a fraction of the size of a JSON parser, which every listener would have to download, and
//! keeps every float exactly. It needs every field present, unlike the JSON form of [`TrackMeta`], hence these types:
//! a field added to one has to be added to the other and to the format version, and the compiler says so.

use serde::{Deserialize, Serialize};

use crate::{SubGenre, TrackMeta};

#[derive(Serialize, Deserialize)]
pub(super) struct TrackRecord<'a> {
    title: &'a str,
    artist: Option<&'a str>,
    album: Option<&'a str>,
    year: Option<u32>,
    bpm: Option<f32>,
    bpm_heard: bool,
    key: Option<&'a str>,
    key_heard: bool,
    energy: Option<f32>,
    duration_s: f32,
    sub_genre: u32,
    path: Option<&'a str>,
    audio: Option<&'a str>,
    #[serde(borrow)]
    tags: Vec<&'a str>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SubGenreRecord<'a> {
    genre: Option<&'a str>,
    name: &'a str,
}

impl<'a> From<&'a TrackMeta> for TrackRecord<'a> {
    fn from(track: &'a TrackMeta) -> Self {
        let TrackMeta {
            title,
            artist,
            album,
            year,
            bpm,
            bpm_heard,
            key,
            key_heard,
            energy,
            duration_s,
            sub_genre,
            path,
            audio,
            tags,
        } = track;
        Self {
            title,
            artist: artist.as_deref(),
            album: album.as_deref(),
            year: *year,
            bpm: *bpm,
            bpm_heard: *bpm_heard,
            key: key.as_deref(),
            key_heard: *key_heard,
            energy: *energy,
            duration_s: *duration_s,
            sub_genre: *sub_genre,
            path: path.as_deref(),
            audio: audio.as_deref(),
            tags: tags.iter().map(String::as_str).collect(),
        }
    }
}

impl From<TrackRecord<'_>> for TrackMeta {
    fn from(record: TrackRecord<'_>) -> Self {
        let TrackRecord {
            title,
            artist,
            album,
            year,
            bpm,
            bpm_heard,
            key,
            key_heard,
            energy,
            duration_s,
            sub_genre,
            path,
            audio,
            tags,
        } = record;
        Self {
            title: title.to_owned(),
            artist: artist.map(str::to_owned),
            album: album.map(str::to_owned),
            year,
            bpm,
            bpm_heard,
            key: key.map(str::to_owned),
            key_heard,
            energy,
            duration_s,
            sub_genre,
            path: path.map(str::to_owned),
            audio: audio.map(str::to_owned),
            tags: tags.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl<'a> From<&'a SubGenre> for SubGenreRecord<'a> {
    fn from(SubGenre { genre, name }: &'a SubGenre) -> Self {
        Self { genre: genre.as_deref(), name }
    }
}

impl From<SubGenreRecord<'_>> for SubGenre {
    fn from(SubGenreRecord { genre, name }: SubGenreRecord<'_>) -> Self {
        Self { genre: genre.map(str::to_owned), name: name.to_owned() }
    }
}
