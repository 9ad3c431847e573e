//! The encoder as configured.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::ast::{AstOptions, AstOptionsError};
use super::{CnnOptions, DenseOptions, EmbeddingsOptions, ProjectionError, Resnet18Options};

/// The encoder as configured: its kind and what is set of that kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EncoderOptions {
    /// The audio spectrogram transformer.
    Ast(AstOptions),
    /// The 18-layer residual network.
    Resnet18(Resnet18Options),
    /// Dense layers on the flattened features.
    Dense(DenseOptions),
    /// A small convolutional network.
    Cnn(CnnOptions),
    /// No encoder: the features are embeddings already.
    Embeddings(EmbeddingsOptions),
}

impl Default for EncoderOptions {
    fn default() -> Self {
        Self::Ast(AstOptions::default())
    }
}

/// Options that no encoder can be built from.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum EncoderError {
    /// The transformer cannot be built.
    #[error(transparent)]
    Ast(#[from] AstOptionsError),
    /// The head cannot be built.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    /// A number outside its range.
    #[error("`{field}` must be in {min}..={max}, found {found}")]
    Range {
        /// The option.
        field: &'static str,
        /// Smallest value accepted.
        min: usize,
        /// Largest value accepted.
        max: usize,
        /// Value found.
        found: usize,
    },
    /// A share outside `0..1`.
    #[error("`dropout` must be at least 0 and below 1, found {0}")]
    Dropout(f64),
}

impl EncoderOptions {
    /// The name of the kind, as configs have it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ast(_) => "ast",
            Self::Resnet18(_) => "resnet18",
            Self::Dense(_) => "dense",
            Self::Cnn(_) => "cnn",
            Self::Embeddings(_) => "embeddings",
        }
    }

    /// Tells the encoder the shape of the features it will get: `[frames, bands]` per chunk. Embeddings are one frame
    /// of as many bands as they have values.
    pub fn set_input(&mut self, frames: usize, bands: usize) {
        match self {
            Self::Ast(options) => (options.frames, options.mels) = (frames, bands),
            // Any plane will do: its channels are averaged.
            Self::Resnet18(_) => {}
            Self::Dense(options) => (options.frames, options.bands) = (frames, bands),
            Self::Cnn(options) => options.bands = bands,
            Self::Embeddings(options) => options.dim = frames * bands,
        }
    }

    /// Checks every value, and that the features fit.
    ///
    /// # Errors
    /// Names the first option that no encoder can be built from.
    pub fn validate(&self) -> Result<(), EncoderError> {
        match self {
            Self::Ast(options) => options.resolve().map(|_| ())?,
            Self::Resnet18(options) => options.validate()?,
            Self::Dense(options) => options.validate()?,
            Self::Cnn(options) => options.validate()?,
            Self::Embeddings(options) => in_range("dim", options.dim, 1, 1 << 16)?,
        }
        Ok(())
    }
}

/// Checks one number.
pub(super) fn in_range(field: &'static str, found: usize, min: usize, max: usize) -> Result<(), EncoderError> {
    if (min..=max).contains(&found) { Ok(()) } else { Err(EncoderError::Range { field, min, max, found }) }
}

/// Checks a share of values to drop.
pub(super) fn check_dropout(found: f64) -> Result<(), EncoderError> {
    if (0.0..1.0).contains(&found) { Ok(()) } else { Err(EncoderError::Dropout(found)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_the_tag_and_unknown_fields_are_refused() {
        let read = |text: &str| serde_json::from_str::<EncoderOptions>(text);
        let ast = read(r#"{"kind": "ast", "preset": "nano"}"#).unwrap();
        assert_eq!(ast.kind(), "ast");
        assert!(read(r#"{"kind": "ast", "presett": "nano"}"#).is_err());
        assert!(read(r#"{"kind": "embeddings", "dim": 3}"#).is_err());
        for options in [ast, read(r#"{"kind": "embeddings"}"#).unwrap()] {
            let json = serde_json::to_value(&options).unwrap();
            assert_eq!(json["kind"], options.kind());
            assert_eq!(serde_json::from_value::<EncoderOptions>(json).unwrap(), options);
            options.validate().unwrap();
        }
    }

    #[test]
    fn the_shape_of_the_features_is_part_of_the_check() {
        let mut options = EncoderOptions::default();
        options.set_input(8, 128);
        let message = options.validate().unwrap_err().to_string();
        assert_eq!(message, "`patch_size` must be in 1..=8, found 16");
        let mut options = EncoderOptions::Embeddings(EmbeddingsOptions::default());
        options.set_input(1, 0);
        assert_eq!(options.validate().unwrap_err().to_string(), "`dim` must be in 1..=65536, found 0");
    }
}
