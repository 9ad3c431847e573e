//! Whether one system is better than another on the same tracks.

use serde::{Deserialize, Serialize};

use super::bootstrap::{bootstrap_means, percentile_interval};
use super::wilson::Interval;

/// The mean of one system's scores less that of another's, track by track on the same tracks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairedDifference {
    /// The difference of the means.
    pub difference: f64,
    /// Its 95 % interval by the paired percentile bootstrap over tracks (Efron 1979).
    pub interval: Interval,
    /// One-sided p-value of "no gain": the share of resamples in which the difference is not above 0, counting one
    /// more on both sides, so that it is never 0 (Davison and Hinkley 1997, section 4.2).
    pub no_gain: f64,
    /// Tracks that were compared.
    pub tracks: usize,
}

impl PairedDifference {
    /// Whether the interval lies above 0.
    pub fn is_gain(&self) -> bool {
        self.interval.low > 0.0
    }

    /// Whether the interval lies below 0.
    pub fn is_loss(&self) -> bool {
        self.interval.high < 0.0
    }
}

/// Compares the scores `a` and `b` of two systems on the same tracks, 0 or 1 for a right answer, or an average
/// precision: [`PairedDifference`] of `a - b`. The same seed gives the same interval, which is that of
/// [`bootstrap_mean_interval`](super::bootstrap_mean_interval) over the gains. `None` without tracks or resamples.
///
/// Tracks must be independent: where artists or albums repeat, the true interval is wider. With some 20 tracks or
/// fewer the interval is too narrow; let the exact test of [`mcnemar_p_value`](super::mcnemar_p_value) agree.
///
/// # Panics
/// When the slices differ in length.
pub fn paired_bootstrap_difference(a: &[f64], b: &[f64], resamples: usize, seed: u64) -> Option<PairedDifference> {
    assert_eq!(a.len(), b.len(), "two scores per track");
    let gains: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let means = bootstrap_means(&gains, resamples, seed);
    let without = means.iter().filter(|&&mean| mean <= 0.0).count();
    Some(PairedDifference {
        difference: gains.iter().sum::<f64>() / gains.len() as f64,
        no_gain: (without + 1) as f64 / (means.len() + 1) as f64,
        interval: percentile_interval(means)?,
        tracks: gains.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::bootstrap_mean_interval;

    #[test]
    fn a_steady_gain_is_seen_through_large_differences_between_tracks() {
        // Scores from 0 to 1, b always 0.02 below a, but for noise.
        let a: Vec<f64> = (0..200).map(|i| f64::from(i) / 200.0).collect();
        let b: Vec<f64> = a.iter().enumerate().map(|(i, v)| v - 0.02 + 0.03 * f64::from(i as u32 % 3) - 0.03).collect();
        let found = paired_bootstrap_difference(&a, &b, 2000, 3).unwrap();
        assert!((found.difference - 0.0201).abs() < 1e-3 && found.is_gain(), "{found:?}");
        assert!((found.no_gain - 1.0 / 2001.0).abs() < 1e-12, "{found:?}");
        let back = paired_bootstrap_difference(&b, &a, 2000, 3).unwrap();
        assert!(back.is_loss() && back.no_gain > 0.999);
        let gains: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
        assert_eq!(Some(found.interval), bootstrap_mean_interval(&gains, 2000, 3));
    }

    #[test]
    fn equal_systems_have_no_gain() {
        let found = paired_bootstrap_difference(&[1.0, 0.0, 1.0], &[1.0, 0.0, 1.0], 500, 1).unwrap();
        assert_eq!((found.difference, found.interval), (0.0, Interval { low: 0.0, high: 0.0 }));
        assert!((found.no_gain - 1.0).abs() < 1e-12 && !found.is_gain() && !found.is_loss());
        assert_eq!(paired_bootstrap_difference(&[], &[], 500, 1), None);
        assert_eq!(paired_bootstrap_difference(&[1.0], &[0.0], 0, 1), None);
    }
}
