//! Nearest centroid, the judge of the report.

use super::cosine;
use crate::vectors::{Vectors, VectorsError};
use serde::{Deserialize, Serialize};

/// What the nearest centroid says of one vector.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The label of the nearest centroid; of equally near ones the lower.
    pub label: usize,
    /// Cosine similarity to that centroid.
    pub similarity: f64,
    /// The label of the second nearest centroid, where there is one.
    pub runner_up: Option<usize>,
    /// How much nearer the first is than the second, as a difference of cosines (at least 0).
    pub margin: Option<f64>,
}

/// The directions of the sub-genres: of each the renormalised mean of its members' unit vectors.
///
/// A sub-genre without members has no centroid and is never predicted. The same holds for members that cancel out to
/// nothing, which have no common direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Centroids {
    classes: usize,
    /// The labels that have a centroid, ascending; row `i` of `vectors` belongs to `labels[i]`.
    labels: Vec<usize>,
    vectors: Vectors,
}

impl Centroids {
    /// Averages the rows of `vectors` `[n, dim]` named by `members` (the training tracks) by their label.
    ///
    /// # Errors
    /// Refuses vectors without a dimension.
    ///
    /// # Panics
    /// When `labels` is not one per row, a member is not below `n`, or its label is not below `classes`.
    pub fn of(
        vectors: &Vectors,
        labels: &[usize],
        classes: usize,
        members: impl IntoIterator<Item = usize>,
    ) -> Result<Self, VectorsError> {
        assert_eq!(labels.len(), vectors.len(), "one label per vector");
        let dim = vectors.dim();
        let mut sums = vec![0.0f64; classes * dim];
        let mut counts = vec![0usize; classes];
        for member in members {
            let label = labels[member];
            counts[label] += 1;
            for (sum, &value) in sums[label * dim..(label + 1) * dim].iter_mut().zip(vectors.row(member)) {
                *sum += f64::from(value);
            }
        }
        let mut present = Vec::new();
        let mut data = Vec::new();
        for label in 0..classes {
            let sum = &sums[label * dim..(label + 1) * dim];
            let norm = sum.iter().map(|v| v * v).sum::<f64>().sqrt();
            // Rounding leaves about 1e-7 per member where f32 unit vectors cancel.
            if norm > 1e-6 * counts[label] as f64 {
                present.push(label);
                data.extend(sum.iter().map(|v| (v / norm) as f32));
            }
        }
        Ok(Self { classes, labels: present, vectors: Vectors::normalized(data, dim)? })
    }

    /// The labels that have a centroid, ascending; they name the rows of [`Centroids::vectors`].
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// The centroids, `[labels, dim]`, of unit length, in the order of [`Centroids::labels`].
    pub fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// Number of classes, those without a centroid included.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The centroid of one label: `[dim]`, or `None` where it has none.
    pub fn get(&self, label: usize) -> Option<&[f32]> {
        self.labels.binary_search(&label).ok().map(|row| self.vectors.row(row))
    }

    /// Cosine similarities of a unit vector `[dim]` to the centroids of all labels: `[classes]`, `-inf` for a label that
    /// has none.
    pub fn similarities(&self, vector: &[f32]) -> Vec<f64> {
        let mut similarities = vec![f64::NEG_INFINITY; self.classes];
        for (&label, centroid) in self.labels.iter().zip(self.vectors.rows()) {
            similarities[label] = cosine(vector, centroid);
        }
        similarities
    }

    /// Compares a unit vector `[dim]` with every centroid by cosine. `None` where there are no centroids.
    pub fn predict(&self, vector: &[f32]) -> Option<Prediction> {
        let mut best: Option<(usize, f64)> = None;
        let mut second: Option<(usize, f64)> = None;
        for (&label, centroid) in self.labels.iter().zip(self.vectors.rows()) {
            let similarity = cosine(vector, centroid);
            if best.is_none_or(|(_, s)| similarity > s) {
                second = best;
                best = Some((label, similarity));
            } else if second.is_none_or(|(_, s)| similarity > s) {
                second = Some((label, similarity));
            }
        }
        best.map(|(label, similarity)| Prediction {
            label,
            similarity,
            runner_up: second.map(|(label, _)| label),
            margin: second.map(|(_, s)| similarity - s),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vectors(rows: &[[f32; 2]]) -> Vectors {
        Vectors::normalized(rows.as_flattened().to_vec(), 2).unwrap()
    }

    #[test]
    fn centroid_is_the_renormalised_mean_of_the_members() {
        let vectors = vectors(&[[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]);
        let centroids = Centroids::of(&vectors, &[0, 0, 2, 2], 3, [0, 1, 2]).unwrap();
        assert_eq!(centroids.labels(), [0, 2]);
        let half = std::f32::consts::FRAC_1_SQRT_2;
        assert_eq!(centroids.get(0).unwrap(), [half, half]);
        assert_eq!(centroids.get(2).unwrap(), [-1.0, 0.0]);
        assert_eq!(centroids.get(1), None);
        let similarities = centroids.similarities(&[-1.0, 0.0]);
        assert!((similarities[2] - 1.0).abs() < 1e-6 && similarities[1].is_infinite());
        let prediction = centroids.predict(&[0.6, 0.8]).unwrap();
        assert_eq!((prediction.label, prediction.runner_up), (0, Some(2)));
        let cosine = 1.4 * std::f64::consts::FRAC_1_SQRT_2;
        assert!((prediction.similarity - cosine).abs() < 1e-6);
        assert!((prediction.margin.unwrap() - (cosine + 0.6)).abs() < 1e-6);
    }

    #[test]
    fn ties_go_to_the_lower_label() {
        let vectors = vectors(&[[0.0, 1.0], [0.0, -1.0], [0.0, 1.0]]);
        let centroids = Centroids::of(&vectors, &[2, 1, 0], 3, 0..3).unwrap();
        let prediction = centroids.predict(&[1.0, 0.0]).unwrap();
        assert_eq!((prediction.label, prediction.runner_up, prediction.margin), (0, Some(1), Some(0.0)));
    }

    #[test]
    fn nothing_is_predicted_without_centroids() {
        let vectors = vectors(&[[1.0, 0.0], [-1.0, 0.0]]);
        assert_eq!(Centroids::of(&vectors, &[0, 0], 1, []).unwrap().predict(&[1.0, 0.0]), None);
        // Members that cancel out point nowhere.
        assert!(Centroids::of(&vectors, &[0, 0], 1, [0, 1]).unwrap().labels().is_empty());
        let alone = Centroids::of(&vectors, &[0, 0], 1, [0]).unwrap().predict(&[1.0, 0.0]).unwrap();
        assert_eq!((alone.runner_up, alone.margin), (None, None));
    }

    proptest! {
        #[test]
        fn never_predicts_a_label_without_training_tracks(
            data in prop::collection::vec(0.1f32..1.0, 8 * 3),
            labels in prop::collection::vec(0usize..5, 8),
        ) {
            let vectors = Vectors::normalized(data, 3).unwrap();
            let centroids = Centroids::of(&vectors, &labels, 5, 0..4).unwrap();
            for row in vectors.rows() {
                let prediction = centroids.predict(row).unwrap();
                prop_assert!(labels[..4].contains(&prediction.label));
                prop_assert!(prediction.margin.is_none_or(|m| m >= 0.0));
            }
        }
    }
}
