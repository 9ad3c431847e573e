//! The key that a distribution of pitch classes fits best.

use serde::{Deserialize, Serialize};

use crate::{Key, Mode};

/// Stability of the twelve semitones above the tonic as listeners rate it: Krumhansl and Kessler 1982, "Tracing the
/// dynamic changes in perceived tonal organization", the values of Krumhansl 1990, table 2.1.
const MAJOR: [f64; 12] = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR: [f64; 12] = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];
/// Correlations below this are no key: noise has all pitches alike.
const LEAST_CORRELATION: f64 = 0.3;

/// A key and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EstimatedKey {
    /// Major or minor on one of twelve tonics.
    pub key: Key,
    /// Correlation of the track's pitch classes with the profile of the key, 0 to 1.
    pub confidence: f32,
}

/// Correlates pitch classes, from C on, with the profiles of all keys.
pub(super) fn estimate(classes: &[f64; 12]) -> Option<EstimatedKey> {
    let scored = Key::all().map(|key| {
        let profile = if key.mode() == Mode::Major { &MAJOR } else { &MINOR };
        (key, correlation(classes, profile, usize::from(key.tonic())))
    });
    let (key, best) = scored.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (best >= LEAST_CORRELATION).then_some(EstimatedKey { key, confidence: best.min(1.0) as f32 })
}

/// Pearson's correlation of the classes with a profile that begins at `tonic`. 0 where all classes are alike.
fn correlation(classes: &[f64; 12], profile: &[f64; 12], tonic: usize) -> f64 {
    let mean = |x: &[f64; 12]| x.iter().sum::<f64>() / 12.0;
    let (mean_x, mean_y) = (mean(classes), mean(profile));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for semitone in 0..12 {
        let x = classes[(tonic + semitone) % 12] - mean_x;
        let y = profile[semitone] - mean_y;
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    if xx > 1e-12 { xy / (xx * yy).sqrt() } else { 0.0 }
}
