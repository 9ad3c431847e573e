//! What the tests share.

#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests, not all used by each")]

use std::path::{Path, PathBuf};

use pmsl_core::npy::Array;

/// A golden file made by the script beside it.
pub(crate) fn golden(case: &str) -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity").join(case).join("golden.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Published MusiCNN embeddings of GTZAN, `[1000, 200]`, and its ten genres; `None`, with a message, where the data
/// set is not beside the repository.
pub(crate) fn musicnn_gtzan() -> Option<(pmsl_core::Vectors, Vec<usize>)> {
    let (embeddings, labels) = musicnn_gtzan_rows()?;
    Some((pmsl_core::Vectors::normalized(embeddings, 200).unwrap(), labels))
}

/// As [`musicnn_gtzan`], of the length that the encoder gave them.
pub(crate) fn musicnn_gtzan_rows() -> Option<(Vec<f32>, Vec<usize>)> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/musicnn-gtzan");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there", folder.display());
        return None;
    }
    let (embeddings, dim) = Array::open(&folder.join("embeddings.npy")).unwrap().into_matrix().unwrap();
    let labels = Array::open(&folder.join("labels.npy")).unwrap().into_labels().unwrap();
    assert_eq!((embeddings.len(), dim, labels.len()), (200_000, 200, 1000));
    Some((embeddings, labels.iter().map(|label| label.parse().unwrap()).collect()))
}

/// The recordings of a data set, sorted by path; none, with a message, where it is not beside the repository.
pub(crate) fn recordings(set: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(set);
    let (mut folders, mut found) = (vec![folder.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "mp3" || extension == "ogg") {
                found.push(path);
            }
        }
    }
    if found.is_empty() {
        eprintln!("skipped: no recordings in {}", folder.display());
    }
    found.sort();
    found
}
