//! Share of right predictions.

use super::wilson::{Interval, wilson_interval};
use serde::{Deserialize, Serialize};

/// A count of right answers among all, kept as counts so that nothing is lost by averaging.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proportion {
    /// Right answers.
    pub correct: usize,
    /// All answers.
    pub total: usize,
}

impl Proportion {
    /// `correct / total`; `None` without answers.
    pub fn value(&self) -> Option<f64> {
        (self.total > 0).then(|| self.correct as f64 / self.total as f64)
    }

    /// The 95 % interval of [`wilson_interval`].
    ///
    /// # Panics
    /// When `correct` is above `total`.
    pub fn interval(&self) -> Option<Interval> {
        wilson_interval(self.correct, self.total)
    }

    pub(super) fn count(&mut self, is_correct: bool) {
        self.correct += usize::from(is_correct);
        self.total += 1;
    }
}

/// Share of tracks whose predicted label is the true one.
///
/// # Panics
/// When the slices differ in length.
pub fn accuracy(truth: &[usize], predicted: &[usize]) -> Proportion {
    assert_eq!(truth.len(), predicted.len(), "one prediction per track");
    let correct = truth.iter().zip(predicted).filter(|(t, p)| t == p).count();
    Proportion { correct, total: truth.len() }
}

/// [`accuracy`] among the tracks of each true label: `[classes]`.
///
/// # Panics
/// When the slices differ in length or a true label is not below `classes`.
pub fn accuracy_by_class(truth: &[usize], predicted: &[usize], classes: usize) -> Vec<Proportion> {
    assert_eq!(truth.len(), predicted.len(), "one prediction per track");
    let mut by_class = vec![Proportion::default(); classes];
    for (&t, &p) in truth.iter().zip(predicted) {
        by_class[t].count(t == p);
    }
    by_class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_overall_and_by_class() {
        let (truth, predicted) = ([0, 0, 1, 1, 1], [0, 1, 1, 1, 0]);
        assert_eq!(accuracy(&truth, &predicted), Proportion { correct: 3, total: 5 });
        let by_class = accuracy_by_class(&truth, &predicted, 3);
        assert_eq!(by_class[0], Proportion { correct: 1, total: 2 });
        assert_eq!(by_class[1], Proportion { correct: 2, total: 3 });
        assert_eq!(by_class[0].value(), Some(0.5));
        assert_eq!((by_class[2].value(), by_class[2].interval()), (None, None));
    }
}
