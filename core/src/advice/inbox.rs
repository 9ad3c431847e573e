//! Sorting tracks without a playlist into those that there are.

use serde::{Deserialize, Serialize};

use super::calibration::{Temperature, UnsureThreshold};
use crate::metrics::Centroids;
use crate::vectors::Vectors;

/// Centroids that know how sure they may be.
#[derive(Clone, Debug, PartialEq)]
pub struct InboxSorter {
    centroids: Centroids,
    temperature: Temperature,
    threshold: Option<UnsureThreshold>,
}

/// Where a track without a playlist belongs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filing {
    /// The sub-genre whose centroid is nearest; of equally near ones the lower.
    pub sub_genre: usize,
    /// Cosine similarity to it.
    pub similarity: f64,
    /// How probable it is, if the track belongs to one of the sub-genres at all.
    pub probability: f64,
    /// The second nearest, where there is one.
    pub runner_up: Option<usize>,
    /// Whether the probability is too low for a statement.
    pub unsure: bool,
}

impl InboxSorter {
    /// Fits the temperature, and the threshold for the accuracy `target`, on `validation` tracks, which `centroids` were
    /// not made from. `vectors` `[n, dim]` and `labels` `[n]` are those of the library. `None` where no validation track
    /// is of a sub-genre with a centroid.
    ///
    /// # Panics
    /// When `labels` is not one per vector, or a validation track or its label does not exist.
    pub fn fit(
        centroids: Centroids,
        vectors: &Vectors,
        labels: &[usize],
        validation: &[usize],
        target: f64,
    ) -> Option<Self> {
        assert_eq!(labels.len(), vectors.len(), "one label per vector");
        let truth: Vec<usize> = validation.iter().map(|&track| labels[track]).collect();
        let scores: Vec<f64> =
            validation.iter().flat_map(|&track| centroids.similarities(vectors.row(track))).collect();
        let temperature = Temperature::fit(&scores, &truth, centroids.classes())?;
        let mut sorter = Self { centroids, temperature, threshold: None };
        let filed = validation.iter().zip(&truth).filter_map(|(&track, &label)| {
            sorter.file(vectors.row(track)).map(|filing| (filing.probability, filing.sub_genre == label))
        });
        let (confidence, correct): (Vec<f64>, Vec<bool>) = filed.unzip();
        sorter.threshold = UnsureThreshold::fit(&confidence, &correct, target);
        Some(sorter)
    }

    /// The temperature that was fitted.
    pub fn temperature(&self) -> Temperature {
        self.temperature
    }

    /// The threshold below which a track is unsure; without one all are.
    pub fn threshold(&self) -> Option<UnsureThreshold> {
        self.threshold
    }

    /// Where a unit vector `[dim]` belongs. `None` where there are no centroids.
    pub fn file(&self, vector: &[f32]) -> Option<Filing> {
        let nearest = self.centroids.predict(vector)?;
        let probabilities = self.temperature.probabilities(&self.centroids.similarities(vector));
        let probability = probabilities[nearest.label];
        Some(Filing {
            sub_genre: nearest.label,
            similarity: nearest.similarity,
            probability,
            runner_up: nearest.runner_up,
            unsure: self.threshold.is_none_or(|threshold| threshold.is_unsure(probability)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::random::Stream;

    #[test]
    fn clear_tracks_are_filed_and_those_in_between_are_unsure() {
        // Three sub-genres around the axes, wide enough that some validation tracks are on the wrong side.
        let stream = Stream::new(3, 0);
        let labels: Vec<usize> = (0..300).map(|i| i % 3).collect();
        let value = |i: usize| (f64::from(u8::from(labels[i / 3] == i % 3)) + 0.9 * stream.symmetric(i as u64)) as f32;
        let vectors = Vectors::normalized((0..900).map(value).collect(), 3).unwrap();
        let (validation, train): (Vec<usize>, Vec<usize>) = (0..300).partition(|i| i / 3 % 3 == 0);
        let centroids = Centroids::of(&vectors, &labels, 4, train).unwrap();
        let sorter = InboxSorter::fit(centroids, &vectors, &labels, &validation, 0.95).unwrap();
        let threshold = sorter.threshold().unwrap();
        assert!(threshold.accuracy >= 0.95 && threshold.coverage < 1.0, "{threshold:?}");
        let clear = sorter.file(&[0.0, 1.0, 0.0]).unwrap();
        assert!((clear.sub_genre, clear.unsure) == (1, false) && clear.probability > 0.9, "{clear:?}");
        let between = sorter.file(&[0.6, 0.0, 0.8]).unwrap();
        assert!((between.sub_genre, between.runner_up, between.unsure) == (2, Some(0), true), "{between:?}");
    }

    #[test]
    fn without_validation_there_is_no_confidence() {
        let vectors = Vectors::normalized(vec![1.0, 0.0, 0.0, 1.0], 2).unwrap();
        let centroids = Centroids::of(&vectors, &[0, 1], 2, [0, 1]).unwrap();
        assert_eq!(InboxSorter::fit(centroids.clone(), &vectors, &[0, 1], &[], 0.9), None);
        // Two tracks are too few for a threshold: everything is unsure.
        let sorter = InboxSorter::fit(centroids, &vectors, &[0, 1], &[0, 1], 0.9).unwrap();
        assert!(sorter.threshold().is_none() && sorter.file(&[1.0, 0.0]).unwrap().unsure);
    }
}
