//! Intervals of statistics that have no formula for theirs.

use super::quantile::quantile;
use super::random::Stream;
use super::wilson::Interval;

/// Purpose of random numbers.
const PURPOSE: u64 = 0x626f_6f74;

/// The 95 % percentile bootstrap interval (Efron 1979) of a statistic of `n` items: the statistic is taken of
/// `resamples` samples of `n` indices drawn with replacement, and the interval runs from its 2.5th to its 97.5th
/// percentile (linearly interpolated). Samples whose statistic is undefined (`None`) are left out; `None` where no
/// sample has one. The same seed gives the same interval.
///
/// Items must be independent: tracks, not chunks of the same track.
pub fn bootstrap_interval(
    n: usize,
    resamples: usize,
    seed: u64,
    mut statistic: impl FnMut(&[usize]) -> Option<f64>,
) -> Option<Interval> {
    if n == 0 {
        return None;
    }
    let stream = Stream::new(seed, PURPOSE);
    let mut sample = vec![0usize; n];
    let mut values = Vec::with_capacity(resamples);
    for r in 0..resamples {
        for (i, index) in sample.iter_mut().enumerate() {
            *index = stream.below((r * n + i) as u64, n);
        }
        values.extend(statistic(&sample));
    }
    percentile_interval(values)
}

/// [`bootstrap_interval`] of the mean of `values`.
pub fn bootstrap_mean_interval(values: &[f64], resamples: usize, seed: u64) -> Option<Interval> {
    percentile_interval(bootstrap_means(values, resamples, seed))
}

/// The means of `resamples` samples of `values`, drawn with replacement; none without values.
pub(super) fn bootstrap_means(values: &[f64], resamples: usize, seed: u64) -> Vec<f64> {
    if values.is_empty() {
        return Vec::new();
    }
    let (stream, n) = (Stream::new(seed, PURPOSE), values.len());
    let mean = |r: usize| (0..n).map(|i| values[stream.below((r * n + i) as u64, n)]).sum::<f64>() / n as f64;
    (0..resamples).map(mean).collect()
}

/// From the 2.5th to the 97.5th percentile of `values`. `None` without values.
pub(super) fn percentile_interval(mut values: Vec<f64>) -> Option<Interval> {
    values.sort_unstable_by(f64::total_cmp);
    Some(Interval { low: quantile(&values, 0.025)?, high: quantile(&values, 0.975)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_of_a_mean_has_the_width_of_its_standard_error() {
        // 0, 1, ..., 99: standard deviation sqrt((100^2 - 1) / 12) = 28.866, standard error 2.8866.
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let interval = bootstrap_mean_interval(&values, 4000, 5).unwrap();
        let half = 1.96 * 2.8866;
        assert!((interval.low - (49.5 - half)).abs() < 0.5, "{interval:?}");
        assert!((interval.high - (49.5 + half)).abs() < 0.5, "{interval:?}");
        assert_eq!(bootstrap_mean_interval(&values, 4000, 5), Some(interval));
        assert_ne!(bootstrap_mean_interval(&values, 4000, 6), Some(interval));
    }

    #[test]
    fn nothing_has_no_interval() {
        assert_eq!(bootstrap_mean_interval(&[], 100, 0), None);
        assert_eq!(bootstrap_interval(3, 100, 0, |_| None), None);
        assert_eq!(bootstrap_mean_interval(&[2.0; 4], 100, 0), Some(Interval { low: 2.0, high: 2.0 }));
    }
}
