//! Pictures of finished vectors: projection to two dimensions.
//!
//! All projections give the same bytes for the same input and seed, whatever the number of threads.

mod curve;
mod error;
mod graph;
mod initialize;
mod knn;
mod lanczos;
mod layout;
mod map;
mod options;
mod pca;
mod pow;
mod tsne;
mod umap;

pub use error::ProjectError;
pub use knn::nearest_neighbors_parallel;
pub use map::{MapOptions, PcaOptions, project};
pub use options::{Initialization, UmapOptions};
pub use pca::pca;
pub use tsne::{Tsne, TsneOptions, tsne};
pub use umap::umap;
