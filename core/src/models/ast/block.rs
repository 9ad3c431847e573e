//! One transformer block.

use burn::module::Module;
use burn::nn::{Dropout, LayerNorm, Linear};
use burn::tensor::{Tensor, backend::Backend};

use crate::models::ops::{gelu, layer_norm, self_attention};

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
    /// - tokens: `[batch, tokens, hidden]`
    /// - output: `[batch, tokens, hidden]`
    pub(crate) fn forward(&self, tokens: Tensor<B, 3>) -> Tensor<B, 3> {
        let attended =
            self_attention(self.attention_input.forward(layer_norm(&self.attention_norm, tokens.clone())), self.heads);
        let tokens = tokens + self.dropout.forward(self.attention_output.forward(attended));
        let inner = gelu(self.mlp_input.forward(layer_norm(&self.mlp_norm, tokens.clone())));
        tokens + self.dropout.forward(self.mlp_output.forward(inner))
    }
}
