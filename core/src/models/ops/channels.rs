//! Batch norm on the CPU backend `flex`: a tensor as `[batch, channels, inner]`, every channel on its own.
//!
//! burn composes it of a dozen passes over memory, most of them element by element where shapes are broadcast.

use burn::backend::flex::FlexTensor;
use rayon::prelude::*;

use super::flex::{tensor, values};
use super::kernels;

/// Mean and variance of every channel.
#[derive(Clone, Debug)]
pub(super) struct Statistics {
    pub(super) mean: Vec<f32>,
    /// Divided by the number of values.
    pub(super) variance: Vec<f32>,
}

/// Lengths of the axes.
#[derive(Clone, Copy)]
struct Axes {
    channels: usize,
    inner: usize,
}

impl Axes {
    fn new(input: &FlexTensor) -> Self {
        let shape = input.layout().shape();
        let channels = shape[1];
        Self { channels, inner: shape.num_elements() / (shape[0] * channels).max(1) }
    }

    /// Two sums over the values of every channel, divided by their number. `sums` makes them of one run of a channel in
    /// each of the tensors; they are added up run by run in double precision.
    fn means<const N: usize>(
        self,
        inputs: [&[f32]; N],
        sums: impl Fn(usize, [&[f32]; N]) -> [f32; 2] + Sync,
    ) -> Vec<[f64; 2]> {
        let item = self.channels * self.inner;
        let batch = inputs[0].len() / item.max(1);
        let count = (batch * self.inner) as f64;
        let channel = |channel: usize| {
            let mut total = [0.0; 2];
            for place in 0..batch {
                let start = place * item + channel * self.inner;
                let part = sums(channel, inputs.map(|input| &input[start..start + self.inner]));
                total.iter_mut().zip(part).for_each(|(total, part)| *total += f64::from(part));
            }
            total.map(|total| total / count)
        };
        (0..self.channels).into_par_iter().map(channel).collect()
    }

    /// The runs of one channel in a tensor, with the channel.
    fn runs_mut(self, values: &mut [f32]) -> impl IndexedParallelIterator<Item = (usize, &mut [f32])> {
        values.par_chunks_mut(self.inner).enumerate().map(move |(run, values)| (run % self.channels, values))
    }
}

/// The statistics of a batch.
pub(super) fn statistics(input: &FlexTensor) -> Statistics {
    let axes = Axes::new(input);
    let input = input.to_contiguous();
    let input = values(&input);
    let mean: Vec<f32> = axes.means([input], |_, [x]| [kernels::total(x), 0.0]).iter().map(|m| m[0] as f32).collect();
    let variance = axes.means([input], |channel, [x]| [kernels::squared_deviation(x, mean[channel]), 0.0]);
    Statistics { variance: variance.iter().map(|v| v[0] as f32).collect(), mean }
}

/// `(input - mean) * scale + shift`, by channel.
pub(super) fn normalize(input: &FlexTensor, mean: &[f32], scale: &[f32], shift: &[f32]) -> FlexTensor {
    let axes = Axes::new(input);
    let mut output = input.to_contiguous();
    let runs = axes.runs_mut(output.storage_mut()).with_min_len(if axes.inner == 1 { 4096 } else { 1 });
    runs.for_each(|(channel, values)| kernels::normalize(values, mean[channel], scale[channel], shift[channel]));
    output
}

/// What the backward pass of batch norm needs.
#[derive(Clone, Debug)]
pub(super) struct Normalized {
    pub(super) input: FlexTensor,
    pub(super) gamma: FlexTensor,
    pub(super) mean: Vec<f32>,
    /// One over the standard deviation.
    pub(super) inverse: Vec<f32>,
}

/// The gradients of the input, gamma and beta of batch norm by the statistics of the batch (Ioffe and Szegedy 2015,
/// section 3).
pub(super) fn batch_norm_backward(state: &Normalized, gradient: &FlexTensor) -> [FlexTensor; 3] {
    let Normalized { mean, inverse, .. } = state;
    let axes = Axes::new(gradient);
    let (input, gamma) = (state.input.to_contiguous(), state.gamma.to_contiguous());
    let (input, gamma) = (values(&input), values(&gamma));
    let mut gradient = gradient.to_contiguous();
    let means = axes.means([values(&gradient), input], |channel, [g, x]| {
        [kernels::total(g), kernels::product_with_deviation(g, x, mean[channel]) * inverse[channel]]
    });
    let count = (input.len() / axes.channels.max(1)) as f64;
    let sums = |part: usize| means.iter().map(|means| (means[part] * count) as f32).collect();
    let (beta_gradient, gamma_gradient) = (tensor(sums(0), &[axes.channels]), tensor(sums(1), &[axes.channels]));
    let runs = axes.runs_mut(gradient.storage_mut()).zip(input.par_chunks(axes.inner));
    runs.with_min_len(if axes.inner == 1 { 4096 } else { 1 }).for_each(|((channel, gradient), input)| {
        let [mean_gradient, along_input] = means[channel].map(|mean| mean as f32);
        let slope = along_input * inverse[channel];
        let scale = gamma[channel] * inverse[channel];
        kernels::batch_norm_backward(gradient, input, mean[channel], [scale, mean_gradient, slope]);
    });
    [gradient, gamma_gradient, beta_gradient]
}
