//! One interface to all projections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::ProjectError;
use super::options::UmapOptions;
use super::pca::pca;
use super::tsne::{TsneOptions, tsne};
use super::umap::umap;
use crate::vectors::Vectors;

/// How vectors are laid out in two dimensions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MapOptions {
    /// UMAP: keeps neighbours together, and something of how groups lie to each other.
    Umap(UmapOptions),
    /// t-SNE: keeps neighbours together.
    Tsne(TsneOptions),
    /// The first two principal components: nothing is bent, and most is hidden.
    Pca(PcaOptions),
}

/// Principal components have no options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PcaOptions {}

impl Default for MapOptions {
    fn default() -> Self {
        Self::Umap(UmapOptions::default())
    }
}

impl MapOptions {
    /// What readers call the projection.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Umap(_) => "UMAP",
            Self::Tsne(_) => "t-SNE",
            Self::Pca(_) => "PCA",
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// Names the first option that is out of its range.
    pub fn validate(&self) -> Result<(), ProjectError> {
        match self {
            Self::Umap(options) => options.validate(),
            Self::Tsne(options) => options.validate(),
            Self::Pca(PcaOptions {}) => Ok(()),
        }
    }
}

/// Lays `vectors` `[n, dim]` out in two dimensions: `[n, 2]`. The same input and seed give the same bytes on any number
/// of threads. What shall appear in the picture without being a track, such as centroids, is laid out together with
/// the tracks.
///
/// # Errors
/// Refuses options out of their range.
pub fn project(vectors: &Vectors, options: &MapOptions, seed: u64) -> Result<Vec<[f32; 2]>, ProjectError> {
    match options {
        MapOptions::Umap(options) => umap(vectors, options, seed),
        MapOptions::Tsne(options) => Ok(tsne(vectors, options, seed)?.points),
        MapOptions::Pca(PcaOptions {}) => Ok(pca(vectors)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_decides_which_options_there_are() {
        let parse = serde_json::from_str::<MapOptions>;
        let umap = parse(r#"{"kind": "umap", "n_neighbors": 5}"#).unwrap();
        assert_eq!(umap, MapOptions::Umap(UmapOptions { n_neighbors: 5, ..UmapOptions::default() }));
        assert_eq!(parse(r#"{"kind": "tsne"}"#).unwrap().name(), "t-SNE");
        assert_eq!(parse(r#"{"kind": "pca"}"#).unwrap().validate(), Ok(()));
        assert!(parse(r#"{"kind": "pca", "n_neighbors": 5}"#).is_err());
        assert!(parse(r#"{"kind": "tsne", "n_neighbors": 5}"#).is_err());
        let bad = MapOptions::Tsne(TsneOptions { perplexity: 0.0, ..TsneOptions::default() });
        assert_eq!(project(&Vectors::default(), &bad, 0), Err(bad.validate().unwrap_err()));
    }
}
