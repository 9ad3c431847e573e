//! Labelled rows, checked once for all probes.

use super::ProbeError;

/// Rows to fit on: at least one, all finite, each with a label.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    rows: &'a [f32],
    dim: usize,
    labels: &'a [usize],
    classes: usize,
}

impl<'a> Labelled<'a> {
    /// Takes rows `[n, dim]` with labels `[n]` below `classes`.
    ///
    /// # Errors
    /// No rows, shapes that do not belong together, values that are not finite, labels that name no class.
    pub fn new(rows: &'a [f32], dim: usize, labels: &'a [usize], classes: usize) -> Result<Self, ProbeError> {
        check_rows(rows, dim)?;
        let n = rows.len() / dim;
        if n == 0 {
            return Err(ProbeError::Empty);
        }
        if labels.len() != n {
            return Err(ProbeError::Labels { rows: n, labels: labels.len() });
        }
        match labels.iter().position(|&label| label >= classes) {
            Some(row) => Err(ProbeError::Label { row, label: labels[row], classes }),
            None => Ok(Self { rows, dim, labels, classes }),
        }
    }

    /// The rows, `[n * dim]`.
    pub fn rows(&self) -> &'a [f32] {
        self.rows
    }

    /// Values per row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The labels, `[n]`.
    pub fn labels(&self) -> &'a [usize] {
        self.labels
    }

    /// Number of classes, those without rows included.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The same labels for other rows of the same number, of which the caller knows that they are finite.
    pub(super) fn with_rows<'b>(&self, rows: &'b [f32]) -> Labelled<'b>
    where
        'a: 'b,
    {
        debug_assert_eq!(rows.len(), self.rows.len());
        Labelled { rows, ..*self }
    }

    /// The classes that have rows, and every label as an index into them.
    pub(super) fn present(&self) -> (Classes, Vec<usize>) {
        let mut present = self.labels.to_vec();
        present.sort_unstable();
        present.dedup();
        let dense = self.labels.iter().map(|label| present.partition_point(|p| p < label)).collect();
        (Classes { all: self.classes, present }, dense)
    }
}

/// Checks rows `[n, dim]`.
pub(super) fn check_rows(rows: &[f32], dim: usize) -> Result<(), ProbeError> {
    if dim == 0 || !rows.len().is_multiple_of(dim) {
        return Err(ProbeError::Shape { values: rows.len(), dim });
    }
    match rows.iter().position(|v| !v.is_finite()) {
        Some(value) => Err(ProbeError::NotFinite { row: value / dim }),
        None => Ok(()),
    }
}

/// The classes that a model has learnt, among all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Classes {
    all: usize,
    /// Ascending.
    present: Vec<usize>,
}

impl Classes {
    /// Number of classes learnt.
    pub(super) fn len(&self) -> usize {
        self.present.len()
    }

    /// Probabilities of the learnt classes `[n, len]` from their logits, as probabilities of all classes `[n, all]`.
    pub(super) fn softmax(&self, logits: &mut [f64]) -> Vec<f64> {
        let n = logits.len() / self.len();
        let mut probabilities = vec![0.0; n * self.all];
        for (row, out) in logits.chunks_exact_mut(self.len()).zip(probabilities.chunks_exact_mut(self.all)) {
            log_softmax(row);
            row.iter().zip(&self.present).for_each(|(&logit, &class)| out[class] = logit.exp());
        }
        probabilities
    }
}

/// Turns logits into logarithms of probabilities.
pub(super) fn log_softmax(logits: &mut [f64]) {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let normalizer = largest + logits.iter().map(|logit| (logit - largest).exp()).sum::<f64>().ln();
    for logit in logits.iter_mut() {
        *logit -= normalizer;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_learnt_from_is_refused() {
        let refused = |rows: &[f32], dim, labels: &[usize], classes| Labelled::new(rows, dim, labels, classes).err();
        assert_eq!(refused(&[1.0; 4], 2, &[0, 1], 2), None);
        assert_eq!(refused(&[], 2, &[], 2), Some(ProbeError::Empty));
        assert_eq!(refused(&[1.0; 3], 2, &[0], 2), Some(ProbeError::Shape { values: 3, dim: 2 }));
        assert_eq!(refused(&[1.0; 4], 0, &[0], 2), Some(ProbeError::Shape { values: 4, dim: 0 }));
        assert_eq!(refused(&[1.0; 4], 2, &[0], 2), Some(ProbeError::Labels { rows: 2, labels: 1 }));
        assert_eq!(refused(&[1.0; 4], 2, &[0, 2], 2), Some(ProbeError::Label { row: 1, label: 2, classes: 2 }));
        assert_eq!(refused(&[1.0, 1.0, 1.0, f32::NAN], 2, &[0, 1], 2), Some(ProbeError::NotFinite { row: 1 }));
    }

    #[test]
    fn absent_classes_have_no_probability() {
        let labelled = Labelled::new(&[0.0, 1.0, 2.0], 1, &[3, 1, 3], 5).unwrap();
        let (classes, dense) = labelled.present();
        assert_eq!((classes.len(), dense), (2, vec![1, 0, 1]));
        // Logits that overflow when exponentiated directly.
        let probabilities = classes.softmax(&mut [1000.0, 1000.0 + 3.0f64.ln()]);
        for (p, expected) in probabilities.iter().zip([0.0, 0.25, 0.0, 0.75, 0.0]) {
            assert!((p - expected).abs() < 1e-12, "{probabilities:?}");
        }
    }
}
