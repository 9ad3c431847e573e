//! The transformer with its head.

use burn::module::{Module, ParamId};
use burn::tensor::{Tensor, backend::Backend};

use super::ast::{Ast, AstConfig};
use super::weights::parameter_ids;
use super::{Encoder, Projection, ProjectionOptions};

/// An [`Ast`] and a [`Projection`]: features in, embeddings out.
#[derive(Module, Debug)]
pub struct AudioEncoder<B: Backend> {
    ast: Ast<B>,
    head: Projection<B>,
    embedding_dim: usize,
}

impl<B: Backend> AudioEncoder<B> {
    /// An encoder with random weights, the same for the same seed on every device.
    pub fn init(ast: &AstConfig, head: &ProjectionOptions, seed: u64, device: &B::Device) -> Self {
        Self::with_ast(ast.init(seed, device), head, seed, device)
    }

    /// A random head on a transformer that has its weights already.
    pub fn with_ast(ast: Ast<B>, head: &ProjectionOptions, seed: u64, device: &B::Device) -> Self {
        let hidden = ast.config().hidden_size();
        // Another stream than the transformer's, which starts at the seed itself.
        Self { ast, head: head.init(hidden, !seed, device), embedding_dim: head.embedding_dim(hidden) }
    }

    /// The transformer.
    pub fn ast(&self) -> &Ast<B> {
        &self.ast
    }
}

impl<B: Backend> Encoder<B> for AudioEncoder<B> {
    fn forward(&self, features: Tensor<B, 3>, patches: Option<&[usize]>) -> Tensor<B, 2> {
        self.head.forward(self.ast.forward(features, patches))
    }

    fn patch_count(&self, frames: usize) -> usize {
        if frames == self.ast.config().frames() { self.ast.grid().patches() } else { 0 }
    }

    fn embedding_dim(&self) -> usize {
        self.embedding_dim
    }

    fn parameter_depths(&self) -> Vec<(ParamId, usize)> {
        let head = self.max_depth();
        let mut depths = self.ast.parameter_depths();
        depths.extend(parameter_ids(&self.head).into_iter().map(|id| (id, head)));
        depths
    }

    fn max_depth(&self) -> usize {
        self.ast.config().depth() + 1
    }
}
