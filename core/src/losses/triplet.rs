//! The triplet loss.

use burn::tensor::{Tensor, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::distance::Distance;
use super::objective::LossOutput;
use crate::miners::{Mining, Pairs};
use crate::train::OptionError;

/// The triplet loss: over mined triplets, the mean of `max(0, margin + d(a, p) - d(a, n))`, or with the soft margin of
/// `log(1 + exp(d(a, p) - d(a, n)))` (Hermans, Beyer and Leibe 2017, sections 2 and 3).
///
/// With mining `all` and a hard margin only triplets of positive loss count in the mean, else the many easy ones drown
/// the rest (the same paper's equation for `L_BA≠0`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TripletOptions {
    /// Which triplets count.
    pub mining: Mining,
    /// "soft", or how much nearer than the negative the positive must be.
    pub margin: Margin,
    /// The distance between embeddings.
    pub distance: Distance,
}

/// The margin of a triplet loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Margin {
    /// A fixed margin, in units of the distance.
    Hard(f64),
    /// No margin: the pull fades exponentially as the negative moves away.
    Soft(SoftMargin),
}

/// The word for [`Margin::Soft`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SoftMargin {
    /// "soft".
    #[default]
    Soft,
}

impl Default for Margin {
    fn default() -> Self {
        Self::Soft(SoftMargin::Soft)
    }
}

impl TripletOptions {
    pub(super) fn validate(&self) -> Result<(), OptionError> {
        match self.margin {
            Margin::Hard(margin) if !(margin > 0.0 && margin <= 4.0) => Err(OptionError::new(
                "objective.margin",
                format!("expected \"soft\" or above 0 up to 4, found {margin}"),
            )),
            Margin::Soft(_) if self.mining == Mining::SemiHard => Err(OptionError::new(
                "objective.margin",
                "semi_hard mining needs a number, for example 0.2, found \"soft\"",
            )),
            _ => Ok(()),
        }
    }

    /// # Shapes
    /// - unit: `[n, dim]`, rows of unit length
    pub(super) fn loss<B: Backend>(&self, unit: Tensor<B, 2>, sub_genres: &[u32]) -> LossOutput<B> {
        let pairs = Pairs::new(sub_genres, &unit.device());
        let triplets = self.mining.mine(self.distance.pairwise(unit), &pairs);
        let gap = triplets.positive.clone().sub(triplets.negative.clone());
        let (terms, pulling) = match self.margin {
            Margin::Hard(margin) => {
                let terms = gap.add_scalar(margin).clamp_min(0.0);
                let pulling = terms.clone().detach().greater_elem(0.0);
                (terms, pulling)
            }
            // Distances are at most 4: the exponential cannot overflow.
            Margin::Soft(_) => (gap.clone().exp().log1p(), gap.detach().greater_elem(0.0)),
        };
        let weight = triplets.weight;
        let pulling = pulling.float().mul(weight.clone());
        let count = weight.clone().sum().clamp_min(1.0);
        let counted = match (self.mining, self.margin) {
            (Mining::All, Margin::Hard(_)) => pulling.clone().sum().clamp_min(1.0),
            _ => count.clone(),
        };
        let mean = |values: Tensor<B, 1>| values.detach().mul(weight.clone()).sum().div(count.clone());
        LossOutput {
            loss: terms.mul(weight.clone()).sum().div(counted),
            active: pulling.sum().div(count.clone()),
            positive_distance: mean(triplets.positive),
            negative_distance: mean(triplets.negative),
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "zeros and ones are exact")]
#[path = "triplet_tests.rs"]
mod tests;
