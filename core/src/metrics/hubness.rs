//! Hubs: tracks that are near everything.

use super::neighbors::NearestNeighbors;
use serde::{Deserialize, Serialize};

/// How unevenly neighbours are spread (Radovanović et al. 2010), from the k-occurrence of each track of the gallery:
/// the number of queries that have it among their `k` nearest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hubness {
    /// Neighbours per query that were counted.
    pub k: usize,
    /// The k-occurrence of each track of the gallery, in its order. Their mean is `k` where all tracks ask and all can
    /// be found.
    pub occurrences: Vec<usize>,
    /// Skewness of the k-occurrences, `E[(x - mean)^3] / sd^3`: 0 for an even spread, large where few tracks are hubs.
    /// 0 where all are equal.
    pub skewness: f64,
    /// Tracks that no list contains, ascending: nobody ever finds them.
    pub orphans: Vec<usize>,
    /// The greatest hub.
    pub largest: Hub,
}

/// A track that many have among their nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hub {
    /// The track: of equally frequent ones the first.
    pub track: usize,
    /// Its k-occurrence.
    pub count: usize,
}

/// [`Hubness`] in few numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HubnessSummary {
    /// Neighbours per query that were counted.
    pub k: usize,
    /// Skewness of the k-occurrences.
    pub skewness: f64,
    /// Tracks that nobody ever finds.
    pub orphans: usize,
    /// Their share of the gallery, 0 to 1.
    pub orphan_share: f64,
    /// The greatest hub.
    pub largest: Hub,
}

impl Hubness {
    /// Counts the first `k` ranks; `k` is cut to [`NearestNeighbors::k`]. `None` where nothing has a neighbour.
    pub fn of(neighbors: &NearestNeighbors, k: usize) -> Option<Self> {
        let k = k.min(neighbors.k());
        if k == 0 || neighbors.is_empty() {
            return None;
        }
        let mut of_tracks = vec![0usize; neighbors.tracks()];
        for i in 0..neighbors.len() {
            for &neighbor in &neighbors.indices(i)[..k] {
                of_tracks[neighbor as usize] += 1;
            }
        }
        let gallery = || neighbors.gallery().iter().map(|&track| track as usize);
        let occurrences: Vec<usize> = gallery().map(|track| of_tracks[track]).collect();
        let n = occurrences.len() as f64;
        let mean = (neighbors.len() * k) as f64 / n;
        let moment = |power: i32| occurrences.iter().map(|&count| (count as f64 - mean).powi(power)).sum::<f64>() / n;
        let variance = moment(2);
        // The rounding of the mean leaves this much where all counts are equal.
        let even = variance <= f64::EPSILON * mean * mean;
        let skewness = if even { 0.0 } else { moment(3) / variance.powf(1.5) };
        let mut orphans: Vec<usize> = gallery().filter(|&track| of_tracks[track] == 0).collect();
        orphans.sort_unstable();
        let hubs = gallery().map(|track| Hub { track, count: of_tracks[track] });
        let largest = hubs.reduce(|best, hub| if hub.count > best.count { hub } else { best })?;
        Some(Self { k, occurrences, skewness, orphans, largest })
    }

    /// The few numbers of a report.
    pub fn summary(&self) -> HubnessSummary {
        let (orphans, gallery) = (self.orphans.len(), self.occurrences.len());
        HubnessSummary {
            k: self.k,
            skewness: self.skewness,
            orphans,
            orphan_share: orphans as f64 / gallery.max(1) as f64,
            largest: self.largest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vectors;
    use crate::metrics::{HubnessCorrection, corrected_neighbors, nearest_neighbors};

    #[test]
    fn agrees_with_hand_calculation() {
        // Track 0 lies in the middle of the four axes: it is everyone's nearest, and its own nearest is track 1.
        let mut data = vec![1.0; 4];
        data.extend((0..4).flat_map(|i| (0..4).map(move |j| f32::from(u8::from(i == j)))));
        let vectors = Vectors::normalized(data, 4).unwrap();
        let hubness = Hubness::of(&nearest_neighbors(&vectors, 1), 1).unwrap();
        assert_eq!(hubness.occurrences, [4, 1, 0, 0, 0]);
        assert_eq!(hubness.orphans, [2, 3, 4]);
        // Deviations 3, 0, -1, -1, -1: variance 12/5, third moment 24/5.
        assert!((hubness.skewness - 4.8 / 2.4f64.powf(1.5)).abs() < 1e-12);
        let summary = hubness.summary();
        assert_eq!((summary.orphans, summary.largest), (3, Hub { track: 0, count: 4 }));
        assert!((summary.orphan_share - 0.6).abs() < 1e-12);
        // Held out: two queries, three tracks that can be found, of which the middle is found twice.
        let held_out = corrected_neighbors(&vectors, &[1, 2], &[4, 0, 3], 1, HubnessCorrection::None);
        let hubness = Hubness::of(&held_out, 1).unwrap();
        assert_eq!((&hubness.occurrences[..], &hubness.orphans[..]), (&[0, 2, 0][..], &[3, 4][..]));
        // Mean 2/3; deviations -2/3, 4/3, -2/3.
        assert!((hubness.skewness - (16.0 / 27.0) / (8.0f64 / 9.0).powf(1.5)).abs() < 1e-12);
    }

    #[test]
    fn an_even_spread_has_no_skew() {
        let two = Vectors::normalized(vec![1.0, 0.0, 0.0, 1.0], 2).unwrap();
        let hubness = Hubness::of(&nearest_neighbors(&two, 1), 10).unwrap();
        assert_eq!((hubness.k, hubness.skewness, hubness.orphans.len()), (1, 0.0, 0));
        assert_eq!(Hubness::of(&nearest_neighbors(&Vectors::default(), 1), 1), None);
    }
}
