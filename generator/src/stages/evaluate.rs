//! How well the machine hears the playlists, measured on tracks it has not trained on; and what is near what.

use pmsl_core::Vectors;
use pmsl_core::dataset::Split;
use pmsl_core::metrics::{Centroids, ConfusionMatrix, Prediction};
use pmsl_core::project::umap;
use pmsl_core::search::{Neighbor, Searcher};

use super::features::UsableLibrary;
use crate::outcome::RunError;
use crate::plan::Plan;

/// What the report and the explorer are made from.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The nearest centroid of every track.
    pub predictions: Vec<Prediction>,
    /// True sub-genre by predicted sub-genre, held-out tracks only.
    pub confusion: ConfusionMatrix,
    /// Places of the tracks on the map.
    pub positions: Vec<[f32; 2]>,
    /// Places of the sub-genres' centroids on the map; `None` for a sub-genre without training tracks.
    pub centroid_positions: Vec<Option<[f32; 2]>>,
    /// The most similar tracks of each track, nearest first.
    pub neighbors: Vec<Vec<Neighbor>>,
}

/// Measures the embeddings: centroids from training tracks, accuracy of held-out tracks, map and neighbours.
pub fn evaluate(
    plan: &Plan,
    library: &UsableLibrary,
    split: &Split,
    vectors: &Vectors,
) -> Result<Evaluation, RunError> {
    let labels: Vec<usize> = library.tracks.iter().map(|track| track.entry.sub_genre).collect();
    let centroids = Centroids::from_members(vectors, &labels, &split.train, library.sub_genres.len());
    let predictions: Vec<Prediction> = vectors.rows().map(|row| centroids.predict(row)).collect();
    let mut confusion = ConfusionMatrix::new(library.sub_genres.len());
    for &track in &split.test {
        confusion.add(labels[track], predictions[track].class);
    }
    let searcher = Searcher::new(vectors);
    let neighbors = (0..vectors.len()).map(|track| searcher.neighbors(track, plan.config.site.neighbors)).collect();
    let (positions, centroid_positions) = map(plan, vectors, &centroids)?;
    Ok(Evaluation { predictions, confusion, positions, centroid_positions, neighbors })
}
