//! Files that are not sorted yet.

use std::path::{Path, PathBuf};

use super::paths::has_extension;
use super::walk::{Visited, walk};
use super::{LibraryError, LibraryOptions, Skipped};

/// All audio files below a folder, naturally by name, and what could not be looked at. Hidden files and files that are
/// no audio are left out silently.
///
/// # Errors
/// When the folder itself cannot be read.
pub fn audio_files(root: &Path, options: &LibraryOptions) -> Result<(Vec<PathBuf>, Vec<Skipped>), LibraryError> {
    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    for visited in walk(root, options) {
        match visited? {
            Visited::File(path) if has_extension(&path, &options.extensions) => files.push(path),
            Visited::File(_) => {}
            Visited::Skipped(left_out) => skipped.push(left_out),
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
