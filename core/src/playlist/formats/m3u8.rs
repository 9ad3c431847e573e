//! Extended M3U in UTF-8.

use super::location::{self, ExportOptions, display_name};
use super::text::{one_line, push, push_all, seconds};
use crate::TrackMeta;

pub(super) fn begin(text: &mut String, title: &str) {
    push(text, "#EXTM3U\n");
    if !title.is_empty() {
        push_all(text, &["#PLAYLIST:", &one_line(title), "\n"]);
    }
}

/// `#EXTINF:seconds,Artist - Title`, and where the file is: exactly two lines.
pub(super) fn track(text: &mut String, track: &TrackMeta, options: &ExportOptions) {
    // -1 is the format's way to say unknown.
    let seconds = seconds(track).map_or_else(|| "-1".to_owned(), |seconds| seconds.to_string());
    let name = one_line(&display_name(track.artist.as_deref(), &track.title));
    push_all(text, &["#EXTINF:", &seconds, ",", &name, "\n", &location::path(track, options), "\n"]);
}
