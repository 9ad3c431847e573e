//! Saying to which playlist a track belongs, and how sure that is.

use serde::{Deserialize, Serialize};

use super::calibration::{Temperature, UnsureThreshold};
use crate::metrics::Centroids;

/// Centroids that know how sure they may be.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibratedCentroids {
    centroids: Centroids,
    temperature: Temperature,
    threshold: Option<UnsureThreshold>,
}

/// Where a track belongs.
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

impl CalibratedCentroids {
    /// Fits the temperature ([`Temperature::fit_cautious`]), and the threshold for the accuracy `target`, to the
    /// similarities `scores` `[n, classes]` ([`Centroids::similarities`]) of tracks with the labels `truth` `[n]` that
    /// the centroids they were compared with were not made from. `None` where no such track is of a sub-genre with a
    /// centroid.
    ///
    /// # Panics
    /// When there is not one row of scores per label, or a label is not below the number of classes.
    pub fn fit(centroids: Centroids, scores: &[f64], truth: &[usize], target: f64) -> Option<Self> {
        let classes = centroids.classes();
        let temperature = Temperature::fit_cautious(scores, truth, classes)?;
        let judged = scores.chunks_exact(classes).zip(truth).filter_map(|(scores, &label)| {
            let (nearest, probability) = most_probable(temperature, scores)?;
            Some((probability, nearest == label))
        });
        let (confidence, correct): (Vec<f64>, Vec<bool>) = judged.unzip();
        let threshold = UnsureThreshold::fit(&confidence, &correct, target);
        Some(Self { centroids, temperature, threshold })
    }

    /// The centroids.
    pub fn centroids(&self) -> &Centroids {
        &self.centroids
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

/// The class with the greatest score, and its probability. `None` where no class has a score.
fn most_probable(temperature: Temperature, scores: &[f64]) -> Option<(usize, f64)> {
    let nearest =
        (0..scores.len()).filter(|&class| scores[class].is_finite()).fold(None, |best, class| match best {
            Some(best) if scores[best] >= scores[class] => Some(best),
            _ => Some(class),
        })?;
    Some((nearest, temperature.probabilities(scores)[nearest]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vectors;
    use crate::metrics::random::Stream;

    fn fit(
        centroids: Centroids,
        vectors: &Vectors,
        labels: &[usize],
        validation: &[usize],
        target: f64,
    ) -> Option<CalibratedCentroids> {
        let truth: Vec<usize> = validation.iter().map(|&track| labels[track]).collect();
        let scores: Vec<f64> =
            validation.iter().flat_map(|&track| centroids.similarities(vectors.row(track))).collect();
        CalibratedCentroids::fit(centroids, &scores, &truth, target)
    }

    #[test]
    fn clear_tracks_are_filed_and_those_in_between_are_unsure() {
        // Three sub-genres around the axes, wide enough that some validation tracks are on the wrong side.
        let stream = Stream::new(3, 0);
        let labels: Vec<usize> = (0..300).map(|i| i % 3).collect();
        let value = |i: usize| (f64::from(u8::from(labels[i / 3] == i % 3)) + 0.9 * stream.symmetric(i as u64)) as f32;
        let vectors = Vectors::normalized((0..900).map(value).collect(), 3).unwrap();
        let (validation, train): (Vec<usize>, Vec<usize>) = (0..300).partition(|i| i / 3 % 3 == 0);
        let centroids = Centroids::of(&vectors, &labels, 4, train).unwrap();
        let sorter = fit(centroids, &vectors, &labels, &validation, 0.95).unwrap();
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
        assert_eq!(fit(centroids.clone(), &vectors, &[0, 1], &[], 0.9), None);
        // Two tracks are too few for a threshold: everything is unsure.
        let sorter = fit(centroids, &vectors, &[0, 1], &[0, 1], 0.9).unwrap();
        assert!(sorter.threshold().is_none() && sorter.file(&[1.0, 0.0]).unwrap().unsure);
    }
}
