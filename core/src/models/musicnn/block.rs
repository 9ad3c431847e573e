//! Convolution, `ReLU` and batch norm, in this order.

use burn::module::{Module, Param};
use burn::tensor::activation::relu;
use burn::tensor::module::conv2d;
use burn::tensor::ops::{ConvOptions, PadMode};
use burn::tensor::{Tensor, backend::Backend};

use crate::models::init::{Initializer, he_normal, parameter};
use crate::models::layers::{BatchNorm, BatchNormConfig};
use crate::models::ops::convolve_and_max;

/// A convolution over time and bands, or over time alone, with `ReLU` and then batch norm. Time is padded so that its
/// length stays; the odd one of the padding goes to the end.
#[derive(Module, Debug)]
pub(super) struct Block<B: Backend> {
    /// `[filters, channels, frames, bands]`.
    weight: Param<Tensor<B, 4>>,
    bias: Param<Tensor<B, 1>>,
    norm: BatchNorm<B>,
}

impl<B: Backend> Block<B> {
    pub(super) fn init(random: &mut Initializer, shape: [usize; 4], device: &B::Device) -> Self {
        let filters = shape[0];
        Self {
            weight: he_normal(random, shape, device),
            bias: parameter(vec![0.0; filters], [filters], device),
            norm: BatchNormConfig::new(filters).init(device),
        }
    }

    /// The largest value over the bands.
    ///
    /// # Shapes
    /// - planes: `[batch, frames, bands]`
    /// - output: `[batch, filters, frames]`
    pub(super) fn over_bands(&self, planes: Tensor<B, 3>) -> Tensor<B, 3> {
        let [batch, frames, _] = planes.dims();
        let [filters, _, length, _] = self.weight.dims();
        let padding = length - 1;
        let padded = planes.pad([(padding / 2, padding.div_ceil(2)), (0, 0)], PadMode::Constant(0.0));
        let [scale, shift] = self.norm.scale_and_shift();
        if let Some(rows) = convolve_and_max(padded.clone(), self.weight.val(), [self.bias.val(), scale, shift]) {
            return rows.reshape([batch, frames, filters]).swap_dims(1, 2);
        }
        let sums = conv2d(padded.unsqueeze_dim(1), self.weight.val(), Some(self.bias.val()), convolution([0, 0]));
        self.norm.forward(relu(sums)).max_dim(3).reshape([batch, filters, frames])
    }

    /// # Shapes
    /// - input: `[batch, channels, frames]`
    /// - output: `[batch, filters, frames]`
    pub(super) fn along_time(&self, input: Tensor<B, 3>) -> Tensor<B, 3> {
        let [batch, _, frames] = input.dims();
        let [filters, _, length, _] = self.weight.dims();
        let sums =
            conv2d(input.unsqueeze_dim(3), self.weight.val(), Some(self.bias.val()), convolution([length / 2, 0]));
        self.norm.forward(relu(sums).reshape([batch, filters, frames]))
    }
}

fn convolution(padding: [usize; 2]) -> ConvOptions<2> {
    ConvOptions::new([1, 1], padding, [1, 1], 1)
}
