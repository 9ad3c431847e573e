//! An encoder with its head.

use burn::module::{Module, ParamId};
use burn::tensor::{Tensor, backend::Backend};

use super::weights::parameter_ids;
use super::{Backbone, Encoder, EncoderError, EncoderOptions, Projection, ProjectionOptions};

/// A [`Backbone`] and a [`Projection`]: features in, embeddings out.
#[derive(Module, Debug)]
pub struct AudioEncoder<B: Backend> {
    backbone: Backbone<B>,
    head: Projection<B>,
    embedding_dim: usize,
}

impl<B: Backend> AudioEncoder<B> {
    /// An encoder with random weights, the same for the same seed on every device.
    ///
    /// # Errors
    /// When the options do not pass validation.
    pub fn init(
        backbone: &EncoderOptions,
        head: &ProjectionOptions,
        seed: u64,
        device: &B::Device,
    ) -> Result<Self, EncoderError> {
        Self::with_backbone(backbone.init(seed, device)?, head, seed, device)
    }

    /// A random head on a backbone that has its weights already.
    ///
    /// # Errors
    /// When the options of the head do not pass validation.
    pub fn with_backbone(
        backbone: Backbone<B>,
        head: &ProjectionOptions,
        seed: u64,
        device: &B::Device,
    ) -> Result<Self, EncoderError> {
        head.validate()?;
        let hidden = backbone.output_dim();
        // Another stream than the backbone's, which starts at the seed itself.
        Ok(Self { backbone, head: head.init(hidden, !seed, device), embedding_dim: head.embedding_dim(hidden) })
    }

    /// The backbone.
    pub fn backbone(&self) -> &Backbone<B> {
        &self.backbone
    }
}

impl<B: Backend> Encoder<B> for AudioEncoder<B> {
    fn forward(&self, features: Tensor<B, 3>, patches: Option<&[usize]>) -> Tensor<B, 2> {
        self.head.forward(self.backbone.forward(features, patches))
    }

    fn patch_count(&self, frames: usize) -> usize {
        self.backbone.patch_count(frames)
    }

    fn embedding_dim(&self) -> usize {
        self.embedding_dim
    }

    fn parameter_depths(&self) -> Vec<(ParamId, usize)> {
        let head = self.max_depth();
        let mut depths = self.backbone.parameter_depths();
        depths.extend(parameter_ids(&self.head).into_iter().map(|id| (id, head)));
        depths
    }

    fn max_depth(&self) -> usize {
        self.backbone.head_depth()
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
        AudioEncoder::init(&EncoderOptions::Ast(ast), &head, seed, &FlexDevice).unwrap()
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
                ["backbone", "Ast", "blocks", block, ..] => block.parse::<usize>().unwrap() + 1,
                ["backbone", "Ast", "norm", ..] | ["head", ..] => 4,
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
