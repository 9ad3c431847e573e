//! The operations that a transformer spends its time in.

use burn::nn::LayerNorm;
use burn::tensor::activation;
use burn::tensor::module::attention;
use burn::tensor::{Tensor, backend::Backend};

/// GELU with the exact error function.
pub(crate) fn gelu<B: Backend, const D: usize>(input: Tensor<B, D>) -> Tensor<B, D> {
    activation::gelu(input)
}

/// Layer norm over the last axis.
pub(crate) fn layer_norm<B: Backend>(norm: &LayerNorm<B>, input: Tensor<B, 3>) -> Tensor<B, 3> {
    norm.forward(input)
}

/// Scaled dot-product attention of every token to every token, head by head.
///
/// # Shapes
/// - qkv: `[batch, tokens, 3 * hidden]`: queries, keys and values, each the heads side by side
/// - output: `[batch, tokens, hidden]`
pub(crate) fn self_attention<B: Backend>(qkv: Tensor<B, 3>, heads: usize) -> Tensor<B, 3> {
    let [batch, tokens, width] = qkv.dims();
    let (hidden, head_size) = (width / 3, width / 3 / heads);
    let by_head = qkv.reshape([batch, tokens, 3 * heads, head_size]).swap_dims(1, 2);
    let part = |i: usize| by_head.clone().slice([0..batch, i * heads..(i + 1) * heads]);
    attention(part(0), part(1), part(2), None, None, Default::default())
        .swap_dims(1, 2)
        .reshape([batch, tokens, hidden])
}
