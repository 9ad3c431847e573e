use std::path::PathBuf;

use super::*;
use crate::audio::fixtures::{WavFormat, ffmpeg, sine, wav, write};
use crate::audio::read_chunks;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn analysis(path: &Path) -> TrackAnalysis {
    analyse(path, &AtomicBool::new(false)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn assert_is_finite(analysis: &TrackAnalysis) {
    // JSON has no NaN: serde_json would write null, which is not read back as a number.
    let json = serde_json::to_string(analysis).unwrap();
    assert_eq!(&serde_json::from_str::<TrackAnalysis>(&json).unwrap(), analysis, "{json}");
    assert!((0.0..=1.0).contains(&analysis.descriptors.energy), "{json}");
}

/// A stereo file of ten seconds: a tone that beats, and another on the right.
fn stereo(folder: &Path) -> PathBuf {
    let (left, right) = (sine(440.0, 0.5, 44_100, 10.0), sine(660.0, 0.2, 44_100, 10.0));
    let beat = |n: usize| (-10.0 * (n as f64 / 44_100.0).rem_euclid(0.5)).exp();
    let samples: Vec<f64> = left.iter().zip(right).enumerate().flat_map(|(n, (l, r))| [l * beat(n), r]).collect();
    write(folder, "stereo.wav", &wav(WavFormat::I16, 44_100, 2, &samples))
}

#[test]
fn one_pass_gives_what_two_give() {
    let folder = folder();
    let path = stereo(folder.path());
    let (options, cancel) = (ChunkOptions { chunk_s: 2.0, ..ChunkOptions::default() }, AtomicBool::new(false));
    for rate in [16_000, 22_050] {
        let (chunks, found) = read_chunks_and_analysis(&path, &options, rate, &cancel).unwrap();
        assert_eq!(chunks.unwrap(), read_chunks(&path, &options, rate, &cancel).unwrap());
        assert_eq!(found, analysis(&path), "whatever the front end");
    }
    let tempo = analysis(&path).descriptors.tempo.unwrap();
    assert!((tempo.bpm - 120.0).abs() < 0.5, "{tempo:?}");
}

#[test]
fn a_silent_file_has_no_chunks_but_an_analysis() {
    let folder = folder();
    let path = write(folder.path(), "silent.wav", &wav(WavFormat::I16, 44_100, 2, &vec![0.0; 882_000]));
    let (chunks, found) =
        read_chunks_and_analysis(&path, &ChunkOptions::default(), 16_000, &AtomicBool::new(false)).unwrap();
    assert!(matches!(chunks, Err(AudioError::Silent { .. })), "{chunks:?}");
    let d = &found.descriptors;
    assert_eq!((d.tempo, d.key, d.loudness_lufs, d.true_peak_dbtp), (None, None, None, None));
    assert!((found.fingerprint.duration_s() - 10.0).abs() < 1e-3);
    assert_is_finite(&found);
}

#[test]
fn strange_files_are_measured_without_nonsense() {
    let folder = folder();
    let tone = sine(220.0, 0.5, 44_100, 4.0);
    let eight: Vec<f64> = tone.iter().flat_map(|&x| [x; 8]).collect();
    let cases: [(&str, u32, u16, &[f64]); 9] = [
        ("one sample", 44_100, 1, &[0.5]),
        ("two samples", 8_000, 2, &[0.5; 4]),
        ("tenth of a second", 44_100, 1, &tone[..4410]),
        ("constant", 44_100, 1, &vec![0.9; 200_000]),
        ("full scale", 48_000, 2, &vec![1.0; 200_000]),
        ("mono", 44_100, 1, &tone),
        ("eight channels", 44_100, 8, &eight),
        ("low rate", 1_000, 1, &sine(220.0, 0.5, 1_000, 20.0)),
        ("high rate", 384_000, 1, &tone),
    ];
    for (name, rate, channels, samples) in cases {
        let bytes = wav(WavFormat::F32, rate, channels, samples);
        let found = analysis(&write(folder.path(), "strange.wav", &bytes));
        assert_is_finite(&found);
        assert_eq!(found.descriptors.tempo, None, "{name}");
    }
}

#[test]
fn the_rate_and_channels_may_change_within_a_file() {
    let folder = folder();
    let source = stereo(folder.path());
    let part = |name: &str, arguments: &[&str]| {
        let path = folder.path().join(name);
        ffmpeg(&source, &path, arguments).then(|| std::fs::read(&path).unwrap())
    };
    let parts = [part("a.ogg", &["-ar", "44100"]), part("b.ogg", &["-ar", "22050", "-ac", "1"])];
    let Some(parts) = parts.into_iter().collect::<Option<Vec<_>>>() else { return };
    let found = analysis(&write(folder.path(), "chained.ogg", &parts.concat()));
    assert_is_finite(&found);
    assert!((found.fingerprint.duration_s() - 20.0).abs() < 0.1, "{}", found.fingerprint.duration_s());
    let alone = analysis(&source).descriptors;
    assert!((found.descriptors.true_peak_dbtp.unwrap() - alone.true_peak_dbtp.unwrap()).abs() < 0.5, "{found:?}");
    assert!((found.descriptors.tempo.unwrap().bpm - 120.0).abs() < 0.5, "{found:?}");
}

#[test]
fn a_long_track_keeps_two_minutes_of_fingerprint() {
    let folder = folder();
    let path = write(folder.path(), "long.wav", &wav(WavFormat::U8, 8_000, 1, &sine(500.0, 0.5, 8_000, 150.0)));
    let found = analysis(&path).fingerprint;
    assert!((found.duration_s() - 150.0).abs() < 1e-3);
    assert!(serde_json::to_string(&found).unwrap().len() < 21_000);
}

#[test]
fn a_set_flag_stops_it() {
    let folder = folder();
    let stopped = analyse(&stereo(folder.path()), &AtomicBool::new(true));
    assert!(matches!(stopped, Err(AudioError::Cancelled)), "{stopped:?}");
}
