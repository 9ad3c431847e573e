//! Intervals of statistics that have no formula for theirs.

use super::random::Stream;
use super::wilson::Interval;

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
    let stream = Stream::new(seed, 0x626f_6f74);
    let mut sample = vec![0usize; n];
    let mut values = Vec::with_capacity(resamples);
    for r in 0..resamples {
        for (i, index) in sample.iter_mut().enumerate() {
            *index = stream.below((r * n + i) as u64, n);
        }
        values.extend(statistic(&sample));
    }
    values.sort_unstable_by(f64::total_cmp);
    Some(Interval { low: percentile(&values, 0.025)?, high: percentile(&values, 0.975)? })
}

/// [`bootstrap_interval`] of the mean of `values`.
pub fn bootstrap_mean_interval(values: &[f64], resamples: usize, seed: u64) -> Option<Interval> {
    bootstrap_interval(values.len(), resamples, seed, |sample| {
        Some(sample.iter().map(|&i| values[i]).sum::<f64>() / sample.len() as f64)
    })
}

/// The value below which the given part of sorted values lies.
fn percentile(sorted: &[f64], part: f64) -> Option<f64> {
    let position = part * sorted.len().checked_sub(1)? as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    Some(sorted[below] + (position - below as f64) * (sorted[above] - sorted[below]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_interpolated() {
        let sorted = [0.0, 1.0, 2.0, 3.0, 4.0];
        assert_eq!(percentile(&sorted, 0.5), Some(2.0));
        assert!((percentile(&sorted, 0.025).unwrap() - 0.1).abs() < 1e-12);
        assert_eq!(percentile(&[], 0.5), None);
    }

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
