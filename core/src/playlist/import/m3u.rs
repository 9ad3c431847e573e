//! M3U, plain and extended.

use super::uri::path_of;
use super::{ImportError, PlaylistEntry, Reader, cut, cut_at, decimal};

/// Reads a line after the other; `#EXTINF` describes the entry after it. Endings of all systems are lines' ends.
#[inline(never)]
pub(super) fn read(text: &str, reader: &mut Reader) -> Result<(), ImportError> {
    let mut rest = text;
    while !rest.is_empty() {
        let (line, _, after) = cut(rest, b"\n\r").unwrap_or((rest, b'\n', ""));
        rest = after;
        let line = line.trim();
        if let Some(information) = line.strip_prefix("#EXTINF:") {
            describe(information, reader);
        } else if let Some(title) = line.strip_prefix("#PLAYLIST:") {
            reader.of_list("title", title);
        } else if !line.is_empty() && !line.starts_with('#') {
            let is_uri = line.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("file:"));
            reader.of_entry("path", &if is_uri { path_of(line) } else { line.to_owned() });
            reader.end_entry()?;
        }
    }
    Ok(())
}

/// `seconds,Artist - Title`; some programs write properties after the seconds.
fn describe(information: &str, reader: &mut Reader) {
    reader.entry = PlaylistEntry::default();
    let Some((seconds, _, name)) = cut(information, b",") else { return };
    let seconds = cut(seconds, b" \t").map_or(seconds, |(seconds, ..)| seconds);
    reader.entry.duration_s = decimal(seconds).filter(|&seconds| seconds > 0.0);
    if let Some((artist, title)) = cut_at(name, " - ") {
        reader.of_entry("artist", artist);
        reader.of_entry("title", title);
    } else {
        reader.of_entry("title", name);
    }
}
