//! The triplet loss.

use burn::module::Module;
use burn::tensor::{Bool, Tensor, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::distance::Distance;
use super::output::LossOutput;
use crate::miners::{Mining, Pairs, Triplets, indicator};
use crate::train::OptionError;

/// The triplet loss: over mined triplets, the mean of `max(0, margin + d(a, p) - d(a, n))`, or with the soft margin of
/// `log(1 + exp(d(a, p) - d(a, n)))` (Hermans, Beyer and Leibe 2017, sections 2 and 3).
///
/// With mining `all` and a hard margin only triplets of positive loss count in the mean, else the many easy ones drown
/// the rest (the same paper's equation for `L_BA≠0`).
///
/// Where the sampling gives the triplets itself, all of them count, as with mining `all`. With squared Euclidean
/// distances and a margin of 1 that is the loss of `src/loss/triplet_loss.py` in `deep-embedded-music` (Tile2Vec: Jean
/// et al. 2019).
#[derive(Module, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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

/// Terms up to this are settled.
const ACTIVE: f64 = 1e-16;

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
        self.mean(triplets, self.mining == Mining::All)
    }

    /// The loss of given triplets.
    ///
    /// # Shapes
    /// - unit: `[3 n, dim]`, rows of unit length: n anchors, then their positives, then their negatives
    pub(super) fn loss_of_triplets<B: Backend>(&self, unit: &Tensor<B, 2>) -> LossOutput<B> {
        let n = unit.dims()[0] / 3;
        let [anchors, positives, negatives] = [0, n, 2 * n].map(|start| unit.clone().narrow(0, start, n));
        let positive = self.distance.rows(anchors.clone(), positives);
        let negative = self.distance.rows(anchors, negatives);
        let weight = positive.ones_like().detach();
        self.mean(Triplets { positive, negative, weight }, true)
    }

    /// The mean over the triplets, or over those of positive loss.
    fn mean<B: Backend>(&self, triplets: Triplets<B>, only_active: bool) -> LossOutput<B> {
        let gap = triplets.positive.clone().sub(triplets.negative.clone());
        let (terms, pulling): (_, Tensor<B, 1, Bool>) = match self.margin {
            Margin::Hard(margin) => {
                let terms = gap.add_scalar(margin).clamp_min(0.0);
                let pulling = terms.clone().detach().greater_elem(ACTIVE);
                (terms, pulling)
            }
            // Distances are at most 4: the exponential cannot overflow.
            Margin::Soft(_) => (gap.clone().exp().log1p(), gap.detach().greater_elem(0.0)),
        };
        let weight = triplets.weight;
        let pulling = indicator(pulling).mul(weight.clone());
        let count = weight.clone().sum().clamp_min(1.0);
        let counted = match self.margin {
            Margin::Hard(_) if only_active => pulling.clone().sum().clamp_min(1.0),
            _ => count.clone(),
        };
        let mean = |values: Tensor<B, 1>| values.detach().mul(weight.clone()).sum().div(count.clone());
        LossOutput {
            loss: terms.mul(weight.clone()).sum().div(counted),
            active: Some(pulling.sum().div(count.clone())),
            positive_distance: Some(mean(triplets.positive)),
            negative_distance: Some(mean(triplets.negative)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "zeros and ones are exact")]
#[path = "triplet_tests.rs"]
mod tests;
