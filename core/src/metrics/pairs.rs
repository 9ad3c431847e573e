//! Same or different: pairs of tracks told apart by their distance.

use serde::{Deserialize, Serialize};

use super::accuracy::Proportion;
use super::random::Stream;
use crate::vectors::Vectors;

/// Purpose of random numbers.
const SAMPLE: u64 = 0x7061_6972;

/// Pairs of different tracks: how far they are from each other, and whether they have the same label.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackPairs {
    /// Distances, `[pairs]`.
    pub distances: Vec<f64>,
    /// Whether the labels are the same, `[pairs]`.
    pub same: Vec<bool>,
}

impl TrackPairs {
    /// Pairs of `vectors` `[n, dim]` by Euclidean distance, which for unit vectors is `sqrt(2 - 2 cosine)`.
    ///
    /// `tracks` `[n]` tells which vectors are pieces of the same track, which makes no pair; of tracks themselves it is
    /// `0..n`. There are as many pairs of the same label as of different ones, at most `limit` of each, drawn with the
    /// seed where there are more (then some may be drawn twice): otherwise "different" would be right nearly always.
    ///
    /// # Panics
    /// When `labels` or `tracks` are not one per vector.
    pub fn balanced(vectors: &Vectors, labels: &[usize], tracks: &[usize], limit: usize, seed: u64) -> Self {
        let n = vectors.len();
        assert!(labels.len() == n && tracks.len() == n, "one label and one track per vector");
        let mut pairs = Self::default();
        // Where all pairs are few, they are listed; otherwise drawn until there are enough.
        let few = n.saturating_mul(n) / 2 <= limit.saturating_mul(32).max(1 << 20);
        let [mut same, mut different] = if few { all_pairs(labels, tracks) } else { [Vec::new(), Vec::new()] };
        if !few {
            same = drawn(labels, tracks, limit, seed, true);
            different = drawn(labels, tracks, limit, seed, false);
        }
        let count = same.len().min(different.len()).min(limit);
        for (mut chosen, is_same) in [(same, true), (different, false)] {
            if chosen.len() > count {
                let order = Stream::new(seed, SAMPLE ^ (u64::from(is_same) << 32)).permutation(chosen.len());
                chosen = order[..count].iter().map(|&i| chosen[i]).collect();
                chosen.sort_unstable();
            }
            pairs.distances.extend(chosen.iter().map(|&(i, j)| distance(vectors.row(i), vectors.row(j))));
            pairs.same.extend(std::iter::repeat_n(is_same, count));
        }
        pairs
    }
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>().sqrt()
}

/// All pairs across tracks, of the same label and of different ones.
fn all_pairs(labels: &[usize], tracks: &[usize]) -> [Vec<(usize, usize)>; 2] {
    let mut pairs = [Vec::new(), Vec::new()];
    for i in 0..labels.len() {
        for j in (i + 1..labels.len()).filter(|&j| tracks[i] != tracks[j]) {
            pairs[usize::from(labels[i] != labels[j])].push((i, j));
        }
    }
    pairs
}

/// Up to `limit` random pairs across tracks, of the same label or of different ones.
fn drawn(labels: &[usize], tracks: &[usize], limit: usize, seed: u64, same: bool) -> Vec<(usize, usize)> {
    let stream = Stream::new(seed, SAMPLE ^ ((2 + u64::from(same)) << 32));
    let n = labels.len();
    // Members of every label, so that partners of the same label need no search.
    let mut by_label: Vec<usize> = (0..n).collect();
    by_label.sort_by_key(|&i| labels[i]);
    let first_of = |label: usize| by_label.partition_point(|&i| labels[i] < label);
    let mut pairs = Vec::with_capacity(limit);
    // A few labels or tracks may leave no pair; then the trials end.
    for trial in 0..16 * limit as u64 {
        if pairs.len() == limit {
            break;
        }
        let i = stream.below(2 * trial, n);
        let j = if same {
            let (start, end) = (first_of(labels[i]), first_of(labels[i] + 1));
            by_label[start + stream.below(2 * trial + 1, end - start)]
        } else {
            stream.below(2 * trial + 1, n)
        };
        if tracks[i] != tracks[j] && (labels[i] == labels[j]) == same {
            pairs.push((i.min(j), i.max(j)));
        }
    }
    pairs
}

/// The distance up to which two tracks are taken to be of the same label.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairThreshold {
    /// The distance; pairs at it are the same.
    pub distance: f64,
}

impl PairThreshold {
    /// The threshold that is right most often (as for LFW, Huang et al. 2007): halfway between two neighbouring
    /// distances, or at the only end that is left; of equally good ones the smallest. Fit it on validation pairs and
    /// judge test pairs by it. `None` without pairs.
    ///
    /// # Panics
    /// When the slices differ in length or a distance is NaN.
    pub fn fit(pairs: &TrackPairs) -> Option<Self> {
        let TrackPairs { distances, same } = pairs;
        assert_eq!(distances.len(), same.len(), "one distance per pair");
        assert!(distances.iter().all(|d| !d.is_nan()), "distances must be numbers");
        let mut order: Vec<usize> = (0..distances.len()).collect();
        order.sort_unstable_by(|&a, &b| distances[a].total_cmp(&distances[b]));
        let first = distances[*order.first()?];
        // Below all distances every pair is different.
        let mut right = same.iter().filter(|&&same| !same).count();
        let mut best = (right, first.next_down());
        let mut ties = order.chunk_by(|&a, &b| distances[a] >= distances[b]).peekable();
        while let Some(tied) = ties.next() {
            for &pair in tied {
                if same[pair] {
                    right += 1;
                } else {
                    right -= 1;
                }
            }
            let at = distances[tied[0]];
            let distance = ties.peek().map_or(at, |next| f64::midpoint(at, distances[next[0]]));
            if right > best.0 {
                best = (right, distance);
            }
        }
        Some(Self { distance: best.1 })
    }

    /// Share of the pairs that the threshold tells right.
    ///
    /// # Panics
    /// When the slices differ in length.
    pub fn accuracy(&self, pairs: &TrackPairs) -> Proportion {
        assert_eq!(pairs.distances.len(), pairs.same.len(), "one distance per pair");
        let mut result = Proportion::default();
        for (&distance, &same) in pairs.distances.iter().zip(&pairs.same) {
            result.count((distance <= self.distance) == same);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(distances: &[f64], same: &[bool]) -> TrackPairs {
        TrackPairs { distances: distances.into(), same: same.into() }
    }

    #[test]
    fn agrees_with_hand_calculation() {
        let pairs = pairs(&[0.4, 0.1, 0.6, 0.2, 0.9], &[false, true, true, true, false]);
        let threshold = PairThreshold::fit(&pairs).unwrap();
        // Up to 0.2 or up to 0.6 four of five are right: the smaller wins, halfway to 0.4.
        assert!((threshold.distance - 0.3).abs() < 1e-12);
        assert_eq!(threshold.accuracy(&pairs), Proportion { correct: 4, total: 5 });
        assert_eq!(PairThreshold::fit(&TrackPairs::default()), None);
    }

    #[test]
    fn never_or_always_the_same() {
        let never = pairs(&[0.0, 0.5], &[false, false]);
        assert_eq!(PairThreshold::fit(&never).unwrap().accuracy(&never).correct, 2);
        let always = pairs(&[0.0, 0.5], &[true, true]);
        assert_eq!(PairThreshold::fit(&always).unwrap().accuracy(&always).correct, 2);
    }

    #[test]
    fn pairs_are_balanced_and_across_tracks() {
        let vectors = Vectors::normalized((0..80).map(|i| (i as f32).sin() + 1.5).collect(), 2).unwrap();
        let labels: Vec<usize> = (0..40).map(|i| i / 20).collect();
        let tracks: Vec<usize> = (0..40).map(|i| i / 4).collect();
        let all = TrackPairs::balanced(&vectors, &labels, &tracks, 10_000, 1);
        // Twice 20 pieces in 5 tracks of 4: 2 * (190 - 5 * 6) pairs of the same label, and 400 of different ones.
        assert_eq!((all.distances.len(), all.same.iter().filter(|s| **s).count()), (640, 320));
        let some = TrackPairs::balanced(&vectors, &labels, &tracks, 50, 1);
        assert_eq!((some.distances.len(), some.same.iter().filter(|s| **s).count()), (100, 50));
        assert_eq!(some, TrackPairs::balanced(&vectors, &labels, &tracks, 50, 1));
        assert_ne!(some, TrackPairs::balanced(&vectors, &labels, &tracks, 50, 2));
        let one_track = TrackPairs::balanced(&vectors, &labels, &[3; 40], 50, 1);
        assert_eq!(one_track, TrackPairs::default());
    }

    #[test]
    fn pairs_are_drawn_where_there_are_many() {
        let n = 3000;
        let labels: Vec<usize> = (0..n).map(|i| i % 3).collect();
        let tracks: Vec<usize> = (0..n).map(|i| i / 2).collect();
        for same in [true, false] {
            let pairs = drawn(&labels, &tracks, 1000, 5, same);
            assert_eq!(pairs.len(), 1000);
            assert!(pairs.iter().all(|&(i, j)| i < j && tracks[i] != tracks[j] && (labels[i] == labels[j]) == same));
        }
        assert!(drawn(&[4; 10], &[0; 10], 100, 5, true).is_empty());
    }

    proptest! {
        #[test]
        fn no_threshold_is_better(drawn in prop::collection::vec((0u8..12, any::<bool>()), 1..30)) {
            let pairs = TrackPairs {
                distances: drawn.iter().map(|(d, _)| f64::from(*d)).collect(),
                same: drawn.iter().map(|(_, same)| *same).collect(),
            };
            let best = PairThreshold::fit(&pairs).unwrap().accuracy(&pairs).correct;
            for half in -1..24 {
                let other = PairThreshold { distance: f64::from(half) / 2.0 };
                prop_assert!(other.accuracy(&pairs).correct <= best);
            }
        }
    }
}
