//! Options of UMAP and their checks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::{ProjectError, refuse};

/// Where the points start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Initialization {
    /// Eigenvectors of the neighbour graph's Laplacian. Where the graph is not connected, principal components take
    /// their place, since a graph in pieces says nothing of how the pieces lie to each other.
    #[default]
    Spectral,
    /// The first two principal components.
    Pca,
}

/// Options of UMAP; the defaults are those of umap-learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UmapOptions {
    /// Neighbours that make up a point's surroundings, itself included (2 or more). More give a picture of the whole,
    /// fewer one of the details.
    #[schemars(range(min = 2))]
    pub n_neighbors: usize,
    /// How close points may lie in the picture (0 or more, at most `spread`).
    #[schemars(range(min = 0.0))]
    pub min_dist: f64,
    /// Scale of the picture (above 0).
    #[schemars(range(min = 0.0))]
    pub spread: f64,
    /// Passes over the graph's edges (1 to 100000). Without it 500, or 200 for more than 10000 points.
    #[schemars(range(min = 1, max = 100_000))]
    pub n_epochs: Option<usize>,
    /// Points pushed away for each pair pulled together (at most 100).
    #[schemars(range(max = 100))]
    pub negative_sample_rate: usize,
    /// Where the points start from.
    pub initialization: Initialization,
}

impl Default for UmapOptions {
    fn default() -> Self {
        Self {
            n_neighbors: 15,
            min_dist: 0.1,
            spread: 1.0,
            n_epochs: None,
            negative_sample_rate: 5,
            initialization: Initialization::Spectral,
        }
    }
}

impl UmapOptions {
    /// Checks every range.
    ///
    /// # Errors
    /// Names the first option that is out of its range.
    pub fn validate(&self) -> Result<(), ProjectError> {
        if self.n_neighbors < 2 {
            return refuse("n_neighbors", "2 or more", self.n_neighbors.to_string());
        }
        // The curve's fit is well conditioned over this range of scales and no picture needs another.
        if !(self.spread >= 1e-3 && self.spread <= 1e3) {
            return refuse("spread", "between 0.001 and 1000", self.spread.to_string());
        }
        if !(self.min_dist >= 0.0 && self.min_dist <= self.spread) {
            return refuse("min_dist", "at least 0 and at most spread", self.min_dist.to_string());
        }
        if let Some(n_epochs) = self.n_epochs
            && !(1..=100_000).contains(&n_epochs)
        {
            return refuse("n_epochs", "between 1 and 100000", n_epochs.to_string());
        }
        if self.negative_sample_rate > 100 {
            return refuse("negative_sample_rate", "at most 100", self.negative_sample_rate.to_string());
        }
        Ok(())
    }

    /// Passes over the edges of a graph of `n` points.
    pub(super) fn epochs(&self, n: usize) -> usize {
        self.n_epochs.unwrap_or(if n <= 10_000 { 500 } else { 200 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_out_of_range_are_named() {
        assert_eq!(UmapOptions::default().validate(), Ok(()));
        let message = |options: UmapOptions| options.validate().unwrap_err().to_string();
        let default = UmapOptions::default;
        assert_eq!(message(UmapOptions { n_neighbors: 1, ..default() }), "n_neighbors must be 2 or more, found 1");
        assert_eq!(
            message(UmapOptions { min_dist: 1.5, ..default() }),
            "min_dist must be at least 0 and at most spread, found 1.5"
        );
        assert!(message(UmapOptions { spread: f64::NAN, ..default() }).starts_with("spread must"));
        assert!(message(UmapOptions { min_dist: f64::NAN, ..default() }).starts_with("min_dist must"));
        assert!(message(UmapOptions { n_epochs: Some(0), ..default() }).starts_with("n_epochs must"));
        assert!(message(UmapOptions { negative_sample_rate: 101, ..default() }).starts_with("negative_sample_rate"));
    }

    #[test]
    fn unknown_fields_are_refused_and_missing_ones_have_defaults() {
        assert!(serde_json::from_str::<UmapOptions>(r#"{"neighbors": 5}"#).is_err());
        let options: UmapOptions = serde_json::from_str(r#"{"n_neighbors": 5, "initialization": "pca"}"#).unwrap();
        assert_eq!((options.n_neighbors, options.initialization, options.min_dist), (5, Initialization::Pca, 0.1));
        assert_eq!((options.epochs(10_000), options.epochs(10_001)), (500, 200));
    }
}
