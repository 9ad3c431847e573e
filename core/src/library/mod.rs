//! The library: which files belong to which sub-genre, and what their tags say.
//!
//! Three layouts are understood: folders, playlists (M3U) and a CSV manifest. Files are never written to.

mod error;
mod folders;
mod inbox;
mod manifest;
mod natural;
mod options;
mod paths;
mod patterns;
mod playlists;
mod scan;
mod tags;
mod text;
mod walk;

pub use error::{LibraryError, SkipReason, Skipped};
pub use inbox::audio_files;
pub use options::{Layout, LibraryOptions};
pub use scan::{Library, LibraryTrack, Overrides, scan};
pub use tags::{TagError, Tags, read_tags};
pub use text::clean_text;
