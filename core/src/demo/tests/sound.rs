//! What the tracks sound like, measured.

use std::sync::OnceLock;

use fundsp::prelude32::{bandpass_hz, lowpass_hz};

use crate::demo::performance::perform;
use crate::demo::random::Random;
use crate::demo::song::Song;
use crate::demo::sound::{Frame, Studio, tuned};
use crate::demo::styles::STYLES;

const RATE_HZ: u32 = 16_000;
const SECONDS: usize = 14;

/// Three tracks of each style, performed once for all tests.
fn tracks() -> &'static [(Song, Vec<Frame>)] {
    static TRACKS: OnceLock<Vec<(Song, Vec<Frame>)>> = OnceLock::new();
    TRACKS.get_or_init(perform_tracks)
}

fn perform_tracks() -> Vec<(Song, Vec<Frame>)> {
    let studio = Studio::new(RATE_HZ);
    STYLES
        .iter()
        .flat_map(|style| (0..3).map(move |index| (style, Random::new(index).fork(style.sub_genre).next())))
        .map(|(style, seed)| {
            let song = Song::draw(style, seed, SECONDS * RATE_HZ as usize, RATE_HZ as f32);
            let samples = perform(&song, &studio);
            (song, samples)
        })
        .collect()
}

fn filtered(samples: &[Frame], mut filter: impl FnMut(f32) -> f32) -> Vec<f32> {
    samples.iter().map(|frame| filter(0.5 * (frame[0] + frame[1]))).collect()
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32).sqrt()
}

#[test]
fn levels_are_those_of_a_finished_mix() {
    for (song, samples) in tracks() {
        let name = song.style.sub_genre;
        assert_eq!(samples.len(), SECONDS * RATE_HZ as usize);
        assert!(samples.iter().flatten().all(|sample| sample.is_finite()), "{name}");
        let peak = samples.iter().flatten().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        assert!((0.890..=0.892).contains(&peak), "{name}: peak {peak}, wanted -1 dBFS");
        for channel in 0..2 {
            let one: Vec<f32> = samples.iter().map(|frame| frame[channel]).collect();
            let level_db = 20.0 * rms(&one).log10();
            assert!((-22.0..-10.0).contains(&level_db), "{name}: {level_db} dB RMS");
            let mean = one.iter().map(|sample| f64::from(*sample)).sum::<f64>() / one.len() as f64;
            assert!(mean.abs() < 1e-3, "{name}: direct current {mean}");
            let clipped = one.iter().filter(|sample| sample.abs() > 0.999 * peak).count();
            assert!(clipped < one.len() / 500, "{name}: {clipped} samples at the peak");
        }
        let side: Vec<f32> = samples.iter().map(|frame| 0.5 * (frame[0] - frame[1])).collect();
        let middle: Vec<f32> = samples.iter().map(|frame| 0.5 * (frame[0] + frame[1])).collect();
        let width = rms(&side) / rms(&middle);
        assert!((0.02..0.9).contains(&width), "{name}: width {width}");
        // No second is silent but for the fades.
        for (second, part) in
            samples[RATE_HZ as usize..(SECONDS - 1) * RATE_HZ as usize].chunks(RATE_HZ as usize).enumerate()
        {
            assert!(rms(&part.concat()) > 0.01, "{name}: silence at {} s", second + 1);
        }
        let last = samples[samples.len() - 8..].concat();
        assert!(rms(&last) < 1e-3, "{name}: ends with a click");
    }
}

/// The tempo at which the energy below 110 Hz repeats best.
fn kick_tempo(samples: &[Frame]) -> f32 {
    let mut low = tuned(lowpass_hz(110.0, 0.7), RATE_HZ as f32);
    let hop = RATE_HZ as usize / 500;
    let energy: Vec<f32> = filtered(samples, |sample| low.filter_mono(sample)).chunks(hop).map(rms).collect();
    let onsets: Vec<f32> = energy.windows(2).map(|pair| (pair[1] - pair[0]).max(0.0)).collect();
    // One to four beats: the first tells the tempo from its multiples, the last resolves half a beat per minute.
    let strength = |bpm: f32| {
        (1..=4)
            .map(|beats| {
                let lag = (beats as f32 * 60.0 / bpm * 500.0).round() as usize;
                // The neighbours catch a beat that falls between two hops.
                (lag - 1..=lag + 1)
                    .map(|lag| onsets[lag..].iter().zip(&onsets).map(|(late, early)| late * early).sum::<f32>())
                    .sum::<f32>()
            })
            .sum::<f32>()
    };
    let candidates: Vec<f32> = (0..=140).map(|step| 100.0 + 0.5 * step as f32).collect();
    candidates.into_iter().max_by(|a, b| strength(*a).total_cmp(&strength(*b))).unwrap()
}

#[test]
fn the_kick_keeps_the_tagged_tempo() {
    for (song, samples) in tracks() {
        let heard = kick_tempo(samples);
        assert!(
            (heard - song.tempo_bpm).abs() <= 1.0,
            "{}: heard {heard}, tagged {}",
            song.style.sub_genre,
            song.tempo_bpm
        );
    }
}

/// Levels in decibels of six bands over the course of the track.
fn fingerprint(samples: &[Frame]) -> Vec<f32> {
    [80.0, 220.0, 600.0, 1_500.0, 3_200.0, 6_000.0]
        .into_iter()
        .flat_map(|centre_hz| {
            let mut band = tuned(bandpass_hz(centre_hz, 1.5), RATE_HZ as f32);
            let sound = filtered(samples, |sample| band.filter_mono(sample));
            sound.chunks(RATE_HZ as usize / 2).map(|part| 20.0 * (rms(part) + 1e-4).log10()).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn no_two_tracks_sound_alike() {
    let tracks = tracks();
    let fingerprints: Vec<Vec<f32>> = tracks.iter().map(|(_, samples)| fingerprint(samples)).collect();
    for (first, one) in fingerprints.iter().enumerate() {
        for (second, other) in fingerprints.iter().enumerate().skip(first + 1) {
            let difference: Vec<f32> = one.iter().zip(other).map(|(a, b)| a - b).collect();
            let names = (tracks[first].0.style.sub_genre, tracks[second].0.style.sub_genre);
            assert!(rms(&difference) > 2.0, "{names:?} {first} {second}: {} dB apart", rms(&difference));
        }
    }
}

#[test]
fn moods_differ_within_a_genre() {
    // Mean level of the two highest bands against the rest: the party side of a pair is the brighter one.
    let mut brightness = [0.0_f32; STYLES.len()];
    for (song, samples) in tracks() {
        let style = STYLES.iter().position(|style| style.sub_genre == song.style.sub_genre).unwrap();
        let levels = fingerprint(samples);
        let band = levels.len() / 6;
        let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
        brightness[style] += mean(&levels[4 * band..]) - mean(&levels[..4 * band]);
    }
    assert!(brightness[0] > brightness[1], "Emotional Techno is brighter than Dark Techno: {brightness:?}");
    assert!(brightness[3] > brightness[2], "Party House is brighter than Chill House: {brightness:?}");
    assert!(brightness[5] > brightness[4], "Party Goa is brighter than Chill Goa: {brightness:?}");
}
