//! Which triplets or pairs of a batch a loss looks at. One strategy per file; all work on the device, without reading back.
//!
//! Anchor `a` and positive `p` are two items of the same sub-genre, negative `n` is one of another.

mod all;
mod batch_hard;
mod multi_similarity;
mod pairs;
mod semi_hard;

use burn::tensor::{Tensor, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use all::all;
pub use batch_hard::batch_hard;
pub use multi_similarity::multi_similarity;
pub use pairs::Pairs;
pub(crate) use pairs::indicator;
pub use semi_hard::semi_hard;

/// Stands for "no such pair" in a minimum; above every distance between unit vectors, which is at most 4.
const FAR: f32 = 1e4;

/// The strategies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mining {
    /// For each anchor, its farthest positive and its nearest negative.
    #[default]
    BatchHard,
    /// For each anchor and positive, the nearest negative that is farther away than the positive.
    SemiHard,
    /// Every triplet.
    All,
}

/// Mined triplets.
#[derive(Clone, Debug)]
pub struct Triplets<B: Backend> {
    /// Distances between anchor and positive: `[m]`.
    pub positive: Tensor<B, 1>,
    /// Distances between anchor and negative: `[m]`.
    pub negative: Tensor<B, 1>,
    /// 1 where the triplet exists, 0 where it fills the shape: `[m]`.
    pub weight: Tensor<B, 1>,
}

impl Mining {
    /// Mines a batch.
    ///
    /// # Shapes
    /// - distances: `[n, n]`
    pub fn mine<B: Backend>(self, distances: Tensor<B, 2>, pairs: &Pairs<B>) -> Triplets<B> {
        match self {
            Self::BatchHard => batch_hard(distances, pairs),
            Self::SemiHard => semi_hard(distances, pairs),
            Self::All => all(distances, pairs),
        }
    }
}
