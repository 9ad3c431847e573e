//! Answers as JavaScript objects.

use js_sys::{Array, Float32Array, Object};
use pmsl_core::{
    Key, SubGenre, TrackMeta,
    playlist::{Measures, Playlist, Song, Unmet, Wish},
    search::{KeyRelation, Reasons},
};
use wasm_bindgen::JsValue;

use crate::value::{indices, object};

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

/// `{tracks, similarity, unmet: [{wish, times}]}`.
pub(crate) fn playlist(list: &Playlist) -> Object {
    let unmet =
        |&Unmet { wish, times }: &Unmet| object(&[("wish", wish_name(wish).into()), ("times", (times as u32).into())]);
    object(&[
        ("tracks", indices(&list.tracks)),
        ("similarity", floats(&list.similarity)),
        ("unmet", list.unmet.iter().map(unmet).collect::<Array>().into()),
    ])
}

fn wish_name(wish: Wish) -> &'static str {
    match wish {
        Wish::Length => "length",
        Wish::Locked => "locked",
        Wish::Artist => "artist",
        Wish::Album => "album",
        Wish::Title => "title",
        Wish::Minutes => "minutes",
        Wish::Tempo => "tempo",
        Wish::Key => "key",
        Wish::Energy => "energy",
    }
}

/// `{largestStep?, meanStep?, shuffledStep?, tempoAgreement?, keyAgreement?, steps}`.
pub(crate) fn measures(measures: &Measures) -> Object {
    let Measures { largest_step, mean_step, shuffled_step, tempo_agreement, key_agreement, steps } = measures;
    object(&[
        ("largestStep", (*largest_step).into()),
        ("meanStep", (*mean_step).into()),
        ("shuffledStep", (*shuffled_step).into()),
        ("tempoAgreement", (*tempo_agreement).into()),
        ("keyAgreement", (*key_agreement).into()),
        ("steps", floats(steps)),
    ])
}

fn floats(values: &[f64]) -> JsValue {
    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    Float32Array::from(&values[..]).into()
}

fn strings<'a>(texts: impl Iterator<Item = &'a str>) -> JsValue {
    texts.map(JsValue::from_str).collect::<Array>().into()
}
