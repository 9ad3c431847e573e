//! M3U and M3U8 files in the root, one sub-genre each.

use std::fs;
use std::path::{Path, PathBuf};

use super::folders::sort_key;
use super::natural::{natural_cmp, split_prefix};
use super::paths::{find_entry, has_extension, is_hidden, is_remote, lies_inside, read_text};
use super::scan::{Entry, Found, Group};
use super::{LibraryError, LibraryOptions, SkipReason};

/// The playlists in `root`, in natural order.
pub(super) fn list(root: &Path) -> Result<Vec<PathBuf>, LibraryError> {
    let failed = |source| LibraryError::Read { path: root.into(), source };
    let mut playlists = Vec::new();
    for entry in fs::read_dir(root).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if !is_hidden(&entry.file_name()) && has_extension(&path, &["m3u".into(), "m3u8".into()]) && path.is_file() {
            playlists.push(path);
        }
    }
    playlists.sort_by(|a, b| natural_cmp(&a.to_string_lossy(), &b.to_string_lossy()));
    Ok(playlists)
}

/// Reads every playlist in `root`.
pub(super) fn read(root: &Path, options: &LibraryOptions) -> Result<Found, LibraryError> {
    let playlists = list(root)?;
    if playlists.is_empty() {
        let missing = "no .m3u or .m3u8 file";
        return Err(LibraryError::LayoutMissing { layout: "playlists", root: root.into(), missing });
    }
    let mut found = Found::default();
    for playlist in playlists {
        let text = read_text(&playlist)?;
        let source = playlist.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stem = playlist.file_stem().unwrap_or_default().to_string_lossy();
        let mut group = Group { name: split_prefix(&stem).1, source: source.clone(), ..Group::default() };
        for line in parse(&text) {
            let (listed_in, line_number) = (source.clone(), line.number);
            if is_remote(line.entry) {
                found.skip(line.entry, SkipReason::Remote { listed_in, line: line_number });
                continue;
            }
            match find_entry(root, line.entry) {
                None => found.skip(line.entry, SkipReason::Missing { listed_in, line: line_number }),
                Some(path) if !options.outside && !lies_inside(root, &path) => {
                    found.skip(line.entry, SkipReason::Outside { listed_in, line: line_number });
                }
                Some(path) if !has_extension(&path, &options.extensions) => found.skip(path, SkipReason::NotAudio),
                Some(path) => {
                    let name_hint = line.title.map(str::to_string);
                    group.entries.push(Entry { path, name_hint, ..Entry::default() });
                }
            }
        }
        found.groups.push(group);
    }
    found.groups.sort_by(|a, b| sort_key(&a.source, &b.source));
    Ok(found)
}

/// An entry of a playlist.
#[derive(Debug, PartialEq)]
struct Line<'a> {
    /// From 1.
    number: u64,
    entry: &'a str,
    /// What `#EXTINF:seconds,` says before it.
    title: Option<&'a str>,
}

fn parse(text: &str) -> Vec<Line<'_>> {
    let (mut lines, mut title) = (Vec::new(), None);
    // Old Macs end lines with a carriage return alone.
    let text_lines = text.split_inclusive(['\n', '\r']);
    let mut number = 1;
    for raw in text_lines {
        let line = raw.trim_matches(['\u{feff}', ' ', '\t', '\n', '\r']);
        if let Some(information) = line.strip_prefix("#EXTINF:") {
            title = information.split_once(',').map(|(_, title)| title.trim()).filter(|title| !title.is_empty());
        } else if !line.is_empty() && !line.starts_with('#') {
            lines.push(Line { number, entry: line, title: title.take() });
        }
        // Of a pair CR LF only the second ends the line.
        number += u64::from(raw.ends_with('\n') || !text[end_of(text, raw)..].starts_with('\n'));
    }
    lines
}

/// Where `part`, a slice of `text`, ends in it.
fn end_of(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize + part.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_belong_to_the_next_entry_and_lines_are_counted() {
        let text = "\u{feff}#EXTM3U\r\n#EXTINF:123,Artist - Title, live\r\n a.mp3 \r\n\r\n# comment\r\nb.mp3\r\n#EXTINF:-1,\r\nc.mp3";
        let lines = parse(text);
        let expected = [(3, "a.mp3", Some("Artist - Title, live")), (6, "b.mp3", None), (8, "c.mp3", None)];
        assert_eq!(lines, expected.map(|(number, entry, title)| Line { number, entry, title }));
        assert_eq!(parse("a.mp3\rb.mp3\r"), parse("a.mp3\nb.mp3\n"));
        assert_eq!(parse(""), []);
    }
}
