//! Playlists as files, one format each.
//!
//! Whatever tags hold, a file stays well-formed: control characters become spaces, and what a format forbids is escaped or
//! replaced.

mod csv;
#[cfg(test)]
mod golden_tests;
mod json;
mod jspf;
mod location;
mod m3u8;
mod rekordbox;
#[cfg(test)]
pub(super) mod tests;
mod text;
mod xspf;

use std::borrow::Borrow;

pub(super) use json::{NAME as JSON_NAME, VERSION as JSON_VERSION};
pub(super) use location::display_name;
pub use location::{ExportOptions, PathSeparator, file_name};
use rekordbox::Collection;

use crate::{SubGenre, TrackMeta};

/// A format of playlist files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Extended M3U in UTF-8, which every player reads.
    M3u8,
    /// XML Shareable Playlist Format, version 1 (xspf.org/spec).
    Xspf,
    /// The JSON form of XSPF (xspf.org/jspf).
    Jspf,
    /// The XML that rekordbox imports, and most DJ software beside it.
    Rekordbox,
    /// A table (RFC 4180), for spreadsheets.
    Csv,
    /// Our own: what the explorer reads back without loss.
    Json,
}

impl Format {
    /// All of them, the most widely read first.
    pub const ALL: [Self; 6] = [Self::M3u8, Self::Xspf, Self::Jspf, Self::Rekordbox, Self::Csv, Self::Json];

    /// Its short name, such as `m3u8` or `rekordbox`.
    pub fn name(self) -> &'static str {
        match self {
            Self::M3u8 => "m3u8",
            Self::Xspf => "xspf",
            Self::Jspf => "jspf",
            Self::Rekordbox => "rekordbox",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The format of this [`Format::name`].
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// What the names of its files end in, without the dot.
    pub fn extension(self) -> &'static str {
        if self == Self::Rekordbox { "xml" } else { self.name() }
    }
}

/// What a file says of the whole list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heading<'a> {
    /// The name of the playlist; may be empty.
    pub title: &'a str,
    /// The library's sub-genres, which name the genre of each track. Empty: genres are left out.
    pub sub_genres: &'a [SubGenre],
}

/// The text of a playlist file with these tracks, in their order. Ends with a line break.
///
/// A track's file is its published path, else the audio that the site itself holds, else a name made up as
/// `Artist - Title`; [`ExportOptions`] says under which folder. [`Format::Json`] holds paths as they were published.
pub fn export<T: Borrow<TrackMeta>>(
    format: Format,
    heading: Heading<'_>,
    tracks: impl IntoIterator<Item = T>,
    options: &ExportOptions,
) -> String {
    let mut writer = Writer::new(format, heading, options);
    for track in tracks {
        writer.track(track.borrow());
    }
    writer.finish()
}

/// A file in the making. Holds everything that does not depend on where tracks come from.
struct Writer<'a> {
    format: Format,
    heading: Heading<'a>,
    options: &'a ExportOptions,
    text: String,
    tracks: usize,
    collection: Collection,
}

impl<'a> Writer<'a> {
    fn new(format: Format, heading: Heading<'a>, options: &'a ExportOptions) -> Self {
        let mut text = String::new();
        match format {
            Format::M3u8 => m3u8::begin(&mut text, heading.title),
            Format::Xspf => xspf::begin(&mut text, heading.title),
            Format::Jspf => jspf::begin(&mut text, heading.title),
            Format::Csv => csv::begin(&mut text),
            Format::Json => json::begin(&mut text, heading.title),
            // Begins with a count.
            Format::Rekordbox => {}
        }
        Self { format, heading, options, text, tracks: 0, collection: Collection::default() }
    }

    fn track(&mut self, track: &TrackMeta) {
        self.tracks += 1;
        let genre = self.heading.sub_genres.get(track.sub_genre as usize).map(|sub_genre| sub_genre.name.as_str());
        let (text, options, number) = (&mut self.text, self.options, self.tracks);
        match self.format {
            Format::M3u8 => m3u8::track(text, track, options),
            Format::Xspf => xspf::track(text, track, options),
            Format::Jspf => jspf::track(text, number, track, options),
            Format::Csv => csv::track(text, number, track, genre, options),
            Format::Json => json::track(text, number, track, genre),
            Format::Rekordbox => self.collection.track(text, track, genre, options),
        }
    }

    fn finish(mut self) -> String {
        match self.format {
            Format::M3u8 | Format::Csv => {}
            Format::Xspf => xspf::end(&mut self.text),
            Format::Jspf => jspf::end(&mut self.text),
            Format::Json => json::end(&mut self.text),
            Format::Rekordbox => return self.collection.file(&self.text, self.heading.title),
        }
        self.text
    }
}
