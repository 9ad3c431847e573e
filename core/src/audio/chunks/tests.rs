// Options come back as they were given.
#![allow(clippy::float_cmp)]

use proptest::prelude::*;

use super::picker::Picker;
use super::*;

/// Two chunks of one second, no skips.
fn options() -> ChunkOptions {
    ChunkOptions { chunk_s: 1.0, max_chunks: 2, ..ChunkOptions::default() }
}

/// A track whose sample value tells its second.
fn ramp(seconds: usize) -> Vec<f32> {
    (0..seconds * 16_000).map(|n| 0.1 + (n / 16_000) as f32 * 1e-3).collect()
}

fn pick(options: &ChunkOptions, track: &[f32], piece: usize) -> Result<Vec<AudioChunk>, AudioError> {
    let mut picker = Picker::new(options, 16_000).unwrap();
    track.chunks(piece).for_each(|piece| picker.push(piece));
    picker.finish()
}

fn starts(options: &ChunkOptions, track: &[f32]) -> Vec<f64> {
    pick(options, track, 1000).unwrap().iter().map(|chunk| chunk.start_s).collect()
}

#[test]
fn chunks_are_spread_and_lie_where_they_say() {
    assert_eq!(starts(&options(), &ramp(1)), [0.0]);
    assert_eq!(starts(&options(), &ramp(2)), [0.0, 1.0]);
    assert_eq!(starts(&options(), &ramp(4)), [1.0, 3.0]);
    let eight = ChunkOptions { max_chunks: 8, ..options() };
    for seconds in [8, 9, 16, 17, 40, 100, 900] {
        let chunks = pick(&eight, &ramp(seconds), 700).unwrap();
        assert_eq!(chunks.len(), 8, "{seconds} s");
        for pair in chunks.windows(2) {
            let gap = pair[1].start_s - pair[0].start_s;
            let even = seconds as f64 / 8.0;
            assert!(gap >= 1.0 && gap > 0.45 * even && gap < 2.1 * even, "{seconds} s: a gap of {gap}");
        }
        assert!(chunks[0].start_s < seconds as f64 / 5.0 && chunks[7].start_s > seconds as f64 * 0.7, "{seconds} s");
        for chunk in &chunks {
            assert_eq!(chunk.samples, ramp(seconds)[(chunk.start_s * 16e3) as usize..][..16_000]);
        }
    }
}

#[test]
fn a_mix_has_chunks_all_along() {
    let mix = ChunkOptions { mix_s: 60.0, max_mix_chunks: 20, ..options() };
    for (seconds, expected) in [(59, 2), (60, 2), (61, 4), (181, 8), (600, 20), (2000, 20)] {
        let chunks = pick(&mix, &ramp(seconds), 16_000).unwrap();
        assert_eq!(chunks.len(), expected, "{seconds} s");
        let even = seconds as f64 / expected as f64;
        for pair in chunks.windows(2) {
            let gap = pair[1].start_s - pair[0].start_s;
            assert!(gap > 0.4 * even && gap < 2.1 * even, "{seconds} s: a gap of {gap}");
        }
    }
    let fewer = ChunkOptions { max_chunks: 5, max_mix_chunks: 3, ..mix };
    assert_eq!(pick(&fewer, &ramp(300), 16_000).unwrap().len(), 5);
}

#[test]
fn intro_and_outro_are_left_out() {
    let options = ChunkOptions { max_chunks: 100, skip_intro_s: 3.0, skip_outro_s: 2.5, ..options() };
    assert_eq!(starts(&options, &ramp(10)), [3.0, 4.0, 5.0, 6.0]);
    assert_eq!(starts(&options, &ramp(7)), [3.0]);
    // Too short for both: what is to spare is shared in proportion.
    assert_eq!(starts(&options, &ramp(6)), [(5.0f64 * 16_000.0 * 3.0 / 5.5).floor() / 16_000.0]);
    assert_eq!(starts(&options, &ramp(1)), [0.0]);
}

#[test]
fn quiet_chunks_make_room_for_loud_ones() {
    let mut track = ramp(20);
    track[5 * 16_000..15 * 16_000].fill(1e-4);
    let options = ChunkOptions { max_chunks: 4, ..options() };
    let starts = starts(&options, &track);
    assert_eq!(starts.len(), 4);
    assert!(starts.iter().all(|&s| !(5.0..15.0).contains(&s)), "{starts:?}");
}

#[test]
fn silence_is_told_with_its_level() {
    let error = pick(&options(), &vec![1e-4; 80_000], 999).unwrap_err();
    assert!(
        matches!(error, AudioError::Silent { found_dbfs, min_dbfs } if (found_dbfs + 80.0).abs() < 0.01 && min_dbfs == -60.0),
        "{error}"
    );
    assert!(error.to_string().contains("-80 dBFS"), "{error}");
    let error = pick(&options(), &vec![0.0; 8000], 999).unwrap_err();
    assert!(matches!(error, AudioError::Silent { found_dbfs, .. } if found_dbfs == f32::NEG_INFINITY), "{error}");
}

#[test]
fn short_tracks_give_one_short_chunk_or_an_error() {
    let chunks = pick(&options(), &vec![0.5; 8000], 7).unwrap();
    assert_eq!((chunks.len(), chunks[0].samples.len()), (1, 8000));
    assert!(matches!(pick(&options(), &[0.5; 399], 7), Err(AudioError::TooShort { .. })));
    let strict = ChunkOptions { pad_short: false, ..options() };
    assert!(
        matches!(pick(&strict, &vec![0.5; 15_999], 7), Err(AudioError::TooShort { needed_s, .. }) if needed_s == 1.0)
    );
    assert_eq!(pick(&strict, &vec![0.5; 16_000], 7).unwrap().len(), 1);
}

#[test]
fn three_hours_hold_no_more_than_the_bound() {
    let options = ChunkOptions {
        max_chunks: 5,
        max_mix_chunks: 12,
        skip_intro_s: 20.0,
        skip_outro_s: 30.0,
        ..ChunkOptions::default()
    };
    let peak = |seconds: usize, chunks: usize| {
        let (mut picker, mut peak) = (Picker::new(&options, 16_000).unwrap(), 0);
        let second = vec![0.25f32; 16_000];
        for _ in 0..seconds {
            picker.push(&second);
            peak = peak.max(picker.held_samples());
        }
        assert_eq!(picker.finish().unwrap().len(), chunks);
        peak
    };
    let chunk = options.chunk_samples(16_000);
    // The candidates, the chunk being filled, and what may still be the outro.
    let bound = |chunks: usize| (2 * chunks + 1) * chunk + chunk + 30 * 16_000 + chunk;
    let (song, mix) = (peak(240, 5), peak(3 * 3600, 12));
    assert!(song <= bound(5) && mix <= bound(12), "{song} and {mix} samples");
    let promised = options.held_samples(16_000);
    assert!(mix <= promised && promised < 2 * mix, "{mix} of {promised} samples");
}

#[test]
fn options_out_of_range_are_refused_by_name() {
    for (options, name) in [
        (ChunkOptions { chunk_s: 0.0, ..options() }, "chunk_s"),
        (ChunkOptions { chunk_s: f64::NAN, ..options() }, "chunk_s"),
        (ChunkOptions { max_chunks: 0, ..options() }, "max_chunks"),
        (ChunkOptions { max_chunks: 257, ..options() }, "max_chunks"),
        (ChunkOptions { skip_intro_s: -1.0, ..options() }, "skip_intro_s"),
        (ChunkOptions { skip_outro_s: 1e9, ..options() }, "skip_outro_s"),
        (ChunkOptions { min_level_dbfs: 3.0, ..options() }, "min_level_dbfs"),
    ] {
        let error = options.validate().unwrap_err();
        assert!(matches!(error, AudioError::Option { field, .. } if field == name), "{error}");
    }
    ChunkOptions::default().validate().unwrap();
    assert!(serde_json::from_str::<ChunkOptions>(r#"{"chunks": 3}"#).is_err(), "unknown keys are refused");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_choice_does_not_depend_on_the_pieces(
        samples in 4_000usize..300_000,
        piece in 1usize..50_000,
        max_chunks in 1usize..6,
        intro in 0.0f64..5.0,
        outro in 0.0f64..5.0,
    ) {
        let options = ChunkOptions { max_chunks, skip_intro_s: intro, skip_outro_s: outro, ..options() };
        let track: Vec<f32> = (0..samples).map(|n| 0.1 + n as f32 * 1e-6).collect();
        let chunks = pick(&options, &track, piece).unwrap();
        prop_assert_eq!(&chunks, &pick(&options, &track, usize::MAX).unwrap());
        prop_assert!((1..=max_chunks).contains(&chunks.len()));
        for pair in chunks.windows(2) {
            prop_assert!(pair[1].start_s - pair[0].start_s >= 1.0 - 1e-9, "overlap");
        }
        if samples >= 16_000 * 13 {
            let end = chunks.last().unwrap().start_s + 1.0;
            prop_assert!(chunks[0].start_s > intro - 1e-4);
            prop_assert!(end < samples as f64 / 16_000.0 - outro + 1e-4);
        }
        // As many chunks as fit, up to the maximum.
        let room = (samples as f64 / 16_000.0 - intro - outro).floor().max(1.0) as usize;
        prop_assert!(chunks.len() + 1 >= room.min(max_chunks), "{} of {room}", chunks.len());
    }
}
