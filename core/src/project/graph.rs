//! The fuzzy neighbour graph.

use crate::metrics::NearestNeighbors;
use crate::vectors::Vectors;
use rayon::prelude::*;

/// Tolerance of the search for a kernel's width (umap-learn's `SMOOTH_K_TOLERANCE`).
const TOLERANCE: f64 = 1e-5;
/// The least width, in mean distances (umap-learn's `MIN_K_DIST_SCALE`).
const MIN_SCALE: f64 = 1e-3;

/// A symmetric weighted graph in compressed rows. Weights are in `(0, 1]`; nothing is its own neighbour.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Graph {
    /// Where each row starts in `columns`, and the end: `[n + 1]`.
    starts: Vec<usize>,
    columns: Vec<u32>,
    weights: Vec<f32>,
}

impl Graph {
    /// Builds the graph of `McInnes` et al. 2018, sections 3.1 and 3.2, as umap-learn does with `local_connectivity` 1:
    /// every point's distances are scaled so that its nearest neighbour has weight 1 and its weights sum to
    /// `log2(n_neighbors)`, and both directions of an edge are joined by `w + w' - w w'`.
    ///
    /// Distances are `1 - cos`, computed in `f64` from the difference of the vectors: exactly 0 for equal ones.
    pub(super) fn fuzzy(vectors: &Vectors, neighbors: &NearestNeighbors) -> Self {
        let (n, k) = (neighbors.len(), neighbors.k());
        let rows: Vec<Vec<(u32, f64)>> = (0..n).into_par_iter().map(|i| distances(vectors, neighbors, i)).collect();
        // umap-learn counts the point itself, at distance 0, among its neighbours.
        let sum: f64 = rows.iter().flatten().map(|(_, d)| d).sum();
        let mean = sum / (n * (k + 1)).max(1) as f64;
        let directed: Vec<Vec<(u32, f64)>> = rows.into_par_iter().map(|row| memberships(row, mean)).collect();
        Self::union(&directed)
    }

    /// Joins directed edges, sorted by column in each row, into a symmetric graph.
    fn union(directed: &[Vec<(u32, f64)>]) -> Self {
        let mut incoming: Vec<Vec<(u32, f64)>> = vec![Vec::new(); directed.len()];
        for (i, row) in directed.iter().enumerate() {
            for &(j, weight) in row {
                incoming[j as usize].push((i as u32, weight));
            }
        }
        let mut graph = Self { starts: vec![0], columns: Vec::new(), weights: Vec::new() };
        for (out, back) in directed.iter().zip(&incoming) {
            // Both are sorted by column: `out` by construction, `back` because rows were read in order.
            let (mut out, mut back) = (out.iter().peekable(), back.iter().peekable());
            while let Some(column) = out.peek().into_iter().chain(back.peek()).map(|(c, _)| *c).min() {
                let w = out.next_if(|(c, _)| *c == column).map_or(0.0, |e| e.1);
                let v = back.next_if(|(c, _)| *c == column).map_or(0.0, |e| e.1);
                let joined = (w + v - w * v) as f32;
                if joined > 0.0 {
                    graph.columns.push(column);
                    graph.weights.push(joined);
                }
            }
            graph.starts.push(graph.columns.len());
        }
        graph
    }

    /// Drops edges so weak that `n_epochs` passes would not visit them once.
    pub(super) fn prune(&mut self, n_epochs: usize) {
        let limit = self.max_weight() / n_epochs as f32;
        let mut kept = Self { starts: vec![0], columns: Vec::new(), weights: Vec::new() };
        for i in 0..self.len() {
            for (j, weight) in self.row(i).filter(|&(_, w)| w >= limit) {
                kept.columns.push(j as u32);
                kept.weights.push(weight);
            }
            kept.starts.push(kept.columns.len());
        }
        *self = kept;
    }

    /// Number of points.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The greatest weight, 0 without edges.
    pub(super) fn max_weight(&self) -> f32 {
        self.weights.iter().copied().fold(0.0, f32::max)
    }

    /// The neighbours of a point and their weights, by ascending index.
    pub(super) fn row(&self, i: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let edges = self.starts[i]..self.starts[i + 1];
        self.columns[edges.clone()].iter().map(|&j| j as usize).zip(self.weights[edges].iter().copied())
    }

    /// Whether every point can be reached from every other.
    pub(super) fn is_connected(&self) -> bool {
        let mut seen = vec![false; self.len()];
        let mut stack: Vec<usize> = (0..self.len().min(1)).collect();
        while let Some(i) = stack.pop() {
            if !std::mem::replace(&mut seen[i], true) {
                stack.extend(self.row(i).map(|(j, _)| j).filter(|&j| !seen[j]));
            }
        }
        seen.into_iter().all(|s| s)
    }
}

/// Cosine distances of a point's neighbours, in the neighbours' order.
fn distances(vectors: &Vectors, neighbors: &NearestNeighbors, i: usize) -> Vec<(u32, f64)> {
    let row = vectors.row(i);
    let distance = |j: u32| {
        let pairs = row.iter().zip(vectors.row(j as usize));
        pairs.map(|(&x, &y)| (f64::from(x) - f64::from(y)).powi(2)).sum::<f64>() / 2.0
    };
    neighbors.indices(i).iter().map(|&j| (j, distance(j))).collect()
}

/// Turns a point's distances into membership strengths, sorted by column. `mean` is the mean distance over all points.
fn memberships(mut row: Vec<(u32, f64)>, mean: f64) -> Vec<(u32, f64)> {
    let own_mean = row.iter().map(|(_, d)| d).sum::<f64>() / (row.len() + 1) as f64;
    let nearest = row.iter().map(|&(_, d)| d).filter(|&d| d > 0.0).fold(f64::INFINITY, f64::min);
    let rho = if nearest.is_finite() { nearest } else { 0.0 };
    let target = ((row.len() + 1) as f64).log2();
    let least = MIN_SCALE * if rho > 0.0 { own_mean } else { mean };
    let sigma = width(&row, rho, target).max(least);
    for (_, value) in &mut row {
        let beyond = *value - rho;
        *value = if beyond <= 0.0 || sigma <= 0.0 { 1.0 } else { (-beyond / sigma).exp() };
    }
    row.sort_unstable_by_key(|&(j, _)| j);
    row
}

/// Bisects for the width at which the strengths sum to `target`.
fn width(row: &[(u32, f64)], rho: f64, target: f64) -> f64 {
    let (mut low, mut high, mut width) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..64 {
        let sum: f64 = row.iter().map(|&(_, d)| if d > rho { (-(d - rho) / width).exp() } else { 1.0 }).sum();
        if (sum - target).abs() < TOLERANCE {
            break;
        }
        if sum > target {
            high = width;
        } else {
            low = width;
        }
        width = if high.is_finite() { f64::midpoint(low, high) } else { width * 2.0 };
    }
    width
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::nearest_neighbors;
    use crate::metrics::random::Stream;

    fn dense(graph: &Graph) -> Vec<Vec<f32>> {
        let mut rows = vec![vec![0.0; graph.len()]; graph.len()];
        for (i, dense) in rows.iter_mut().enumerate() {
            graph.row(i).for_each(|(j, w)| dense[j] = w);
        }
        rows
    }

    #[test]
    fn strengths_of_a_point_sum_to_the_logarithm() {
        let row = vec![(3, 0.1), (1, 0.25), (7, 0.3), (2, 0.9)];
        let strengths = memberships(row, 0.4);
        assert_eq!(strengths.iter().map(|e| e.0).collect::<Vec<_>>(), [1, 2, 3, 7]);
        assert_eq!(strengths[2], (3, 1.0));
        assert!((strengths.iter().map(|e| e.1).sum::<f64>() - 5f64.log2()).abs() < 1e-4);
    }

    #[test]
    fn both_directions_are_joined() {
        let graph = Graph::union(&[vec![(1, 0.5)], vec![(0, 0.5), (2, 1.0)], vec![]]);
        assert_eq!(dense(&graph), [[0.0, 0.75, 0.0], [0.75, 0.0, 1.0], [0.0, 1.0, 0.0]]);
        assert!(graph.is_connected());
        assert!(!Graph::union(&[vec![(1, 0.5)], vec![], vec![]]).is_connected());
    }

    #[test]
    fn weak_edges_are_pruned_on_both_sides() {
        let mut graph = Graph::union(&[vec![(1, 1.0), (2, 0.01)], vec![], vec![]]);
        graph.prune(50);
        assert_eq!(dense(&graph), [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]);
    }

    #[test]
    fn graph_is_symmetric_with_weights_up_to_one() {
        let stream = Stream::new(2, 0);
        let mut data: Vec<f32> = (0..80 * 5).map(|i| stream.symmetric(i) as f32).collect();
        // Duplicates, as many as a neighbourhood and more.
        data.extend([0.5, 0.1, 0.2, 0.3, 0.4].repeat(9));
        let vectors = Vectors::normalized(data, 5).unwrap();
        let graph = Graph::fuzzy(&vectors, &nearest_neighbors(&vectors, 6));
        let rows = dense(&graph);
        for i in 0..rows.len() {
            assert!(rows[i].iter().any(|&w| w > 0.99), "point {i} must have a near neighbour");
            for (j, other) in rows.iter().enumerate() {
                assert_eq!(rows[i][j].to_bits(), other[i].to_bits());
                assert!((0.0..=1.0).contains(&rows[i][j]));
            }
        }
    }
}
