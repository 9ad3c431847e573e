//! What plays when in a long mix.

use serde::{Deserialize, Serialize};

use super::calibration::Temperature;
use crate::metrics::Centroids;
use crate::vectors::Vectors;

/// A piece of a mix, in seconds from its start.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Where it starts.
    pub start_s: f64,
    /// Where it ends.
    pub end_s: f64,
}

/// How segments become a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimelineOptions {
    /// What cosines to centroids are divided by before the softmax, above 0: [`Temperature::temperature`] where one was
    /// fitted.
    pub temperature: f64,
    /// How probable it is that the next segment is of the same sub-genre, above 0 and below 1. At 0.95 it takes a
    /// segment that is 19 times as probable elsewhere (and more where there are many sub-genres), or several less clear
    /// ones, to tell of a change.
    pub stay: f64,
}

impl Default for TimelineOptions {
    fn default() -> Self {
        Self { temperature: 0.1, stay: 0.95 }
    }
}

/// A mix by its sub-genres.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// What is nearest to each segment: `[segments]`.
    pub segments: Vec<SegmentLabel>,
    /// Stretches of one sub-genre, one after the other.
    pub runs: Vec<TimelineRun>,
}

/// What a segment sounds like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentLabel {
    /// The sub-genre whose centroid is nearest.
    pub nearest: usize,
    /// Cosine similarity to it.
    pub similarity: f64,
    /// How much nearer it is than the second, as a difference of cosines; `None` where there is no second.
    pub margin: Option<f64>,
    /// The sub-genre of the run that it is part of.
    pub smoothed: usize,
}

/// A stretch of one sub-genre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineRun {
    /// Where it starts, in seconds.
    pub start_s: f64,
    /// Where it ends, in seconds.
    pub end_s: f64,
    /// The sub-genre.
    pub sub_genre: usize,
    /// Mean probability of the sub-genre over the stretch's segments, each on its own.
    pub confidence: f64,
}

/// Tells which sub-genre plays when, from the `vectors` `[segments, dim]` of a mix's `segments` in their order: the
/// sequence of sub-genres that is most probable if each segment is as probable as the softmax of its cosines says and
/// changes are rare (the Viterbi path, Viterbi 1967; Rabiner 1989, section III.B). A single segment that differs is
/// thus overruled by its surroundings unless it is very clear. Where segments of two runs overlap, the runs meet in the
/// middle. Empty without segments or centroids.
///
/// # Panics
/// When there is not one segment per vector, or an option is out of its range.
pub fn timeline(vectors: &Vectors, segments: &[Segment], centroids: &Centroids, options: &TimelineOptions) -> Timeline {
    assert_eq!(segments.len(), vectors.len(), "one segment per vector");
    assert!(options.temperature > 0.0 && options.stay > 0.0 && options.stay < 1.0, "options in their range");
    let temperature = Temperature { temperature: options.temperature };
    let nearest: Vec<_> = vectors.rows().filter_map(|row| centroids.predict(row)).collect();
    if nearest.is_empty() {
        return Timeline::default();
    }
    let probabilities: Vec<Vec<f64>> =
        vectors.rows().map(|row| temperature.probabilities(&centroids.similarities(row))).collect();
    let path = most_probable(&probabilities, centroids.labels(), options.stay);
    let labels = nearest.iter().zip(&path).map(|(nearest, &smoothed)| SegmentLabel {
        nearest: nearest.label,
        similarity: nearest.similarity,
        margin: nearest.margin,
        smoothed,
    });
    Timeline { segments: labels.collect(), runs: runs(segments, &path, &probabilities) }
}

/// The most probable sequence of `labels`, given the probability of every class in every segment.
fn most_probable(probabilities: &[Vec<f64>], labels: &[usize], stay: f64) -> Vec<usize> {
    let change = ((1.0 - stay) / (labels.len() - 1).max(1) as f64).ln();
    let stay = stay.ln();
    // Where the softmax underflows, the least positive number stands in, so that no path is impossible.
    let ln = |row: &[f64], label: usize| row[label].max(f64::MIN_POSITIVE).ln();
    let mut scores: Vec<f64> = labels.iter().map(|&label| ln(&probabilities[0], label)).collect();
    let mut came_from: Vec<Vec<usize>> = Vec::with_capacity(probabilities.len());
    for row in &probabilities[1..] {
        let best = first_greatest(&scores);
        // A path either stays or comes from the best of all.
        let from: Vec<usize> =
            (0..labels.len()).map(|to| if scores[to] + stay >= scores[best] + change { to } else { best }).collect();
        scores = (0..labels.len())
            .map(|to| scores[from[to]] + if from[to] == to { stay } else { change } + ln(row, labels[to]))
            .collect();
        came_from.push(from);
    }
    let mut at = first_greatest(&scores);
    let mut path = vec![labels[at]];
    for from in came_from.iter().rev() {
        at = from[at];
        path.push(labels[at]);
    }
    path.reverse();
    path
}

fn first_greatest(scores: &[f64]) -> usize {
    (1..scores.len()).fold(0, |best, i| if scores[i] > scores[best] { i } else { best })
}

fn runs(segments: &[Segment], path: &[usize], probabilities: &[Vec<f64>]) -> Vec<TimelineRun> {
    let mut runs: Vec<TimelineRun> = Vec::new();
    let mut first = 0;
    for same in path.chunk_by(|a, b| a == b) {
        let (sub_genre, places) = (same[0], first..first + same.len());
        let confidence =
            probabilities[places.clone()].iter().map(|row| row[sub_genre]).sum::<f64>() / same.len() as f64;
        let mut start_s = segments[first].start_s;
        if let Some(last) = runs.last_mut().filter(|last| last.end_s > start_s) {
            start_s = f64::midpoint(last.end_s, start_s);
            last.end_s = start_s;
        }
        runs.push(TimelineRun { start_s, end_s: segments[places.end - 1].end_s, sub_genre, confidence });
        first = places.end;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unit vectors at these angles in degrees.
    fn at(angles: &[f32]) -> Vectors {
        let data = angles.iter().flat_map(|a| [a.to_radians().cos(), a.to_radians().sin()]).collect();
        Vectors::normalized(data, 2).unwrap()
    }

    fn mix(angles: &[f32], length_s: f64) -> Timeline {
        let centroids = Centroids::of(&at(&[0.0, 60.0, 180.0]), &[0, 2, 3], 4, 0..3).unwrap();
        let segment = |i: usize| Segment { start_s: 10.0 * i as f64, end_s: 10.0 * i as f64 + length_s };
        let segments: Vec<Segment> = (0..angles.len()).map(segment).collect();
        timeline(&at(angles), &segments, &centroids, &TimelineOptions::default())
    }

    #[test]
    fn changes_are_told_and_slips_are_overruled() {
        // Two minutes of sub-genre 0 with one segment that is a little nearer to 2, then a minute of 2.
        let mut angles = [5.0f32; 12];
        angles[6] = 34.0;
        let found = mix(&[&angles[..], &[58.0; 6]].concat(), 10.0);
        assert_eq!((found.segments[6].nearest, found.segments[6].smoothed), (2, 0));
        let [first, second] = &found.runs[..] else { panic!("{found:?}") };
        assert_eq!((first.sub_genre, first.start_s, first.end_s), (0, 0.0, 120.0));
        assert_eq!((second.sub_genre, second.start_s, second.end_s), (2, 120.0, 180.0));
        assert!(first.confidence > 0.9 && second.confidence > 0.9 && first.confidence < 1.0, "{found:?}");
        assert!(found.segments[0].margin.unwrap() > 0.3 && found.segments[0].similarity > 0.99);
    }

    #[test]
    fn a_clear_segment_is_a_run_of_its_own() {
        let found = mix(&[0.0, 0.0, 180.0, 0.0, 0.0], 10.0);
        assert_eq!(found.runs.iter().map(|run| run.sub_genre).collect::<Vec<_>>(), [0, 3, 0]);
    }

    #[test]
    fn overlapping_runs_meet_in_the_middle_and_gaps_stay() {
        let found = mix(&[0.0, 0.0, 60.0, 60.0], 16.0);
        let times: Vec<(f64, f64)> = found.runs.iter().map(|run| (run.start_s, run.end_s)).collect();
        assert_eq!(times, [(0.0, 23.0), (23.0, 46.0)]);
        let found = mix(&[0.0, 0.0, 60.0, 60.0], 4.0);
        let times: Vec<(f64, f64)> = found.runs.iter().map(|run| (run.start_s, run.end_s)).collect();
        assert_eq!(times, [(0.0, 14.0), (20.0, 34.0)]);
    }

    #[test]
    fn nothing_has_no_timeline() {
        assert_eq!(mix(&[], 10.0), Timeline::default());
        let none = Centroids::of(&at(&[0.0]), &[0], 1, []).unwrap();
        let segments = [Segment { start_s: 0.0, end_s: 1.0 }];
        assert_eq!(timeline(&at(&[0.0]), &segments, &none, &TimelineOptions::default()), Timeline::default());
    }

    #[test]
    fn the_path_is_the_most_probable_of_all() {
        let rows = [[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0.1, 0.6, 0.3], [0.4, 0.2, 0.4]].map(|row| row.to_vec());
        for stay in [0.4f64, 0.6, 0.9] {
            let probability = |path: &[usize]| {
                let changes = path.windows(2).map(|pair| if pair[0] == pair[1] { stay } else { (1.0 - stay) / 2.0 });
                path.iter().zip(&rows).map(|(&label, row)| row[label]).chain(changes).product::<f64>()
            };
            let all = (0..81).map(|i| [i / 27, i / 9 % 3, i / 3 % 3, i % 3]);
            let best = all.map(|path| probability(&path)).fold(0.0, f64::max);
            let found = probability(&most_probable(&rows, &[0, 1, 2], stay));
            assert!((found / best - 1.0).abs() < 1e-12, "{stay}: {found} {best}");
        }
    }
}
