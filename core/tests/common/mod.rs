//! What the tests of finished vectors share.

#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests, not all used by each")]

use std::path::{Path, PathBuf};

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
    let embeddings = npy(&folder.join("embeddings.npy"), "<f8", |b| f64::from_le_bytes(b) as f32);
    let labels = npy(&folder.join("labels.npy"), "<i8", |b| usize::try_from(i64::from_le_bytes(b)).unwrap());
    assert_eq!((embeddings.len(), labels.len()), (200_000, 1000));
    Some((embeddings, labels))
}

/// Reads the values of an npy file of 8-byte elements in C order.
fn npy<T>(path: &Path, descr: &str, value: impl Fn([u8; 8]) -> T) -> Vec<T> {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00", "{}", path.display());
    let data = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..data]).unwrap();
    assert!(header.contains(&format!("'descr': '{descr}'")) && header.contains("'fortran_order': False"), "{header}");
    bytes[data..].chunks_exact(8).map(|chunk| value(chunk.try_into().unwrap())).collect()
}
