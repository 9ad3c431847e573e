//! The JSON form of XSPF: <https://www.xspf.org/jspf>.

use super::location::{self, ExportOptions};
use super::text::{Fields, push_json};
use super::xspf::shared;
use crate::TrackMeta;

pub(super) fn begin(text: &mut String, title: &str) {
    text.push_str("{\"playlist\":");
    Fields::json(text).text("title", Some(title));
    text.push_str(",\"track\":[");
}

pub(super) fn track(text: &mut String, number: usize, track: &TrackMeta, options: &ExportOptions) {
    text.push_str(if number == 1 { "\n" } else { ",\n" });
    shared(&mut Fields::json(text), track);
    // Unlike in XML there may be several, as a list.
    text.push_str(",\"location\":[");
    push_json(text, &location::uri(track, options));
    text.push_str("]}");
}

pub(super) fn end(text: &mut String) {
    text.push_str("\n]}}\n");
}
