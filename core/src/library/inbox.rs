//! Files that are not sorted yet.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::natural::natural_cmp;
use super::paths::{has_extension, is_hidden};
use super::{LibraryError, LibraryOptions, SkipReason, Skipped};

/// All audio files below a folder, naturally by name, and what could not be looked at. Hidden files and files that are
/// no audio are left out silently.
///
/// # Errors
/// When the folder itself cannot be read.
pub fn audio_files(root: &Path, options: &LibraryOptions) -> Result<(Vec<PathBuf>, Vec<Skipped>), LibraryError> {
    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    let walk = WalkDir::new(root)
        .follow_links(options.follow_links)
        .sort_by(|a, b| natural_cmp(&a.file_name().to_string_lossy(), &b.file_name().to_string_lossy()));
    for entry in walk.into_iter().filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name())) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && has_extension(entry.path(), &options.extensions) => {
                files.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(root).to_path_buf();
                let (depth, is_loop) = (error.depth(), error.loop_ancestor().is_some());
                let message = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                match error.into_io_error() {
                    Some(source) if depth == 0 => return Err(LibraryError::Read { path, source }),
                    _ if is_loop => skipped.push(Skipped { path, reason: SkipReason::LinkLoop }),
                    _ => skipped.push(Skipped { path, reason: SkipReason::Unreadable { message } }),
                }
            }
        }
    }
    Ok((files, skipped))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn files_are_found_at_any_depth_in_natural_order() {
        let root = tempfile::tempdir().unwrap();
        for path in ["10.mp3", "9.flac", "b/c/1.OGG", "b/cover.jpg", ".hidden/2.mp3", "b/.3.mp3"] {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        let (files, skipped) = audio_files(root.path(), &LibraryOptions::default()).unwrap();
        let names: Vec<&Path> = files.iter().map(|file| file.strip_prefix(root.path()).unwrap()).collect();
        assert_eq!(names, ["9.flac", "10.mp3", "b/c/1.OGG"].map(Path::new));
        assert!(skipped.is_empty());
        assert!(matches!(
            audio_files(&root.path().join("none"), &LibraryOptions::default()),
            Err(LibraryError::Read { .. })
        ));
    }
}
