//! From a library to a list worth playing.
//!
//! One strategy per file, each a function from a [`Library`], what was asked for and [`Constraints`] to a [`Playlist`];
//! what they share (versions of one song, file formats) has files of its own.

mod arrange;
mod beam;
mod clashes;
mod constraints;
mod demand;
mod distances;
mod draft;
mod exact;
mod formats;
mod grow;
mod import;
#[cfg(test)]
mod invariants;
mod list;
mod matching;
mod measures;
mod minimax;
mod mix;
mod order;
mod path;
mod pool;
mod route;
mod set;
mod songs;
mod taste;
mod tempo;
#[cfg(test)]
mod test_library;
mod title;

pub use constraints::{Constraints, Locked, MAX_LENGTH, Spacing};
pub use formats::{ExportOptions, Format, Heading, PathSeparator, export, file_name};
pub use grow::{GrowOptions, grow};
pub use import::{ImportError, ImportedPlaylist, PlaylistEntry, import};
pub use list::{Playlist, Unmet, Wish};
pub use matching::{Match, Matcher, TrackKey, TrackKeyError, TrackKeys};
pub use measures::{Measures, measures};
pub use mix::{MixOptions, mix};
pub use order::order;
pub use path::path;
pub use set::{SetLength, SetOptions, set};
pub use songs::{NameId, Song, Songs};
pub use tempo::tempo_change;
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
