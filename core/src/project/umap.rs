//! UMAP.

use super::curve::Curve;
use super::error::ProjectError;
use super::graph::Graph;
use super::initialize::initialize;
use super::knn::nearest_neighbors_parallel;
use super::layout::optimize;
use super::options::UmapOptions;
use crate::vectors::Vectors;

/// Lays `vectors` `[n, dim]` out in two dimensions by UMAP (`McInnes`, Healy and Melville 2018,
/// <https://arxiv.org/abs/1802.03426>) under cosine distance. What shall appear in the picture without being a track,
/// such as centroids, is laid out together with the tracks.
///
/// Follows umap-learn 0.5 except that neighbours are exact for any `n`, that a graph in pieces starts from principal
/// components, and that random numbers come from another generator. The same input and seed give the same bytes on
/// any number of threads. Neighbourhoods are cut to `n` where there are fewer points. The picture's unit has no
/// meaning.
///
/// # Errors
/// Refuses options out of their range.
pub fn umap(vectors: &Vectors, options: &UmapOptions, seed: u64) -> Result<Vec<[f32; 2]>, ProjectError> {
    options.validate()?;
    let n = vectors.len();
    if u32::try_from(n).is_err() {
        return Err(ProjectError::TooMany { found: n });
    }
    if n < 2 {
        return Ok(vec![[0.0; 2]; n]);
    }
    let n_epochs = options.epochs(n);
    let neighbors = nearest_neighbors_parallel(vectors, options.n_neighbors - 1);
    let mut graph = Graph::fuzzy(vectors, &neighbors);
    graph.prune(n_epochs);
    let mut points = initialize(vectors, &graph, options.initialization, seed);
    let curve = Curve::fit(options.min_dist, options.spread);
    optimize(&mut points, &graph, curve, n_epochs, options.negative_sample_rate, seed);
    Ok(points)
}
