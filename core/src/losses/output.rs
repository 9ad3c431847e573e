//! What a loss tells of a batch.

use burn::tensor::{Tensor, backend::Backend};

/// The loss of a batch and what tells how training goes, all on the device.
#[derive(Clone, Debug)]
pub struct LossOutput<B: Backend> {
    /// The loss, with gradient: `[1]`.
    pub loss: Tensor<B, 1>,
    /// The share of the loss's terms (triplets, pairs) that still pull: `[1]`, without gradient. `None` for losses in
    /// which all terms always pull.
    pub active: Option<Tensor<B, 1>>,
    /// Mean distance between what belongs together: `[1]`, without gradient. `None` for losses without distances.
    pub positive_distance: Option<Tensor<B, 1>>,
    /// Mean distance between what does not: `[1]`, without gradient. `None` for losses without distances.
    pub negative_distance: Option<Tensor<B, 1>>,
}

impl<B: Backend> LossOutput<B> {
    /// A loss that nothing else is told of.
    pub(super) fn plain(loss: Tensor<B, 1>) -> Self {
        Self { loss, active: None, positive_distance: None, negative_distance: None }
    }
}
