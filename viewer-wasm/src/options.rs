//! What the page asks for.

use pmsl_core::search::Filter;
use wasm_bindgen::JsValue;

use crate::value::{flag, get, numbers};

/// Filters of a search; what is absent or makes no sense bounds nothing.
pub(crate) fn filter(filters: &JsValue) -> Filter {
    if !filters.is_object() {
        return Filter::default();
    }
    let bounds = |name| {
        numbers(filters, name).and_then(|list| list.first_chunk().map(|&[a, b]: &[f64; 2]| [a as f32, b as f32]))
    };
    Filter {
        bpm: bounds("bpm"),
        any_octave: flag(filters, "anyOctave"),
        key: get(filters, "key").as_string().and_then(|key| key.parse().ok()),
        duration_s: bounds("seconds"),
        sub_genres: numbers(filters, "subGenres").map(|list| list.into_iter().map(|v| v as u32).collect()),
    }
}
