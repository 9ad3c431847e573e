//! Answers as JavaScript objects.

use js_sys::{Array, Object, Uint32Array};
use pmsl_core::{
    Key, SubGenre, TrackMeta,
    playlist::Song,
    search::{KeyRelation, Reasons},
};
use wasm_bindgen::JsValue;

use crate::value::object;

pub(crate) fn track(track: &TrackMeta, song: &Song) -> Object {
    object(&[
        ("title", track.title.as_str().into()),
        ("artist", track.artist.as_deref().into()),
        ("album", track.album.as_deref().into()),
        ("year", track.year.into()),
        ("bpm", track.bpm.into()),
        ("bpmHeard", track.bpm_heard.into()),
        ("key", track.key.as_deref().into()),
        ("camelot", song.key.map(Key::camelot).into()),
        ("keyHeard", track.key_heard.into()),
        ("energy", track.energy.into()),
        ("duration", track.duration_s.into()),
        ("subGenre", track.sub_genre.into()),
        ("path", track.path.as_deref().into()),
        ("audio", track.audio.as_deref().into()),
        ("tags", strings(track.tags.iter().map(String::as_str))),
    ])
}

pub(crate) fn sub_genre(sub_genre: &SubGenre) -> Object {
    object(&[("name", sub_genre.name.as_str().into()), ("genre", sub_genre.genre.as_deref().into())])
}

pub(crate) fn found(tracks: &[usize], total: usize) -> Object {
    object(&[("tracks", indices(tracks)), ("total", (total as u32).into())])
}

/// `{tempo?, key?, subGenre, artist, tags}`: tempo in percent, key in a word, tags that both have.
pub(crate) fn why(a: &Song, b: &Song, tags: &[String], others: &[String]) -> JsValue {
    let Reasons { tempo_percent, key, same_sub_genre, same_artist } = Reasons::new(a, b);
    let key = key.map(|relation| match relation {
        KeyRelation::Same => "same",
        KeyRelation::Relative => "relative",
        KeyRelation::Neighbour => "neighbour",
    });
    let shared = tags.iter().filter(|tag| others.contains(tag)).map(String::as_str);
    object(&[
        ("tempo", tempo_percent.into()),
        ("key", key.into()),
        ("subGenre", same_sub_genre.into()),
        ("artist", same_artist.into()),
        ("tags", strings(shared)),
    ])
    .into()
}

/// Track indices as a `Uint32Array`.
pub(crate) fn indices(tracks: &[usize]) -> JsValue {
    let tracks: Vec<u32> = tracks.iter().map(|&track| track as u32).collect();
    Uint32Array::from(&tracks[..]).into()
}

fn strings<'a>(texts: impl Iterator<Item = &'a str>) -> JsValue {
    texts.map(JsValue::from_str).collect::<Array>().into()
}
