//! A table for spreadsheets (RFC 4180).

use super::location::{self, ExportOptions};
use super::text::{hundredths_bpm, milliseconds, one_line, push, push_all, push_number};
use crate::TrackMeta;

/// The byte order mark tells spreadsheets that the file is UTF-8.
pub(super) fn begin(text: &mut String) {
    push(text, "\u{feff}position,title,artist,album,sub_genre,year,bpm,key,duration_s,path\r\n");
}

pub(super) fn track(text: &mut String, number: usize, track: &TrackMeta, genre: Option<&str>, options: &ExportOptions) {
    push_number(text, number as u64, 0);
    for value in [Some(track.title.as_str()), track.artist.as_deref(), track.album.as_deref(), genre] {
        push_cell(text, value);
    }
    push_quantity(text, track.year.map(u64::from), 0);
    push_quantity(text, hundredths_bpm(track), 2);
    push_cell(text, track.key.as_deref());
    push_quantity(text, milliseconds(track), 3);
    push_cell(text, Some(&location::path(track, options)));
    push(text, "\r\n");
}

#[inline(never)]
fn push_quantity(text: &mut String, scaled: Option<u64>, decimals: u32) {
    push(text, ",");
    if let Some(scaled) = scaled {
        push_number(text, scaled, decimals);
    }
}

/// A quoted cell. One that a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection"), the
/// wide forms of its signs included, and so does one that blanks would lead to such a sign.
#[inline(never)]
fn push_cell(text: &mut String, value: Option<&str>) {
    push(text, ",");
    let Some(value) = value else { return };
    let value = one_line(value);
    let is_formula = value.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let begin = if is_formula { "\"'" } else { "\"" };
    push_all(text, &[begin, &value.replace('"', "\"\""), "\""]);
}
