use std::f64::consts::TAU;

use super::*;
use crate::{Key, Mode};

const RATE_HZ: u32 = 22_050;

fn measure(samples: &[f32]) -> Descriptors {
    let mut meter = DescriptorMeter::new(RATE_HZ);
    for mono in samples.chunks(1000) {
        meter.push_source(&SourceBlock { interleaved: mono, mono, channels: 1, sample_rate_hz: RATE_HZ });
        meter.push_mono(mono);
    }
    meter.finish()
}

/// Chords of one second in the key (I IV V I, or i iv V i), each note with six harmonics and a decay, tuned `cents` off.
fn progression(key: Key, cents: f64) -> Vec<f32> {
    let major = key.mode() == Mode::Major;
    let third = if major { 4 } else { 3 };
    let chords = [(0, third), (5, third), (7, 4), (0, third)];
    (0..8 * RATE_HZ as usize)
        .map(|n| {
            let t = n as f64 / f64::from(RATE_HZ);
            let (root, third) = chords[t as usize % 4];
            let notes = [root - 12, root, root + third, root + 7].map(|note| note + i32::from(key.tonic()));
            let sound = notes.iter().map(|&note| {
                let hz = 261.625_565 * 2f64.powf(f64::from(note) / 12.0 + cents / 1200.0);
                (1..=6).map(|k| (TAU * hz * f64::from(k) * t).sin() / f64::from(k * k)).sum::<f64>()
            });
            (0.1 * sound.sum::<f64>() * (-2.0 * t.fract()).exp()) as f32
        })
        .collect()
}

/// Bursts of noise on every beat.
fn clicks(bpm: f64, seconds: f64, gain: f32) -> Vec<f32> {
    let mut state = 1u32;
    (0..(seconds * f64::from(RATE_HZ)) as usize)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = state as f32 / u32::MAX as f32 - 0.5;
            let since = (n as f64 / f64::from(RATE_HZ)).rem_euclid(60.0 / bpm);
            gain * noise * (-60.0 * since).exp() as f32
        })
        .collect()
}

#[test]
fn the_key_of_chords_is_found_in_all_keys_and_tunings() {
    for key in Key::all() {
        for cents in [0.0, 30.0, -40.0] {
            let found = measure(&progression(key, cents)).key.unwrap();
            assert_eq!(found.key, key, "{cents} cents");
            assert!(found.confidence > 0.6, "{found:?}");
        }
    }
}

#[test]
fn clicks_have_their_tempo_and_density_at_any_level() {
    for bpm in [75.0, 95.0, 120.0, 128.0, 174.0] {
        for gain in [0.8, 0.02] {
            let found = measure(&clicks(bpm, 20.0, gain));
            let tempo = found.tempo.unwrap();
            // Every second click is as good a beat for some.
            let octaves = (f64::from(tempo.bpm) / bpm).log2();
            assert!((octaves - octaves.round()).abs() < 0.005, "{tempo:?} of {bpm} BPM");
            let density = f64::from(found.onset_density_hz);
            assert!((density - bpm / 60.0).abs() < 0.06 * bpm / 60.0, "{density} onsets a second of {bpm} BPM");
            assert!((0.0..=1.0).contains(&tempo.confidence), "{tempo:?}");
        }
    }
}

#[test]
fn the_tempo_of_most_of_a_long_track_wins() {
    let mut samples = clicks(90.0, 30.0, 0.5);
    samples.extend(clicks(128.0, 90.0, 0.5));
    let tempo = measure(&samples).tempo.unwrap();
    assert!((tempo.bpm - 128.0).abs() < 0.5, "{tempo:?}");
}

#[test]
fn what_is_no_music_has_no_tempo_and_no_key() {
    let mut state = 1u32;
    let noise: Vec<f32> = (0..20 * RATE_HZ)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            0.5 * (state as f32 / u32::MAX as f32 - 0.5)
        })
        .collect();
    let found = measure(&noise);
    assert_eq!((found.tempo, found.key), (None, None));
    assert!(found.spectral_centroid_hz > 4000.0, "{found:?}");
}

#[test]
fn what_holds_nothing_gives_nothing() {
    let silence = vec![0.0; 10 * RATE_HZ as usize];
    let dither: Vec<f32> = (0..10 * RATE_HZ).map(|n| if n % 3 == 0 { 3e-5 } else { 0.0 }).collect();
    for samples in [&silence[..], &silence[..1], &[], &dither, &vec![0.5; 10 * RATE_HZ as usize]] {
        let found = measure(samples);
        assert_eq!((found.tempo, found.key), (None, None), "{} samples", samples.len());
        for x in [found.onset_density_hz, found.spectral_centroid_hz, found.energy] {
            assert!(x.is_finite() && x >= 0.0, "{found:?}");
        }
        // A jump from nothing to a constant is one onset.
        assert!(found.onset_density_hz <= 0.1, "{found:?}");
    }
    let found = measure(&silence);
    assert_eq!((found.loudness_lufs, found.loudness_range_lu, found.true_peak_dbtp), (None, None, None));
    assert!(found.energy.abs() < f32::EPSILON);
}

#[test]
fn pieces_do_not_matter() {
    let samples = progression(Key::new(9, Mode::Minor), 0.0);
    let mut whole = DescriptorMeter::new(RATE_HZ);
    whole.push_source(&SourceBlock { interleaved: &samples, mono: &samples, channels: 1, sample_rate_hz: RATE_HZ });
    whole.push_mono(&samples);
    assert_eq!(measure(&samples), whole.finish());
}
