use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LibraryError;
use super::patterns::Patterns;

/// How tracks are sorted into sub-genres.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// A manifest where there is one (`library.csv`), else playlists where the root holds some, else folders.
    #[default]
    Auto,
    /// `Sub-genre/*` or `Genre/Sub-genre/*`.
    Folders,
    /// One `.m3u` or `.m3u8` file in the root per sub-genre.
    Playlists,
    /// A CSV file with the columns `path` and `sub_genre`, and optionally `genre`, `artist`, `title`, `album`, `split`
    /// (train, validation or test) and `fold`.
    Manifest,
}

/// How the library is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LibraryOptions {
    /// How tracks are sorted into sub-genres.
    pub layout: Layout,
    /// For folders: 1 if the folders in the root are sub-genres, 2 if they are genres of sub-genres. Without it,
    /// a folder that holds audio files itself is a sub-genre, any other a genre.
    pub folder_levels: Option<u8>,
    /// For a manifest: its file name, relative to the root.
    pub manifest: String,
    /// Whether one file may be in two sub-genres. If so the first keeps it; otherwise it is an error.
    pub allow_duplicates: bool,
    /// Whether symbolic links are followed. A link to a folder above itself never is.
    pub follow_links: bool,
    /// For playlists and manifests: whether they may name files outside of the library's folder. Without it such entries
    /// are failures, so that a playlist from somebody else reads nothing else of this machine.
    pub outside: bool,
    /// For official folds of a cross-validation: a regular expression that finds the fold in a file's name (without
    /// folders) as its first group. `^(\d)-` reads the fold 3 from `3-17367-A.ogg`. A manifest's column `fold` goes
    /// first.
    pub fold_pattern: Option<String>,
    /// A regular expression whose matches are left out of a file's name where it stands in for a title.
    pub strip_pattern: Option<String>,
    /// File name extensions of audio files, in lower case, without the dot.
    pub extensions: Vec<String>,
}

impl Default for LibraryOptions {
    fn default() -> Self {
        const EXTENSIONS: [&str; 18] = [
            "aac", "aif", "aifc", "aiff", "caf", "flac", "m4a", "m4b", "mka", "mp2", "mp3", "mp4", "oga", "ogg",
            "opus", "wav", "wave", "webm",
        ];
        Self {
            layout: Layout::Auto,
            folder_levels: None,
            manifest: "library.csv".into(),
            allow_duplicates: false,
            follow_links: true,
            outside: false,
            fold_pattern: None,
            strip_pattern: None,
            extensions: EXTENSIONS.map(String::from).into(),
        }
    }
}

impl LibraryOptions {
    /// Checks every field.
    pub fn validate(&self) -> Result<(), LibraryError> {
        let refuse = |field, expected, found: String| Err(LibraryError::Option { field, expected, found });
        if let Some(levels) = self.folder_levels.filter(|levels| !(1..=2).contains(levels)) {
            return refuse("folder_levels", "1, 2 or null", levels.to_string());
        }
        if self.manifest.is_empty() {
            return refuse("manifest", "a file name", "nothing".into());
        }
        let valid = |e: &String| !e.is_empty() && !e.starts_with('.') && !e.chars().any(char::is_uppercase);
        if let Some(bad) = self.extensions.iter().find(|e| !valid(e)) {
            return refuse("extensions", "lower-case extensions without a dot", format!("{bad:?}"));
        }
        if self.extensions.is_empty() {
            return refuse("extensions", "at least one extension", "none".into());
        }
        Patterns::of(self).map(drop)
    }
}
