//! The key that a distribution of pitch classes fits best.

use serde::{Deserialize, Serialize};

use crate::{Key, Mode};

/// Stability of the twelve semitones above the tonic as listeners rate it: Krumhansl and Kessler 1982, "Tracing the
/// dynamic changes in perceived tonal organization", the values of Krumhansl 1990, table 2.1.
const MAJOR: [f64; 12] = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR: [f64; 12] = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];
/// Standard deviation of the pitch classes, relative to their mean, from which on music counts as pitched: solo piano
/// has 0.25 to 0.37, drums have 0.07 to 0.25, and rain has less.
const PITCHED: f64 = 0.25;
/// Less confidence than this is no key: white noise has 0.25.
const LEAST_CONFIDENCE: f64 = 0.3;

/// A key and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EstimatedKey {
    /// Major or minor on one of twelve tonics.
    pub key: Key,
    /// Correlation of the track's pitch classes with the profile of the key, less where they hardly differ from each
    /// other; 0.3 to 1. Piano pieces have 0.7 to 0.95.
    pub confidence: f32,
}

/// Correlates pitch classes, from C on, with the profiles of all keys.
pub(super) fn estimate(classes: &[f64; 12]) -> Option<EstimatedKey> {
    let scored = Key::all().map(|key| {
        let profile = if key.mode() == Mode::Major { &MAJOR } else { &MINOR };
        (key, correlation(classes, profile, usize::from(key.tonic())))
    });
    let (key, best) = scored.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let mean = classes.iter().sum::<f64>() / 12.0;
    let variance = classes.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 12.0;
    let confidence = best * (variance.sqrt() / (mean * PITCHED)).min(1.0);
    (confidence >= LEAST_CONFIDENCE).then_some(EstimatedKey { key, confidence: confidence.min(1.0) as f32 })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profiles_themselves_are_recognised_in_all_keys() {
        for key in Key::all() {
            let profile = if key.mode() == Mode::Major { &MAJOR } else { &MINOR };
            let classes = std::array::from_fn(|class| profile[(class + 12 - usize::from(key.tonic())) % 12]);
            let found = estimate(&classes).unwrap();
            assert_eq!(found.key, key);
            assert!(found.confidence > 0.999, "{found:?}");
        }
    }

    #[test]
    fn pitches_alike_are_no_key() {
        assert_eq!(estimate(&[1.0 / 12.0; 12]), None);
        // Rain: a profile that shines through noise.
        let faint = std::array::from_fn(|class| 1.0 + 0.01 * MAJOR[class]);
        assert_eq!(estimate(&faint), None);
    }
}
