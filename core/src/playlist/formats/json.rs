//! Our own format, described in docs/playlist-files.md: the names, the numbers and the key of each track, so that the
//! explorer of the same library finds every one of them again.

use super::super::TrackKey;
use super::text::{Fields, hundredths_bpm, milliseconds, push};
use crate::TrackMeta;

/// What the property `format` says.
pub(in super::super) const NAME: &str = "pmsl-playlist";
/// What the property `version` says. A change that older readers would misread raises it.
pub(in super::super) const VERSION: u32 = 1;

pub(super) fn begin(text: &mut String, title: &str) {
    Fields::json(text)
        .text("format", Some(NAME))
        .number("version", Some(u64::from(VERSION)), 0)
        .text("title", Some(title));
    push(text, ",\"tracks\":[");
}

pub(super) fn track(text: &mut String, number: usize, track: &TrackMeta, genre: Option<&str>) {
    push(text, if number == 1 { "\n" } else { ",\n" });
    Fields::json(text)
        .text("title", Some(&track.title))
        .text("artist", track.artist.as_deref())
        .text("album", track.album.as_deref())
        .text("sub_genre", genre)
        .number("year", track.year.map(u64::from), 0)
        .number("bpm", hundredths_bpm(track), 2)
        .text("key", track.key.as_deref())
        .number("duration_s", milliseconds(track), 3)
        .text("path", track.path.as_deref())
        .text("id", Some(&TrackKey::of(track).to_string()));
    push(text, "}");
}

pub(super) fn end(text: &mut String) {
    push(text, "\n]}\n");
}
