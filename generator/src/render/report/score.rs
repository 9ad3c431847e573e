//! Counts of right answers, and the sentence that states them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A confidence interval of a share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// Lower end, 0 to 1.
    pub low: f64,
    /// Upper end, 0 to 1.
    pub high: f64,
}

/// Right answers among some tracks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Tracks judged right.
    pub correct: u32,
    /// Tracks judged.
    pub n: u32,
    /// `correct / n`; absent where nothing was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// 95 % Wilson score interval of the accuracy; absent where nothing was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

impl Score {
    /// A score with its interval as computed by `wilson(correct, n)`, which is asked only where `n > 0` and gives the
    /// lower and upper end.
    pub fn new(correct: u32, n: u32, wilson: impl FnOnce(u32, u32) -> (f64, f64)) -> Self {
        if n == 0 {
            return Self::default();
        }
        let (low, high) = wilson(correct, n);
        let accuracy = f64::from(correct) / f64::from(n);
        Self { correct, n, accuracy: Some(accuracy), interval: Some(Interval { low, high }) }
    }
}

/// The score of one genre: a track is right where the nearest centroid belongs to any sub-genre of its genre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GenreScore {
    /// Name of the genre.
    pub genre: String,
    /// Its tracks.
    pub score: Score,
}

/// How tracks of one split were judged by the nearest sub-genre centroid, the centroids being means of training
/// tracks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// All tracks of the split.
    pub overall: Score,
    /// Accuracy expected of a guess that takes every sub-genre alike: 1 / sub-genres.
    pub chance: f64,
    /// Accuracy of always naming the sub-genre that is largest in training; absent where nothing was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub majority: Option<f64>,
    /// One score per sub-genre.
    pub per_sub_genre: Vec<Score>,
    /// All tracks, right where the genre is right; absent in libraries of one level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genre_overall: Option<Score>,
    /// One score per genre, in the order of the library; empty in libraries of one level.
    pub per_genre: Vec<GenreScore>,
    /// `confusion[truth][predicted]`: tracks, `[s, s]`.
    pub confusion: Vec<Vec<u32>>,
}

impl Evaluation {
    /// Mistakes from most to least frequent, as (truth, predicted, tracks); equal counts in the library's order.
    pub fn mistakes(&self) -> Vec<(usize, usize, u32)> {
        let mut mistakes: Vec<_> = self
            .confusion
            .iter()
            .enumerate()
            .flat_map(|(truth, row)| row.iter().enumerate().map(move |(predicted, &count)| (truth, predicted, count)))
            .filter(|&(truth, predicted, count)| truth != predicted && count > 0)
            .collect();
        mistakes.sort_by_key(|&(truth, predicted, count)| (std::cmp::Reverse(count), truth, predicted));
        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_judged_has_no_accuracy() {
        let score = Score::new(0, 0, |_, _| unreachable!("not asked"));
        assert_eq!(score, Score::default());
        assert_eq!(serde_json::to_string(&score).unwrap(), r#"{"correct":0,"n":0}"#);
    }

    #[test]
    fn mistakes_come_by_frequency() {
        let evaluation =
            Evaluation { confusion: vec![vec![5, 1, 0], vec![2, 5, 2], vec![0, 0, 4]], ..Evaluation::default() };
        assert_eq!(evaluation.mistakes(), [(1, 0, 2), (1, 2, 2), (0, 1, 1)]);
    }
}
