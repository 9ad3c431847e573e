//! What can go wrong.

use thiserror::Error;

use super::bundle::{BUNDLE_FORMAT_VERSION, MAX_BUNDLE_BYTES};
use crate::audio::AudioError;
use crate::features::{FEATURE_VERSION, FeatureError};

/// Why an encoder could not be carried, or not be read back.
#[derive(Debug, Error)]
pub enum BundleError {
    /// An encoder of a kind that has no form without a tensor library.
    #[error("an encoder of the kind `{kind}` does not run in a browser; `musicnn` and `resnet18` do")]
    Unsupported {
        /// Its kind.
        kind: &'static str,
    },
    /// A residual network with more weights than a page is meant to load.
    #[error("a `resnet18` of width {found} is too large for a browser; `width` may be up to {max}")]
    TooWide {
        /// Its width.
        found: usize,
        /// The largest width.
        max: usize,
    },
    /// The encoder is too large to be loaded by a page.
    #[error("the encoder takes {:.1} MB; at most {:.1} MB are put into a page", *found as f64 / 1e6, MAX_BUNDLE_BYTES as f64 / 1e6)]
    TooLarge {
        /// Its size, in bytes.
        found: usize,
    },
    /// The bytes are something else.
    #[error("this is no encoder of pmsl")]
    NotABundle,
    /// The bytes were written by another version of the program.
    #[error(
        "the encoder has format version {found}, and this page reads version {BUNDLE_FORMAT_VERSION}: the site's files \
         come from different versions; generate the site again"
    )]
    Version {
        /// The version found.
        found: u32,
    },
    /// The encoder expects other features than this version computes.
    #[error(
        "the encoder was made for features of version {found}, and this page computes version {FEATURE_VERSION}: \
         generate the site again"
    )]
    FeatureVersion {
        /// The version found.
        found: u32,
    },
    /// Bytes are missing or changed.
    #[error("the encoder is damaged: it was cut off or changed; copy the site again")]
    Damaged,
    /// The encoder belongs to another site.
    #[error("the page belongs to build {expected} and its encoder to build {found}; copy the site again")]
    Build {
        /// The page's build.
        expected: String,
        /// The encoder's build.
        found: String,
    },
    /// The bytes are whole, but what they say is impossible.
    #[error("the encoder's options cannot be read: {0}")]
    Options(String),
    /// A tensor is missing, misshapen or has no place.
    #[error("the tensor `{name}` should have the shape {expected:?}, found {found:?}")]
    Tensor {
        /// Its name.
        name: String,
        /// The shape that the network needs; empty where the network has no such tensor.
        expected: Vec<usize>,
        /// The shape found; empty where there is none.
        found: Vec<usize>,
    },
    /// A tensor holds NaN or infinity.
    #[error("the tensor `{name}` holds a value that is not finite: the weights are damaged")]
    NotFinite {
        /// Its name.
        name: String,
    },
    /// The front end cannot be planned.
    #[error("the encoder's front end cannot be used")]
    FrontEnd(#[from] FeatureError),
    /// The choice of chunks cannot be used.
    #[error("the encoder's choice of chunks cannot be used")]
    Audio(#[from] AudioError),
}

/// Why a file has no vector.
#[derive(Debug, Error)]
pub enum HearingError {
    /// The file cannot be decoded.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The sound gives no features.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// The encoder gave NaN, infinity or only zeros.
    #[error("the encoder hears nothing in this file that it could compare")]
    NoDirection,
}
