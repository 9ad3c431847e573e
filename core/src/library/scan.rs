//! From a root to tracks in their order.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::natural::natural_cmp;
use super::paths::{normalised, relative_to};
use super::patterns::Patterns;
use super::text::clean_text;
use super::{Layout, LibraryError, LibraryOptions, SkipReason, Skipped, folders, manifest, playlists};
use crate::SubGenre;

/// The name of a sub-genre whose folder or playlist has none that can be seen.
const UNNAMED: &str = "Unnamed";

/// Tracks sorted into sub-genres.
#[derive(Clone, Debug, PartialEq)]
pub struct Library {
    /// The folder that paths are relative to, absolute.
    pub root: PathBuf,
    /// The sub-genres that have tracks. Folders and playlists: by their ordering prefixes, then naturally, genre
    /// before sub-genre. Manifest: as they first appear.
    pub sub_genres: Vec<SubGenre>,
    /// The tracks: by sub-genre, then naturally by relative path.
    pub tracks: Vec<LibraryTrack>,
    /// What is not among the tracks, and why. Hidden files are left out silently.
    pub skipped: Vec<Skipped>,
}

/// A track of the library.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryTrack {
    /// Where the file is, absolute.
    pub path: PathBuf,
    /// The path relative to the root, with forward slashes; `..` where it lies outside.
    pub relative_path: String,
    /// Its sub-genre, as an index into [`Library::sub_genres`].
    pub sub_genre: usize,
    /// What the manifest says instead of the tags.
    pub overrides: Overrides,
    /// Name for a file without tags, from a playlist's `#EXTINF` line: `Artist - Title` or a title.
    pub name_hint: Option<String>,
    /// The name of the file without what the pattern for it strips, where there is one.
    pub display_name: Option<String>,
    /// The part of the data that the manifest puts the track into: its column `split`, or `fold` where that names one.
    pub split: Option<String>,
    /// The official fold of the track, from the manifest's column `fold` or the file's name.
    pub fold: Option<String>,
}

/// Fields of a manifest that replace tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The artist.
    pub artist: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The album.
    pub album: Option<String>,
}

/// A sub-genre as a layout found it, before empty ones are dropped.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) genre: Option<String>,
    pub(super) name: String,
    /// What people call the source of the group: a folder or playlist relative to the root.
    pub(super) source: String,
    pub(super) entries: Vec<Entry>,
}

/// A track as a layout found it.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) overrides: Overrides,
    pub(super) name_hint: Option<String>,
    pub(super) split: Option<String>,
    pub(super) fold: Option<String>,
}

/// What a layout found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) groups: Vec<Group>,
    pub(super) skipped: Vec<Skipped>,
}

impl Found {
    pub(super) fn skip(&mut self, path: impl Into<PathBuf>, reason: SkipReason) {
        self.skipped.push(Skipped { path: path.into(), reason });
    }
}

/// Reads the library under `root`: a folder, or a `.csv` manifest, whose folder is then the root.
///
/// # Errors
/// A root that cannot be read, a layout that is not there, a file in two sub-genres (unless allowed), two folders or
/// playlists of the same name, or no track at all. Single files and folders that cannot be read are skipped.
pub fn scan(root: &Path, options: &LibraryOptions) -> Result<Library, LibraryError> {
    options.validate()?;
    let failed = |source| LibraryError::Read { path: root.into(), source };
    let given = normalised(&std::path::absolute(root).map_err(failed)?);
    let metadata = fs::metadata(&given).map_err(failed)?;
    let is_manifest = given.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    let (root, found, layout) = if metadata.is_file() && is_manifest {
        let folder = given.parent().map(Path::to_path_buf).unwrap_or_default();
        (folder.clone(), manifest::read(&folder, &given, options)?, Layout::Manifest)
    } else if metadata.is_dir() {
        let layout = resolve(&given, options)?;
        let found = match layout {
            Layout::Manifest => manifest::read(&given, &given.join(&options.manifest), options)?,
            Layout::Playlists => playlists::read(&given, options)?,
            Layout::Folders | Layout::Auto => folders::read(&given, options)?,
        };
        (given, found, layout)
    } else {
        return Err(LibraryError::NotALibrary { path: given });
    };
    assemble(root, found, layout, options)
}

/// The layout of a folder, where none is asked for.
fn resolve(root: &Path, options: &LibraryOptions) -> Result<Layout, LibraryError> {
    if options.layout != Layout::Auto {
        return Ok(options.layout);
    }
    if root.join(&options.manifest).is_file() {
        return Ok(Layout::Manifest);
    }
    Ok(if playlists::list(root)?.is_empty() { Layout::Folders } else { Layout::Playlists })
}

fn assemble(
    root: PathBuf,
    mut found: Found,
    layout: Layout,
    options: &LibraryOptions,
) -> Result<Library, LibraryError> {
    for group in &mut found.groups {
        group.entries.sort_by_cached_key(|entry| NaturalPath(relative_to(&root, &entry.path)));
    }
    for group in &mut found.groups {
        group.name = clean_text(&group.name).unwrap_or_else(|| UNNAMED.into());
        group.genre = group.genre.take().as_deref().and_then(clean_text);
    }
    let patterns = Patterns::of(options)?;
    refuse_same_names(&found.groups)?;
    drop_duplicates(&root, &mut found, options)?;
    let (mut sub_genres, mut tracks) = (Vec::new(), Vec::new());
    for group in found.groups.into_iter().filter(|group| !group.entries.is_empty()) {
        tracks.extend(group.entries.into_iter().map(|entry| {
            let (split, fold) = split_and_fold(&entry, &patterns);
            LibraryTrack {
                relative_path: relative_to(&root, &entry.path),
                display_name: patterns.display_name(&entry.path),
                path: entry.path,
                sub_genre: sub_genres.len(),
                overrides: entry.overrides,
                name_hint: entry.name_hint,
                split,
                fold,
            }
        }));
        sub_genres.push(SubGenre { genre: group.genre, name: group.name });
    }
    if tracks.is_empty() {
        let (layout, expected) = match layout {
            Layout::Manifest => ("a manifest", "rows whose `path` is an audio file"),
            Layout::Playlists => ("playlists", "playlists whose entries are audio files on this machine"),
            Layout::Folders | Layout::Auto => ("folders", "audio files in folders named after their sub-genres"),
        };
        let failed = found.skipped.iter().filter(|skipped| skipped.reason.is_failure()).count();
        let outside = found.skipped.iter().any(|skipped| matches!(skipped.reason, SkipReason::Outside { .. }));
        let hint =
            if outside { "; some lie outside of that folder: set `library.outside` to true to read them" } else { "" };
        return Err(LibraryError::Empty { root, layout, skipped: found.skipped.len(), failed, expected, hint });
    }
    Ok(Library { root, sub_genres, tracks, skipped: found.skipped })
}

/// The part and the fold of an entry. Data sets with one official split call it folds too, named after the parts.
fn split_and_fold(entry: &Entry, patterns: &Patterns) -> (Option<String>, Option<String>) {
    const PARTS: [&str; 7] = ["train", "training", "validation", "valid", "val", "dev", "test"];
    let fold = entry.fold.clone().or_else(|| patterns.fold(&entry.path));
    match (entry.split.clone(), fold) {
        (None, Some(fold)) if PARTS.contains(&fold.to_lowercase().as_str()) => (Some(fold), None),
        both => both,
    }
}

#[derive(PartialEq, Eq)]
struct NaturalPath(String);

impl Ord for NaturalPath {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        natural_cmp(&self.0, &other.0)
    }
}

impl PartialOrd for NaturalPath {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn refuse_same_names(groups: &[Group]) -> Result<(), LibraryError> {
    let mut seen: HashMap<(Option<&str>, &str), &Group> = HashMap::new();
    for group in groups.iter().filter(|group| !group.entries.is_empty()) {
        if let Some(first) = seen.insert((group.genre.as_deref(), &group.name), group) {
            let (first, second) = (first.source.clone(), group.source.clone());
            return Err(LibraryError::SameName { name: group.name.clone(), first, second });
        }
    }
    Ok(())
}

/// Finds files that are met twice, through links too, and keeps the first.
fn drop_duplicates(root: &Path, found: &mut Found, options: &LibraryOptions) -> Result<(), LibraryError> {
    let mut seen: HashMap<PathBuf, usize> = HashMap::new();
    // What the first error will name, and how many there are.
    let (mut conflict, mut conflicts) = (None, 0usize);
    let names: Vec<String> = found.groups.iter().map(|group| group.name.clone()).collect();
    for (index, group) in found.groups.iter_mut().enumerate() {
        let skipped = &mut found.skipped;
        group.entries.retain(|entry| {
            let identity = fs::canonicalize(&entry.path).unwrap_or_else(|_| entry.path.clone());
            let first = *seen.entry(identity.clone()).or_insert(usize::MAX);
            if first == usize::MAX {
                seen.insert(identity, index);
                return true;
            }
            if first != index {
                conflicts += 1;
                conflict.get_or_insert_with(|| (relative_to(root, &entry.path), first, index));
            }
            let reason = SkipReason::Duplicate { kept_in: names[first].clone() };
            skipped.push(Skipped { path: entry.path.clone(), reason });
            false
        });
    }
    match conflict.filter(|_| !options.allow_duplicates) {
        None => Ok(()),
        Some((file, first, second)) => Err(LibraryError::Duplicate {
            file,
            first: found.groups[first].source.clone(),
            second: found.groups[second].source.clone(),
            more: if conflicts > 1 { format!(" (and {} more files are in two)", conflicts - 1) } else { String::new() },
        }),
    }
}

#[cfg(test)]
mod tests;
