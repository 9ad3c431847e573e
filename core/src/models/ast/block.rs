//! One transformer block.

use burn::module::Module;
use burn::nn::{Dropout, LayerNorm, Linear};
use burn::tensor::{Tensor, backend::Backend};

use super::LAYER_NORM_EPSILON;
use crate::models::ops::{gelu, layer_norm, linear, self_attention};

/// A pre-norm transformer block: attention, then a two-layer perceptron with GELU, each added to what entered it
/// (`ASTLayer`).
#[derive(Module, Debug)]
pub(crate) struct Block<B: Backend> {
    pub(crate) attention_norm: LayerNorm<B>,
    /// Queries, keys and values in one product: `[hidden, 3 * hidden]`.
    pub(crate) attention_input: Linear<B>,
    pub(crate) attention_output: Linear<B>,
    pub(crate) mlp_norm: LayerNorm<B>,
    pub(crate) mlp_input: Linear<B>,
    pub(crate) mlp_output: Linear<B>,
    pub(crate) dropout: Dropout,
    pub(crate) heads: usize,
}

impl<B: Backend> Block<B> {
    /// # Shapes
    /// - tokens: `[batch * tokens, hidden]`
    /// - output: `[batch * tokens, hidden]`
    pub(crate) fn forward(&self, tokens: Tensor<B, 2>, batch: usize) -> Tensor<B, 2> {
        let qkv = linear(&self.attention_input, layer_norm(&self.attention_norm, LAYER_NORM_EPSILON, tokens.clone()));
        let attended = linear(&self.attention_output, self_attention(qkv, batch, self.heads));
        let tokens = tokens + self.dropout.forward(attended);
        let inner = linear(&self.mlp_input, layer_norm(&self.mlp_norm, LAYER_NORM_EPSILON, tokens.clone()));
        tokens + self.dropout.forward(linear(&self.mlp_output, gelu(inner)))
    }
}
