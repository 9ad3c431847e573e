//! The residual network: [`crate::models::Resnet18`] in evaluation, without burn.

use super::BundleError;
use super::plane::{Conv, Planes};
use super::weights::Weights;

/// Blocks: four stages of two.
const BLOCKS: usize = 8;

/// The 18-layer residual network up to its pooled values.
#[derive(Clone, Debug)]
pub(super) struct Resnet18 {
    stem: Conv,
    blocks: Vec<Block>,
    dim: usize,
}

/// Two convolutions, added to what entered.
#[derive(Clone, Debug)]
struct Block {
    conv_1: Conv,
    conv_2: Conv,
    shortcut: Option<Conv>,
}

impl Resnet18 {
    /// What leads the names of the network's tensors.
    pub(super) const PREFIX: &str = "backbone.Resnet18.";

    pub(super) fn read(weights: &mut Weights, width: usize) -> Result<Self, BundleError> {
        let mut conv = |conv: &str, norm: &str, [input, output]: [usize; 2], side: usize, stride: usize| {
            let weight = format!("{}{conv}.weight", Self::PREFIX);
            let filters = weights.filters(&weight, [output, input, side, side])?;
            let norm = weights.norm(&format!("{}{norm}", Self::PREFIX), output)?;
            Ok::<_, BundleError>(Conv { filters, norm, side, stride })
        };
        let stem = conv("stem", "stem_norm", [1, width], 7, 2)?;
        let blocks = (0..BLOCKS).map(|block| {
            let output = width << (block / 2);
            let first = block > 0 && block.is_multiple_of(2);
            let (input, stride) = if first { (output / 2, 2) } else { (output, 1) };
            let name = |part: &str| format!("blocks.{block}.{part}");
            let conv_1 = conv(&name("conv_1"), &name("norm_1"), [input, output], 3, stride)?;
            let conv_2 = conv(&name("conv_2"), &name("norm_2"), [output, output], 3, 1)?;
            let mut shortcut = || conv(&name("shortcut.conv"), &name("shortcut.norm"), [input, output], 1, 2);
            let shortcut = if first { Some(shortcut()?) } else { None };
            Ok(Block { conv_1, conv_2, shortcut })
        });
        let blocks = blocks.collect::<Result<_, BundleError>>()?;
        Ok(Self { stem, blocks, dim: width << (BLOCKS / 2 - 1) })
    }

    pub(super) fn dim(&self) -> usize {
        self.dim
    }

    /// # Shapes
    /// - features: `[frames, bands]`
    /// - output: `[8 * width]`
    pub(super) fn forward(&self, features: &[f32], bands: usize) -> Vec<f32> {
        let plane = Planes { values: features.to_vec(), rows: features.len() / bands, columns: bands };
        let mut stem = self.stem.forward(&plane);
        stem.relu();
        self.blocks.iter().fold(stem.max_pool(3, 2), |planes, block| block.forward(&planes)).average()
    }
}

impl Block {
    fn forward(&self, input: &Planes) -> Planes {
        let mut inner = self.conv_1.forward(input);
        inner.relu();
        let mut output = self.conv_2.forward(&inner);
        match &self.shortcut {
            Some(shortcut) => output.add(&shortcut.forward(input)),
            None => output.add(input),
        }
        output.relu();
        output
    }
}
