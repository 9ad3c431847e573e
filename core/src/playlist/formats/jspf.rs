//! The JSON form of XSPF: <https://www.xspf.org/jspf>.

use super::location::{self, ExportOptions};
use super::text::{Fields, push, push_json};
use super::xspf::shared;
use crate::TrackMeta;

pub(super) fn begin(text: &mut String, title: &str) {
    push(text, "{\"playlist\":");
    Fields::json(text).text("title", Some(title));
    push(text, ",\"track\":[");
}

pub(super) fn track(text: &mut String, number: usize, track: &TrackMeta, options: &ExportOptions) {
    push(text, if number == 1 { "\n" } else { ",\n" });
    shared(&mut Fields::json(text), track);
    // Unlike in XML there may be several, as a list.
    push(text, ",\"location\":[");
    push_json(text, &location::uri(track, options));
    push(text, "]}");
}

pub(super) fn end(text: &mut String) {
    push(text, "\n]}}\n");
}
