//! Training and embedding on a device that is chosen at run time.
//!
//! The one place where the encoder meets the backends: callers stay free of tensor types, and generic code is compiled
//! here and nowhere else.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use burn::tensor::backend::{AutodiffBackend, Backend};
use thiserror::Error;

use crate::dataset::FeatureSource;
use crate::embed::{EmbedError, EmbedOptions, embed_tracks};
use crate::models::{
    AstConfig, AstOptions, AstOptionsError, AudioEncoder, Device, OnBackend, ProjectionError, ProjectionOptions,
    WeightsError, load_module, load_pretrained, save_module,
};
use crate::train::{TrainError, TrainEvent, TrainJob, TrainOutcome, train};
use crate::vectors::Vectors;

/// The encoder that a session works with.
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderSpec {
    /// The transformer.
    pub ast: AstOptions,
    /// The head.
    pub projection: ProjectionOptions,
    /// A folder with `model.safetensors` and `config.json` to start from; random weights otherwise.
    pub pretrained: Option<PathBuf>,
    /// Seeds the random weights: the same on every device.
    pub seed: u64,
}

/// Why a session ended without its result.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The transformer cannot be built as configured.
    #[error("the transformer cannot be built")]
    Ast(#[from] AstOptionsError),
    /// The head cannot be built as configured.
    #[error("the projection cannot be built")]
    Projection(#[from] ProjectionError),
    /// Weights could not be read or written.
    #[error("the weights cannot be used")]
    Weights(#[from] WeightsError),
    /// Training failed.
    #[error("training failed")]
    Train(#[from] TrainError),
    /// Embedding failed.
    #[error("embedding failed")]
    Embed(#[from] EmbedError),
}

impl SessionError {
    /// Whether the caller asked to stop.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Train(TrainError::Cancelled { .. }) | Self::Embed(EmbedError::Cancelled))
    }
}

impl EncoderSpec {
    /// Checks the sizes.
    fn config(&self) -> Result<AstConfig, SessionError> {
        self.projection.validate()?;
        Ok(self.ast.resolve()?)
    }

    /// The encoder before training.
    fn init<B: Backend>(&self, device: &B::Device) -> Result<AudioEncoder<B>, SessionError> {
        let config = self.config()?;
        Ok(match &self.pretrained {
            None => AudioEncoder::init(&config, &self.projection, self.seed, device),
            Some(folder) => {
                let pretrained = load_pretrained(&config, folder, device)?;
                AudioEncoder::with_ast(pretrained.ast, &self.projection, self.seed, device)
            }
        })
    }

    /// The encoder with the weights of an earlier session.
    fn load<B: Backend>(&self, weights: &Path, device: &B::Device) -> Result<AudioEncoder<B>, SessionError> {
        let random = AudioEncoder::init(&self.config()?, &self.projection, self.seed, device);
        let (encoder, _) = load_module(random, weights)?;
        Ok(encoder)
    }

    /// Trains the encoder on a device and stores its best weights as safetensors.
    ///
    /// # Errors
    /// See [`SessionError`]; see [`train`] for what an interrupted training leaves behind.
    pub fn train(
        &self,
        device: Device,
        job: &TrainJob<'_>,
        weights: &Path,
        on_event: &mut dyn FnMut(TrainEvent),
        cancel: &AtomicBool,
    ) -> Result<TrainOutcome, SessionError> {
        device.run(Training { spec: self, job, weights, on_event, cancel })
    }

    /// Embeds tracks on a device with stored weights: `[tracks.len(), dim]`, in the order of `tracks`.
    ///
    /// # Errors
    /// See [`SessionError`].
    #[allow(clippy::too_many_arguments, reason = "what to embed, with what, where, and how to follow it")]
    pub fn embed(
        &self,
        device: Device,
        weights: &Path,
        source: &dyn FeatureSource,
        tracks: &[usize],
        options: &EmbedOptions,
        progress: &mut dyn FnMut(usize, usize),
        cancel: &AtomicBool,
    ) -> Result<Vectors, SessionError> {
        device.run(Embedding { spec: self, weights, source, tracks, options, progress, cancel })
    }
}

struct Training<'a> {
    spec: &'a EncoderSpec,
    job: &'a TrainJob<'a>,
    weights: &'a Path,
    on_event: &'a mut dyn FnMut(TrainEvent),
    cancel: &'a AtomicBool,
}

impl OnBackend for Training<'_> {
    type Output = Result<TrainOutcome, SessionError>;

    fn run<B: AutodiffBackend>(self, device: B::Device) -> Self::Output {
        let encoder = self.spec.init::<B>(&device)?;
        let trained = train::<B, _>(encoder, self.job, self.on_event, self.cancel)?;
        save_module(&trained.encoder, [("model".to_owned(), "ast".to_owned())].into(), self.weights)?;
        Ok(trained.outcome)
    }
}

struct Embedding<'a> {
    spec: &'a EncoderSpec,
    weights: &'a Path,
    source: &'a dyn FeatureSource,
    tracks: &'a [usize],
    options: &'a EmbedOptions,
    progress: &'a mut dyn FnMut(usize, usize),
    cancel: &'a AtomicBool,
}

impl OnBackend for Embedding<'_> {
    type Output = Result<Vectors, SessionError>;

    fn run<B: AutodiffBackend>(self, device: B::Device) -> Self::Output {
        let encoder = self.spec.load::<B::InnerBackend>(self.weights, &device)?;
        Ok(embed_tracks(&encoder, self.source, self.tracks, self.options, self.progress, self.cancel)?)
    }
}
