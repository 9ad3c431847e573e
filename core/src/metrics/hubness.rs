//! Hubs: tracks that are near everything.

use super::neighbors::NearestNeighbors;
use serde::{Deserialize, Serialize};

/// How unevenly neighbours are spread (Radovanović et al. 2010), from the k-occurrence of each track: the number of
/// other tracks that have it among their `k` nearest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hubness {
    /// Neighbours per track that were counted.
    pub k: usize,
    /// The k-occurrence of each track, `[n]`. Its mean is `k`.
    pub occurrences: Vec<usize>,
    /// Skewness of the k-occurrences, `E[(x - mean)^3] / sd^3`: 0 for an even spread, large where few tracks are hubs.
    /// 0 where all are equal.
    pub skewness: f64,
    /// Tracks that no list contains, ascending: nobody ever finds them.
    pub orphans: Vec<usize>,
}

impl Hubness {
    /// Counts the first `k` ranks; `k` is cut to [`NearestNeighbors::k`]. `None` where nothing has a neighbour.
    pub fn of(neighbors: &NearestNeighbors, k: usize) -> Option<Self> {
        let (n, k) = (neighbors.len(), k.min(neighbors.k()));
        if k == 0 {
            return None;
        }
        let mut occurrences = vec![0usize; n];
        for i in 0..n {
            for &neighbor in &neighbors.indices(i)[..k] {
                occurrences[neighbor as usize] += 1;
            }
        }
        // The mean is k: every track names k neighbours.
        let moment =
            |power: i32| occurrences.iter().map(|&count| (count as f64 - k as f64).powi(power)).sum::<f64>() / n as f64;
        let variance = moment(2);
        let skewness = if variance > 0.0 { moment(3) / variance.powf(1.5) } else { 0.0 };
        let orphans = (0..n).filter(|&i| occurrences[i] == 0).collect();
        Some(Self { k, occurrences, skewness, orphans })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vectors;
    use crate::metrics::nearest_neighbors;

    #[test]
    fn agrees_with_hand_calculation() {
        // Track 0 lies in the middle of the four axes: it is everyone's nearest, and its own nearest is track 1.
        let mut data = vec![1.0; 4];
        data.extend((0..4).flat_map(|i| (0..4).map(move |j| f32::from(u8::from(i == j)))));
        let neighbors = nearest_neighbors(&Vectors::normalized(data, 4).unwrap(), 1);
        let hubness = Hubness::of(&neighbors, 1).unwrap();
        assert_eq!(hubness.occurrences, [4, 1, 0, 0, 0]);
        assert_eq!(hubness.orphans, [2, 3, 4]);
        // Deviations 3, 0, -1, -1, -1: variance 12/5, third moment 24/5.
        assert!((hubness.skewness - 4.8 / 2.4f64.powf(1.5)).abs() < 1e-12);
    }

    #[test]
    fn an_even_spread_has_no_skew() {
        let two = Vectors::normalized(vec![1.0, 0.0, 0.0, 1.0], 2).unwrap();
        let hubness = Hubness::of(&nearest_neighbors(&two, 1), 10).unwrap();
        assert_eq!((hubness.k, hubness.skewness, hubness.orphans.len()), (1, 0.0, 0));
        assert_eq!(Hubness::of(&nearest_neighbors(&Vectors::default(), 1), 1), None);
    }
}
