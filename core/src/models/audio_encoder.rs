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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::models::{AstOptions, parameter_names};
    use burn::backend::Flex;
    use burn::backend::flex::FlexDevice;
    use burn::tensor::Distribution;

    fn encoder(seed: u64) -> AudioEncoder<Flex> {
        let ast =
            AstOptions { hidden_size: Some(12), depth: Some(3), heads: Some(3), frames: 48, ..Default::default() };
        let head = ProjectionOptions { dim: 5, ..Default::default() };
        AudioEncoder::init(&ast.resolve().unwrap(), &head, seed, &FlexDevice)
    }

    #[test]
    fn every_parameter_has_its_depth_once() {
        let encoder = encoder(1);
        let depths: BTreeMap<_, _> = encoder.parameter_depths().into_iter().collect();
        assert_eq!(depths.len(), encoder.parameter_depths().len());
        let names = parameter_names(&encoder);
        assert_eq!(names.len(), depths.len());
        for (name, id) in names {
            let expected = match name.split('.').collect::<Vec<_>>()[..] {
                ["ast", "blocks", block, ..] => block.parse::<usize>().unwrap() + 1,
                ["ast", "norm", ..] | ["head", ..] => 4,
                _ => 0,
            };
            assert_eq!(depths[&id], expected, "{name}");
        }
        assert_eq!(encoder.max_depth(), 4);
    }

    #[test]
    fn the_seed_decides_the_output_and_the_chunk_the_patches() {
        let features = Tensor::<Flex, 3>::random([2, 48, 128], Distribution::Default, &FlexDevice);
        let output = |seed| encoder(seed).forward(features.clone(), Some(&[3, 1])).into_data();
        assert_eq!(output(1), output(1));
        assert_ne!(output(1), output(2));
        assert_eq!(output(1).shape.as_slice(), [2, 5]);
        assert_eq!((encoder(1).embedding_dim(), encoder(1).patch_count(48), encoder(1).patch_count(47)), (5, 48, 0));
    }
}
