//! What a step tells of itself, while it is still on the device.

use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Tensor};

use crate::losses::LossOutput;

/// The figures of a step, each `[1]`.
#[derive(Clone, Debug)]
pub(super) struct Figures<B: Backend> {
    loss: Tensor<B, 1>,
    /// The share that still pulls, and the mean distances of what belongs together and what does not.
    others: [Option<Tensor<B, 1>>; 3],
}

/// A step that is done as far as the host is concerned.
pub(super) struct Pending<B: Backend> {
    pub(super) learning_rate: f64,
    pub(super) figures: Figures<B>,
    /// Before clipping: `[1]`.
    pub(super) gradient_norm: Tensor<B, 1>,
}

impl<B: Backend> Figures<B> {
    /// The figures of one batch of a step that has so many.
    pub(super) fn of<A: AutodiffBackend<InnerBackend = B>>(output: LossOutput<A>, batches: u64) -> Self {
        let share = |tensor: Tensor<A, 1>| tensor.inner().div_scalar(batches as f64);
        let others = [output.active, output.positive_distance, output.negative_distance];
        Self { loss: share(output.loss), others: others.map(|other| other.map(share)) }
    }

    /// The sum with another batch of the same objective.
    pub(super) fn add(self, other: Self) -> Self {
        let [a, b, c] = self.others;
        let [d, e, f] = other.others;
        let sum = |(a, b): (Option<Tensor<B, 1>>, Option<_>)| Some(a?.add(b?));
        Self { loss: self.loss.add(other.loss), others: [(a, d), (b, e), (c, f)].map(sum) }
    }

    /// Reads the loss, the other figures and the norm of the gradient from the device, all in one go. What cannot be
    /// read is NaN.
    pub(super) fn read(self, norm: Tensor<B, 1>) -> (f32, [Option<f32>; 3], f32) {
        let there = self.others.each_ref().map(Option::is_some);
        let tensors = [Some(self.loss), Some(norm)].into_iter().chain(self.others).flatten();
        let tensors = tensors.map(|tensor| tensor.cast(DType::F32)).collect();
        let values: Vec<f32> = Tensor::cat(tensors, 0).into_data().iter().collect();
        let mut values = values.into_iter();
        let mut next = || values.next().unwrap_or(f32::NAN);
        let (loss, norm) = (next(), next());
        (loss, there.map(|there| there.then(&mut next)), norm)
    }
}
