//! Training and embedding on a device that is chosen at run time.
//!
//! The one place where the encoder meets the backends: callers stay free of tensor types, and generic code is compiled
//! here and nowhere else.

mod classify;
mod weights;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use burn::tensor::backend::{AutodiffBackend, Backend};
use thiserror::Error;

use crate::dataset::FeatureSource;
use crate::embed::{EmbedError, EmbedOptions, embed_tracks};
use crate::losses::Objective;
use crate::models::{
    AudioEncoder, Backbone, Checkpoint, Device, EncoderError, EncoderOptions, OnBackend, ProjectionOptions,
    WeightsError, load_module_tensors, load_pretrained,
};
use crate::train::{TrainError, TrainEvent, TrainJob, TrainOutcome, Trained, train};
use crate::vectors::Vectors;

/// What leads the names of a backbone's tensors.
const BACKBONE: &str = "backbone.";

/// The encoder that a session works with.
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderSpec {
    /// What turns features into a pooled output.
    pub encoder: EncoderOptions,
    /// The head.
    pub projection: ProjectionOptions,
    /// Weights to start from, random ones otherwise: for `ast` a folder with `model.safetensors` and `config.json`, for
    /// other kinds a file that [`EncoderSpec::train`] wrote, of which the head is left out.
    pub pretrained: Option<PathBuf>,
    /// Seeds the random weights: the same on every device.
    pub seed: u64,
}

/// Why a session ended without its result.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The encoder cannot be built as configured.
    #[error("the encoder cannot be built")]
    Encoder(#[from] EncoderError),
    /// Weights could not be read or written.
    #[error("the weights cannot be used")]
    Weights(#[from] WeightsError),
    /// Training failed.
    #[error("training failed")]
    Train(#[from] TrainError),
    /// Embedding failed.
    #[error("embedding failed")]
    Embed(#[from] EmbedError),
    /// The weights were trained without a classifier.
    #[error(
        "{} holds no classifier: train with an objective that has one, for example {{\"kind\": \"cross_entropy\"}}",
        path.display()
    )]
    NoClassifier {
        /// The file of the weights.
        path: PathBuf,
    },
}

impl SessionError {
    /// Whether the caller asked to stop.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Train(TrainError::Cancelled { .. }) | Self::Embed(EmbedError::Cancelled))
    }
}

impl EncoderSpec {
    /// The backbone before training.
    fn backbone<B: Backend>(&self, device: &B::Device) -> Result<Backbone<B>, SessionError> {
        let Some(pretrained) = &self.pretrained else { return Ok(self.encoder.init(self.seed, device)?) };
        if let EncoderOptions::Ast(options) = &self.encoder {
            let config = options.resolve().map_err(EncoderError::from)?;
            return Ok(Backbone::Ast(load_pretrained(&config, pretrained, device)?.ast));
        }
        let mut tensors = Checkpoint::read(pretrained)?.tensors;
        tensors.retain(|name, _| name.starts_with(BACKBONE));
        let random = self.encoder.init(self.seed, device)?;
        Ok(load_module_tensors(random, &tensors, BACKBONE)
            .map_err(|problems| WeightsError::Tensors { path: pretrained.clone(), problems })?)
    }

    /// The encoder before training.
    fn init<B: Backend>(&self, device: &B::Device) -> Result<AudioEncoder<B>, SessionError> {
        Ok(AudioEncoder::with_backbone(self.backbone(device)?, &self.projection, self.seed, device)?)
    }

    /// The encoder with the weights of an earlier session.
    fn load<B: Backend>(&self, weights: &Path, device: &B::Device) -> Result<AudioEncoder<B>, SessionError> {
        let random = AudioEncoder::init(&self.encoder, &self.projection, self.seed, device)?;
        Ok(weights::load_encoder(random, weights)?)
    }

    /// The encoder and the objective of an earlier session.
    fn load_with_objective<B: Backend>(
        &self,
        weights: &Path,
        device: &B::Device,
    ) -> Result<(AudioEncoder<B>, Option<Objective<B>>), SessionError> {
        let random = AudioEncoder::init(&self.encoder, &self.projection, self.seed, device)?;
        Ok(weights::load(random, device, weights)?)
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
        let Trained { encoder, objective, outcome } = train::<B, _>(encoder, self.job, self.on_event, self.cancel)?;
        let metadata = vec![("model", self.spec.encoder.kind().to_owned())];
        let options = &self.job.plan.options().objective;
        weights::save(&encoder, metadata, &objective, options, self.job.classes(), self.weights)?;
        Ok(outcome)
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
