//! Precision, recall and F1 of every class.

use serde::{Deserialize, Serialize};

use super::confusion::ConfusionMatrix;

/// One line of a report by class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// Of the tracks taken for the class, the share that are of it; `None` where none is.
    pub precision: Option<f64>,
    /// Of the tracks of the class, the share taken for it; `None` where there are none.
    pub recall: Option<f64>,
    /// The harmonic mean of both, as [`f1_by_class`](super::f1_by_class) has it.
    pub f1: Option<f64>,
    /// Tracks of the class.
    pub support: usize,
}

/// The scores of all classes, `[classes]`. Where scikit-learn's `classification_report` warns and prints 0, a score is
/// `None`.
pub fn class_scores(matrix: &ConfusionMatrix) -> Vec<ClassScores> {
    let share = |part: usize, all: usize| (all > 0).then(|| part as f64 / all as f64);
    (0..matrix.classes())
        .zip(super::f1_by_class(matrix))
        .map(|(class, f1)| {
            let (right, support) = (matrix.count(class, class), matrix.support(class));
            ClassScores { precision: share(right, matrix.predicted(class)), recall: share(right, support), f1, support }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_hand_calculation() {
        let scores = class_scores(&ConfusionMatrix::of(&[0, 0, 0, 1], &[0, 0, 1, 1], 3));
        assert_eq!((scores[0].precision, scores[0].recall, scores[0].support), (Some(1.0), Some(2.0 / 3.0), 3));
        assert_eq!((scores[1].precision, scores[1].recall), (Some(0.5), Some(1.0)));
        assert!((scores[0].f1.unwrap() - 0.8).abs() < 1e-12);
        assert_eq!(scores[2], ClassScores { precision: None, recall: None, f1: None, support: 0 });
    }
}
