//! The networks behind one type.

use serde::{Deserialize, Serialize};

use super::BundleError;
use super::musicnn::Musicnn;
use super::resnet18::Resnet18;
use super::weights::Weights;
use crate::musicnn_shape::{BANDS, MusicnnLayer};

/// Most channels of a residual network's first stage: a wider one has more weights than a page is meant to load.
const WIDTH_MAX: usize = 32;

/// Which network turns features into a pooled output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NetworkOptions {
    /// MusiCNN up to a layer.
    Musicnn {
        /// The layer whose values are the output.
        layer: MusicnnLayer,
    },
    /// The 18-layer residual network.
    Resnet18 {
        /// Channels of its first stage, 1 to 32.
        width: usize,
    },
}

impl NetworkOptions {
    /// The form that an encoder of a run has here.
    ///
    /// # Errors
    /// [`BundleError::Unsupported`] for a kind that has none, [`BundleError::TooWide`].
    #[cfg(feature = "models")]
    pub fn of(encoder: &crate::models::EncoderOptions) -> Result<Self, BundleError> {
        use crate::models::EncoderOptions;

        match encoder {
            EncoderOptions::Musicnn(options) => Ok(Self::Musicnn { layer: options.layer }),
            EncoderOptions::Resnet18(options) if options.width > WIDTH_MAX => {
                Err(BundleError::TooWide { found: options.width, max: WIDTH_MAX })
            }
            EncoderOptions::Resnet18(options) => Ok(Self::Resnet18 { width: options.width }),
            other => Err(BundleError::Unsupported { kind: other.kind() }),
        }
    }

    /// Whether the network needs a tensor of [`crate::models`], whose name leads with `backbone.` and the network's
    /// kind.
    pub(super) fn needs(self, name: &str) -> bool {
        match self {
            Self::Musicnn { layer } => {
                name.strip_prefix(Musicnn::PREFIX).is_some_and(|name| Musicnn::needs(layer, name))
            }
            Self::Resnet18 { .. } => name.starts_with(Resnet18::PREFIX),
        }
    }
}

/// A network of either kind.
#[derive(Clone, Debug)]
pub(super) enum Network {
    Musicnn(Musicnn),
    Resnet18(Resnet18),
}

impl Network {
    /// The network for features of `bands` bands.
    pub(super) fn read(weights: &mut Weights, options: NetworkOptions, bands: usize) -> Result<Self, BundleError> {
        match options {
            NetworkOptions::Musicnn { layer } if bands == BANDS => Ok(Self::Musicnn(Musicnn::read(weights, layer)?)),
            NetworkOptions::Resnet18 { width: width @ 1..=WIDTH_MAX } => {
                Ok(Self::Resnet18(Resnet18::read(weights, width)?))
            }
            impossible => Err(BundleError::Options(format!("no network of {impossible:?} for {bands} bands"))),
        }
    }

    /// Values of the output.
    pub(super) fn dim(&self) -> usize {
        match self {
            Self::Musicnn(musicnn) => musicnn.dim(),
            Self::Resnet18(resnet18) => resnet18.dim(),
        }
    }

    /// # Shapes
    /// - features: `[frames, bands]`, at least one frame
    /// - output: `[dim]`
    pub(super) fn forward(&self, features: &[f32], bands: usize) -> Vec<f32> {
        match self {
            Self::Musicnn(musicnn) => musicnn.forward(features),
            Self::Resnet18(resnet18) => resnet18.forward(features, bands),
        }
    }
}
