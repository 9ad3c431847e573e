//! Every triplet of a batch.

use burn::tensor::{Bool, Tensor, backend::Backend};

use super::{Pairs, Triplets, indicator};

/// Every triplet. A batch of n items costs n³ values on the device.
///
/// # Shapes
/// - distances: `[n, n]`
/// - output: `[n * n * n]` triplets, those that exist with weight 1
pub fn all<B: Backend>(distances: Tensor<B, 2>, pairs: &Pairs<B>) -> Triplets<B> {
    let [n, _] = distances.dims();
    let by_positive = |tensor: Tensor<B, 2>| tensor.unsqueeze_dim::<3>(2).expand([n, n, n]).flatten(0, 2);
    let by_negative = |tensor: Tensor<B, 2>| tensor.unsqueeze_dim::<3>(1).expand([n, n, n]).flatten(0, 2);
    let positive: Tensor<B, 3, Bool> = pairs.positive.clone().unsqueeze_dim::<3>(2).expand([n, n, n]);
    let negative: Tensor<B, 3, Bool> = pairs.negative.clone().unsqueeze_dim::<3>(1).expand([n, n, n]);
    Triplets {
        positive: by_positive(distances.clone()),
        negative: by_negative(distances),
        weight: indicator(positive.bool_and(negative)).flatten(0, 2),
    }
}
