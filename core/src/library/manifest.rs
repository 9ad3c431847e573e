//! A CSV file that lists the tracks.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use unicode_normalization::UnicodeNormalization;

use super::paths::{find_entry, has_extension, is_remote, lies_inside, read_text};
use super::scan::{Entry, Found, Group, Overrides};
use super::text::clean_text;
use super::{LibraryError, LibraryOptions, SkipReason};

/// Where the columns are.
struct Columns {
    path: usize,
    sub_genre: usize,
    genre: Option<usize>,
    artist: Option<usize>,
    title: Option<usize>,
    album: Option<usize>,
    split: Option<usize>,
    fold: Option<usize>,
}

/// Reads the manifest at `path`; its paths are relative to `root`, its folder. Other columns are left alone.
pub(super) fn read(root: &Path, path: &Path, options: &LibraryOptions) -> Result<Found, LibraryError> {
    // One line ending, because the reader counts the lines of a record from the line feed before it.
    let text = read_text(path)?.replace("\r\n", "\n");
    let failed = |source| LibraryError::Csv { path: path.into(), source };
    let header = text.lines().next().unwrap_or_default();
    // Spreadsheets of half of Europe separate with semicolons.
    let delimiter = if header.contains(';') && !header.contains(',') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new().delimiter(delimiter).trim(Trim::All).from_reader(text.as_bytes());
    let columns = columns(path, reader.headers().map_err(failed)?)?;
    let listed_in = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = Found::default();
    for record in reader.records() {
        let record = record.map_err(failed)?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |column: Option<usize>| {
            column.and_then(|column| record.get(column)).filter(|text| !text.is_empty()).map(str::to_string)
        };
        let text = |column: Option<usize>| field(column).as_deref().and_then(clean_text);
        let (Some(entry), Some(name)) = (field(Some(columns.path)), text(Some(columns.sub_genre))) else {
            found.skip(
                field(Some(columns.path)).unwrap_or_default(),
                SkipReason::Incomplete { listed_in: listed_in.clone(), line },
            );
            continue;
        };
        if is_remote(&entry) {
            found.skip(entry, SkipReason::Remote { listed_in: listed_in.clone(), line });
            continue;
        }
        let Some(file) = find_entry(root, &entry) else {
            found.skip(entry, SkipReason::Missing { listed_in: listed_in.clone(), line });
            continue;
        };
        if !options.outside && !lies_inside(root, &file) {
            found.skip(entry, SkipReason::Outside { listed_in: listed_in.clone(), line });
            continue;
        }
        if !has_extension(&file, &options.extensions) {
            found.skip(file, SkipReason::NotAudio);
            continue;
        }
        let (name, genre) = (composed(&name), text(columns.genre).as_deref().map(composed));
        let entry = Entry {
            path: file,
            overrides: Overrides {
                artist: text(columns.artist),
                title: text(columns.title),
                album: text(columns.album),
            },
            name_hint: None,
            split: field(columns.split),
            fold: field(columns.fold),
        };
        match found.groups.iter_mut().find(|group| group.name == name && group.genre == genre) {
            Some(group) => group.entries.push(entry),
            None => found.groups.push(Group { genre, source: name.clone(), name, entries: vec![entry] }),
        }
    }
    Ok(found)
}

fn composed(text: &str) -> String {
    text.nfc().collect()
}

fn columns(path: &Path, header: &StringRecord) -> Result<Columns, LibraryError> {
    let names: Vec<String> = header.iter().map(|name| name.to_lowercase().replace(['-', ' '], "_")).collect();
    let optional = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
    let required = |column: &'static str, wanted: &[&str]| {
        optional(wanted).ok_or_else(|| LibraryError::Column { path: path.into(), column, found: names.join(", ") })
    };
    Ok(Columns {
        path: required("path", &["path"])?,
        sub_genre: required("sub_genre", &["sub_genre", "subgenre"])?,
        genre: optional(&["genre"]),
        artist: optional(&["artist"]),
        title: optional(&["title"]),
        album: optional(&["album"]),
        split: optional(&["split"]),
        fold: optional(&["fold"]),
    })
}
