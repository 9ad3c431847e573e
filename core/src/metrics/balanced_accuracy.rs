//! Accuracy in which every class counts alike.

use super::confusion::ConfusionMatrix;

/// The mean recall over the classes that have tracks, as scikit-learn's `balanced_accuracy_score` has it: unlike the
/// accuracy it does not rise by always naming the largest class. `None` without tracks.
pub fn balanced_accuracy(matrix: &ConfusionMatrix) -> Option<f64> {
    let present: Vec<usize> = (0..matrix.classes()).filter(|&class| matrix.support(class) > 0).collect();
    let recall = |class: &usize| matrix.count(*class, *class) as f64 / matrix.support(*class) as f64;
    (!present.is_empty()).then(|| present.iter().map(recall).sum::<f64>() / present.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_classes_count_as_much_as_large_ones() {
        // 9 of 10 and 0 of 1 right; class 2 is only predicted.
        let truth = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        let predicted = [0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0];
        let found = balanced_accuracy(&ConfusionMatrix::of(&truth, &predicted, 3)).unwrap();
        assert!((found - 0.45).abs() < 1e-12);
        assert_eq!(balanced_accuracy(&ConfusionMatrix::of(&[], &[], 3)), None);
    }
}
