//! What the synthesis leaves on the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::demo::{DemoError, DemoLibrary, DemoOptions, synthesize_library};

fn small() -> DemoOptions {
    DemoOptions { tracks_per_sub_genre: 2, seconds: 8.0, sample_rate_hz: 16_000, seed: 7 }
}

fn synthesize(root: &Path, options: &DemoOptions) -> Result<DemoLibrary, DemoError> {
    synthesize_library(root, options, &mut |_| (), &AtomicBool::new(false))
}

/// Every file below the root with its bytes.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_bytes_do_not_depend_on_the_threads() {
    let mut made = Vec::new();
    for threads in [1, 3] {
        let root = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| synthesize(root.path(), &small())).unwrap();
        made.push(files(root.path()));
    }
    assert_eq!(made[0].len(), 15, "14 tracks and the manifest");
    assert!(made[0] == made[1]);
    let distinct: BTreeSet<&Vec<u8>> = made[0].values().collect();
    assert_eq!(distinct.len(), 15);
}

#[test]
fn reports_progress_and_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("new/library");
    let cancel = AtomicBool::new(false);
    let mut seen = Vec::new();
    let stopped = synthesize_library(
        &root,
        &small(),
        &mut |progress| {
            assert_eq!(progress.total, 14);
            seen.push((progress.done, progress.path.to_owned()));
            if progress.done == 4 {
                cancel.store(true, Ordering::Relaxed);
            }
        },
        &cancel,
    );
    assert!(matches!(stopped, Err(DemoError::Cancelled)));
    assert!(seen.iter().enumerate().all(|(index, (done, _))| *done == index + 1), "{seen:?}");
    let before = files(&root);
    assert_eq!(before.len(), 1 + seen.len(), "only whole tracks are left behind");

    let library = synthesize(&root, &small()).unwrap();
    assert_eq!(library.synthesized, 14 - seen.len());
    assert_eq!(library.tracks.len(), 14);
    let after = files(&root);
    assert!(before.iter().all(|(name, bytes)| after[name] == *bytes));
    assert!(library.tracks.iter().all(|track| after.contains_key(&track.path)));
    assert_eq!(synthesize(&root, &small()).unwrap().synthesized, 0);
    assert!(after == files(&root));
}

#[test]
fn other_options_replace_the_library_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let first = DemoOptions { tracks_per_sub_genre: 1, ..small() };
    let old = synthesize(folder.path(), &first).unwrap();
    fs::write(folder.path().join("Techno/mine.txt"), "keep").unwrap();
    let new = synthesize(folder.path(), &DemoOptions { seed: 8, ..first }).unwrap();
    assert_eq!(new.synthesized, 7);
    let left = files(folder.path());
    assert_eq!(left.len(), 7 + 2, "{:?}", left.keys());
    assert_eq!(left["Techno/mine.txt"], b"keep");
    assert!(old.tracks.iter().any(|track| !left.contains_key(&track.path)));
}

#[test]
fn refuses_a_folder_that_holds_something_else() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("holiday.mp3"), "music").unwrap();
    assert!(matches!(synthesize(folder.path(), &small()), Err(DemoError::Foreign { .. })));
    fs::write(folder.path().join("demo-library.json"), "{").unwrap();
    assert!(matches!(synthesize(folder.path(), &small()), Err(DemoError::Manifest { .. })));
    assert_eq!(files(folder.path()).len(), 2);
}

#[test]
fn the_library_has_the_shape_that_experiments_need() {
    let folder = tempfile::tempdir().unwrap();
    let options = DemoOptions { tracks_per_sub_genre: 4, seconds: 8.0, sample_rate_hz: 16_000, seed: 1 };
    // The plan suffices: nothing is synthesized once the run is cancelled.
    let stopped = synthesize_library(folder.path(), &options, &mut |_| (), &AtomicBool::new(true));
    assert!(matches!(stopped, Err(DemoError::Cancelled)));
    let manifest = fs::read_to_string(folder.path().join("demo-library.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let paths: Vec<&str> = manifest["files"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    assert_eq!(paths.len(), 28);
    let mut tracks_of: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for path in paths {
        let parts: Vec<&str> = path.split('/').collect();
        assert_eq!(parts.len(), 3, "genre/sub-genre/file: {path}");
        let (artist, title) = parts[2].split_once(" - ").unwrap();
        assert!(title.strip_suffix(".flac").is_some_and(|title| !title.is_empty()));
        *tracks_of.entry((parts[1], artist)).or_default() += 1;
    }
    assert_eq!(tracks_of.len(), 14, "two artists in each sub-genre");
    assert!(tracks_of.values().all(|count| *count == 2));
}
