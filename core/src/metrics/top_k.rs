//! Right among the first few.

use super::accuracy::Proportion;

/// Share of tracks whose true class is among the `k` highest of their `scores` `[n, classes]`; of equal scores the
/// lower class ranks first. With `k` 1 this is the accuracy.
///
/// # Panics
/// When `scores` is not one row per label, or a label is not below `classes`.
pub fn top_k_accuracy(truth: &[usize], scores: &[f64], classes: usize, k: usize) -> Proportion {
    assert_eq!(scores.len(), truth.len() * classes, "one row of scores per track");
    let mut result = Proportion::default();
    for (i, &label) in truth.iter().enumerate() {
        let scores = &scores[i * classes..(i + 1) * classes];
        let own = scores[label];
        let before = |(class, &score): (usize, &f64)| score > own || (score >= own && class < label);
        result.count(scores.iter().enumerate().filter(|&score| before(score)).count() < k);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_hand_calculation() {
        let scores = [0.5, 0.3, 0.2, 0.1, 0.3, 0.6, 0.4, 0.4, 0.2];
        let right = |k| top_k_accuracy(&[0, 0, 1], &scores, 3, k);
        assert_eq!([0, 1, 2, 3].map(|k| right(k).correct), [0, 1, 2, 3]);
        assert_eq!(right(1).total, 3);
    }
}
