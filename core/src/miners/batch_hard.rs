//! Batch-hard mining.

use burn::tensor::{Tensor, backend::Backend};

use super::{FAR, Pairs, Triplets, indicator};

/// For each anchor, its farthest positive and its nearest negative (Hermans, Beyer and Leibe 2017, "In defense of the
/// triplet loss for person re-identification", equation 5). Anchors without a positive or a negative weigh 0.
///
/// # Shapes
/// - distances: `[n, n]`
/// - output: `[n]` triplets
pub fn batch_hard<B: Backend>(distances: Tensor<B, 2>, pairs: &Pairs<B>) -> Triplets<B> {
    let positive = distances.clone().mask_fill(pairs.positive.clone().bool_not(), -FAR).max_dim(1).flatten(0, 1);
    let negative = distances.mask_fill(pairs.negative.clone().bool_not(), FAR).min_dim(1).flatten(0, 1);
    let exists: Tensor<B, 1> = indicator(positive.clone().detach().greater_equal_elem(0.0))
        * indicator(negative.clone().detach().lower_elem(FAR));
    // Anchors without a triplet must not carry the filling into sums: 0 times a large number is still 0 for finite
    // values, but it would drown the rest in the statistics.
    let missing = exists.clone().equal_elem(0.0);
    Triplets {
        positive: positive.mask_fill(missing.clone(), 0.0),
        negative: negative.mask_fill(missing, 0.0),
        weight: exists,
    }
}
