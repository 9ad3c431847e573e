//! The operations on the CPU backend `flex`, spread over the threads of the current rayon pool.
//!
//! burn differentiates attention, layer norm and linear layers step by step, each step a pass over memory on one
//! thread; here each is one operation with a backward pass of its own, several times faster. How the work is cut does
//! not depend on the number of threads, so neither do the results.

use std::sync::Arc;

use burn::backend::Flex;
use burn::backend::flex::{FlexTensor, Layout};
use burn::tensor::ops::FloatTensorOps;
use burn::tensor::{Bytes, DType, Shape};
use rayon::prelude::*;

use super::kernels::{self, Normalizer};

/// Values that one task takes at a time: enough to be worth a task, few enough to stay in the cache.
const TASK_VALUES: usize = 16 * 1024;

/// Multiplications below which `flex` multiplies matrices on one thread. Attention is spread over the heads already.
pub(super) const MATMUL_THREAD_LIMIT: usize = 192 * 192 * 192;

pub(super) fn tensor(values: Vec<f32>, shape: &[usize]) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), Layout::contiguous(Shape::from(shape.to_vec())), DType::F32)
}

/// The values of a tensor that owns all of its memory in order.
pub(super) fn values(tensor: &FlexTensor) -> &[f32] {
    tensor.storage()
}

pub(super) fn dims<const D: usize>(tensor: &FlexTensor) -> [usize; D] {
    tensor.layout().shape().dims()
}

/// Rows of the given width that one task takes.
fn task_rows(width: usize) -> usize {
    (TASK_VALUES / width.max(1)).max(1)
}

/// # Shapes
/// - input, output: any
pub(super) fn gelu(input: &FlexTensor) -> FlexTensor {
    let input = input.to_contiguous();
    let mut output = FlexTensor::empty(input.layout().shape().clone(), DType::F32);
    let tasks = output.storage_mut::<f32>().par_chunks_mut(TASK_VALUES).zip(values(&input).par_chunks(TASK_VALUES));
    tasks.for_each(|(output, input)| kernels::gelu(input, output));
    output
}

/// The gradient of [`gelu`]'s input.
pub(super) fn gelu_backward(input: &FlexTensor, gradient: &FlexTensor) -> FlexTensor {
    let input = input.to_contiguous();
    let mut gradient = gradient.to_contiguous();
    let tasks = gradient.storage_mut::<f32>().par_chunks_mut(TASK_VALUES).zip(values(&input).par_chunks(TASK_VALUES));
    tasks.for_each(|(gradient, input)| kernels::gelu_backward(input, gradient));
    gradient
}

/// # Shapes
/// - input: `[rows, inputs]`; weight: `[inputs, outputs]`; bias: `[outputs]`
/// - output: `[rows, outputs]`
pub(super) fn linear(input: FlexTensor, weight: FlexTensor, bias: &FlexTensor) -> FlexTensor {
    let mut output = Flex::float_matmul(input, weight);
    let bias = bias.to_contiguous();
    let bias = values(&bias);
    let tasks = output.storage_mut::<f32>().par_chunks_mut(task_rows(bias.len()) * bias.len());
    tasks.for_each(|rows| rows.chunks_exact_mut(bias.len()).for_each(|row| kernels::add(row, bias)));
    output
}

/// The gradients of [`linear`]'s weight and bias.
pub(super) fn linear_parameters_backward(input: &FlexTensor, gradient: &FlexTensor) -> (FlexTensor, FlexTensor) {
    let gradient = gradient.to_contiguous();
    let [_, outputs] = dims(&gradient);
    let bias = sum_tasks(outputs, values(&gradient).par_chunks(task_rows(outputs) * outputs), |rows, sums| {
        kernels::add_rows(sums, rows);
    });
    (Flex::float_matmul(input.transpose(0, 1), gradient), tensor(bias, &[outputs]))
}

/// Lets every task add to its own sums, and adds those up in the order of the tasks.
fn sum_tasks<T: Send>(
    width: usize,
    tasks: impl IndexedParallelIterator<Item = T>,
    add: impl Fn(T, &mut [f32]) + Sync,
) -> Vec<f32> {
    let partial: Vec<Vec<f32>> = tasks
        .map(|task| {
            let mut sums = vec![0.0; width];
            add(task, &mut sums);
            sums
        })
        .collect();
    partial.iter().fold(vec![0.0; width], |mut total, sums| {
        kernels::add(&mut total, sums);
        total
    })
}

/// # Shapes
/// - input: `[rows, width]`; gamma, beta: `[width]`
/// - output: `[rows, width]`
pub(super) fn layer_norm(input: &FlexTensor, gamma: &FlexTensor, beta: &FlexTensor, epsilon: f32) -> FlexTensor {
    let (input, gamma, beta) = (input.to_contiguous(), gamma.to_contiguous(), beta.to_contiguous());
    let [_, width] = dims(&input);
    let task = task_rows(width) * width;
    let mut output = FlexTensor::empty(input.layout().shape().clone(), DType::F32);
    let tasks = output.storage_mut::<f32>().par_chunks_mut(task).zip(values(&input).par_chunks(task));
    tasks.for_each(|(output, input)| kernels::layer_norm(input, values(&gamma), values(&beta), epsilon, output));
    output
}

/// The gradients of [`layer_norm`]'s input, gamma and beta.
pub(super) fn layer_norm_backward(
    input: &FlexTensor,
    gamma: &FlexTensor,
    epsilon: f32,
    gradient: &FlexTensor,
) -> [FlexTensor; 3] {
    let (input, gamma, mut gradient) = (input.to_contiguous(), gamma.to_contiguous(), gradient.to_contiguous());
    let [_, width] = dims(&input);
    let task = task_rows(width) * width;
    let tasks = gradient.storage_mut::<f32>().par_chunks_mut(task).zip(values(&input).par_chunks(task));
    let mut gamma_sums = sum_tasks(2 * width, tasks, |(gradient, input), sums| {
        kernels::layer_norm_backward(input, values(&gamma), epsilon, gradient, sums);
    });
    let beta_sums = gamma_sums.split_off(width);
    [gradient, tensor(gamma_sums, &[width]), tensor(beta_sums, &[width])]
}

/// One head of one item of the batch: views of its queries, keys and values.
struct Head {
    query: FlexTensor,
    key: FlexTensor,
    value: FlexTensor,
}

/// How the heads lie in `[batch * tokens, 3 * hidden]` queries, keys and values.
#[derive(Clone, Copy)]
struct Heads {
    batch: usize,
    tokens: usize,
    count: usize,
    head_size: usize,
}

impl Heads {
    fn new(qkv: &FlexTensor, batch: usize, heads: usize) -> Self {
        let [rows, width] = dims(qkv);
        Self { batch, tokens: rows / batch, count: heads, head_size: width / 3 / heads }
    }

    fn hidden(self) -> usize {
        self.count * self.head_size
    }

    fn scale(self) -> f32 {
        1.0 / (self.head_size as f32).sqrt()
    }

    /// The index of a head in `0..batch * heads` as `(item, head)`.
    fn place(self, index: usize) -> (usize, usize) {
        (index / self.count, index % self.count)
    }

    /// `[tokens, head_size]`: part `part` of a head in a matrix of `parts * hidden` columns.
    fn view(self, matrix: &FlexTensor, index: usize, part: usize, parts: usize) -> FlexTensor {
        let (item, head) = self.place(index);
        let columns = parts * self.hidden();
        let start = item * self.tokens * columns + part * self.hidden() + head * self.head_size;
        let shape = Shape::from(vec![self.tokens, self.head_size]);
        let layout = Layout::new(shape, vec![columns as isize, 1], start);
        FlexTensor::from_arc(Arc::clone(&matrix.data_arc()), layout, DType::F32)
    }

    fn head(self, qkv: &FlexTensor, index: usize) -> Head {
        let [query, key, value] = [0, 1, 2].map(|part| self.view(qkv, index, part, 3));
        Head { query, key, value }
    }

    /// Starts and lengths of the runs of queries that are worked on at once, so that their scores stay in the cache
    /// and each product of matrices on its thread.
    fn query_tiles(self) -> impl Iterator<Item = (usize, usize)> {
        let tile = ((MATMUL_THREAD_LIMIT - 1) / (self.tokens * self.head_size)).max(8);
        (0..self.tokens).step_by(tile).map(move |start| (start, tile.min(self.tokens - start)))
    }

    /// Lays the `[tokens, head_size]` results of all heads, each as `parts` of them, side by side:
    /// `[batch * tokens, parts * hidden]`.
    fn join<const P: usize>(self, results: &[[Vec<f32>; P]]) -> FlexTensor {
        let (columns, size) = (P * self.hidden(), self.head_size);
        let mut output = FlexTensor::empty(Shape::from(vec![self.batch * self.tokens, columns]), DType::F32);
        let rows = output.storage_mut::<f32>().par_chunks_mut(columns).enumerate();
        rows.with_min_len(task_rows(columns)).for_each(|(row, output)| {
            let (item, token) = (row / self.tokens, row % self.tokens);
            for (place, output) in output.chunks_exact_mut(size).enumerate() {
                let (part, head) = (place / self.count, place % self.count);
                let result = &results[item * self.count + head][part];
                output.copy_from_slice(&result[token * size..(token + 1) * size]);
            }
        });
        output
    }
}

/// Attention of every token of an item to every token of it. Gives the output and what the backward pass
/// makes the weights from, by head and token.
///
/// # Shapes
/// - qkv: `[batch * tokens, 3 * hidden]`
/// - output: `[batch * tokens, hidden]`
pub(super) fn attention(qkv: &FlexTensor, batch: usize, heads: usize) -> (FlexTensor, Vec<Vec<Normalizer>>) {
    let qkv = qkv.to_contiguous();
    let layout = Heads::new(&qkv, batch, heads);
    let (outputs, normalizers): (Vec<_>, Vec<_>) = (0..batch * heads)
        .into_par_iter()
        .map(|index| {
            let Head { query, key, value } = layout.head(&qkv, index);
            let mut output = Vec::with_capacity(layout.tokens * layout.head_size);
            let mut normalizers = Vec::with_capacity(layout.tokens);
            for (start, length) in layout.query_tiles() {
                let mut scores = Flex::float_matmul(query.narrow(0, start, length), key.transpose(0, 1));
                let rows = scores.storage_mut::<f32>().chunks_exact_mut(layout.tokens);
                normalizers.extend(rows.map(|row| kernels::softmax(row, layout.scale())));
                output.extend_from_slice(values(&Flex::float_matmul(scores, value.clone())));
            }
            ([output], normalizers)
        })
        .unzip();
    (layout.join(&outputs), normalizers)
}

/// The gradient of [`attention`]'s queries, keys and values. The weights are computed again rather than kept, since
/// they grow with the square of the tokens.
pub(super) fn attention_backward(
    qkv: &FlexTensor,
    batch: usize,
    heads: usize,
    normalizers: &[Vec<Normalizer>],
    gradient: &FlexTensor,
) -> FlexTensor {
    let (qkv, gradient) = (qkv.to_contiguous(), gradient.to_contiguous());
    let layout = Heads::new(&qkv, batch, heads);
    let gradients: Vec<[Vec<f32>; 3]> = (0..batch * heads)
        .into_par_iter()
        .map(|index| {
            let Head { query, key, value } = layout.head(&qkv, index);
            let output_gradient = layout.view(&gradient, index, 0, 1);
            let size = layout.tokens * layout.head_size;
            let (mut queries, mut keys, mut values_) = (Vec::with_capacity(size), vec![0.0; size], vec![0.0; size]);
            for (start, length) in layout.query_tiles() {
                let query = query.narrow(0, start, length);
                let output_gradient = output_gradient.narrow(0, start, length);
                let mut weights = Flex::float_matmul(query.clone(), key.transpose(0, 1));
                let rows = weights.storage_mut::<f32>().chunks_exact_mut(layout.tokens);
                for (row, &normalizer) in rows.zip(&normalizers[index][start..]) {
                    kernels::softmax_again(row, layout.scale(), normalizer);
                }
                let value_part = Flex::float_matmul(weights.transpose(0, 1), output_gradient.clone());
                kernels::add(&mut values_, values(&value_part));
                let mut scores = Flex::float_matmul(output_gradient, value.transpose(0, 1));
                let rows = scores.storage_mut::<f32>().chunks_exact_mut(layout.tokens);
                for (row, weights) in rows.zip(values(&weights).chunks_exact(layout.tokens)) {
                    kernels::softmax_backward(weights, row, layout.scale());
                }
                let key_part = Flex::float_matmul(scores.transpose(0, 1), query);
                kernels::add(&mut keys, values(&key_part));
                queries.extend_from_slice(values(&Flex::float_matmul(scores, key.clone())));
            }
            [queries, keys, values_]
        })
        .collect();
    layout.join(&gradients)
}
