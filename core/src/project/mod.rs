//! Pictures of finished vectors: projection to two dimensions.
//!
//! Both projections give the same bytes for the same input and seed, whatever the number of threads.

mod curve;
mod graph;
mod initialize;
mod knn;
mod lanczos;
mod layout;
mod options;
mod pca;
mod pow;
mod umap;

pub use knn::nearest_neighbors_parallel;
pub use options::{Initialization, ProjectError, UmapOptions};
pub use pca::pca;
pub use umap::umap;
