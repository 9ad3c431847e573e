//! Semi-hard mining.

use burn::tensor::{Bool, Int, Tensor, backend::Backend};

use super::{FAR, Pairs, Triplets, indicator};

/// For each anchor and positive, the nearest negative that is farther from the anchor than the positive is (Schroff,
/// Kalenichenko and Philbin 2015, "`FaceNet`", section 3.2). Where all negatives are nearer, the farthest negative is
/// taken, so that the pair is still pulled apart from it; this follows TensorFlow's `triplet_semihard_loss`.
///
/// # Shapes
/// - distances: `[n, n]`
/// - output: `[n * n]` triplets, of which those of weight 1 are the pairs of anchor and positive
pub fn semi_hard<B: Backend>(distances: Tensor<B, 2>, pairs: &Pairs<B>) -> Triplets<B> {
    let [n, _] = distances.dims();
    // Which negative is chosen has no gradient; its distance does.
    let values = distances.clone().detach();
    let to_positive: Tensor<B, 3> = values.clone().unsqueeze_dim::<3>(2).expand([n, n, n]);
    let to_negative: Tensor<B, 3> = values.unsqueeze_dim::<3>(1).expand([n, n, n]);
    let negative: Tensor<B, 3, Bool> = pairs.negative.clone().unsqueeze_dim::<3>(1).expand([n, n, n]);
    let farther = to_negative.clone().greater(to_positive).bool_and(negative.clone());
    let (nearest, nearest_at) = to_negative.clone().mask_fill(farther.bool_not(), FAR).min_dim_with_indices(2);
    let farthest_at = to_negative.mask_fill(negative.bool_not(), -FAR).argmax(2);
    let chosen: Tensor<B, 2, Int> = nearest_at.mask_where(nearest.equal_elem(FAR), farthest_at).squeeze_dim::<2>(2);
    let mined = distances.clone().gather(1, chosen);
    let has_negative = pairs.negative.clone().any_dim(1).expand([n, n]);
    let exists = pairs.positive.clone().bool_and(has_negative);
    Triplets {
        positive: distances.flatten(0, 1),
        negative: mined.flatten(0, 1),
        weight: indicator(exists).flatten(0, 1),
    }
}
