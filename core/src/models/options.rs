//! The encoder as configured.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::ast::{AstOptions, AstOptionsError};
use super::{CnnOptions, DenseOptions, EmbeddingsOptions, MusicnnOptions, ProjectionError, Resnet18Options};

/// The encoder as configured: its kind and what is set of that kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EncoderOptions {
    /// The audio spectrogram transformer.
    Ast(AstOptions),
    /// The 18-layer residual network.
    Resnet18(Resnet18Options),
    /// A network that tags music, or the embeddings inside it.
    Musicnn(MusicnnOptions),
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
            Self::Musicnn(_) => "musicnn",
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
            Self::Musicnn(options) => (options.frames, options.bands) = (frames, bands),
            Self::Dense(options) => (options.frames, options.bands) = (frames, bands),
            Self::Cnn(options) => options.bands = bands,
            Self::Embeddings(options) => options.dim = frames * bands,
        }
    }

    /// Values of one pooled output.
    ///
    /// # Errors
    /// As [`EncoderOptions::validate`].
    pub fn output_dim(&self) -> Result<usize, EncoderError> {
        self.validate()?;
        Ok(match self {
            Self::Ast(options) => options.resolve()?.hidden_size(),
            Self::Resnet18(options) => options.output_dim(),
            Self::Musicnn(options) => options.layer.dim(),
            Self::Dense(options) => options.hidden,
            Self::Cnn(options) => options.output_dim(),
            Self::Embeddings(options) => options.dim,
        })
    }

    /// The tags whose probabilities the encoder gives beside its output; none for most kinds.
    pub fn tags(&self) -> &'static [&'static str] {
        match self {
            Self::Musicnn(options) => options.model.tags(),
            _ => &[],
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
            Self::Musicnn(options) => options.validate()?,
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
    fn every_kind_gives_what_it_says_for_the_features_it_was_told_of() {
        use burn::backend::Flex;
        use burn::backend::flex::FlexDevice;
        use burn::tensor::{Distribution, Tensor};

        let kinds = [
            (r#"{"kind": "ast", "preset": "nano"}"#, 96, [40, 64], "patches"),
            (r#"{"kind": "resnet18", "width": 2}"#, 16, [33, 20], ""),
            (r#"{"kind": "musicnn", "layer": "mean_pool"}"#, 753, [30, 96], "tags"),
            (r#"{"kind": "dense", "hidden": 7, "activation": "relu"}"#, 7, [5, 3], ""),
            (r#"{"kind": "cnn", "channels": [3, 4, 5]}"#, 5, [9, 13], ""),
            (r#"{"kind": "embeddings"}"#, 12, [1, 12], ""),
        ];
        for (text, dim, [frames, bands], special) in kinds {
            let mut options: EncoderOptions = serde_json::from_str(text).unwrap();
            options.set_input(frames, bands);
            assert_eq!(options.output_dim(), Ok(dim), "{text}");
            let backbone = options.init::<Flex>(1, &FlexDevice).unwrap();
            let features = Tensor::random([2, frames, bands], Distribution::Default, &FlexDevice);
            let (output, tags) = backbone.forward_with_tags(features.clone());
            assert_eq!(output.dims(), [2, dim], "{text}");
            assert_eq!(tags.map_or(0, |tags| tags.dims()[1]), options.tags().len());
            assert_eq!(options.tags().len(), if special == "tags" { 50 } else { 0 });
            assert_eq!(backbone.patch_count(frames) > 0, special == "patches");
            assert_eq!(output.into_data(), backbone.forward(features, None).into_data(), "{text}");
            assert_eq!(backbone.output_dim(), dim);
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
