//! From a library to a list worth playing.
//!
//! One strategy per file, each a function from a [`Library`] to track indices; what they share (versions of one song,
//! file formats) has files of its own.

mod formats;
mod grow;
mod import;
mod matching;
mod songs;
mod title;

pub use formats::{ExportOptions, Format, Heading, PathSeparator, export, file_name};
pub use grow::{GrowOptions, Step, grow};
pub use import::{ImportError, ImportedPlaylist, PlaylistEntry, import};
pub use matching::{Match, Matcher, TrackKey, TrackKeyError, TrackKeys};
pub use songs::{NameId, Song, Songs};
pub use title::core_title;

use crate::search::Searcher;

/// What strategies choose from: tracks and how they sound, index for index.
#[derive(Clone, Copy)]
pub struct Library<'a> {
    /// What is known of each track.
    pub songs: &'a Songs,
    /// Search over the tracks' vectors.
    pub searcher: &'a Searcher,
}
