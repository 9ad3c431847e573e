//! Convolutions of one-channel planes of which only the largest value over the columns is wanted, on the CPU backend
//! `flex`.
//!
//! As matrices: each row of the left one is the window of one place. burn would lay out the windows and the results of
//! a whole batch, hundreds of megabytes; here a few places at a time stay in the cache, and only maxima leave it.

use burn::backend::Flex;
use burn::backend::flex::{FlexTensor, Layout};
use burn::tensor::ops::FloatTensorOps;
use burn::tensor::{Bytes, DType, Shape};
use rayon::prelude::*;

use super::flex::{MATMUL_THREAD_LIMIT, dims, tensor, values};
use super::kernels::{self, Activation};

/// See [`super::convolve_and_max`].
pub(super) fn convolve_and_max(input: &FlexTensor, weight: &FlexTensor, affine: [&FlexTensor; 3]) -> FlexTensor {
    let [batch, rows, columns] = dims(input);
    let [filters, _, kernel_rows, kernel_columns] = dims(weight);
    let (input, affine) = (input.to_contiguous(), affine.map(FlexTensor::to_contiguous));
    let [bias, scale, shift] = affine.each_ref().map(values);
    let taps = kernel_rows * kernel_columns;
    let filter_bank = FilterBank {
        weight: weight.to_contiguous().reshape(Shape::from(vec![filters, taps])).transpose(0, 1),
        activation: Activation { bias, scale, shift },
        filters,
        taps,
    };
    let plane = Plane { rows, columns, kernel_rows, kernel_columns };
    let mut output = vec![f32::NEG_INFINITY; batch * plane.steps() * filters];
    let items = output.par_chunks_mut(plane.steps() * filters).zip(values(&input).par_chunks(rows * columns));
    items.for_each(|(output, input)| {
        if kernel_columns == 1 {
            filter_bank.along_rows(&plane, input, output);
        } else {
            filter_bank.across_columns(&plane, input, output);
        }
    });
    tensor(output, &[batch * plane.steps(), filters])
}

/// A plane and the window that passes over it.
struct Plane {
    rows: usize,
    columns: usize,
    kernel_rows: usize,
    kernel_columns: usize,
}

impl Plane {
    /// Places of the window along the rows.
    fn steps(&self) -> usize {
        self.rows - self.kernel_rows + 1
    }

    /// Places of the window along the columns.
    fn places(&self) -> usize {
        self.columns - self.kernel_columns + 1
    }
}

/// Filters and what follows them.
struct FilterBank<'a> {
    /// `[taps, filters]`
    weight: FlexTensor,
    activation: Activation<'a>,
    filters: usize,
    taps: usize,
}

impl FilterBank<'_> {
    /// Windows whose product with the filters stays on its thread.
    fn tile(&self) -> usize {
        ((MATMUL_THREAD_LIMIT - 1) / (self.taps * self.filters)).max(1)
    }

    /// All places of a few steps at a time; the tasks are runs of steps.
    fn across_columns(&self, plane: &Plane, input: &[f32], output: &mut [f32]) {
        let steps = (self.tile() / plane.places()).max(1);
        output.par_chunks_mut(steps * self.filters).enumerate().for_each(|(run, output)| {
            let run_steps = output.len() / self.filters;
            let mut windows = Vec::with_capacity(run_steps * plane.places() * self.taps);
            for step in run * steps..run * steps + run_steps {
                for place in 0..plane.places() {
                    for row in step..step + plane.kernel_rows {
                        let start = row * plane.columns + place;
                        windows.extend_from_slice(&input[start..start + plane.kernel_columns]);
                    }
                }
            }
            let windows = tensor(windows, &[run_steps * plane.places(), self.taps]);
            let sums = Flex::float_matmul(windows, self.weight.clone());
            let by_step = values(&sums).chunks_exact(plane.places() * self.filters);
            for (output, sums) in output.chunks_exact_mut(self.filters).zip(by_step) {
                kernels::raise_to_activation(output, sums, self.activation);
            }
        });
    }

    /// All steps of one column at a time, where the window is one column wide: its windows are then overlapping runs
    /// of the column, which a matrix with a row stride of one shows without copies.
    fn along_rows(&self, plane: &Plane, input: &[f32], output: &mut [f32]) {
        let steps = self.tile().min(plane.steps());
        output.par_chunks_mut(steps * self.filters).enumerate().for_each(|(run, output)| {
            let (first, run_steps) = (run * steps, output.len() / self.filters);
            for column in 0..plane.columns {
                let rows = input[first * plane.columns..].iter().skip(column).step_by(plane.columns);
                let run: Vec<f32> = rows.copied().take(run_steps + self.taps - 1).collect();
                let layout = Layout::new(Shape::from(vec![run_steps, self.taps]), vec![1, 1], 0);
                let windows = FlexTensor::new(Bytes::from_elems(run), layout, DType::F32);
                let sums = Flex::float_matmul(windows, self.weight.clone());
                for (output, sums) in
                    output.chunks_exact_mut(self.filters).zip(values(&sums).chunks_exact(self.filters))
                {
                    kernels::raise_to_activation(output, sums, self.activation);
                }
            }
        });
    }
}
