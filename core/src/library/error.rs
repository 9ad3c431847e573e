use std::fmt;
use std::io;
use std::path::PathBuf;

use serde::Serialize;
use thiserror::Error;

/// Why no library could be made.
#[derive(Debug, Error)]
pub enum LibraryError {
    /// An option is out of range.
    #[error("`{field}` must be {expected}, found {found}")]
    Option {
        /// Name of the field in the configuration.
        field: &'static str,
        /// The values that are allowed.
        expected: &'static str,
        /// The value found.
        found: String,
    },
    /// A pattern is no regular expression.
    #[error("`{field}` must be a regular expression, as the regex crate for Rust reads them")]
    Pattern {
        /// Name of the field in the configuration.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: Box<regex::Error>,
    },
    /// The root, a playlist or the manifest cannot be read.
    #[error("cannot read {}; check that it exists and may be read", path.display())]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The root is neither a folder nor a playlist or manifest.
    #[error("{} is neither a folder nor a .csv manifest; name the folder that holds the music", path.display())]
    NotALibrary {
        /// The root given.
        path: PathBuf,
    },
    /// A playlist or manifest too large to be one.
    #[error("{} has {found} bytes, more than the {limit} that a playlist or manifest may have", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size, in bytes.
        found: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The layout asked for is not there.
    #[error("the layout `{layout}` was asked for, but {} holds {missing}", root.display())]
    LayoutMissing {
        /// The layout.
        layout: &'static str,
        /// The root.
        root: PathBuf,
        /// What was looked for.
        missing: &'static str,
    },
    /// No track at all.
    #[error(
        "no track found in {} (as {layout}; {skipped} entries skipped, {failed} of them failures); expected {expected}{hint}",
        root.display()
    )]
    Empty {
        /// The root.
        root: PathBuf,
        /// The layout it was read as.
        layout: &'static str,
        /// Entries that were left out.
        skipped: usize,
        /// Those of them that should have been tracks.
        failed: usize,
        /// How such a library looks.
        expected: &'static str,
        /// What else may help, as text; empty for nothing.
        hint: &'static str,
    },
    /// Two folders or playlists give a sub-genre of the same name.
    #[error("both {first} and {second} give the sub-genre \"{name}\"; rename one of them")]
    SameName {
        /// The name.
        name: String,
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// The same file in two sub-genres.
    #[error(
        "{file} is both in \"{first}\" and in \"{second}\"{more}; take it out of one of them, \
         or set `allow_duplicates` to keep the first"
    )]
    Duplicate {
        /// The file, relative to the root.
        file: String,
        /// The first sub-genre that has it.
        first: String,
        /// The second.
        second: String,
        /// How many more files are in two sub-genres, as text; empty for none.
        more: String,
    },
    /// The manifest lacks a column.
    #[error("{} lacks the column `{column}`; found: {found}", path.display())]
    Column {
        /// The manifest.
        path: PathBuf,
        /// The column.
        column: &'static str,
        /// The columns found.
        found: String,
    },
    /// The manifest is no CSV.
    #[error("{} is no valid CSV", path.display())]
    Csv {
        /// The manifest.
        path: PathBuf,
        /// What and where.
        #[source]
        source: csv::Error,
    },
}

/// Something in the library that is not among its tracks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The path, as far as it is known: of the file, or as an entry of a playlist has it.
    pub path: PathBuf,
    /// Why.
    pub reason: SkipReason,
}

/// Why something is not among the tracks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SkipReason {
    /// Its extension is not one of `extensions`: a cover, a text, a cue sheet.
    NotAudio,
    /// An audio file that lies in no sub-genre's folder.
    OutsideSubGenre,
    /// The same file was met before.
    Duplicate {
        /// The sub-genre that keeps it.
        kept_in: String,
    },
    /// An entry of a playlist or manifest that points at nothing.
    Missing {
        /// The playlist or manifest.
        listed_in: String,
        /// Line in it, from 1.
        line: u64,
    },
    /// An entry that is an address on a network.
    Remote {
        /// The playlist or manifest.
        listed_in: String,
        /// Line in it, from 1.
        line: u64,
    },
    /// An entry that leads out of the library's folder, where that was not asked for.
    Outside {
        /// The playlist or manifest.
        listed_in: String,
        /// Line in it, from 1.
        line: u64,
    },
    /// A row of the manifest without path or sub-genre.
    Incomplete {
        /// The manifest.
        listed_in: String,
        /// Line in it, from 1.
        line: u64,
    },
    /// A link that leads back to a folder above it.
    LinkLoop,
    /// A pipe, a device or an empty folder of an audio file's name.
    NotAFile,
    /// A folder or file that cannot be read.
    Unreadable {
        /// What the system said.
        message: String,
    },
}

impl SkipReason {
    /// Whether this was meant to be a track, so that a report should show it as a failure.
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::NotAudio | Self::Duplicate { .. } | Self::LinkLoop)
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAudio => f.write_str("not an audio file"),
            Self::OutsideSubGenre => f.write_str("not in the folder of a sub-genre"),
            Self::Duplicate { kept_in } => write!(f, "the same file is already in \"{kept_in}\""),
            Self::Missing { listed_in, line } => write!(f, "no such file ({listed_in}, line {line})"),
            Self::Remote { listed_in, line } => write!(f, "a network address, not a file ({listed_in}, line {line})"),
            Self::Outside { listed_in, line } => write!(
                f,
                "outside of the library's folder ({listed_in}, line {line}); set `library.outside` to true to read it"
            ),
            Self::Incomplete { listed_in, line } => write!(f, "no path or no sub-genre ({listed_in}, line {line})"),
            Self::LinkLoop => f.write_str("a link to a folder above it"),
            Self::NotAFile => f.write_str("expected a file, found a pipe, a device or an empty folder of that name"),
            Self::Unreadable { message } => write!(f, "cannot be read: {message}"),
        }
    }
}
