//! Quantiles.

/// The value below which the part `part` (0 to 1) of ascending values lies, linearly interpolated between neighbours:
/// NumPy's default, method 7 of Hyndman and Fan 1996. `None` without values.
///
/// # Panics
/// In debug builds, when the values do not ascend or `part` is not in `[0, 1]`.
pub fn quantile(sorted: &[f64], part: f64) -> Option<f64> {
    debug_assert!(sorted.is_sorted_by(|a, b| a <= b) && (0.0..=1.0).contains(&part));
    let position = part * sorted.len().checked_sub(1)? as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    Some(sorted[below] + (position - below as f64) * (sorted[above] - sorted[below]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated() {
        let sorted = [0.0, 1.0, 2.0, 3.0, 4.0];
        assert_eq!(quantile(&sorted, 0.5), Some(2.0));
        assert!((quantile(&sorted, 0.025).unwrap() - 0.1).abs() < 1e-12);
        assert_eq!((quantile(&sorted, 0.0), quantile(&sorted, 1.0)), (Some(0.0), Some(4.0)));
        assert_eq!((quantile(&[7.0], 0.3), quantile(&[], 0.5)), (Some(7.0), None));
    }
}
