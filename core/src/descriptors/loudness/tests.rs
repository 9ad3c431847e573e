use std::f64::consts::TAU;

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

/// A case of tests/parity/loudness/make.py.
#[derive(Deserialize)]
struct Case {
    name: String,
    sample_rate_hz: u32,
    channels: usize,
    seconds: f64,
    integrated_lufs: f32,
    range_lu: f32,
    true_peak_dbtp: f32,
}

/// Interleaved samples of a case, as in make.py: tones that differ by channel and noise, loud for 4 s, 12 dB softer for
/// 4 s, nearly silent for 2 s, and so on.
fn signal(case: &Case) -> Vec<f32> {
    let (mut state, mut out) = (1u32, Vec::new());
    for n in 0..(case.seconds * f64::from(case.sample_rate_hz)) as usize {
        let t = n as f64 / f64::from(case.sample_rate_hz);
        let gain = match t % 10.0 {
            t if t < 4.0 => 0.5,
            t if t < 8.0 => 0.125,
            _ => 0.0005,
        };
        for channel in 0..case.channels {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(state) / 2f64.powi(31) - 1.0;
            let tone = (TAU * (200.0 + 700.0 * channel as f64) * t).sin();
            out.push((gain * (0.7 * tone + 0.3 * noise)) as f32);
        }
    }
    out
}

fn measure(samples: &[f32], channels: usize, sample_rate_hz: u32) -> Loudness {
    let mut meter = LoudnessMeter::default();
    for interleaved in samples.chunks(1152 * channels) {
        meter.push(&SourceBlock { interleaved, mono: &[], channels, sample_rate_hz });
    }
    meter.finish()
}

/// A sine of 1 kHz on all channels, by its peak level.
fn sine(dbfs: f64, channels: usize, sample_rate_hz: u32, seconds: f64) -> Vec<f32> {
    let amplitude = 10f64.powf(dbfs / 20.0);
    let frames = 0..(seconds * f64::from(sample_rate_hz)) as usize;
    let sample = |n| (amplitude * (TAU * 1000.0 * n as f64 / f64::from(sample_rate_hz)).sin()) as f32;
    frames.flat_map(|n| std::iter::repeat_n(sample(n), channels)).collect()
}

#[test]
fn it_agrees_with_independent_meters() {
    let golden: Golden = serde_json::from_str(include_str!("../../../../tests/parity/loudness/golden.json")).unwrap();
    assert_eq!(golden.cases.len(), 4);
    for case in golden.cases {
        let found = measure(&signal(&case), case.channels, case.sample_rate_hz);
        let close = |x: Option<f32>, expected: f32, slack: f32| (x.unwrap() - expected).abs() < slack;
        assert!(close(found.integrated_lufs, case.integrated_lufs, 0.02), "{}: {found:?}", case.name);
        assert!(close(found.range_lu, case.range_lu, 0.1), "{}: {found:?}", case.name);
        // What EBU Tech 3341, section 2.9, allows a meter of four times the rate: the noise reaches up to Nyquist.
        let off = found.true_peak_dbtp.unwrap() - case.true_peak_dbtp;
        assert!((-0.4..=0.2).contains(&off), "{}: {found:?}", case.name);
    }
}

/// EBU Tech 3341, section 2.9: the cases 1 and 2, and case 3, whose soft parts lie below the relative gate.
#[test]
fn the_reference_signals_read_what_the_standard_says() {
    for rate in [44_100, 48_000, 96_000] {
        for dbfs in [-23.0, -33.0] {
            let found = measure(&sine(dbfs, 2, rate, 20.0), 2, rate);
            assert!((f64::from(found.integrated_lufs.unwrap()) - dbfs).abs() < 0.1, "{rate} Hz: {found:?}");
            assert!(found.range_lu.unwrap() < 0.1, "{found:?}");
            assert!((f64::from(found.true_peak_dbtp.unwrap()) - dbfs).abs() < 0.1, "{found:?}");
        }
    }
    let mut gated = sine(-36.0, 2, 48_000, 10.0);
    gated.extend(sine(-23.0, 2, 48_000, 60.0));
    gated.extend(sine(-36.0, 2, 48_000, 10.0));
    let found = measure(&gated, 2, 48_000).integrated_lufs.unwrap();
    assert!((found + 23.0).abs() < 0.1, "{found}");
    // EBU Tech 3342, case 1: 20 s at -20 and 20 s at -30 have a range of 10 LU.
    let mut range = sine(-20.0, 2, 48_000, 20.0);
    range.extend(sine(-30.0, 2, 48_000, 20.0));
    let found = measure(&range, 2, 48_000).range_lu.unwrap();
    assert!((found - 10.0).abs() < 1.0, "{found}");
}

#[test]
fn true_peaks_lie_between_the_samples() {
    // A quarter of the sample rate at 45 degrees: every sample lies 3 dB below the crest.
    let samples: Vec<f32> = (0..48_000).map(|n| 0.5 * (TAU / 4.0 * (f64::from(n) + 0.5)).sin() as f32).collect();
    let found = measure(&samples, 1, 48_000).true_peak_dbtp.unwrap();
    assert!((found + 6.02).abs() < 0.4, "{found}");
}

#[test]
fn pieces_do_not_matter_and_nothing_is_left_out_for_speed() {
    let mut samples = sine(-3.0, 2, 44_100, 1.0);
    samples.extend(sine(-20.0, 2, 44_100, 4.0));
    let whole = measure(&samples, 2, 44_100);
    let mut meter = LoudnessMeter::default();
    for interleaved in samples.chunks(2 * 7) {
        meter.push(&SourceBlock { interleaved, mono: &[], channels: 2, sample_rate_hz: 44_100 });
    }
    assert_eq!(meter.finish(), whole);
}

#[test]
fn channels_count_as_the_standard_says() {
    let one = measure(&sine(-20.0, 1, 48_000, 3.0), 1, 48_000).integrated_lufs.unwrap();
    let two = measure(&sine(-20.0, 2, 48_000, 3.0), 2, 48_000).integrated_lufs.unwrap();
    assert!((two - one - 3.01).abs() < 0.01, "{one} {two}");
    // 7.1: left, right, centre and four surrounds, of which the pair at the sides counts 1.5 dB more. Not the low
    // frequencies.
    let eight = measure(&sine(-20.0, 8, 48_000, 3.0), 8, 48_000).integrated_lufs.unwrap();
    let expected = 10.0 * (5.0f32 + 2.0 * 1.41).log10();
    assert!((eight - one - expected).abs() < 0.02, "{eight} {one}");
}

#[test]
fn a_change_of_rate_or_channels_keeps_what_was_heard() {
    let mut meter = LoudnessMeter::default();
    for (dbfs, channels, sample_rate_hz) in [(-6.0, 2, 44_100), (-23.0, 2, 48_000), (-23.0, 1, 48_000)] {
        let samples = sine(dbfs, channels, sample_rate_hz, 5.0);
        meter.push(&SourceBlock { interleaved: &samples, mono: &[], channels, sample_rate_hz });
    }
    let found = meter.finish();
    assert!((found.true_peak_dbtp.unwrap() + 6.0).abs() < 0.1, "{found:?}");
    assert!((found.integrated_lufs.unwrap() + 6.0).abs() < 0.2, "the soft parts lie below the gate: {found:?}");
}

#[test]
fn nothing_is_told_of_what_cannot_be_measured() {
    assert_eq!(measure(&[], 1, 44_100), Loudness::default());
    assert_eq!(measure(&vec![0.0; 88_200], 2, 44_100), Loudness::default());
    assert_eq!(measure(&sine(-20.0, 1, 44_100, 0.3), 1, 44_100).integrated_lufs, None);
    // Below 8 kHz the curve of the ear that the standard weighs with does not exist.
    let low = measure(&sine(-20.0, 1, 4000, 5.0), 1, 4000);
    assert!(low.integrated_lufs.is_none() && (low.true_peak_dbtp.unwrap() + 20.0).abs() < 0.2, "{low:?}");
}
