//! Real recordings, damaged: no decoder and no parser of tags panics or takes long. A small part of what
//! `scripts/fuzz-corpora` does.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

#[path = "../examples/decoder_corpora/mutation.rs"]
mod mutation;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use mutation::Mutation;
use pmsl_core::audio::{AudioError, stream_source};
use pmsl_core::library::{TagError, read_tags};

/// One recording of each folder of real audio, the shortest.
fn recordings() -> Vec<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let mut found = Vec::new();
    for pattern in ["styles/Electronic", "styles/Acoustic", "styles/World", "esc10"] {
        for folder in fs::read_dir(data.join(pattern)).into_iter().flatten().flatten() {
            let files = fs::read_dir(folder.path()).into_iter().flatten().flatten();
            found.extend(
                files.min_by_key(|file| (file.metadata().map_or(0, |m| m.len()), file.path())).map(|f| f.path()),
            );
        }
    }
    found.sort();
    found
}

#[test]
fn damaged_recordings_are_errors_or_shorter() {
    let recordings = recordings();
    if recordings.is_empty() {
        eprintln!("skipped: ../shared/data is absent");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut tried, mut decoded) = (0, 0);
    for (number, recording) in recordings.iter().enumerate() {
        let whole = fs::read(recording).unwrap();
        let cuts = (0..100).step_by(23).map(|percent| Mutation::Cut(percent + number as u8 % 23));
        for mutation in cuts.chain((0..6).map(|flip| Mutation::Flips((number as u64) << 8 | flip))) {
            let place = folder.path().join(recording.file_name().unwrap());
            fs::write(&place, mutation.apply(whole.clone())).unwrap();
            let outcome = stream_source(&place, &AtomicBool::new(false), &mut |_| Ok(()));
            assert!(
                !matches!(outcome, Err(AudioError::Panicked { .. })),
                "{} {mutation}: {outcome:?}",
                recording.display()
            );
            let tags = read_tags(&place);
            assert!(!matches!(tags, Err(TagError::Panicked { .. })), "{} {mutation}: {tags:?}", recording.display());
            tried += 1;
            decoded += usize::from(outcome.is_ok());
        }
    }
    // Damage that breaks everything, or nothing, would not be much of a test.
    assert!(decoded > tried / 4 && decoded < tried, "{decoded} of {tried} copies could be decoded");
}

#[test]
fn damage_is_the_same_each_time_and_differs_by_its_seed() {
    let bytes: Vec<u8> = (0..4096).map(|i| (i % 251) as u8).collect();
    let flipped = |seed: u64| Mutation::Flips(seed).apply(bytes.clone());
    assert_eq!(flipped(7), flipped(7));
    assert_ne!(flipped(7), flipped(8));
    assert_ne!(flipped(7), bytes);
    assert_eq!(Mutation::Cut(25).apply(bytes.clone()).len(), 1024);
    assert_eq!(Mutation::Whole.apply(bytes.clone()), bytes);
    for mutation in [Mutation::Whole, Mutation::Cut(3), Mutation::Flips(u64::MAX)] {
        assert_eq!(mutation.to_string().parse(), Ok(mutation));
    }
}
