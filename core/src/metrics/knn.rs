//! k-nearest-neighbour classification.

use super::accuracy::Proportion;
use super::neighbors::NearestNeighbors;

/// Accuracy of [`knn_predictions`]: leave-one-out where all tracks ask and all can be found, of held-out tracks where
/// they are asked about a gallery of others. Queries without neighbours are not counted.
///
/// # Panics
/// When `labels` is not one per track of the library.
pub fn knn_accuracy(neighbors: &NearestNeighbors, labels: &[usize], k: usize) -> Proportion {
    let mut result = Proportion::default();
    for (&query, predicted) in neighbors.queries().iter().zip(knn_predictions(neighbors, labels, k)) {
        if let Some(predicted) = predicted {
            result.count(predicted == labels[query as usize]);
        }
    }
    result
}

/// The majority label of the `k` nearest of every query (Cover and Hart 1967), `[queries]`. Among labels with equally
/// many votes the one whose first member is nearest wins. `k` is cut to [`NearestNeighbors::k`]; `None` for queries
/// without neighbours.
///
/// # Panics
/// When `labels` is not one per track of the library.
pub fn knn_predictions(neighbors: &NearestNeighbors, labels: &[usize], k: usize) -> Vec<Option<usize>> {
    assert_eq!(labels.len(), neighbors.tracks(), "one label per track");
    let k = k.min(neighbors.k());
    let mut votes: Vec<(usize, usize)> = Vec::new();
    let predict = |i: usize| {
        // Labels in the order in which they first appear, so that the first maximum is the nearest.
        votes.clear();
        for &neighbor in &neighbors.indices(i)[..k] {
            let voted = labels[neighbor as usize];
            match votes.iter_mut().find(|(l, _)| *l == voted) {
                Some((_, count)) => *count += 1,
                None => votes.push((voted, 1)),
            }
        }
        let most = votes.iter().map(|&(_, count)| count).max();
        votes.iter().find(|&&(_, count)| Some(count) == most).map(|&(label, _)| label)
    };
    (0..neighbors.len()).map(predict).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vectors;
    use crate::metrics::{HubnessCorrection, corrected_neighbors, nearest_neighbors};

    /// Unit vectors at these angles in degrees.
    fn at(angles: &[f32]) -> Vectors {
        let data = angles.iter().flat_map(|a| [a.to_radians().cos(), a.to_radians().sin()]);
        Vectors::normalized(data.collect(), 2).unwrap()
    }

    #[test]
    fn agrees_with_hand_calculation() {
        let neighbors = nearest_neighbors(&at(&[0.0, 10.0, 20.0, 90.0]), 3);
        // k = 1: 0 -> 1 right; 1 -> 0 or 2 by rounding; 2 -> 1 wrong; 3 -> 2 right. Labels below avoid the tie.
        let labels = [0, 0, 0, 1];
        assert_eq!(knn_accuracy(&neighbors, &labels, 1), Proportion { correct: 3, total: 4 });
        assert_eq!(knn_accuracy(&neighbors, &labels, 3), Proportion { correct: 3, total: 4 });
        // k = 2, votes 1 : 1: the nearest decides. 0 sees 1, 2; 2 sees 1, 0; 3 sees 2, 1.
        let labels = [7, 7, 8, 8];
        let nearest_of_one = labels[neighbors.indices(1)[0] as usize];
        let expected = 2 + usize::from(nearest_of_one == 7);
        assert_eq!(knn_accuracy(&neighbors, &labels, 2), Proportion { correct: expected, total: 4 });
    }

    #[test]
    fn held_out_tracks_are_told_by_the_gallery() {
        let vectors = at(&[0.0, 10.0, 25.0, 90.0, 5.0]);
        let neighbors = corrected_neighbors(&vectors, &[4, 3], &[1, 0, 2], 3, HubnessCorrection::None);
        assert_eq!(knn_predictions(&neighbors, &[4, 4, 6, 4, 4], 3), [Some(4), Some(4)]);
        assert_eq!(knn_predictions(&neighbors, &[4, 4, 6, 4, 4], 1)[1], Some(6));
        assert_eq!(knn_accuracy(&neighbors, &[4, 4, 6, 4, 4], 1), Proportion { correct: 1, total: 2 });
    }

    #[test]
    fn no_neighbors_give_no_answer() {
        let one = Vectors::normalized(vec![1.0, 0.0], 2).unwrap();
        assert_eq!(knn_accuracy(&nearest_neighbors(&one, 5), &[0], 5).value(), None);
    }
}
