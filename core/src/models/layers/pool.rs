//! Pooling over the plane.

use burn::tensor::module::max_pool2d;
use burn::tensor::{Tensor, backend::Backend};

use super::conv::pad_same;

/// The largest value of every `side x side` window, padded as [`super::Conv`] is: padding is never the largest.
///
/// # Shapes
/// - input: `[batch, channels, rows, columns]`
/// - output: `[batch, channels, ceil(rows / stride), ceil(columns / stride)]`
pub(crate) fn max_pool<B: Backend>(input: Tensor<B, 4>, side: usize, stride: usize) -> Tensor<B, 4> {
    let (input, padding) = pad_same(input, [side; 2], stride, f32::NEG_INFINITY);
    max_pool2d(input, [side; 2], [stride; 2], padding, [1, 1], false)
}

/// The mean of every channel.
///
/// # Shapes
/// - input: `[batch, channels, rows, columns]`
/// - output: `[batch, channels]`
pub(crate) fn global_average<B: Backend>(input: Tensor<B, 4>) -> Tensor<B, 2> {
    let [batch, channels, rows, columns] = input.dims();
    input.reshape([batch, channels, rows * columns]).mean_dim(2).reshape([batch, channels])
}
