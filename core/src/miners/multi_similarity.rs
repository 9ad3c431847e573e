//! The mining of the multi-similarity loss.

use burn::tensor::{Tensor, backend::Backend};

use super::{FAR, Pairs};

/// For each item, the pairs of its own sub-genre that are less similar than its most similar pair of another plus epsilon,
/// and the pairs of other sub-genres that are more similar than its least similar pair of its own minus epsilon (Wang et
/// al. 2019, "Multi-similarity loss", equations 5 and 6). An item that lacks either kind has none.
///
/// # Shapes
/// - cosines: `[n, n]`
pub fn multi_similarity<B: Backend>(cosines: &Tensor<B, 2>, pairs: &Pairs<B>, epsilon: f64) -> Pairs<B> {
    let [n, _] = cosines.dims();
    let cosines = cosines.clone().detach();
    let least_own = cosines.clone().mask_fill(pairs.positive.clone().bool_not(), FAR).min_dim(1).expand([n, n]);
    let most_other = cosines.clone().mask_fill(pairs.negative.clone().bool_not(), -FAR).max_dim(1).expand([n, n]);
    Pairs {
        positive: cosines.clone().sub_scalar(epsilon).lower(most_other).bool_and(pairs.positive.clone()),
        negative: cosines.add_scalar(epsilon).greater(least_own).bool_and(pairs.negative.clone()),
    }
}
