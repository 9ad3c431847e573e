//! The files below a folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::natural::natural_cmp;
use super::paths::{has_extension, is_hidden};
use super::{LibraryError, LibraryOptions, SkipReason, Skipped};

/// What was come upon.
pub(super) enum Visited {
    /// A file that is not hidden.
    File(PathBuf),
    /// Something that could not be looked at.
    Skipped(Skipped),
}

/// All files below `root` that are not hidden, at any depth. Siblings come in natural order, so that the order is the
/// same everywhere. Errors below the root cost what they concern, and so do pipes, devices and empty folders that are named
/// like audio.
///
/// # Errors
/// The root itself has to be readable.
pub(super) fn walk<'a>(
    root: &'a Path,
    options: &'a LibraryOptions,
) -> impl Iterator<Item = Result<Visited, LibraryError>> + use<'a> {
    let name = |name: &OsStr| name.to_string_lossy().into_owned();
    WalkDir::new(root)
        .follow_links(options.follow_links)
        .sort_by(move |a, b| natural_cmp(&name(a.file_name()), &name(b.file_name())))
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name()))
        .filter_map(move |entry| match entry {
            Ok(entry) if entry.file_type().is_file() => Some(Ok(Visited::File(entry.into_path()))),
            Ok(entry) => poses_as_audio(&entry, options)
                .then(|| Ok(Visited::Skipped(Skipped { path: entry.into_path(), reason: SkipReason::NotAFile }))),
            Err(error) => Some(told(root, error)),
        })
}

/// Whether something that is no file has the name of an audio file. A folder of such a name that holds anything is a folder,
/// and a link that is not to be followed is none of this.
fn poses_as_audio(entry: &DirEntry, options: &LibraryOptions) -> bool {
    let kind = entry.file_type();
    let is_hollow = if kind.is_dir() {
        entry.depth() > 0 && std::fs::read_dir(entry.path()).is_ok_and(|mut inside| inside.next().is_none())
    } else {
        !kind.is_symlink()
    };
    is_hollow && has_extension(entry.path(), &options.extensions)
}

fn told(root: &Path, error: walkdir::Error) -> Result<Visited, LibraryError> {
    let path = error.path().unwrap_or(root).to_path_buf();
    let is_loop = error.loop_ancestor().is_some();
    let (depth, message) = (error.depth(), error.io_error().map_or_else(|| error.to_string(), ToString::to_string));
    let reason = match error.into_io_error() {
        Some(source) if depth == 0 => return Err(LibraryError::Read { path, source }),
        _ if is_loop => SkipReason::LinkLoop,
        _ => SkipReason::Unreadable { message },
    };
    Ok(Visited::Skipped(Skipped { path, reason }))
}
