//! Convolution with padding as TensorFlow does it.

use burn::module::{Module, Param};
use burn::tensor::module::conv2d;
use burn::tensor::ops::{ConvOptions, PadMode};
use burn::tensor::{Tensor, backend::Backend};

use crate::models::init::{Initializer, he_normal};

/// A two-dimensional convolution without bias (a batch norm follows), padded so that the output has
/// `ceil(input / stride)` rows and columns: TensorFlow's `SAME`, which puts the odd one of the padding at the end.
#[derive(Module, Debug)]
pub(crate) struct Conv<B: Backend> {
    /// `[output channels, input channels, rows, columns]`.
    pub(crate) weight: Param<Tensor<B, 4>>,
    pub(crate) stride: usize,
}

impl<B: Backend> Conv<B> {
    /// Random weights of the deviation `sqrt(2 / inputs)` (He et al. 2015).
    pub(crate) fn init(
        random: &mut Initializer,
        [input, output]: [usize; 2],
        side: usize,
        stride: usize,
        device: &B::Device,
    ) -> Self {
        Self { weight: he_normal(random, [output, input, side, side], device), stride }
    }

    /// # Shapes
    /// - input: `[batch, input channels, rows, columns]`
    /// - output: `[batch, output channels, ceil(rows / stride), ceil(columns / stride)]`
    pub(crate) fn forward(&self, input: Tensor<B, 4>) -> Tensor<B, 4> {
        let [_, _, rows, columns] = self.weight.dims();
        let (input, padding) = pad_same(input, [rows, columns], self.stride, 0.0);
        let options = ConvOptions::new([self.stride; 2], padding, [1, 1], 1);
        conv2d(input, self.weight.val(), None, options)
    }
}

/// Pads for `SAME`. What can be padded by the operation itself, evenly on both sides, is returned as its padding.
pub(super) fn pad_same<B: Backend>(
    input: Tensor<B, 4>,
    kernel: [usize; 2],
    stride: usize,
    value: f32,
) -> (Tensor<B, 4>, [usize; 2]) {
    let [_, _, rows, columns] = input.dims();
    let [top, bottom] = same(rows, kernel[0], stride);
    let [left, right] = same(columns, kernel[1], stride);
    if top == bottom && left == right {
        return (input, [top, left]);
    }
    (input.pad((left, right, top, bottom), PadMode::Constant(value)), [0, 0])
}

/// Padding before and after an axis.
fn same(length: usize, kernel: usize, stride: usize) -> [usize; 2] {
    let padding = ((length.div_ceil(stride) - 1) * stride + kernel).saturating_sub(length);
    [padding / 2, padding.div_ceil(2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_that_of_tensorflow() {
        // Length, kernel, stride; `tf.nn.conv2d` documents the formula.
        for (length, kernel, stride, expected) in
            [(98, 7, 2, [2, 3]), (99, 7, 2, [3, 3]), (128, 3, 2, [0, 1]), (7, 3, 1, [1, 1]), (5, 1, 2, [0, 0])]
        {
            assert_eq!(same(length, kernel, stride), expected, "{length} {kernel} {stride}");
        }
    }
}
