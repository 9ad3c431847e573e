//! Playlists that listeners bring along.

mod json;
mod m3u;
#[cfg(test)]
mod tests;
mod uri;
mod xspf;

use thiserror::Error;
use uri::path_of;
pub(super) use uri::percent_decode;

use super::TrackKey;
use super::formats::{JSON_NAME, JSON_VERSION, display_name};

/// Longest text that is read, in bytes: 100,000 entries of 300 bytes.
const MOST_BYTES: usize = 32 << 20;
/// Most entries that are read.
const MOST_ENTRIES: usize = 100_000;

/// A playlist as its file describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportedPlaylist {
    /// Its name, where the file states one.
    pub title: Option<String>,
    /// Its entries, in order.
    pub entries: Vec<PlaylistEntry>,
}

/// What a playlist says of one track; at least a path or a title.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlaylistEntry {
    /// Where its file was on the machine that wrote the list.
    pub path: Option<String>,
    /// The artist. In `.m3u` files what stands before the first ` - ` of a name.
    pub artist: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// Duration in seconds, above 0.
    pub duration_s: Option<f32>,
    /// The track's key, which only our own format states.
    pub key: Option<TrackKey>,
}

impl PlaylistEntry {
    /// What to call it in a message: `Artist - Title`, or the path where there is no title.
    pub fn name(&self) -> String {
        match &self.title {
            Some(title) => display_name(self.artist.as_deref(), title),
            None => self.path.clone().unwrap_or_default(),
        }
    }

    fn is_empty(&self) -> bool {
        self.path.is_none() && self.title.is_none()
    }
}

/// Why a text is no playlist.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImportError {
    /// The file is too long.
    #[error("the file is longer than 32 MB")]
    TooLong,
    /// The list is too long.
    #[error("the playlist has more than 100,000 entries")]
    TooMany,
    /// A playlist without an entry, or no playlist at all.
    #[error("no track is listed; expected an M3U, XSPF or JSPF playlist or one saved as JSON here")]
    Empty,
    /// The text is cut off or damaged.
    #[error("the file is damaged: its XML or JSON cannot be read")]
    Malformed,
    /// Our own format, written by a later version.
    #[error("the playlist was written by a later version of this site")]
    LaterVersion,
}

/// Reads an M3U, XSPF or JSPF playlist, or one in our own JSON ([`super::Format::Json`]); which one its first character
/// tells. Text that is not part of the formats is passed over, as players do.
///
/// Never panics, and takes memory in proportion to the text.
pub fn import(text: &str) -> Result<ImportedPlaylist, ImportError> {
    if text.len() > MOST_BYTES {
        return Err(ImportError::TooLong);
    }
    let text = text.trim();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    let mut reader = Reader::default();
    match text.as_bytes().first() {
        Some(b'<') => xspf::read(text, &mut reader)?,
        Some(b'{') => json::read(text, &mut reader)?,
        _ => m3u::read(text, &mut reader)?,
    }
    if reader.own && reader.version.is_none_or(|version| version > JSON_VERSION as f32) {
        return Err(ImportError::LaterVersion);
    }
    if reader.playlist.entries.is_empty() {
        return Err(ImportError::Empty);
    }
    Ok(reader.playlist)
}

/// A playlist being read: the formats differ in how they name and nest the same values.
#[derive(Default)]
struct Reader {
    playlist: ImportedPlaylist,
    /// The entry that is being read.
    entry: PlaylistEntry,
    /// Whether the text says that it is in our own format.
    own: bool,
    /// The version it states.
    version: Option<f32>,
}

impl Reader {
    /// A named value of the list as a whole.
    #[inline(never)]
    fn of_list(&mut self, name: &str, value: &str) {
        match name {
            "title" => self.playlist.title = text(value),
            "format" => self.own = value == JSON_NAME,
            "version" => self.version = decimal(value),
            _ => {}
        }
    }

    /// A named value of the entry.
    #[inline(never)]
    fn of_entry(&mut self, name: &str, value: &str) {
        let entry = &mut self.entry;
        match name {
            "title" => entry.title = text(value),
            "creator" | "artist" => entry.artist = text(value),
            "path" => entry.path = text(value),
            // Of several places the first is meant to be tried first.
            "location" if entry.path.is_none() => entry.path = text(&path_of(value.trim())),
            "duration" => entry.duration_s = decimal(value).map(|ms| ms / 1000.0).filter(|&s| s > 0.0),
            "duration_s" => entry.duration_s = decimal(value).filter(|&s| s > 0.0),
            "id" => entry.key = value.parse().ok(),
            _ => {}
        }
    }

    /// The end of an entry. One that names nothing is passed over.
    fn end_entry(&mut self) -> Result<(), ImportError> {
        let entry = std::mem::take(&mut self.entry);
        if entry.is_empty() {
            return Ok(());
        }
        if self.playlist.entries.len() == MOST_ENTRIES {
            return Err(ImportError::TooMany);
        }
        self.playlist.entries.push(entry);
        Ok(())
    }
}

#[inline(never)]
fn text(value: &str) -> Option<String> {
    Some(value.trim()).filter(|value| !value.is_empty()).map(Into::into)
}

/// What stands before and after the first of these ASCII characters, and which it is.
#[inline(never)]
fn cut<'a>(text: &'a str, characters: &[u8]) -> Option<(&'a str, u8, &'a str)> {
    let at = text.bytes().position(|byte| characters.contains(&byte))?;
    Some((&text[..at], text.as_bytes()[at], &text[at + 1..]))
}

/// What stands before and after the first `sign`.
#[inline(never)]
fn cut_at<'a>(text: &'a str, sign: &str) -> Option<(&'a str, &'a str)> {
    text.split_once(sign)
}

/// A number such as `12` or `12.5`. Others, below 0 or with an exponent, are no duration.
#[inline(never)]
fn decimal(text: &str) -> Option<f32> {
    let text = text.trim();
    let (whole, _, fraction) = cut(text, b".").unwrap_or((text, b'.', ""));
    if whole.is_empty() || whole.len() > 9 || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digit = |byte: u8| f64::from(byte - b'0');
    let whole = whole.bytes().fold(0.0, |value, byte| 10.0 * value + digit(byte));
    let fraction = fraction.bytes().rev().fold(0.0, |value, byte| (value + digit(byte)) / 10.0);
    Some((whole + fraction) as f32)
}
