//! Which sub-genres are taken for which.

use serde::{Deserialize, Serialize};

/// Counts `[truth, predicted]` over a test set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfusionMatrix {
    classes: usize,
    counts: Vec<usize>,
}

impl ConfusionMatrix {
    /// Counts one pair of labels per track.
    ///
    /// # Panics
    /// When the slices differ in length or a label is not below `classes`.
    pub fn of(truth: &[usize], predicted: &[usize], classes: usize) -> Self {
        assert_eq!(truth.len(), predicted.len(), "one prediction per track");
        let mut counts = vec![0; classes * classes];
        for (&t, &p) in truth.iter().zip(predicted) {
            assert!(t < classes && p < classes, "labels {t} and {p} must be below {classes}");
            counts[t * classes + p] += 1;
        }
        Self { classes, counts }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Tracks of `truth` that were taken for `predicted`.
    ///
    /// # Panics
    /// When a label is not below [`ConfusionMatrix::classes`].
    pub fn count(&self, truth: usize, predicted: usize) -> usize {
        self.row(truth)[predicted]
    }

    /// What the tracks of one true label were taken for: `[classes]`.
    ///
    /// # Panics
    /// When the label is not below [`ConfusionMatrix::classes`].
    pub fn row(&self, truth: usize) -> &[usize] {
        &self.counts[truth * self.classes..(truth + 1) * self.classes]
    }

    /// Tracks with this true label.
    pub fn support(&self, truth: usize) -> usize {
        self.row(truth).iter().sum()
    }

    /// Tracks that were taken for this label.
    pub fn predicted(&self, predicted: usize) -> usize {
        (0..self.classes).map(|truth| self.count(truth, predicted)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_truth_and_columns_predictions() {
        let matrix = ConfusionMatrix::of(&[0, 0, 1, 2], &[0, 2, 1, 1], 3);
        assert_eq!(matrix.row(0), [1, 0, 1]);
        assert_eq!(matrix.row(2), [0, 1, 0]);
        assert_eq!((matrix.support(0), matrix.predicted(1), matrix.predicted(2)), (2, 2, 1));
    }

    #[test]
    #[should_panic(expected = "must be below 2")]
    fn a_label_beyond_the_classes_is_refused() {
        // Without the check the count would land in another row.
        let _ = ConfusionMatrix::of(&[0], &[2], 2);
    }
}
