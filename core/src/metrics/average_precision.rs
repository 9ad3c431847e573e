//! Average precision of scores.

/// Average precision of a ranking by `scores`, of which higher ones claim more: the sum over the thresholds of the
/// precision times what the recall gains, as scikit-learn's `average_precision_score`. Equal scores are one
/// threshold, so that their order does not matter. `None` where nothing is relevant.
///
/// # Panics
/// When the slices differ in length or a score is NaN.
pub fn average_precision(scores: &[f64], relevant: &[bool]) -> Option<f64> {
    assert_eq!(scores.len(), relevant.len(), "one score per item");
    assert!(scores.iter().all(|score| !score.is_nan()), "scores must be numbers");
    let mut order: Vec<usize> = (0..scores.len()).collect();
    // Adding 0 makes 0 of -0.
    order.sort_unstable_by(|&a, &b| (scores[b] + 0.0).total_cmp(&(scores[a] + 0.0)));
    let (mut found, mut seen, mut sum) = (0usize, 0usize, 0.0);
    // Scores descend; -0 and 0 are the same.
    for ties in order.chunk_by(|&a, &b| scores[a] <= scores[b]) {
        let gained = ties.iter().filter(|&&i| relevant[i]).count();
        found += gained;
        seen += ties.len();
        sum += gained as f64 * found as f64 / seen as f64;
    }
    (found > 0).then(|| sum / found as f64)
}

/// [`average_precision`] of every class, one against the rest, by its column of `scores` `[n, classes]`: `[classes]`.
/// `None` for a class without tracks.
///
/// # Panics
/// When `scores` is not one row per label, a label is not below `classes`, or a score is NaN.
pub fn average_precision_by_class(truth: &[usize], scores: &[f64], classes: usize) -> Vec<Option<f64>> {
    assert_eq!(scores.len(), truth.len() * classes, "one row of scores per track");
    assert!(truth.iter().all(|&label| label < classes), "labels must be below {classes}");
    (0..classes)
        .map(|class| {
            let column: Vec<f64> = scores.iter().skip(class).step_by(classes).copied().collect();
            let relevant: Vec<bool> = truth.iter().map(|&label| label == class).collect();
            average_precision(&column, &relevant)
        })
        .collect()
}

/// The mean of [`average_precision_by_class`] over the classes that have tracks (scikit-learn counts the others
/// as 0). `None` where there are none.
///
/// # Panics
/// As [`average_precision_by_class`].
pub fn macro_average_precision(truth: &[usize], scores: &[f64], classes: usize) -> Option<f64> {
    let values: Vec<f64> = average_precision_by_class(truth, scores, classes).into_iter().flatten().collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_hand_calculation() {
        // Ranks 1, 3 and 4 are relevant: (1 + 2/3 + 3/4) / 3.
        let relevant = [true, false, true, true, false];
        let found = average_precision(&[0.9, 0.8, 0.7, 0.6, 0.5], &relevant).unwrap();
        assert!((found - (1.0 + 2.0 / 3.0 + 0.75) / 3.0).abs() < 1e-12);
        // All equal: the share of the relevant.
        assert_eq!(average_precision(&[0.0, -0.0, 0.0, 0.0, 0.0], &relevant), Some(0.6));
        assert_eq!(average_precision(&[0.3, 0.1], &[false, false]), None);
    }

    #[test]
    fn classes_without_tracks_are_left_out() {
        let scores = [0.9, 0.1, 0.0, 0.2, 0.8, 0.0];
        assert_eq!(average_precision_by_class(&[0, 1], &scores, 3), [Some(1.0), Some(1.0), None]);
        assert_eq!(macro_average_precision(&[0, 1], &scores, 3), Some(1.0));
        assert_eq!(macro_average_precision(&[], &[], 3), None);
    }
}
