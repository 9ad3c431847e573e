//! How similar vectors are to their neighbours.

use rayon::prelude::*;

use crate::metrics::NearestNeighbors;
use crate::vectors::Vectors;

/// Steps of the search for a kernel's width, and its tolerance in nats (scikit-learn's `_binary_search_perplexity`).
const STEPS: usize = 100;
const TOLERANCE: f64 = 1e-5;

/// Joint probabilities of neighbours, in compressed rows, symmetric; all of them add up to 1.
pub(super) struct Affinities {
    /// Where each row starts, and the end: `[n + 1]`.
    starts: Vec<usize>,
    columns: Vec<u32>,
    weights: Vec<f64>,
}

impl Affinities {
    /// Gaussian similarities to the neighbours, of a width that makes their perplexity (the exponential of their
    /// entropy) the given one, in both directions (van der Maaten and Hinton 2008, sections 2 and 3.1).
    pub(super) fn of(vectors: &Vectors, neighbors: &NearestNeighbors, perplexity: f64) -> Self {
        let n = neighbors.len();
        let rows: Vec<Vec<f64>> = (0..n)
            .into_par_iter()
            .map(|i| conditional(&squared_distances(vectors, neighbors, i), perplexity))
            .collect();
        let mut edges: Vec<(u32, u32, f64)> = Vec::with_capacity(2 * n * neighbors.k());
        for (i, row) in rows.iter().enumerate() {
            for (&j, &p) in neighbors.indices(i).iter().zip(row) {
                let p = p / (2 * n) as f64;
                edges.extend([(i as u32, j, p), (j, i as u32, p)]);
            }
        }
        edges.sort_unstable_by_key(|&(i, j, _)| (i, j));
        let mut affinities = Self { starts: vec![0], columns: Vec::new(), weights: Vec::new() };
        // An edge occurs once for each direction in which it is one.
        for edge in edges.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            while affinities.starts.len() <= edge[0].0 as usize {
                affinities.starts.push(affinities.columns.len());
            }
            affinities.columns.push(edge[0].1);
            affinities.weights.push(edge.iter().map(|e| e.2).sum());
        }
        affinities.starts.resize(n + 1, affinities.columns.len());
        affinities
    }

    /// The neighbours of point `i` and the joint probabilities.
    fn row(&self, i: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let edges = self.starts[i]..self.starts[i + 1];
        self.columns[edges.clone()].iter().map(|&j| j as usize).zip(self.weights[edges].iter().copied())
    }

    /// The sum over neighbours of `p q (y_i - y_j)` with `q = 1 / (1 + d^2)`: a quarter of the attractive part of the
    /// gradient.
    pub(super) fn pull(&self, points: &[[f64; 2]], i: usize) -> [f64; 2] {
        let [x, y] = points[i];
        let mut force = [0.0; 2];
        for (j, p) in self.row(i) {
            let (dx, dy) = (x - points[j][0], y - points[j][1]);
            let weight = p / (1.0 + dx * dx + dy * dy);
            force[0] += weight * dx;
            force[1] += weight * dy;
        }
        force
    }

    /// The divergence of the picture's similarities from these: the sum of `p ln(p / q)` over neighbours, where `q` is
    /// `1 / (1 + d^2)` over its sum, `normalizer`.
    pub(super) fn kl_divergence(&self, points: &[[f64; 2]], normalizer: f64) -> f64 {
        let of_point = |i: usize| {
            let [x, y] = points[i];
            let terms = self.row(i).filter(|&(_, p)| p > 0.0).map(|(j, p)| {
                let squared = (x - points[j][0]).powi(2) + (y - points[j][1]).powi(2);
                p * (p * (1.0 + squared) * normalizer).ln()
            });
            terms.sum::<f64>()
        };
        let of_points: Vec<f64> = (0..points.len()).into_par_iter().map(of_point).collect();
        of_points.into_iter().sum()
    }
}

fn squared_distances(vectors: &Vectors, neighbors: &NearestNeighbors, i: usize) -> Vec<f64> {
    let row = vectors.row(i);
    let squared = |&j: &u32| {
        let pairs = row.iter().zip(vectors.row(j as usize));
        pairs.map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum()
    };
    neighbors.indices(i).iter().map(squared).collect()
}

/// Probabilities of the neighbours at these squared distances, which add up to 1.
fn conditional(squared: &[f64], perplexity: f64) -> Vec<f64> {
    let (mut low, mut high, mut precision) = (0.0, f64::INFINITY, 1.0);
    let nearest = squared.iter().copied().fold(f64::INFINITY, f64::min);
    let mut probabilities = vec![0.0; squared.len()];
    for _ in 0..STEPS {
        let mut sum = 0.0;
        // From the nearest on, so that not all underflow.
        for (p, squared) in probabilities.iter_mut().zip(squared) {
            *p = (-precision * (squared - nearest)).exp();
            sum += *p;
        }
        let mut mean = 0.0;
        for (p, squared) in probabilities.iter_mut().zip(squared) {
            *p /= sum;
            mean += *p * (squared - nearest);
        }
        let excess = sum.ln() + precision * mean - perplexity.ln();
        if excess.abs() < TOLERANCE {
            break;
        }
        if excess > 0.0 {
            low = precision;
        } else {
            high = precision;
        }
        precision = if high.is_finite() { f64::midpoint(low, high) } else { precision * 2.0 };
    }
    probabilities
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::nearest_neighbors;
    use crate::metrics::random::Stream;

    #[test]
    fn probabilities_have_the_perplexity_asked_for() {
        let squared: Vec<f64> = (0..90).map(|i| 0.01 + 0.003 * f64::from(i)).collect();
        for perplexity in [5.0, 30.0] {
            let p = conditional(&squared, perplexity);
            let entropy: f64 = p.iter().map(|p| if *p > 0.0 { -p * p.ln() } else { 0.0 }).sum();
            assert!((entropy.exp() / perplexity - 1.0).abs() < 1e-4, "{}", entropy.exp());
            assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12 && p.is_sorted_by(|a, b| a >= b));
        }
        // Equal distances allow but one perplexity.
        assert!(conditional(&[0.0; 4], 2.0).iter().all(|p| (p - 0.25).abs() < 1e-12));
    }

    #[test]
    fn joint_probabilities_are_symmetric_and_add_up_to_one() {
        let stream = Stream::new(1, 0);
        let data = (0..50 * 4).map(|i| stream.symmetric(i) as f32).collect();
        let vectors = Vectors::normalized(data, 4).unwrap();
        let affinities = Affinities::of(&vectors, &nearest_neighbors(&vectors, 9), 3.0);
        let mut dense = vec![vec![0.0; 50]; 50];
        for (i, row) in dense.iter_mut().enumerate() {
            affinities.row(i).for_each(|(j, p)| row[j] = p);
        }
        assert!((dense.iter().flatten().sum::<f64>() - 1.0).abs() < 1e-12);
        for (i, row) in dense.iter().enumerate() {
            assert!(row[i] == 0.0 && row.iter().enumerate().all(|(j, p)| (p - dense[j][i]).abs() < 1e-18));
        }
    }
}
