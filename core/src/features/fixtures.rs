//! What the tests of the front ends share.

use std::f64::consts::TAU;
use std::ops::Range;
use std::path::Path;

use super::FrontEnd;

/// The inputs of the `make.py` of `tests/parity`: a linear chirp, a tone of 220 Hz, noise and an offset.
pub(super) fn signal(
    rate_hz: u32,
    samples: usize,
    chirp: f64,
    noise: f64,
    offset: f64,
    silence: Range<usize>,
) -> Vec<f32> {
    let rate = f64::from(rate_hz);
    let seconds = samples as f64 / rate;
    let mut state = 1u32;
    (0..samples)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if silence.contains(&n) {
                return 0.0;
            }
            let t = n as f64 / rate;
            let sweep = (TAU * (50.0 * t + (7500.0 - 50.0) / (2.0 * seconds) * t * t)).sin();
            let tone = (TAU * 220.0 * t).sin();
            (chirp * (sweep + 0.4 * tone) + noise * (f64::from(state) / 2f64.powi(31) - 1.0) + offset) as f32
        })
        .collect()
}

/// The features of one chunk, in a buffer that held something else.
pub(super) fn compute(plan: &mut dyn FrontEnd, samples: &[f32]) -> Vec<f32> {
    let mut out = vec![f32::NAN; 7];
    plan.compute(samples, &mut out).unwrap();
    assert_eq!(out.len(), plan.frames() * plan.bands());
    out
}

/// The values of a file under `tests/parity`.
pub(super) fn golden(name: &str) -> Vec<f32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    bytes.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect()
}

/// Some of the rows of `[rows, bands]`.
pub(super) fn rows(features: &[f32], bands: usize, rows: &[usize]) -> Vec<f32> {
    rows.iter().flat_map(|r| &features[r * bands..(r + 1) * bands]).copied().collect()
}

/// Checks lengths, that all is finite, and the largest absolute deviation.
pub(super) fn assert_close(actual: &[f32], expected: &[f32], bands: usize, tolerance: f32, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}: length");
    let mut worst = (0.0, 0);
    for (i, (a, b)) in actual.iter().zip(expected).enumerate() {
        assert!(a.is_finite() && b.is_finite(), "{what}: value {i} is not finite");
        worst = if (a - b).abs() > worst.0 { ((a - b).abs(), i) } else { worst };
    }
    let (row, band) = (worst.1 / bands, worst.1 % bands);
    assert!(worst.0 <= tolerance, "{what}: off by {} at row {row}, band {band}", worst.0);
}
