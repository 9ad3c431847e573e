//! The supervised contrastive loss.

use burn::module::Module;
use burn::tensor::{Tensor, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::distance::Distance;
use super::output::LossOutput;
use super::terms::masked_mean;
use crate::miners::{Pairs, indicator};
use crate::train::OptionError;

/// The supervised contrastive loss (Khosla et al. 2020, "Supervised contrastive learning", equation 2, `L_out`): every
/// item must pick those of its own sub-genre out of all others of the batch by their cosines. The mean is over the items
/// that have another of their sub-genre.
#[derive(Module, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SupConOptions {
    /// What cosines are divided by: the lower, the more the nearest items count.
    pub temperature: f64,
}

impl Default for SupConOptions {
    fn default() -> Self {
        Self { temperature: 0.1 }
    }
}

impl SupConOptions {
    pub(super) fn validate(&self) -> Result<(), OptionError> {
        let temperature = self.temperature;
        if (0.001..=100.0).contains(&temperature) {
            return Ok(());
        }
        Err(OptionError::new("objective.temperature", format!("expected from 0.001 to 100, found {temperature}")))
    }

    /// # Shapes
    /// - unit: `[n, dim]`, rows of unit length
    /// - `sub_genres`: `[n]`
    pub(super) fn loss<B: Backend>(&self, unit: Tensor<B, 2>, sub_genres: &[u32]) -> LossOutput<B> {
        let Pairs { positive, negative } = Pairs::new(sub_genres, &unit.device());
        let scores = unit.clone().matmul(unit.clone().transpose()).div_scalar(self.temperature);
        let itself = positive.clone().bool_or(negative.clone()).bool_not();
        let largest = scores.clone().detach().max_dim(1);
        let sum = scores.clone().sub(largest.clone()).exp().mask_fill(itself, 0.0).sum_dim(1);
        // An item that is alone in its batch has no sum, and no positive either.
        let log_probabilities = scores.sub(largest).sub(sum.clamp_min(f32::MIN_POSITIVE).log());
        let positives = indicator(positive.clone()).sum_dim(1);
        let own = log_probabilities.mask_fill(positive.clone().bool_not(), 0.0).sum_dim(1);
        let anchors = indicator(positives.clone().greater_elem(0.0)).sum().clamp_min(1.0);
        let loss = own.div(positives.clamp_min(1.0)).sum().neg().div(anchors);
        let distances = Distance::Cosine.pairwise(unit.detach());
        LossOutput {
            loss,
            active: None,
            positive_distance: Some(masked_mean(distances.clone(), positive)),
            negative_distance: Some(masked_mean(distances, negative)),
        }
    }
}
