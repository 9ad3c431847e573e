//! Copies of real recordings are found, and nothing else is taken for one.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use pmsl_core::analysis::analyse;
use pmsl_core::audio::stream_mono;
use pmsl_core::fingerprint::{Fingerprint, find_duplicates};

fn fingerprint(path: &Path) -> Fingerprint {
    analyse(path, &AtomicBool::new(false)).unwrap_or_else(|e| panic!("{}: {e}", path.display())).fingerprint
}

/// Writes mono samples as 16 bits.
fn write_wav(path: &Path, samples: &[f32], rate_hz: u32) {
    let data: Vec<u8> = samples.iter().flat_map(|x| ((x * 32_767.0).round() as i16).to_le_bytes()).collect();
    let mut wav = b"RIFF".to_vec();
    wav.extend((data.len() as u32 + 36).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(rate_hz.to_le_bytes());
    wav.extend((2 * rate_hz).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend((data.len() as u32).to_le_bytes());
    wav.extend(data);
    std::fs::write(path, wav).unwrap();
}

fn decoded(path: &Path, rate_hz: u32) -> Vec<f32> {
    let mut samples = Vec::new();
    stream_mono(path, rate_hz, &AtomicBool::new(false), &mut |block| samples.extend_from_slice(block)).unwrap();
    samples
}

/// Every copy is found, and no pair besides original and copy.
fn assert_copies_are_found(what: &str, originals: &[Fingerprint], copies: &[Fingerprint], offset_s: f32) {
    let all: Vec<&Fingerprint> = originals.iter().chain(copies).collect();
    let found = find_duplicates(&all);
    let least = found.iter().map(|d| d.similarity).fold(1.0, f32::min);
    println!("{what}: {} of {} copies found, least similarity {least:.2}", found.len(), copies.len());
    let expected: Vec<(usize, usize)> = (0..copies.len()).map(|i| (i, originals.len() + i)).collect();
    assert_eq!(found.iter().map(|d| (d.a, d.b)).collect::<Vec<_>>(), expected, "{what}");
    for duplicate in found {
        assert!((duplicate.offset_s - offset_s).abs() < 0.06, "{what}: {duplicate:?}");
    }
}

/// Loops of 7 s and songs, one in eight of the set, so that the test takes seconds.
#[test]
fn copies_are_found() {
    let paths: Vec<PathBuf> = common::recordings("styles").into_iter().step_by(8).collect();
    let originals: Vec<Fingerprint> = paths.iter().map(|path| fingerprint(path)).collect();
    let folder = tempfile::tempdir().unwrap();
    let copies = |name: &str, rate_hz: u32, change: &dyn Fn(&mut Vec<f32>)| -> Vec<Fingerprint> {
        let copy = folder.path().join(name);
        let copy = |path: &PathBuf| {
            let mut samples = decoded(path, rate_hz);
            change(&mut samples);
            write_wav(&copy, &samples, rate_hz);
            fingerprint(&copy)
        };
        paths.iter().map(copy).collect()
    };
    assert_copies_are_found("16 bits", &originals, &copies("a.wav", 44_100, &|_| ()), 0.0);
    let softer = |samples: &mut Vec<f32>| samples.iter_mut().for_each(|x| *x *= 0.5);
    assert_copies_are_found("6 dB softer", &originals, &copies("b.wav", 44_100, &softer), 0.0);
    let cut = |samples: &mut Vec<f32>| drop(samples.drain(..13_230));
    assert_copies_are_found("cut by 0.3 s", &originals, &copies("c.wav", 44_100, &cut), 0.3);
    assert_copies_are_found("resampled", &originals, &copies("d.wav", 16_000, &|_| ()), 0.0);
}

#[test]
fn lossy_copies_are_found() {
    let paths: Vec<PathBuf> = common::recordings("styles").into_iter().step_by(8).collect();
    let originals: Vec<Fingerprint> = paths.iter().map(|path| fingerprint(path)).collect();
    let folder = tempfile::tempdir().unwrap();
    for (name, arguments) in [("low.mp3", &["-b:a", "64k"][..]), ("low.ogg", &["-c:a", "libvorbis", "-q:a", "-1"])] {
        let copy = folder.path().join(name);
        let encode = |path: &PathBuf| {
            let mut command = Command::new("ffmpeg");
            command.args(["-v", "error", "-y", "-i"]).arg(path).args(arguments).arg(&copy);
            command.status().is_ok_and(|status| status.success()).then(|| fingerprint(&copy))
        };
        match paths.iter().map(encode).collect::<Option<Vec<_>>>() {
            Some(copies) => assert_copies_are_found(name, &originals, &copies, 0.0),
            None => println!("skipped {name}: ffmpeg or its encoder is missing"),
        }
    }
}

/// Loops of one drum kit, and sounds of one kind, are recordings of their own. ESC-10 has two pairs of clips that hold
/// the same sound: the waveforms of the first correlate with 0.99 where they overlap, those of the second with 0.97.
#[test]
fn different_recordings_are_no_duplicates() {
    let known = [("3-151080-A.ogg", "5-151085-A.ogg"), ("2-28314-A.ogg", "2-30322-A.ogg")];
    for (set, expected) in [("styles", &[][..]), ("esc10", &known)] {
        let paths = common::recordings(set);
        let prints: Vec<Fingerprint> = paths.iter().map(|path| fingerprint(path)).collect();
        let found = find_duplicates(&prints.iter().collect::<Vec<_>>());
        println!("{set}: {} pairs among {} recordings", found.len(), paths.len());
        let name = |index: usize| paths[index].file_name().unwrap().to_str().unwrap();
        let names: Vec<(&str, &str)> = found.iter().map(|d| (name(d.a), name(d.b))).collect();
        if !paths.is_empty() {
            assert_eq!(names, expected, "{set}");
        }
    }
}
