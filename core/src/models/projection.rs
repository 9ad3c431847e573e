//! The head between an encoder's pooled output and the embedding.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Tensor, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::init::{self, Initializer};
use super::ops::{gelu, linear};

/// What follows the encoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectionKind {
    /// Nothing: the embedding is the pooled output.
    None,
    /// One linear layer.
    #[default]
    Linear,
    /// Two linear layers with GELU between them.
    Mlp,
}

/// The projection head as configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectionOptions {
    /// What follows the encoder.
    pub kind: ProjectionKind,
    /// Values per embedding; without a head the encoder's width counts.
    pub dim: usize,
    /// Width of the inner layer of `mlp`.
    pub hidden: usize,
}

impl Default for ProjectionOptions {
    fn default() -> Self {
        Self { kind: ProjectionKind::Linear, dim: 128, hidden: 512 }
    }
}

/// A width of [`ProjectionOptions`] that is out of range.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{field}` of the projection must be in 1..={max}, found {found}")]
pub struct ProjectionError {
    field: &'static str,
    found: usize,
    max: usize,
}

impl ProjectionOptions {
    /// Checks the widths.
    ///
    /// # Errors
    /// Names a width that is zero or beyond reason.
    pub fn validate(&self) -> Result<(), ProjectionError> {
        let max = 4096;
        let refuse = |field, found| Err(ProjectionError { field, found, max });
        match self.kind {
            ProjectionKind::Linear | ProjectionKind::Mlp if !(1..=max).contains(&self.dim) => refuse("dim", self.dim),
            ProjectionKind::Mlp if !(1..=max).contains(&self.hidden) => refuse("hidden", self.hidden),
            _ => Ok(()),
        }
    }

    /// Values per embedding after an encoder of the given width.
    pub fn embedding_dim(&self, input: usize) -> usize {
        match self.kind {
            ProjectionKind::None => input,
            ProjectionKind::Linear | ProjectionKind::Mlp => self.dim,
        }
    }

    /// A head for pooled outputs of the given width, random from the seed as [`super::AstConfig::init`] is.
    pub fn init<B: Backend>(&self, input: usize, seed: u64, device: &B::Device) -> Projection<B> {
        let mut random = Initializer::new(seed);
        let widths = match self.kind {
            ProjectionKind::None => vec![],
            ProjectionKind::Linear => vec![(input, self.dim)],
            ProjectionKind::Mlp => vec![(input, self.hidden), (self.hidden, self.dim)],
        };
        Projection { layers: widths.into_iter().map(|(i, o)| init::linear(&mut random, i, o, device)).collect() }
    }
}

/// The projection head: no, one or two linear layers.
#[derive(Module, Debug)]
pub struct Projection<B: Backend> {
    layers: Vec<Linear<B>>,
}

impl<B: Backend> Projection<B> {
    /// # Shapes
    /// - pooled: `[batch, input]`
    /// - output: `[batch, embedding_dim]`
    pub fn forward(&self, pooled: Tensor<B, 2>) -> Tensor<B, 2> {
        let mut output = pooled;
        for (i, layer) in self.layers.iter().enumerate() {
            output = linear(layer, if i == 0 { output } else { gelu(output) });
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;

    #[test]
    fn every_kind_has_its_width() {
        let device = Default::default();
        for (kind, dim) in [(ProjectionKind::None, 6), (ProjectionKind::Linear, 3), (ProjectionKind::Mlp, 3)] {
            let options = ProjectionOptions { kind, dim: 3, hidden: 5 };
            options.validate().unwrap();
            let head = options.init::<Flex>(6, 1, &device);
            let output = head.forward(Tensor::ones([2, 6], &device));
            assert_eq!(output.dims(), [2, dim]);
            assert_eq!(options.embedding_dim(6), dim);
        }
    }

    #[test]
    fn a_head_without_width_is_refused() {
        let options = ProjectionOptions { dim: 0, ..ProjectionOptions::default() };
        assert_eq!(options.validate().unwrap_err().to_string(), "`dim` of the projection must be in 1..=4096, found 0");
    }
}
