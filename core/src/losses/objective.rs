//! The choice of the objective.

use burn::tensor::{Tensor, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::distance::unit_rows;
use super::triplet::TripletOptions;
use crate::train::OptionError;

/// What training minimises. A further objective is a further variant with its own file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ObjectiveOptions {
    /// Pulls an anchor closer to a track of its own sub-genre than to a track of another.
    Triplet(TripletOptions),
}

impl Default for ObjectiveOptions {
    fn default() -> Self {
        Self::Triplet(TripletOptions::default())
    }
}

/// The loss of a batch and what tells how training goes, all on the device.
#[derive(Clone, Debug)]
pub struct LossOutput<B: Backend> {
    /// The loss, with gradient: `[1]`.
    pub loss: Tensor<B, 1>,
    /// The share of the triplets that still pull: those of positive loss with a hard margin, those in the wrong order
    /// with a soft one. `[1]`, without gradient.
    pub active: Tensor<B, 1>,
    /// Mean distance between anchor and positive: `[1]`, without gradient.
    pub positive_distance: Tensor<B, 1>,
    /// Mean distance between anchor and negative: `[1]`, without gradient.
    pub negative_distance: Tensor<B, 1>,
}

impl ObjectiveOptions {
    /// Checks the options; the error names the field.
    pub fn validate(&self) -> Result<(), OptionError> {
        match self {
            Self::Triplet(options) => options.validate(),
        }
    }

    /// The loss of a batch. Embeddings are scaled to unit length first, and the loss is computed in `f32` whatever the
    /// backend's own precision.
    ///
    /// # Shapes
    /// - embeddings: `[n, dim]`
    /// - `sub_genres`: `[n]`
    pub fn loss<B: Backend>(&self, embeddings: Tensor<B, 2>, sub_genres: &[u32]) -> LossOutput<B> {
        let embeddings = unit_rows(embeddings);
        match self {
            Self::Triplet(options) => options.loss(embeddings, sub_genres),
        }
    }
}
