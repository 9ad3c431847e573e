//! `Sub-genre/*` and `Genre/Sub-genre/*`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::natural::{natural_cmp, split_prefix};
use super::paths::{has_extension, relative_to};
use super::scan::{Entry, Found, Group};
use super::walk::{Visited, walk};
use super::{LibraryError, LibraryOptions, SkipReason};

/// A folder of the root, with what lies below it by sub-folder.
struct TopFolder {
    name: String,
    /// Audio files directly in it.
    own: Vec<PathBuf>,
    /// Its folders with all audio files below them.
    children: Vec<(String, Vec<PathBuf>)>,
}

/// Walks the folders under `root`. Whatever lies deeper than a sub-genre belongs to it.
pub(super) fn read(root: &Path, options: &LibraryOptions) -> Result<Found, LibraryError> {
    let mut found = Found::default();
    let mut folders: Vec<TopFolder> = Vec::new();
    for visited in walk(root, options) {
        let path = match visited? {
            Visited::File(path) => path,
            Visited::Skipped(skipped) => {
                found.skipped.push(skipped);
                continue;
            }
        };
        if !has_extension(&path, &options.extensions) {
            found.skip(path, SkipReason::NotAudio);
            continue;
        }
        place(root, path, &mut folders, &mut found);
    }
    for folder in folders {
        into_groups(folder, root, options, &mut found);
    }
    // Prefixed names come first, in the order of their numbers.
    found.groups.sort_by(|a, b| sort_key(&a.source, &b.source));
    Ok(found)
}

/// Compares `Genre/Sub-genre` sources folder by folder: by number where both have one, numbered ones first.
pub(super) fn sort_key(a: &str, b: &str) -> std::cmp::Ordering {
    let parts = |source: &str| source.split('/').map(split_prefix).collect::<Vec<_>>();
    let (left, right) = (parts(a), parts(b));
    let by_part = left.iter().zip(&right).map(|((number_a, name_a), (number_b, name_b))| {
        let numbers = number_a.unwrap_or(u32::MAX).cmp(&number_b.unwrap_or(u32::MAX));
        numbers.then_with(|| natural_cmp(name_a, name_b))
    });
    by_part.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then_with(|| a.cmp(b))
}

fn place(root: &Path, path: PathBuf, folders: &mut Vec<TopFolder>, found: &mut Found) {
    let names: Vec<String> = match path.strip_prefix(root) {
        Ok(relative) => relative.iter().map(OsStr::to_string_lossy).map(Into::into).collect(),
        Err(_) => Vec::new(),
    };
    let [top, below @ ..] = names.as_slice() else { return };
    if below.is_empty() {
        return found.skip(path, SkipReason::OutsideSubGenre);
    }
    // Entries come folder by folder, so only the last one can be the same.
    if folders.last().is_none_or(|folder| folder.name != *top) {
        folders.push(TopFolder { name: top.clone(), own: Vec::new(), children: Vec::new() });
    }
    let Some(folder) = folders.last_mut() else { return };
    match below {
        [_] => folder.own.push(path),
        [child, ..] => match folder.children.iter_mut().find(|(name, _)| name == child) {
            Some((_, files)) => files.push(path),
            None => folder.children.push((child.clone(), vec![path])),
        },
        [] => {}
    }
}

fn into_groups(folder: TopFolder, root: &Path, options: &LibraryOptions, found: &mut Found) {
    let entries = |files: Vec<PathBuf>| files.into_iter().map(|path| Entry { path, ..Entry::default() }).collect();
    let (_, top_name) = split_prefix(&folder.name);
    let is_sub_genre = options.folder_levels.map_or(!folder.own.is_empty(), |levels| levels == 1);
    if is_sub_genre {
        let files = folder.own.into_iter().chain(folder.children.into_iter().flat_map(|(_, files)| files)).collect();
        let source = relative_to(root, &root.join(&folder.name));
        found.groups.push(Group { genre: None, name: top_name, source, entries: entries(files) });
        return;
    }
    for path in folder.own {
        found.skip(path, SkipReason::OutsideSubGenre);
    }
    for (child, files) in folder.children {
        let source = relative_to(root, &root.join(&folder.name).join(&child));
        let (_, name) = split_prefix(&child);
        found.groups.push(Group { genre: Some(top_name.clone()), name, source, entries: entries(files) });
    }
}
