//! Arithmetic that several losses share.

use burn::tensor::{Bool, Int, Tensor, backend::Backend};

use crate::miners::indicator;

/// `log(1 + Σ exp(x))` along one axis over the values that the mask keeps, without overflow: 0 where it keeps none.
///
/// # Shapes
/// - values, kept: `[n, m]`
/// - output: `[n, 1]` for axis 1, `[1, m]` for axis 0
pub(super) fn log_one_plus_sum_exp<B: Backend>(
    values: Tensor<B, 2>,
    kept: Tensor<B, 2, Bool>,
    axis: usize,
) -> Tensor<B, 2> {
    let left_out = kept.bool_not();
    let values = values.mask_fill(left_out.clone(), 0.0);
    // The one is exp(0), so that the largest exponent is at least 0.
    let largest = values.clone().detach().max_dim(axis).clamp_min(0.0);
    let sum = values.sub(largest.clone()).exp().mask_fill(left_out, 0.0).sum_dim(axis);
    sum.add(largest.clone().neg().exp()).log().add(largest)
}

/// The mean of the values that the mask keeps, 0 where it keeps none: `[1]`.
///
/// # Shapes
/// - values, kept: `[n, m]`
pub(super) fn masked_mean<B: Backend>(values: Tensor<B, 2>, kept: Tensor<B, 2, Bool>) -> Tensor<B, 1> {
    let count = indicator(kept.clone()).sum().clamp_min(1.0);
    values.mask_fill(kept.bool_not(), 0.0).sum().div(count)
}

/// The labels of a batch on the device: `[n]`.
pub(super) fn label_tensor<B: Backend>(sub_genres: &[u32], device: &B::Device) -> Tensor<B, 1, Int> {
    let labels: Vec<i32> = sub_genres.iter().map(|&class| class as i32).collect();
    Tensor::from_ints(labels.as_slice(), device)
}

/// True where an item is of the class: `[n, classes]`.
pub(super) fn membership<B: Backend>(sub_genres: &[u32], classes: usize, device: &B::Device) -> Tensor<B, 2, Bool> {
    let labels = label_tensor::<B>(sub_genres, device).unsqueeze_dim::<2>(1).expand([sub_genres.len(), classes]);
    let all = Tensor::<B, 1, Int>::arange(0..classes as i64, device).unsqueeze::<2>();
    labels.equal(all.expand([sub_genres.len(), classes]))
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;
    use burn::backend::flex::FlexDevice;

    use super::*;

    #[test]
    fn large_exponents_do_not_overflow() {
        let values = Tensor::<Flex, 2>::from_floats([[500.0, 499.0], [-3.0, 900.0], [7.0, 7.0]], &FlexDevice);
        let kept = Tensor::<Flex, 2, Bool>::from_data([[true, true], [true, false], [false, false]], &FlexDevice);
        let rows = log_one_plus_sum_exp(values.clone(), kept.clone(), 1).into_data().to_vec::<f32>().unwrap();
        let expected = [500.0 + (-1f32).exp().ln_1p(), (-3f32).exp().ln_1p(), 0.0];
        for (row, expected) in rows.iter().zip(expected) {
            assert!((row - expected).abs() < 1e-4, "{row} != {expected}");
        }
        assert!((masked_mean(values, kept).into_scalar() - 996.0 / 3.0).abs() < 1e-3);
    }

    #[test]
    fn items_belong_to_their_class() {
        let found = membership::<Flex>(&[2, 0], 3, &FlexDevice).into_data().to_vec::<bool>().unwrap();
        assert_eq!(found, [false, false, true, true, false, false]);
    }
}
