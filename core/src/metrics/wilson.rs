//! Score interval of a proportion.

use serde::{Deserialize, Serialize};

/// The 97.5th percentile of the standard normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// A closed interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The 95 % score interval of a proportion (Wilson 1927, without continuity correction). `None` without trials.
///
/// # Panics
/// When there are more successes than trials.
pub fn wilson_interval(successes: usize, trials: usize) -> Option<Interval> {
    assert!(successes <= trials, "{successes} successes in {trials} trials");
    if trials == 0 {
        return None;
    }
    let n = trials as f64;
    let p = successes as f64 / n;
    let z2 = Z_95 * Z_95;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z_95 / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // At the ends the formula gives 0 and 1 exactly; rounding must not leave them.
    let low = if successes == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if successes == trials { 1.0 } else { (centre + half).min(1.0) };
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_hand_calculation() {
        // n = 10, p = 1/2: centre 1/2, half-width z / (2 sqrt(n + z^2)).
        let interval = wilson_interval(5, 10).unwrap();
        let half = Z_95 / (2.0 * (10.0 + Z_95 * Z_95).sqrt());
        assert!((interval.low - (0.5 - half)).abs() < 1e-12);
        assert!((interval.high - (0.5 + half)).abs() < 1e-12);
        assert!((interval.low - 0.236_593_1).abs() < 1e-6);
    }

    #[test]
    fn no_successes_still_leave_room_above() {
        let z2 = Z_95 * Z_95;
        let interval = wilson_interval(0, 20).unwrap();
        assert!(interval.low == 0.0 && (interval.high - z2 / (20.0 + z2)).abs() < 1e-12);
        assert_eq!(wilson_interval(0, 0), None);
    }

    proptest! {
        #[test]
        fn contains_the_proportion_and_mirrors(trials in 1usize..500, part in 0.0f64..=1.0) {
            let successes = (trials as f64 * part) as usize;
            let p = successes as f64 / trials as f64;
            let interval = wilson_interval(successes, trials).unwrap();
            prop_assert!(0.0 <= interval.low && interval.low <= p && p <= interval.high && interval.high <= 1.0);
            let mirrored = wilson_interval(trials - successes, trials).unwrap();
            prop_assert!((1.0 - mirrored.high - interval.low).abs() < 1e-12);
        }
    }
}
