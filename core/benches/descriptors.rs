//! What descriptors and fingerprint add to a pass over a file: the ratio of `analysed` to `decoded`, per format.

#![allow(clippy::unwrap_used, reason = "a bench may stop where it stands")]

use std::f64::consts::TAU;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use divan::{Bencher, black_box};
use pmsl_core::analysis::analyse;
use pmsl_core::audio::{stream_mono, stream_source};
use tempfile::TempDir;

/// Length of the file, in seconds.
const SECONDS: usize = 60;
const RATE_HZ: usize = 44_100;

fn main() {
    divan::main();
}

/// A chord, a decaying beat and noise in stereo, as WAVE, and as FLAC and MP3 where ffmpeg is there.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let mut state = 1u32;
    let mut data = Vec::new();
    for n in 0..SECONDS * RATE_HZ {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = f64::from(state) / f64::from(u32::MAX) - 0.5;
        let t = n as f64 / RATE_HZ as f64;
        let chord: f64 = [220.0, 261.63, 329.63].iter().map(|hz| (TAU * hz * t).sin()).sum();
        let beat = noise * (-20.0 * t.rem_euclid(0.5)).exp();
        for x in [0.1 * chord + 0.5 * beat, 0.1 * chord + 0.4 * beat + 0.01 * noise] {
            data.extend(((x * 32_767.0) as i16).to_le_bytes());
        }
    }
    let mut wav = b"RIFF".to_vec();
    wav.extend((data.len() as u32 + 36).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    wav.extend((RATE_HZ as u32).to_le_bytes());
    wav.extend((4 * RATE_HZ as u32).to_le_bytes());
    wav.extend(b"\x04\0\x10\0data");
    wav.extend((data.len() as u32).to_le_bytes());
    wav.extend(data);
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("minute.wav");
    std::fs::write(&source, wav).unwrap();
    for name in ["minute.flac", "minute.mp3"] {
        let mut command = Command::new("ffmpeg");
        // Where it is missing, so is the file, and its rows are skipped.
        let _ = command.args(["-v", "error", "-y", "-i"]).arg(&source).arg(folder.path().join(name)).status();
    }
    folder
});

fn file(extension: &str) -> Option<PathBuf> {
    Some(FOLDER.path().join("minute").with_extension(extension)).filter(|path| path.exists())
}

const FORMATS: [&str; 3] = ["wav", "flac", "mp3"];

/// The baseline: nothing but the samples of the file.
#[divan::bench(args = FORMATS, sample_count = 10)]
fn decoded(bencher: Bencher<'_, '_>, format: &str) {
    let Some(path) = file(format) else { return };
    bencher.bench_local(|| {
        stream_source(&path, &AtomicBool::new(false), &mut |block| {
            black_box(block);
            Ok(())
        })
    });
}

/// What a run without analysis does: mono at the rate of a front end.
#[divan::bench(args = FORMATS, sample_count = 10)]
fn decoded_to_16_khz(bencher: Bencher<'_, '_>, format: &str) {
    let Some(path) = file(format) else { return };
    bencher.bench_local(|| {
        stream_mono(&path, 16_000, &AtomicBool::new(false), &mut |block| {
            black_box(block);
        })
    });
}

#[divan::bench(args = FORMATS, sample_count = 10)]
fn analysed(bencher: Bencher<'_, '_>, format: &str) {
    let Some(path) = file(format) else { return };
    bencher.bench_local(|| analyse(&path, &AtomicBool::new(false)));
}
