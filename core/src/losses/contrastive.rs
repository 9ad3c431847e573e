//! The contrastive loss.

use burn::module::Module;
use burn::tensor::{Tensor, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::distance::Distance;
use super::output::LossOutput;
use super::terms::masked_mean;
use crate::miners::{Pairs, indicator};
use crate::train::OptionError;

/// The contrastive loss (Hadsell, Chopra and `LeCun` 2006, "Dimensionality reduction by learning an invariant mapping",
/// equation 4) over all pairs of a batch: pairs of one sub-genre cost `d² / 2`, pairs of two cost
/// `max(0, margin - d)² / 2`, where d is their Euclidean distance.
///
/// Deviations: each kind of pair is averaged by itself and the two means are added, as if there were equally many, since
/// a batch has many more pairs of two sub-genres than of one; and two chunks of one track are no pair, else the loss
/// would learn to tell tracks apart by what recordings have in common.
///
/// Of pairs of two sub-genres the active ones are those nearer than the margin; pairs of one always pull and are not
/// counted.
#[derive(Module, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContrastiveOptions {
    /// The distance from which on two sub-genres are far enough apart; embeddings are at most 2 apart.
    pub margin: f64,
}

impl Default for ContrastiveOptions {
    fn default() -> Self {
        Self { margin: 1.0 }
    }
}

impl ContrastiveOptions {
    pub(super) fn validate(&self) -> Result<(), OptionError> {
        let margin = self.margin;
        if margin > 0.0 && margin <= 2.0 {
            return Ok(());
        }
        Err(OptionError::new("objective.margin", format!("expected above 0 up to 2, found {margin}")))
    }

    /// # Shapes
    /// - unit: `[n, dim]`, rows of unit length
    /// - `sub_genres`, tracks: `[n]`
    pub(super) fn loss<B: Backend>(&self, unit: Tensor<B, 2>, sub_genres: &[u32], tracks: &[u32]) -> LossOutput<B> {
        let pairs = Pairs::across_tracks(sub_genres, tracks, &unit.device());
        let distances = Distance::Euclidean.pairwise(unit.clone());
        let squares = Distance::SquaredEuclidean.pairwise(unit);
        let short = distances.clone().neg().add_scalar(self.margin).clamp_min(0.0);
        let pull = masked_mean(squares, pairs.positive.clone());
        let push = masked_mean(short.clone().square(), pairs.negative.clone());
        let distances = distances.detach();
        LossOutput {
            loss: pull.add(push).mul_scalar(0.5),
            active: Some(masked_mean(indicator(short.detach().greater_elem(0.0)), pairs.negative.clone())),
            positive_distance: Some(masked_mean(distances.clone(), pairs.positive)),
            negative_distance: Some(masked_mean(distances, pairs.negative)),
        }
    }
}
