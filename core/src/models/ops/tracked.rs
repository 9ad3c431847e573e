//! The operations of [`super::flex`] as steps that burn's automatic differentiation records.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::{Autodiff, Flex};
use burn::tensor::ops::{FloatTensor, FloatTensorOps};

use super::channels::{self, Normalized, Statistics};
use super::{flex, kernels};

/// A tensor of the CPU backend with its place in the graph of operations.
pub(super) type Tracked = FloatTensor<Autodiff<Flex>>;

/// Records an operation on the given parents, or only computes it where no parent needs gradients.
fn record<Op, const N: usize>(
    operation: Op,
    parents: [&Tracked; N],
    compute: impl FnOnce() -> (FlexTensor, Op::State),
) -> Tracked
where
    Op: Backward<Flex, N>,
{
    let nodes = parents.map(|parent| parent.node.clone());
    let (output, state) = compute();
    match operation.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(state, output),
        OpsKind::UnTracked(step) => step.finish(output),
    }
}

#[derive(Debug)]
struct Gelu;

impl Backward<Flex, 1> for Gelu {
    type State = FlexTensor;

    fn backward(self, ops: Ops<FlexTensor, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        if let [Some(input)] = ops.parents {
            gradients.register::<Flex>(input.id, flex::gelu_backward(&ops.state, &gradient));
        }
    }
}

pub(super) fn gelu(input: &Tracked) -> Tracked {
    record(Gelu, [input], || (flex::gelu(&input.primitive), input.primitive.clone()))
}

#[derive(Debug)]
struct Linear;

impl Backward<Flex, 3> for Linear {
    type State = [FlexTensor; 2];

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let [input, weight] = ops.state;
        let [input_node, weight_node, bias_node] = ops.parents;
        if let Some(node) = input_node {
            gradients.register::<Flex>(node.id, Flex::float_matmul(gradient.clone(), weight.transpose(0, 1)));
        }
        if weight_node.is_some() || bias_node.is_some() {
            let (weight, bias) = flex::linear_parameters_backward(&input, &gradient);
            for (node, gradient) in [(weight_node, weight), (bias_node, bias)] {
                if let Some(node) = node {
                    gradients.register::<Flex>(node.id, gradient);
                }
            }
        }
    }
}

pub(super) fn linear(input: &Tracked, weight: &Tracked, bias: &Tracked) -> Tracked {
    record(Linear, [input, weight, bias], || {
        let (x, w) = (input.primitive.clone(), weight.primitive.clone());
        (flex::linear(x.clone(), w.clone(), &bias.primitive), [x, w])
    })
}

#[derive(Debug)]
struct LayerNorm;

impl Backward<Flex, 3> for LayerNorm {
    type State = (FlexTensor, FlexTensor, f32);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let (input, gamma, epsilon) = ops.state;
        let parts = flex::layer_norm_backward(&input, &gamma, epsilon, &gradient);
        for (node, gradient) in ops.parents.into_iter().zip(parts) {
            if let Some(node) = node {
                gradients.register::<Flex>(node.id, gradient);
            }
        }
    }
}

pub(super) fn layer_norm(input: &Tracked, gamma: &Tracked, beta: &Tracked, epsilon: f32) -> Tracked {
    record(LayerNorm, [input, gamma, beta], || {
        let output = flex::layer_norm(&input.primitive, &gamma.primitive, &beta.primitive, epsilon);
        (output, (input.primitive.clone(), gamma.primitive.clone(), epsilon))
    })
}

#[derive(Debug)]
struct Attention;

#[derive(Clone, Debug)]
struct AttentionState {
    qkv: FlexTensor,
    batch: usize,
    heads: usize,
    normalizers: Vec<Vec<kernels::Normalizer>>,
}

impl Backward<Flex, 1> for Attention {
    type State = AttentionState;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let AttentionState { qkv, batch, heads, normalizers } = ops.state;
        if let [Some(node)] = ops.parents {
            let gradient = flex::attention_backward(&qkv, batch, heads, &normalizers, &gradient);
            gradients.register::<Flex>(node.id, gradient);
        }
    }
}

pub(super) fn attention(qkv: &Tracked, batch: usize, heads: usize) -> Tracked {
    record(Attention, [qkv], || {
        let (output, normalizers) = flex::attention(&qkv.primitive, batch, heads);
        (output, AttentionState { qkv: qkv.primitive.clone(), batch, heads, normalizers })
    })
}

#[derive(Debug)]
struct BatchNorm;

impl Backward<Flex, 3> for BatchNorm {
    type State = Normalized;

    fn backward(self, ops: Ops<Normalized, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let parts = channels::batch_norm_backward(&ops.state, &gradient);
        for (node, gradient) in ops.parents.into_iter().zip(parts) {
            if let Some(node) = node {
                gradients.register::<Flex>(node.id, gradient);
            }
        }
    }
}

pub(super) fn batch_norm(input: &Tracked, gamma: &Tracked, beta: &Tracked, epsilon: f32) -> (Tracked, Statistics) {
    let statistics = channels::statistics(&input.primitive);
    let output = record(BatchNorm, [input, gamma, beta], || {
        let inverse: Vec<f32> = statistics.variance.iter().map(|variance| 1.0 / (variance + epsilon).sqrt()).collect();
        let mean = statistics.mean.clone();
        let (gamma, beta) = (gamma.primitive.to_contiguous(), beta.primitive.to_contiguous());
        let scale: Vec<f32> =
            flex::values(&gamma).iter().zip(&inverse).map(|(gamma, inverse)| gamma * inverse).collect();
        let output = channels::normalize(&input.primitive, &mean, &scale, flex::values(&beta));
        (output, Normalized { input: input.primitive.clone(), gamma, mean, inverse })
    });
    (output, statistics)
}
