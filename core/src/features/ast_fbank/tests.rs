use std::f64::consts::TAU;
use std::path::Path;

use super::*;

/// What the extractor gives for a row of padding: `(0 + 4.2677393) / (2 * 4.5689974)`.
const PADDING: f32 = 0.467_032;
/// What it gives for silence: `(ln(1.1920929e-7) + 4.2677393) / (2 * 4.5689974)`.
const FLOOR: f32 = -1.277_594;

/// The inputs of `tests/parity/ast_fbank/make.py`.
fn signal(samples: usize, chirp: f64, noise: f64, offset: f64, silence: std::ops::Range<usize>) -> Vec<f32> {
    let seconds = samples as f64 / 16_000.0;
    let mut state = 1u32;
    (0..samples)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if silence.contains(&n) {
                return 0.0;
            }
            let t = n as f64 / 16_000.0;
            let sweep = (TAU * (50.0 * t + (7500.0 - 50.0) / (2.0 * seconds) * t * t)).sin();
            let tone = (TAU * 220.0 * t).sin();
            (chirp * (sweep + 0.4 * tone) + noise * (f64::from(state) / 2f64.powi(31) - 1.0) + offset) as f32
        })
        .collect()
}

fn fbank(samples: &[f32], max_frames: usize) -> Vec<f32> {
    let options = AstFilterbankOptions { max_frames, ..AstFilterbankOptions::default() };
    let mut out = vec![f32::NAN; 7];
    AstFilterbank::new(&options).unwrap().compute(samples, &mut out).unwrap();
    out
}

fn golden(name: &str) -> Vec<f32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity/ast_fbank").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    bytes.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect()
}

fn assert_close(actual: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}: length");
    let mut worst = (0.0, 0);
    for (i, (a, b)) in actual.iter().zip(expected).enumerate() {
        assert!(a.is_finite() && b.is_finite(), "{what}: value {i} is not finite");
        worst = if (a - b).abs() > worst.0 { ((a - b).abs(), i) } else { worst };
    }
    let (row, band) = (worst.1 / N_MELS, worst.1 % N_MELS);
    assert!(worst.0 <= tolerance, "{what}: off by {} at row {row}, band {band}", worst.0);
}

fn rows(features: &[f32], rows: &[usize]) -> Vec<f32> {
    rows.iter().flat_map(|r| &features[r * N_MELS..(r + 1) * N_MELS]).copied().collect()
}

#[test]
fn mixed_content_matches_torchaudio() {
    let features = fbank(&signal(38_400, 0.5, 0.01, 0.0, 16_000..24_000), 240);
    assert_close(&features, &golden("mix.f32"), 1e-3, "mix");
}

#[test]
fn quiet_noise_on_an_offset_matches_torchaudio() {
    let features = fbank(&signal(2_800, 0.0, 1e-3, 0.25, 0..0), 16);
    assert_close(&features, &golden("quiet.f32"), 1e-3, "quiet");
}

#[test]
fn the_length_of_ast_matches_torchaudio() {
    let features = fbank(&signal(163_840, 0.3, 0.05, 0.0, 0..0), 1024);
    assert_close(&rows(&features, &[0, 1, 511, 1020, 1021, 1022, 1023]), &golden("ast.f32"), 1e-3, "ast");
    let features = fbank(&signal(180_000, 0.3, 0.05, 0.0, 0..0), 1024);
    assert_close(&rows(&features, &[0, 1022, 1023]), &golden("long.f32"), 1e-3, "long");
}

#[test]
fn frames_are_counted_as_kaldi_does() {
    assert_eq!(full_frames(160_000), 998);
    assert_eq!((full_frames(164_080), full_frames(164_079)), (1024, 1023));
    assert_eq!((full_frames(400), full_frames(399), full_frames(0)), (1, 0, 0));
    assert_eq!((frames_for(10.24), frames_for(5.0), frames_for(0.5), frames_for(0.015)), (1024, 500, 50, 2));
    assert_eq!(samples_for(10.24), 163_840);
}

#[test]
fn padding_and_floor_have_the_values_of_the_reference() {
    let features = fbank(&signal(160_000, 0.5, 0.1, 0.0, 0..0), 1024);
    assert_eq!(features.len(), 1024 * N_MELS);
    let (full, padding) = features.split_at(998 * N_MELS);
    assert!(padding.iter().all(|v| (v - PADDING).abs() < 1e-6), "{}", padding[0]);
    assert!(full.chunks(N_MELS).all(|row| (row[3] - FLOOR).abs() < 1e-6), "band 3 is empty");
    assert!(full.chunks(N_MELS).all(|row| row[2] > FLOOR + 0.1 && row[4] > FLOOR + 0.1), "its neighbours are not");
    assert!(fbank(&[0.0; 4000], 10).iter().all(|v| (v - FLOOR).abs() < 1e-6), "silence");
    assert!(fbank(&[0.7; 400], 1).iter().all(|v| (v - FLOOR).abs() < 1e-6), "an offset alone is silence");
}

#[test]
fn a_plan_keeps_nothing_of_the_last_chunk() {
    let mut plan = AstFilterbank::new(&AstFilterbankOptions::for_chunk(0.2)).unwrap();
    let (loud, quiet) = (signal(3200, 0.9, 0.1, 0.0, 0..0), signal(3200, 0.0, 1e-3, 0.1, 0..0));
    let (mut first, mut between, mut again) = (Vec::new(), Vec::new(), Vec::new());
    plan.compute(&quiet, &mut first).unwrap();
    plan.compute(&loud, &mut between).unwrap();
    plan.clone().compute(&quiet, &mut again).unwrap();
    assert_eq!(first, again);
    assert_ne!(first, between);
    assert_eq!((plan.frames(), plan.mels(), first.len()), (20, 128, 20 * 128));
}

#[test]
fn what_is_not_sound_is_refused() {
    let mut plan = AstFilterbank::new(&AstFilterbankOptions::default()).unwrap();
    let mut out = Vec::new();
    assert_eq!(plan.compute(&[0.1; 399], &mut out), Err(FeatureError::TooShort { needed: 400, found: 399 }));
    for bad in [f32::NAN, f32::INFINITY, 1e30] {
        let mut samples = signal(1600, 0.5, 0.0, 0.0, 0..0);
        samples[700] = bad;
        // Frame 2 starts at sample 320 and is the first that reaches sample 700.
        assert_eq!(plan.compute(&samples, &mut out), Err(FeatureError::NotFinite { frame: 2 }), "{bad}");
    }
    for options in [
        AstFilterbankOptions { max_frames: 0, ..AstFilterbankOptions::default() },
        AstFilterbankOptions { max_frames: usize::MAX, ..AstFilterbankOptions::default() },
        AstFilterbankOptions { std: 0.0, ..AstFilterbankOptions::default() },
        AstFilterbankOptions { mean: f32::NAN, ..AstFilterbankOptions::default() },
    ] {
        assert!(matches!(AstFilterbank::new(&options), Err(FeatureError::Option { .. })), "{options:?}");
    }
}
