//! XML Shareable Playlist Format, version 1: <https://www.xspf.org/spec>.

use super::location::{self, ExportOptions};
use super::text::{Fields, milliseconds, push};
use crate::TrackMeta;

pub(super) fn begin(text: &mut String, title: &str) {
    push(
        text,
        concat!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n",
        ),
    );
    Fields::elements(text).text("title", Some(title));
    push(text, "\n<trackList>\n");
}

pub(super) fn track(text: &mut String, track: &TrackMeta, options: &ExportOptions) {
    push(text, "<track>");
    let mut fields = Fields::elements(text);
    fields.text("location", Some(&location::uri(track, options)));
    shared(&mut fields, track);
    push(text, "</track>\n");
}

/// What XSPF and JSPF call by the same names. There is no `trackNum`: it is the place on the album, which is not known.
pub(super) fn shared(fields: &mut Fields<'_>, track: &TrackMeta) {
    fields
        .text("title", Some(&track.title))
        .text("creator", track.artist.as_deref())
        .text("album", track.album.as_deref())
        .number("duration", milliseconds(track), 0);
}

pub(super) fn end(text: &mut String) {
    push(text, "</trackList>\n</playlist>\n");
}
