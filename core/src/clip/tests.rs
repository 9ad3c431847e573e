//! Clips of files that the tests write, decoded again by the decoder of the library.

use super::*;
use crate::audio::fixtures::{WavFormat, sine, wav, write};
use crate::audio::stream_mono;

/// Ten seconds of a quiet low tone, a loud high one, and the quiet one again.
fn song(folder: &Path) -> std::path::PathBuf {
    let part = |frequency_hz, amplitude| sine(frequency_hz, amplitude, 32_000, 10.0);
    write(
        folder,
        "song.wav",
        &wav(WavFormat::I16, 32_000, 1, &[part(200.0, 0.1), part(1000.0, 0.5), part(200.0, 0.1)].concat()),
    )
}

fn clip(path: &Path, options: &ClipOptions) -> Vec<f32> {
    let bytes = make_clip(path, 30.0, options, &AtomicBool::new(false)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut samples = Vec::new();
    let mp3 = write(folder.path(), "clip.mp3", &bytes);
    stream_mono(&mp3, RATE_HZ, &AtomicBool::new(false), &mut |block| samples.extend_from_slice(block)).unwrap();
    samples
}

/// Crossings of zero per second over the middle of a clip: twice the frequency of a tone.
fn pitch_hz(samples: &[f32]) -> f32 {
    let middle = &samples[samples.len() / 4..3 * samples.len() / 4];
    let crossings = middle.windows(2).filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0)).count();
    crossings as f32 / 2.0 / (middle.len() as f32 / RATE_HZ as f32)
}

#[test]
fn the_loudest_stretch_is_cut_out_and_faded() {
    let folder = tempfile::tempdir().unwrap();
    let samples = clip(&song(folder.path()), &ClipOptions { seconds: 5, ..ClipOptions::default() });
    assert_eq!(samples.len(), 5 * RATE_HZ as usize, "the codec's silence is left out");
    assert!((pitch_hz(&samples) - 1000.0).abs() < 5.0, "{}", pitch_hz(&samples));
    let peak = |range: std::ops::Range<usize>| samples[range].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let end = samples.len();
    assert!((peak(end / 4..end / 2) - 0.5).abs() < 0.02, "{}", peak(end / 4..end / 2));
    assert!(peak(0..100) < 0.05 && peak(end - 2000..end) < 0.05, "{} {}", peak(0..100), peak(end - 2000..end));
}

#[test]
fn a_given_place_is_cut_out() {
    let folder = tempfile::tempdir().unwrap();
    let song = song(folder.path());
    let at = |share| pitch_hz(&clip(&song, &ClipOptions { seconds: 8, at: Some(share), ..ClipOptions::default() }));
    for (share, expected) in [(0.0, 200.0), (0.35, 1000.0), (1.0, 200.0)] {
        assert!((at(share) - expected).abs() < 5.0, "{} at {share}", at(share));
    }
}

#[test]
fn a_short_file_is_taken_whole_and_the_bit_rate_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let song = song(folder.path());
    let size = |kbps| {
        let options = ClipOptions { seconds: 120, kbps, ..ClipOptions::default() };
        make_clip(&song, 30.0, &options, &AtomicBool::new(false)).unwrap().len() as f64
    };
    for kbps in [48, 96, 192] {
        assert!((size(kbps) / (30.0 * f64::from(kbps) * 125.0) - 1.0).abs() < 0.02, "{} at {kbps}", size(kbps));
    }
    let options = ClipOptions { seconds: 120, ..ClipOptions::default() };
    assert_eq!(clip(&song, &options).len(), 30 * RATE_HZ as usize);
}

#[test]
fn equal_input_gives_equal_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let song = song(folder.path());
    let make = || make_clip(&song, 30.0, &ClipOptions::default(), &AtomicBool::new(false)).unwrap();
    assert_eq!(make(), make());
}

#[test]
fn options_out_of_range_and_bad_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let song = song(folder.path());
    let usual = ClipOptions::default();
    for (options, field) in [
        (ClipOptions { seconds: 4, ..usual.clone() }, "seconds"),
        (ClipOptions { at: Some(1.5), ..usual.clone() }, "at"),
        (ClipOptions { at: Some(f32::NAN), ..usual.clone() }, "at"),
        (ClipOptions { kbps: 100, ..usual.clone() }, "kbps"),
    ] {
        let message = make_clip(&song, 30.0, &options, &AtomicBool::new(false)).unwrap_err().to_string();
        assert!(message.starts_with(&format!("`{field}` must be")), "{message}");
    }
    let noise = write(folder.path(), "noise.mp3", &[7; 5000]);
    assert!(matches!(make_clip(&noise, 30.0, &usual, &AtomicBool::new(false)), Err(ClipError::Audio(_))));
    let cancelled = make_clip(&song, 30.0, &usual, &AtomicBool::new(true));
    assert!(matches!(cancelled, Err(ClipError::Audio(AudioError::Cancelled))));
}
