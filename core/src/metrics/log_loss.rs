//! How wrong stated probabilities are.

/// Mean of `-ln p` of the true classes in `probabilities` `[n, classes]`, which are kept above the smallest step of
/// an `f64` at 1 (2.2e-16), as scikit-learn's `log_loss` does: one certain error must not hide all else. `None`
/// without tracks.
///
/// # Panics
/// When `probabilities` is not one row per label, or a label is not below `classes`.
pub fn log_loss(truth: &[usize], probabilities: &[f64], classes: usize) -> Option<f64> {
    assert_eq!(probabilities.len(), truth.len() * classes, "one row of probabilities per track");
    let loss = |(i, &label): (usize, &usize)| {
        assert!(label < classes, "label {label} must be below {classes}");
        -probabilities[i * classes + label].clamp(f64::EPSILON, 1.0).ln()
    };
    (!truth.is_empty()).then(|| truth.iter().enumerate().map(loss).sum::<f64>() / truth.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_hand_calculation() {
        let found = log_loss(&[0, 1], &[0.5, 0.5, 0.75, 0.25], 2).unwrap();
        assert!((found - 1.5 * 2.0f64.ln()).abs() < 1e-12);
        assert!((log_loss(&[0], &[0.0, 1.0], 2).unwrap() - 36.04).abs() < 0.01);
        assert_eq!(log_loss(&[], &[], 2), None);
    }
}
