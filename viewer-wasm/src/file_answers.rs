//! Questions and answers about files as JavaScript objects.

use js_sys::{Array, Object};
use pmsl_core::playlist::{ExportOptions, ImportedPlaylist, Match, PathSeparator};
use wasm_bindgen::JsValue;

use crate::value::{flag, indices, object, text};

/// How a file names the tracks.
pub(crate) fn export_options(wanted: &JsValue) -> ExportOptions {
    ExportOptions {
        root: text(wanted, "root").unwrap_or_default(),
        separator: if flag(wanted, "backslashes") { PathSeparator::Backslash } else { PathSeparator::Slash },
        url_encode: flag(wanted, "urlEncode"),
        extension: text(wanted, "extension").unwrap_or_default(),
    }
}

/// `{title?, tracks, missing}`. Of an entry that may mean several tracks the likeliest is taken.
pub(crate) fn imported(read: &ImportedPlaylist, matched: &[Match]) -> Object {
    let mut tracks = Vec::new();
    let missing = Array::new();
    for (entry, found) in read.entries.iter().zip(matched) {
        let track = match found {
            Match::Track(track) => Some(*track),
            Match::Unsure(candidates) => candidates.first().copied(),
            Match::None => None,
        };
        match track {
            Some(track) => tracks.push(track as usize),
            None => drop(missing.push(&entry.name().into())),
        }
    }
    object(&[("title", read.title.as_deref().into()), ("tracks", indices(&tracks)), ("missing", missing.into())])
}

/// Triples of file, track, and whether it is certain.
pub(crate) fn matches(found: &[Match]) -> Vec<i32> {
    let mut triples = Vec::new();
    for (file, found) in (0..).zip(found) {
        match found {
            Match::None => {}
            Match::Track(track) => triples.extend([file, *track as i32, 1]),
            Match::Unsure(candidates) => triples.extend(candidates.iter().flat_map(|&track| [file, track as i32, 0])),
        }
    }
    triples
}
