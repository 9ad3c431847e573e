// Padding is exact.
#![allow(clippy::float_cmp)]

use super::super::FrontEndOptions;
use super::super::fixtures::{self, golden, rows};
use super::*;

/// What the extractor gives for a row of padding: `(0 + 4.2677393) / (2 * 4.5689974)`.
const PADDING: f32 = 0.467_032;
/// What it gives for silence: `(ln(1.1920929e-7) + 4.2677393) / (2 * 4.5689974)`.
const FLOOR: f32 = -1.277_594;

fn signal(samples: usize, chirp: f64, noise: f64, offset: f64, silence: std::ops::Range<usize>) -> Vec<f32> {
    fixtures::signal(SAMPLE_RATE_HZ, samples, chirp, noise, offset, silence)
}

/// The plan for chunks that give `frames` frames.
fn plan(frames: usize) -> AstFilterbank {
    AstFilterbank::new(&AstFilterbankOptions::default(), frames as f64 / 100.0).unwrap()
}

fn fbank(samples: &[f32], frames: usize) -> Vec<f32> {
    fixtures::compute(&mut plan(frames), samples)
}

fn assert_close(actual: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    fixtures::assert_close(actual, expected, N_MELS, tolerance, what);
}

#[test]
fn mixed_content_matches_torchaudio() {
    let features = fbank(&signal(38_400, 0.5, 0.01, 0.0, 16_000..24_000), 240);
    assert_close(&features, &golden("ast_fbank/mix.f32"), 1e-3, "mix");
}

#[test]
fn quiet_noise_on_an_offset_matches_torchaudio() {
    let features = fbank(&signal(2_800, 0.0, 1e-3, 0.25, 0..0), 16);
    assert_close(&features, &golden("ast_fbank/quiet.f32"), 1e-3, "quiet");
}

#[test]
fn the_length_of_ast_matches_torchaudio() {
    let features = fbank(&signal(163_840, 0.3, 0.05, 0.0, 0..0), 1024);
    assert_close(
        &rows(&features, N_MELS, &[0, 1, 511, 1020, 1021, 1022, 1023]),
        &golden("ast_fbank/ast.f32"),
        1e-3,
        "ast",
    );
    let features = fbank(&signal(180_000, 0.3, 0.05, 0.0, 0..0), 1024);
    assert_close(&rows(&features, N_MELS, &[0, 1022, 1023]), &golden("ast_fbank/long.f32"), 1e-3, "long");
}

#[test]
fn frames_are_counted_as_kaldi_does() {
    assert_eq!(full_frames(160_000), 998);
    assert_eq!((full_frames(164_080), full_frames(164_079)), (1024, 1023));
    assert_eq!((full_frames(400), full_frames(399), full_frames(0)), (1, 0, 0));
    assert_eq!((frames_for(10.24), frames_for(5.0), frames_for(0.5), frames_for(0.015)), (1024, 500, 50, 2));
    assert_eq!(samples_for(10.24, 16_000), 163_840);
    assert_eq!((plan(1024).real_frames(160_000), plan(500).real_frames(160_000)), (998, 500));
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
    let mut plan = plan(20);
    let (loud, quiet) = (signal(3200, 0.9, 0.1, 0.0, 0..0), signal(3200, 0.0, 1e-3, 0.1, 0..0));
    let (mut first, mut between, mut again) = (Vec::new(), Vec::new(), Vec::new());
    plan.compute(&quiet, &mut first).unwrap();
    plan.compute(&loud, &mut between).unwrap();
    plan.clone().compute(&quiet, &mut again).unwrap();
    assert_eq!(first, again);
    assert_ne!(first, between);
    assert_eq!((plan.frames(), plan.bands(), first.len()), (20, 128, 20 * 128));
}

#[test]
fn what_is_not_sound_is_refused() {
    let mut plan = plan(1024);
    let mut out = Vec::new();
    assert_eq!(plan.compute(&[0.1; 399], &mut out), Err(FeatureError::TooShort { needed: 400, found: 399 }));
    for bad in [f32::NAN, f32::INFINITY, 1e30] {
        let mut samples = signal(1600, 0.5, 0.0, 0.0, 0..0);
        samples[700] = bad;
        // Frame 2 starts at sample 320 and is the first that reaches sample 700.
        assert_eq!(plan.compute(&samples, &mut out), Err(FeatureError::NotFinite { frame: 2 }), "{bad}");
    }
    for options in [
        AstFilterbankOptions { std: 0.0, ..AstFilterbankOptions::default() },
        AstFilterbankOptions { mean: f32::NAN, ..AstFilterbankOptions::default() },
    ] {
        assert!(matches!(AstFilterbank::new(&options, 1.0), Err(FeatureError::Option { .. })), "{options:?}");
    }
    for chunk_s in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        let result = AstFilterbank::new(&AstFilterbankOptions::default(), chunk_s);
        assert!(matches!(result, Err(FeatureError::Option { field: "chunk_s", .. })), "{chunk_s}");
    }
}

#[test]
fn without_normalisation_the_features_are_log_energies() {
    let samples = signal(3200, 0.5, 0.01, 0.0, 0..0);
    let options = FrontEndOptions::default();
    let (mut raw, mut normal) = (Vec::new(), Vec::new());
    options.unnormalized().plan(0.2).unwrap().compute(&samples, &mut raw).unwrap();
    options.plan(0.2).unwrap().compute(&samples, &mut normal).unwrap();
    let expected: Vec<f32> = raw.iter().map(|x| (x + 4.267_739_3) / (2.0 * 4.568_997_4)).collect();
    assert_close(&normal, &expected, 1e-5, "normalised");
    assert!(raw[18 * N_MELS..].iter().all(|&x| x == 0.0), "padding is zero before the normalisation");
    options.unnormalized().plan(0.2).unwrap().compute(&[0.0; 3200], &mut raw).unwrap();
    assert_close(&raw[..18 * N_MELS], &[f32::EPSILON.ln(); 18 * N_MELS], 1e-5, "silence");
    assert_eq!(options.normalized(0.0, 0.5), options.unnormalized());
}

#[test]
fn the_kind_is_read_from_json() {
    let read = |json| serde_json::from_str::<FrontEndOptions>(json);
    let options = read(r#"{"kind": "ast_fbank", "mean": -4.0, "std": 4.5}"#).unwrap();
    assert_eq!(options, FrontEndOptions::AstFbank(AstFilterbankOptions { mean: -4.0, std: 4.5 }));
    assert_eq!(serde_json::to_string(&options).unwrap(), r#"{"kind":"ast_fbank","mean":-4.0,"std":4.5}"#);
    assert_eq!(read(r#"{"kind": "ast_fbank"}"#).unwrap(), FrontEndOptions::default());
    assert!(read(r#"{"kind": "ast_fbank", "frames": 3}"#).is_err(), "unknown keys are refused");
    assert!(read(r#"{"kind": "spectrum"}"#).is_err());
}
