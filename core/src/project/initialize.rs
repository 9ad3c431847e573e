//! Where the points of a layout start from.

use super::graph::Graph;
use super::lanczos::top_eigenvectors;
use super::options::Initialization;
use super::pca::pca;
use crate::metrics::random::Stream;
use crate::vectors::Vectors;
use rayon::prelude::*;

/// Side of the square that the points start in.
const SIDE: f64 = 10.0;
/// Noise that keeps points from lying on top of each other, in units of the layout.
const NOISE: f64 = 2e-4;

/// Places the points of `graph`: `[n, 2]`, within a square of side 10.
///
/// umap-learn lays the pieces of a graph that is not connected out one by one; here the principal components of the
/// vectors place all of them, which keeps the arrangement of the pieces (Kobak and Linderman 2021).
pub(super) fn initialize(vectors: &Vectors, graph: &Graph, initialization: Initialization, seed: u64) -> Vec<[f32; 2]> {
    let spectral = match initialization {
        Initialization::Spectral if graph.is_connected() => spectral(graph, seed),
        Initialization::Spectral | Initialization::Pca => None,
    };
    let mut points = spectral.unwrap_or_else(|| pca(vectors).into_iter().map(|point| point.map(f64::from)).collect());
    let greatest = points.iter().flatten().fold(0.0f64, |m, v| m.max(v.abs()));
    let scale = if greatest > 0.0 { SIDE / greatest } else { 1.0 };
    let stream = Stream::new(seed, 0x6e6f_6973);
    for (i, value) in points.as_flattened_mut().iter_mut().enumerate() {
        *value = *value * scale + NOISE * stream.symmetric(i as u64);
    }
    fit(&points)
}

/// The eigenvectors of the two smallest eigenvalues above 0 of the symmetric normalised Laplacian
/// `1 - D^(-1/2) W D^(-1/2)` (`McInnes` et al. 2018, section 3.3). `None` where there are no two.
fn spectral(graph: &Graph, seed: u64) -> Option<Vec<[f64; 2]>> {
    let n = graph.len();
    let scale: Vec<f64> = (0..n)
        .map(|i| graph.row(i).map(|(_, w)| f64::from(w)).sum::<f64>())
        .map(|degree| if degree > 0.0 { degree.sqrt().recip() } else { 0.0 })
        .collect();
    // The eigenvector of eigenvalue 0 of a connected graph is known: the roots of the degrees.
    let mut trivial: Vec<f64> = scale.iter().map(|s| if *s > 0.0 { s.recip() } else { 0.0 }).collect();
    let norm = trivial.iter().map(|v| v * v).sum::<f64>().sqrt();
    for v in &mut trivial {
        *v /= norm;
    }
    let top = top_eigenvectors(n, 2, &[trivial], seed, |x, y| {
        y.par_iter_mut().with_min_len(256).enumerate().for_each(|(i, y)| {
            *y = scale[i] * graph.row(i).map(|(j, w)| f64::from(w) * scale[j] * x[j]).sum::<f64>();
        });
    });
    let [(_, first), (_, second)] = <[_; 2]>::try_from(top).ok()?;
    Some(first.into_iter().zip(second).map(|(x, y)| [x, y]).collect())
}

/// Stretches each axis to run from 0 to 10. An axis without extent stays at 0.
fn fit(points: &[[f64; 2]]) -> Vec<[f32; 2]> {
    let bounds = [0, 1].map(|axis| {
        points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (low.min(p[axis]), high.max(p[axis])))
    });
    let place = |value: f64, (low, high): (f64, f64)| {
        if high > low { (SIDE * (value - low) / (high - low)) as f32 } else { 0.0 }
    };
    points.iter().map(|p| [place(p[0], bounds[0]), place(p[1], bounds[1])]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::nearest_neighbors;

    #[test]
    fn spectral_start_unrolls_an_arc() {
        let data = (0..60).flat_map(|i| [(i as f32 * 0.05).cos(), (i as f32 * 0.05).sin()]).collect();
        let vectors = Vectors::normalized(data, 2).unwrap();
        let graph = Graph::fuzzy(&vectors, &nearest_neighbors(&vectors, 4));
        let points = initialize(&vectors, &graph, Initialization::Spectral, 1);
        let first: Vec<f32> = points.iter().map(|p| p[0]).collect();
        let falls = first[0] > first[59];
        assert!(first.windows(2).skip(3).take(50).all(|w| (w[0] > w[1]) == falls), "{first:?}");
        assert!(points.iter().flatten().all(|v| (0.0..=10.0).contains(v)));
    }

    #[test]
    fn pieces_are_placed_by_principal_components() {
        let mut data = [1.0, 0.0, 0.0].repeat(6);
        data.extend([0.0, 1.0, 0.0].repeat(6));
        let vectors = Vectors::normalized(data, 3).unwrap();
        let graph = Graph::fuzzy(&vectors, &nearest_neighbors(&vectors, 3));
        assert!(!graph.is_connected());
        let points = initialize(&vectors, &graph, Initialization::Spectral, 1);
        assert_eq!(points, initialize(&vectors, &graph, Initialization::Pca, 1));
        let side = |i: usize| points[i][0] > 5.0;
        assert!((0..6).all(|i| side(i) == side(0)) && (6..12).all(|i| side(i) != side(0)));
    }
}
