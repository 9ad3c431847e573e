//! The multi-similarity loss.

use burn::module::Module;
use burn::tensor::{Tensor, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::output::LossOutput;
use super::terms::{log_one_plus_sum_exp, masked_mean};
use crate::miners::{Pairs, indicator, multi_similarity};
use crate::train::OptionError;

/// The multi-similarity loss with its own mining (Wang et al. 2019, "Multi-similarity loss with general pair weighting for
/// deep metric learning", section 4). Of the mined pairs' cosines s, every item pays
/// `log(1 + Σ exp(-alpha (s - base))) / alpha` for its own sub-genre and `log(1 + Σ exp(beta (s - base))) / beta` for the
/// others; the mean is over all items.
///
/// The active share is that of the mined pairs among all pairs.
#[derive(Module, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MultiSimilarityOptions {
    /// How sharply the least similar pair of one sub-genre stands out.
    pub alpha: f64,
    /// How sharply the most similar pair of two sub-genres stands out.
    pub beta: f64,
    /// The cosine that should lie between those of one sub-genre and those of two.
    pub base: f64,
    /// A pair is mined if its cosine is within this of the wrong side of the item's hardest opposing pair.
    pub epsilon: f64,
}

impl Default for MultiSimilarityOptions {
    fn default() -> Self {
        Self { alpha: 2.0, beta: 50.0, base: 0.5, epsilon: 0.1 }
    }
}

impl MultiSimilarityOptions {
    pub(super) fn validate(&self) -> Result<(), OptionError> {
        for (field, value) in [("objective.alpha", self.alpha), ("objective.beta", self.beta)] {
            if !(value > 0.0 && value <= 1e4) {
                return Err(OptionError::new(field, format!("expected above 0 up to 10000, found {value}")));
            }
        }
        if !(-1.0..=1.0).contains(&self.base) {
            return Err(OptionError::new("objective.base", format!("expected from -1 to 1, found {}", self.base)));
        }
        if !(0.0..=2.0).contains(&self.epsilon) {
            let message = format!("expected from 0 to 2, found {}", self.epsilon);
            return Err(OptionError::new("objective.epsilon", message));
        }
        Ok(())
    }

    /// # Shapes
    /// - unit: `[n, dim]`, rows of unit length
    /// - `sub_genres`: `[n]`
    pub(super) fn loss<B: Backend>(&self, unit: Tensor<B, 2>, sub_genres: &[u32]) -> LossOutput<B> {
        let pairs = Pairs::new(sub_genres, &unit.device());
        let cosines = unit.clone().matmul(unit.transpose());
        let mined = multi_similarity(&cosines, &pairs, self.epsilon);
        let above = cosines.clone().sub_scalar(self.base);
        let pull = log_one_plus_sum_exp(above.clone().mul_scalar(-self.alpha), mined.positive.clone(), 1);
        let push = log_one_plus_sum_exp(above.mul_scalar(self.beta), mined.negative.clone(), 1);
        let loss = pull.div_scalar(self.alpha).add(push.div_scalar(self.beta)).mean();
        let distances = cosines.detach().neg().add_scalar(1.0);
        let all = pairs.positive.clone().bool_or(pairs.negative.clone());
        LossOutput {
            loss,
            active: Some(masked_mean(indicator(mined.positive.bool_or(mined.negative)), all)),
            positive_distance: Some(masked_mean(distances.clone(), pairs.positive)),
            negative_distance: Some(masked_mean(distances, pairs.negative)),
        }
    }
}
