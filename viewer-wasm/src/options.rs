//! What the page asks for. What is absent or makes no sense takes its default: the page's address may hold anything.

use js_sys::{Array, Object};
use pmsl_core::playlist::{
    self, Constraints, GrowOptions, Library, Locked, MAX_LENGTH, MixOptions, Playlist, SetLength, SetOptions, Spacing,
};
use pmsl_core::search::Filter;
use wasm_bindgen::{JsCast, JsValue};

use crate::value::{flag, get, text};

/// Filters of a search.
pub(crate) fn filter(filters: &JsValue) -> Filter {
    Filter {
        bpm: pair(filters, "bpm"),
        any_octave: flag(filters, "anyOctave"),
        key: text(filters, "key").and_then(|key| key.parse().ok()),
        duration_s: pair(filters, "seconds"),
        sub_genres: numbers(filters, "subGenres").map(|listed| listed.into_iter().map(|v| v as u32).collect()),
    }
}

/// Makes the playlist that is asked for; an empty one by an unknown strategy.
pub(crate) fn make(library: Library<'_>, request: &JsValue) -> Playlist {
    let constraints = constraints(request);
    let seeds = tracks(request, "seeds");
    let wanted = number(request, "length").map_or(20, |length| length.clamp(0.0, MAX_LENGTH as f64) as usize);
    match text(request, "strategy").as_deref() {
        Some("similar") => {
            let defaults = GrowOptions::default();
            let loyalty = number(request, "loyalty").unwrap_or(defaults.loyalty);
            let options = GrowOptions { length: wanted, loyalty };
            seeds.first().map(|&start| playlist::grow(library, start, &options, &constraints)).unwrap_or_default()
        }
        Some("mix") => {
            let defaults = MixOptions::default();
            let diversity = number(request, "diversity").unwrap_or(defaults.diversity);
            let options = MixOptions { length: wanted, diversity, ..defaults };
            playlist::mix(library, &seeds, &tracks(request, "disliked"), &options, &constraints)
        }
        Some("path") => playlist::path(library, &tracks(request, "waypoints"), wanted, &constraints),
        Some("set") => {
            let options = SetOptions {
                length: number(request, "minutes").map_or(SetLength::Tracks(wanted), SetLength::Minutes),
                bpm: pair(request, "bpm"),
                bpm_range: pair(request, "bpmRange"),
                keys: text(request, "keys").as_deref() == Some("compatible"),
                energy: numbers(request, "energy").unwrap_or_default().into_iter().map(|v| v as f32).collect(),
            };
            playlist::set(library, &seeds, &options, &constraints)
        }
        _ => Playlist::default(),
    }
}

fn constraints(request: &JsValue) -> Constraints {
    let (spacing, defaults) = (get(request, "spacing"), Spacing::default());
    let apart = |name, default| number(&spacing, name).map_or(default, |tracks| tracks.max(0.0) as usize);
    let lock = |lock: &JsValue| {
        let whole = |name| number(lock, name).filter(|&value| value >= 0.0).map(|value| value as usize);
        Some(Locked { place: whole("place")?, track: whole("track")? })
    };
    Constraints {
        spacing: Spacing {
            artist: apart("artist", defaults.artist),
            album: apart("album", defaults.album),
            title: apart("title", defaults.title),
        },
        locked: list(request, "locked").iter().filter_map(|value| lock(&value)).collect(),
        excluded: tracks(request, "exclude"),
        temperature: number(request, "temperature").unwrap_or(0.0).max(0.0),
        seed: number(request, "seed").unwrap_or(0.0) as u64,
    }
}

/// Track indices; what no library can hold is left out.
fn tracks(request: &JsValue, name: &str) -> Vec<usize> {
    let listed = numbers(request, name).unwrap_or_default();
    listed.into_iter().filter(|&v| v >= 0.0 && v < f64::from(u32::MAX)).map(|v| v as usize).collect()
}

fn pair(object: &JsValue, name: &str) -> Option<[f32; 2]> {
    numbers(object, name)?.first_chunk().map(|&[a, b]| [a as f32, b as f32])
}

/// A finite number.
fn number(object: &JsValue, name: &str) -> Option<f64> {
    get(object, name).as_f64().filter(|value| value.is_finite())
}

/// The values of an array or typed array; none of anything else.
fn list(object: &JsValue, name: &str) -> Array {
    let value = get(object, name);
    if value.is_object() { Array::from(value.unchecked_ref::<Object>()) } else { Array::new() }
}

/// The finite numbers of an array or typed array, where there is one.
fn numbers(object: &JsValue, name: &str) -> Option<Vec<f64>> {
    let finite = |value: JsValue| value.as_f64().filter(|value| value.is_finite());
    get(object, name).is_object().then(|| list(object, name).iter().filter_map(finite).collect())
}
