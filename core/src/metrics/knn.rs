//! k-nearest-neighbour classification.

use super::accuracy::Proportion;
use super::neighbors::NearestNeighbors;

/// Leave-one-out accuracy of classifying each track by the majority of its `k` nearest others (Cover and Hart 1967).
/// Among labels with equally many votes the one whose first member is nearest wins. `k` is cut to
/// [`NearestNeighbors::k`]; tracks without neighbours are not counted.
///
/// # Panics
/// When `labels` is not one per vector.
pub fn knn_accuracy(neighbors: &NearestNeighbors, labels: &[usize], k: usize) -> Proportion {
    let k = k.min(neighbors.k());
    let mut result = Proportion::default();
    if k == 0 {
        return result;
    }
    assert_eq!(labels.len(), neighbors.len(), "one label per vector");
    let mut votes: Vec<(usize, usize)> = Vec::new();
    for (i, &label) in labels.iter().enumerate() {
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
        let winner = votes.iter().find(|&&(_, count)| Some(count) == most);
        result.count(winner.is_some_and(|&(l, _)| l == label));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vectors;
    use crate::metrics::nearest_neighbors;

    #[test]
    fn agrees_with_hand_calculation() {
        // Angles 0, 10, 20, 90 degrees; labels 0, 0, 1, 1.
        let data = [0.0f32, 10.0, 20.0, 90.0].iter().flat_map(|a| [a.to_radians().cos(), a.to_radians().sin()]);
        let vectors = Vectors::normalized(data.collect(), 2).unwrap();
        let neighbors = nearest_neighbors(&vectors, 3);
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
    fn no_neighbors_give_no_answer() {
        let one = Vectors::normalized(vec![1.0, 0.0], 2).unwrap();
        assert_eq!(knn_accuracy(&nearest_neighbors(&one, 5), &[0], 5).value(), None);
    }
}
