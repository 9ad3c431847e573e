//! F1 score.

use super::confusion::ConfusionMatrix;

/// The F1 score of each class, `2 TP / (2 TP + FP + FN)`: `[classes]`. `None` for a class that neither occurs nor is
/// predicted.
pub fn f1_by_class(matrix: &ConfusionMatrix) -> Vec<Option<f64>> {
    (0..matrix.classes())
        .map(|class| {
            let marginals = matrix.support(class) + matrix.predicted(class);
            (marginals > 0).then(|| 2.0 * matrix.count(class, class) as f64 / marginals as f64)
        })
        .collect()
}

/// The mean of [`f1_by_class`] over the classes that occur or are predicted, as scikit-learn's
/// `f1_score(average="macro")` has it. `None` where there are none.
pub fn macro_f1(matrix: &ConfusionMatrix) -> Option<f64> {
    let scores: Vec<f64> = f1_by_class(matrix).into_iter().flatten().collect();
    (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_hand_calculation() {
        // Class 0: TP 1, FP 0, FN 1 -> 2/3. Class 1: TP 1, FP 1, FN 0 -> 2/3. Class 2 is nowhere.
        let matrix = ConfusionMatrix::of(&[0, 0, 1], &[0, 1, 1], 3);
        assert_eq!(f1_by_class(&matrix), [Some(2.0 / 3.0), Some(2.0 / 3.0), None]);
        assert_eq!(macro_f1(&matrix), Some(2.0 / 3.0));
        assert_eq!(macro_f1(&ConfusionMatrix::of(&[], &[], 3)), None);
    }

    #[test]
    fn a_class_only_predicted_counts_as_zero() {
        assert_eq!(macro_f1(&ConfusionMatrix::of(&[0, 0], &[0, 1], 2)), Some(1.0 / 3.0));
    }
}
