//! The operations that a transformer spends its time in: burn's own on every backend but `flex`, the CPU's, for which
//! faster ones are here. Tokens are the rows of a matrix, those of one item after those of another.

mod channels;
mod flex;
mod kernels;
mod spectral;
mod tracked;

use std::any::{Any, TypeId};

use burn::backend::flex::FlexTensor;
use burn::backend::{Autodiff, Flex};
use burn::nn;
use burn::tensor::module::attention;
use burn::tensor::ops::{AttentionModuleOptions, FloatTensor};
use burn::tensor::{DType, Tensor, TensorMetadata, TensorPrimitive, activation, backend::Backend};

use tracked::Tracked;

/// GELU with the exact error function.
///
/// # Shapes
/// - input, output: `[rows, width]`
pub(crate) fn gelu<B: Backend>(input: Tensor<B, 2>) -> Tensor<B, 2> {
    on_flex(&[primitive(input.clone())], |[x]| flex::gelu(x), |[x]| tracked::gelu(x))
        .unwrap_or_else(|| activation::gelu(input))
}

/// A linear layer.
///
/// # Shapes
/// - input: `[rows, inputs]`
/// - output: `[rows, outputs]`
pub(crate) fn linear<B: Backend>(layer: &nn::Linear<B>, input: Tensor<B, 2>) -> Tensor<B, 2> {
    let fast = layer.bias.as_ref().and_then(|bias| {
        let inputs = [primitive(input.clone()), primitive(layer.weight.val()), primitive(bias.val())];
        on_flex(
            &inputs,
            |[input, weight, bias]| flex::linear(input.clone(), weight.clone(), bias),
            |[input, weight, bias]| tracked::linear(input, weight, bias),
        )
    });
    fast.unwrap_or_else(|| layer.forward(input))
}

/// Layer norm over the last axis with the given epsilon, which is the layer's.
///
/// # Shapes
/// - input, output: `[rows, width]`
pub(crate) fn layer_norm<B: Backend>(layer: &nn::LayerNorm<B>, epsilon: f64, input: Tensor<B, 2>) -> Tensor<B, 2> {
    let fast = layer.beta.as_ref().and_then(|beta| {
        let inputs = [primitive(input.clone()), primitive(layer.gamma.val()), primitive(beta.val())];
        on_flex(
            &inputs,
            |[input, gamma, beta]| flex::layer_norm(input, gamma, beta, epsilon as f32),
            |[input, gamma, beta]| tracked::layer_norm(input, gamma, beta, epsilon as f32),
        )
    });
    fast.unwrap_or_else(|| layer.forward(input))
}

/// Scaled dot-product attention of every token of an item to every token of the same item, head by head.
///
/// # Shapes
/// - qkv: `[batch * tokens, 3 * hidden]`: queries, keys and values, each the heads side by side
/// - output: `[batch * tokens, hidden]`
pub(crate) fn self_attention<B: Backend>(qkv: Tensor<B, 2>, batch: usize, heads: usize) -> Tensor<B, 2> {
    let fast = on_flex(
        &[primitive(qkv.clone())],
        |[qkv]| flex::attention(qkv, batch, heads).0,
        |[qkv]| tracked::attention(qkv, batch, heads),
    );
    fast.unwrap_or_else(|| {
        let [rows, width] = qkv.dims();
        let (tokens, hidden) = (rows / batch, width / 3);
        let by_head = qkv.reshape([batch, tokens, 3 * heads, hidden / heads]).swap_dims(1, 2);
        let part = |i: usize| by_head.clone().slice([0..batch, i * heads..(i + 1) * heads]);
        let output = attention(part(0), part(1), part(2), None, None, AttentionModuleOptions::default());
        output.swap_dims(1, 2).reshape([rows, hidden])
    })
}

/// The largest value over the columns of `scale * max(convolution + bias, 0) + shift`, on the CPU's backend without
/// gradients; `None` elsewhere. The plane of which the largest values are taken is never whole in memory.
///
/// # Shapes
/// - input: `[batch, rows, columns]`, a plane of one channel each
/// - weight: `[filters, 1, kernel rows, kernel columns]`; bias, scale, shift: `[filters]`
/// - output: `[batch * (rows - kernel rows + 1), filters]`
pub(crate) fn convolve_and_max<B: Backend>(
    input: Tensor<B, 3>,
    weight: Tensor<B, 4>,
    [bias, scale, shift]: [Tensor<B, 1>; 3],
) -> Option<Tensor<B, 2>> {
    let tensors = [primitive(input), primitive(weight), primitive(bias), primitive(scale), primitive(shift)];
    if TypeId::of::<B>() != TypeId::of::<Flex>() || tensors.iter().any(|tensor| tensor.dtype() != DType::F32) {
        return None;
    }
    let [input, weight, bias, scale, shift] = same_types(&tensors)?;
    let output = same_type(spectral::convolve_and_max(input, weight, [bias, scale, shift]))?;
    Some(Tensor::from_primitive(TensorPrimitive::Float(output)))
}

/// Batch norm by the statistics of the batch, where gradients are tracked on the CPU's backend; `None` elsewhere. Gives
/// the mean and the variance too, the latter divided by the number of values.
///
/// # Shapes
/// - input, output: `[batch, channels, ...]`
/// - gamma, beta, mean, variance: `[channels]`
pub(crate) fn batch_norm<B: Backend, const D: usize>(
    input: &Tensor<B, D>,
    [gamma, beta]: [Tensor<B, 1>; 2],
    epsilon: f64,
) -> Option<(Tensor<B, D>, [Tensor<B, 1>; 2])> {
    let tensors = [primitive(input.clone()), primitive(gamma), primitive(beta)];
    if TypeId::of::<B>() != TypeId::of::<Autodiff<Flex>>() || tensors.iter().any(|t| t.dtype() != DType::F32) {
        return None;
    }
    let [values, gamma, beta] = same_types(&tensors)?;
    let (output, statistics) = tracked::batch_norm(values, gamma, beta, epsilon as f32);
    let output = Tensor::from_primitive(TensorPrimitive::Float(same_type(output)?));
    let device = input.device();
    let vector = |values: Vec<f32>| Tensor::from_floats(values.as_slice(), &device);
    Some((output, [vector(statistics.mean), vector(statistics.variance)]))
}

fn primitive<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> FloatTensor<B> {
    tensor.into_primitive().tensor()
}

/// Computes on the CPU's backend, without or with gradients; `None` on any other or for other numbers than f32.
fn on_flex<B: Backend, const N: usize>(
    inputs: &[FloatTensor<B>; N],
    plain: impl FnOnce([&FlexTensor; N]) -> FlexTensor,
    tracked: impl FnOnce([&Tracked; N]) -> Tracked,
) -> Option<Tensor<B, 2>> {
    if inputs.iter().any(|input| input.dtype() != DType::F32) {
        return None;
    }
    let output = if TypeId::of::<B>() == TypeId::of::<Flex>() {
        same_type(plain(same_types(inputs)?))
    } else if TypeId::of::<B>() == TypeId::of::<Autodiff<Flex>>() {
        same_type(tracked(same_types(inputs)?))
    } else {
        None
    };
    output.map(|output| Tensor::from_primitive(TensorPrimitive::Float(output)))
}

/// The value as what it is, `None` when it is something else.
fn same_type<T: Any, U: Any>(value: T) -> Option<U> {
    let mut value = Some(value);
    (&mut value as &mut dyn Any).downcast_mut::<Option<U>>()?.take()
}

fn same_types<T: Any, U: Any, const N: usize>(values: &[T; N]) -> Option<[&U; N]> {
    let found: Vec<&U> = values.iter().filter_map(|value| (value as &dyn Any).downcast_ref()).collect();
    found.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::autodiff::checkpoint::strategy::BalancedCheckpointing;
    use burn::backend::flex::FlexDevice;
    use burn::tensor::TensorData;

    type Fast = Autodiff<Flex>;
    /// The same backend by another type, for which burn's own operations are taken.
    type Plain = Autodiff<Flex, BalancedCheckpointing>;

    /// Numbers that differ in every place, in `-2..2`.
    fn numbers(shape: [usize; 2], seed: usize) -> TensorData {
        let values = (0..shape[0] * shape[1]).map(|i| ((i * 37 + seed * 101) % 1009) as f32 / 1009.0 * 4.0 - 2.0);
        TensorData::new(values.collect::<Vec<_>>(), shape)
    }

    fn norm<B: Backend>(width: usize) -> nn::LayerNorm<B> {
        let mut norm = nn::LayerNormConfig::new(width).with_epsilon(1e-12).init(&Default::default());
        norm.gamma = row(width, 3);
        norm.beta = Some(row(width, 4));
        norm
    }

    fn row<B: Backend>(width: usize, seed: usize) -> burn::module::Param<Tensor<B, 1>> {
        let values = numbers([1, width], seed).to_vec::<f32>().unwrap();
        burn::module::Param::from_data(TensorData::new(values, [width]), &Default::default())
    }

    /// Outputs and every gradient of all the operations in a row.
    fn run<B: burn::tensor::backend::AutodiffBackend>(batch: usize, tokens: usize, heads: usize) -> Vec<Vec<f32>> {
        let (rows, hidden, device) = (batch * tokens, 24, Default::default());
        let input = Tensor::<B, 2>::from_data(numbers([rows, hidden], 1), &device).require_grad();
        // Weights small enough that attention spreads over many tokens.
        let weight = Tensor::from_data(numbers([hidden, 3 * hidden], 2), &device) * 0.2;
        let weight = burn::module::Param::from_tensor(weight);
        let layer = nn::Linear { weight, bias: Some(row(3 * hidden, 5)) };
        let norm = norm::<B>(hidden);
        let qkv = linear(&layer, layer_norm(&norm, 1e-12, input.clone()));
        let output = gelu(self_attention(qkv, batch, heads));
        // Unequal weights, so that no two places of the output have the same gradient.
        let gradients = (output.clone() * Tensor::from_data(numbers([rows, hidden], 6), &device)).sum().backward();
        let rest = [&norm.gamma, norm.beta.as_ref().unwrap(), layer.bias.as_ref().unwrap()];
        let mut found = vec![output.into_data(), input.grad(&gradients).unwrap().into_data()];
        found.push(layer.weight.grad(&gradients).unwrap().into_data());
        found.extend(rest.map(|parameter| parameter.grad(&gradients).unwrap().into_data()));
        found.into_iter().map(|data| data.to_vec().unwrap()).collect()
    }

    #[test]
    fn outputs_and_gradients_are_those_of_burn() {
        for (batch, tokens, heads) in [(1, 1, 1), (2, 19, 3), (3, 130, 4), (1, 1300, 2)] {
            let (found, expected) = (run::<Fast>(batch, tokens, heads), run::<Plain>(batch, tokens, heads));
            assert_eq!(found.len(), 6);
            for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
                let scale = expected.iter().fold(1e-3f32, |max, v| max.max(v.abs()));
                assert_eq!(found.len(), expected.len());
                let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst < 2e-5 * scale, "{i} of {batch} x {tokens} x {heads}: {worst:e} of {scale}");
                assert!(found.iter().chain(expected).all(|v| v.is_finite()));
            }
        }
    }

    #[test]
    fn outputs_and_gradients_are_the_same_for_every_number_of_threads() {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| run::<Fast>(3, 257, 3))
        };
        let one = with(1);
        assert_eq!(one, with(2));
        assert_eq!(one, with(5));
    }

    #[test]
    fn the_largest_values_of_a_convolution_are_those_of_burn() {
        for (batch, rows, columns, filters, kernel) in
            [(2, 40, 30, 5, [7, 11]), (1, 150, 96, 204, [7, 67]), (3, 200, 9, 51, [128, 1]), (1, 3, 4, 1, [3, 4])]
        {
            let data = |shape: [usize; 2], seed| Tensor::<Flex, 2>::from_data(numbers(shape, seed), &FlexDevice);
            let input = data([batch * rows, columns], 1).reshape([batch, rows, columns]);
            let weight = data([filters, kernel[0] * kernel[1]], 2).reshape([filters, 1, kernel[0], kernel[1]]);
            // Scales of both signs: the largest value may be that of the smallest sum.
            let [bias, scale, shift] = [3, 4, 5].map(|seed| data([1, filters], seed).reshape([filters]));
            let per_filter = |values: &Tensor<Flex, 1>| values.clone().reshape([1, filters, 1, 1]);
            let options = burn::tensor::ops::ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
            let planes = input.clone().unsqueeze_dim::<4>(1);
            let planes = burn::tensor::module::conv2d(planes, weight.clone(), Some(bias.clone()), options);
            let planes = activation::relu(planes) * per_filter(&scale) + per_filter(&shift);
            let expected = planes.max_dim(3).squeeze_dim::<3>(3).swap_dims(1, 2);
            let found = convolve_and_max(input, weight, [bias, scale, shift]).unwrap();
            let (found, expected) = (found.into_data(), expected.into_data());
            assert_eq!(found.num_elements(), batch * (rows + 1 - kernel[0]) * filters);
            assert_eq!(found.num_elements(), expected.num_elements());
            let scale = expected.iter::<f32>().fold(1e-3, |max: f32, v| max.max(v.abs()));
            for (found, expected) in found.iter::<f32>().zip(expected.iter::<f32>()) {
                assert!((found - expected).abs() < 1e-5 * scale, "{found} != {expected}");
            }
        }
    }

    #[test]
    fn what_is_not_a_number_is_not_hidden() {
        let mut values = numbers([4, 24], 1).to_vec::<f32>().unwrap();
        values[30] = f32::NAN;
        let input = Tensor::<Flex, 2>::from_data(TensorData::new(values, [4, 24]), &FlexDevice);
        for output in [gelu(input.clone()), self_attention(input.clone(), 4, 2)] {
            assert!(output.into_data().iter::<f32>().any(f32::is_nan));
        }
        let output = layer_norm(&norm(24), 1e-12, input).into_data();
        assert_eq!(output.iter::<f32>().filter(|v| v.is_nan()).count(), 24);
    }
}
