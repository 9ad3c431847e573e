//! How sure to be, and when to say "unsure".

use serde::{Deserialize, Serialize};

use crate::metrics::{Interval, wilson_interval};

/// Temperatures that are looked at. For cosines, the lowest makes a lead of 0.05 odds of 150 to 1.
const TEMPERATURES: (f64, f64) = (0.01, 100.0);
/// Halvings of that range: to all digits.
const STEPS: usize = 80;

/// The temperature at which the softmax of scores states probabilities that can be believed (Guo et al. 2017, "On
/// calibration of modern neural networks", section 4.2): it is fitted on validation tracks and changes no ranking.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Temperature {
    /// What scores are divided by, 0.01 to 100.
    pub temperature: f64,
}

impl Temperature {
    /// Fits to `scores` `[n, classes]` (cosines to centroids, or logarithms of probabilities) of tracks with the labels
    /// `truth` `[n]`, by the least mean negative logarithm of the probability of the true class. A class that cannot be
    /// predicted has the score `-inf`, and tracks of such a class are left out. `None` where no track is left.
    ///
    /// # Panics
    /// When `scores` is not one row per label, a label is not below `classes`, or a score is NaN or `+inf`.
    pub fn fit(scores: &[f64], truth: &[usize], classes: usize) -> Option<Self> {
        Self::fit_with_doubt(scores, truth, classes, 0.0)
    }

    /// [`Temperature::fit`] with the target probabilities of Platt 1999 ("Probabilistic outputs for support vector
    /// machines", section 2.2): of `n` tracks, the truth is taken to be `(n + 1) / (n + 2)` probable and the rest is
    /// shared by the other classes. A few tracks that are all right then do not ask for certainty.
    ///
    /// # Panics
    /// As [`Temperature::fit`].
    pub fn fit_cautious(scores: &[f64], truth: &[usize], classes: usize) -> Option<Self> {
        Self::fit_with_doubt(scores, truth, classes, 1.0 / (truth.len() as f64 + 2.0))
    }

    /// Fits with the probability `doubt` that the label of a track is not the truth.
    fn fit_with_doubt(scores: &[f64], truth: &[usize], classes: usize, doubt: f64) -> Option<Self> {
        assert_eq!(scores.len(), truth.len() * classes, "one row of scores per track");
        assert!(scores.iter().all(|&score| score < f64::INFINITY), "scores must be numbers");
        let rows: Vec<(&[f64], f64)> = scores
            .chunks_exact(classes.max(1))
            .zip(truth)
            .map(|(row, &label)| (row, row[label]))
            .filter(|(_, own)| own.is_finite())
            .collect();
        if rows.is_empty() {
            return None;
        }
        // The score that the truth is expected to have: what is doubted is shared by the other classes.
        let wanted = |row: &[f64], own: f64| {
            let others: Vec<f64> = row.iter().copied().filter(|score| score.is_finite()).collect();
            let rest = (others.iter().sum::<f64>() - own) / (others.len() as f64 - 1.0).max(1.0);
            if others.len() < 2 { own } else { (1.0 - doubt) * own + doubt * rest }
        };
        // The loss is convex in 1 / temperature: its slope there is the mean score expected less that of the truth.
        let slope = |temperature: f64| {
            let of_row = |&(row, own): &(&[f64], f64)| {
                let probabilities = softmax(row, temperature);
                let expected = row.iter().zip(probabilities).filter(|(_, p)| *p > 0.0).map(|(score, p)| score * p);
                expected.sum::<f64>() - wanted(row, own)
            };
            rows.iter().map(of_row).sum::<f64>()
        };
        let (mut low, mut high) = (TEMPERATURES.0.ln(), TEMPERATURES.1.ln());
        for _ in 0..STEPS {
            let middle = f64::midpoint(low, high);
            // A slope above 0 means that the scores claim too much.
            if slope(middle.exp()) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(Self { temperature: f64::midpoint(low, high).exp() })
    }

    /// Probabilities of the classes from their scores, `[classes]`: they add up to 1, and `-inf` gives 0. All 0 where
    /// every score is `-inf`.
    pub fn probabilities(&self, scores: &[f64]) -> Vec<f64> {
        softmax(scores, self.temperature)
    }
}

fn softmax(scores: &[f64], temperature: f64) -> Vec<f64> {
    let greatest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !greatest.is_finite() {
        return vec![0.0; scores.len()];
    }
    let weights: Vec<f64> = scores.iter().map(|score| ((score - greatest) / temperature).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// The confidence from which on a statement is made; below it stands "unsure".
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnsureThreshold {
    /// Tracks of this confidence or more are sure.
    pub confidence: f64,
    /// The accuracy that was aimed at.
    pub target: f64,
    /// The accuracy of the sure ones among the tracks that it was chosen on.
    pub accuracy: f64,
    /// Its 95 % score interval.
    pub interval: Interval,
    /// The share of those tracks that are sure.
    pub coverage: f64,
    /// Those tracks.
    pub tracks: usize,
}

impl UnsureThreshold {
    /// Sure tracks that a threshold needs: with fewer, an accuracy is hearsay.
    pub const LEAST_TRACKS: usize = 10;

    /// The lowest threshold at which the sure ones among validation tracks reach the accuracy `target` (risk against
    /// coverage, El-Yaniv and Wiener 2010), from the confidence of every prediction and whether it was right. `None`
    /// where none does with at least 10 tracks: then everything is unsure.
    ///
    /// # Panics
    /// When the slices differ in length or a confidence is NaN.
    pub fn fit(confidence: &[f64], correct: &[bool], target: f64) -> Option<Self> {
        assert_eq!(confidence.len(), correct.len(), "one confidence per prediction");
        assert!(confidence.iter().all(|confidence| !confidence.is_nan()), "confidences must be numbers");
        let mut order: Vec<usize> = (0..confidence.len()).collect();
        order.sort_unstable_by(|&a, &b| confidence[b].total_cmp(&confidence[a]));
        let (mut sure, mut right) = (0usize, 0usize);
        let mut best = None;
        for ties in order.chunk_by(|&a, &b| confidence[a] <= confidence[b]) {
            sure += ties.len();
            right += ties.iter().filter(|&&track| correct[track]).count();
            if sure >= Self::LEAST_TRACKS && right as f64 >= target * sure as f64 {
                best = Some((confidence[ties[0]], sure, right));
            }
        }
        let (confidence, sure, right) = best?;
        Some(Self {
            confidence,
            target,
            accuracy: right as f64 / sure as f64,
            interval: wilson_interval(right, sure)?,
            coverage: sure as f64 / order.len() as f64,
            tracks: order.len(),
        })
    }

    /// Whether a statement of this confidence should not be made.
    pub fn is_unsure(&self, confidence: f64) -> bool {
        confidence < self.confidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::expected_calibration_error;
    use crate::metrics::random::Stream;

    #[test]
    fn the_temperature_of_known_probabilities_is_found() {
        // Labels drawn from the softmax of scores at temperature 0.2.
        let (stream, n) = (Stream::new(5, 0), 4000u64);
        let scores: Vec<f64> = (0..n * 3).map(|i| stream.symmetric(i)).collect();
        let truth: Vec<usize> = (0..n)
            .map(|i| {
                let p = softmax(&scores[3 * i as usize..3 * i as usize + 3], 0.2);
                let drawn = stream.unit(1_000_000 + i);
                usize::from(drawn >= p[0]) + usize::from(drawn >= p[0] + p[1])
            })
            .collect();
        let fitted = Temperature::fit(&scores, &truth, 3).unwrap();
        assert!((fitted.temperature / 0.2 - 1.0).abs() < 0.05, "{fitted:?}");
        let error = |temperature: Temperature| {
            let (confidence, right): (Vec<f64>, Vec<bool>) = scores
                .chunks_exact(3)
                .zip(&truth)
                .map(|(row, &label)| {
                    let p = temperature.probabilities(row);
                    let best = (0..3).max_by(|&a, &b| p[a].total_cmp(&p[b])).unwrap();
                    (p[best].min(1.0), best == label)
                })
                .unzip();
            expected_calibration_error(&confidence, &right, 15).unwrap()
        };
        assert!(error(fitted) < 0.02 && error(Temperature { temperature: 0.05 }) > 0.1);
    }

    #[test]
    fn classes_that_cannot_be_predicted_have_no_part() {
        let none = f64::NEG_INFINITY;
        let scores = [0.9, 0.1, none, 0.2, 0.8, none, 0.5, 0.4, none];
        let with = Temperature::fit(&scores, &[0, 1, 2], 3).unwrap();
        let without = Temperature::fit(&[0.9, 0.1, 0.2, 0.8], &[0, 1], 2).unwrap();
        assert!((with.temperature - without.temperature).abs() < 1e-12);
        // Scores that are always right ask for certainty, which is bounded; caution finds it in so few tracks nowhere.
        assert!((with.temperature - 0.01).abs() < 1e-9);
        let cautious = Temperature::fit_cautious(&[0.9, 0.1, 0.2, 0.8], &[0, 1], 2).unwrap();
        // Two tracks: 3/4 on average, for leads of 0.8 and 0.6.
        let p = [cautious.probabilities(&[0.9, 0.1])[0], cautious.probabilities(&[0.2, 0.8])[1]];
        assert!((f64::midpoint(p[0], p[1]) - 0.75).abs() < 0.01, "{p:?}");
        assert!(with.probabilities(&scores[..3])[2].abs() < f64::EPSILON);
        assert_eq!((Temperature::fit(&[], &[], 3), Temperature::fit(&[none], &[0], 1)), (None, None));
    }

    #[test]
    fn the_threshold_is_the_lowest_that_reaches_the_target() {
        // 20 tracks, confidence falling; the 15th, 17th and the last three are wrong.
        let confidence: Vec<f64> = (0..20).map(|i| 1.0 - 0.02 * f64::from(i)).collect();
        let correct: Vec<bool> = (0..20).map(|i| ![14, 16, 17, 18, 19].contains(&i)).collect();
        let found = UnsureThreshold::fit(&confidence, &correct, 0.9).unwrap();
        // The first 16 have 15 right.
        assert!((found.confidence - 0.70).abs() < 1e-12 && (found.coverage - 0.8).abs() < 1e-12);
        assert!((found.accuracy - 15.0 / 16.0).abs() < 1e-12 && found.interval.low < 0.9);
        assert!(found.is_unsure(0.69) && !found.is_unsure(0.7));
        assert_eq!(UnsureThreshold::fit(&confidence, &[false; 20], 0.5), None);
        assert_eq!(UnsureThreshold::fit(&confidence[..9], &[true; 9], 0.5), None);
        // Ties are sure or unsure together.
        let tied = UnsureThreshold::fit(&[0.5; 20], &correct, 0.75).unwrap();
        assert!((tied.coverage - 1.0).abs() < 1e-12 && UnsureThreshold::fit(&[0.5; 20], &correct, 0.8).is_none());
    }
}
