//! Training and embedding on a device that is chosen at run time.
//!
//! The one place where the encoder meets the backends: callers stay free of tensor types, and generic code is compiled
//! here and nowhere else.

mod classify;
mod weights;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use burn::tensor::backend::{AutodiffBackend, Backend};
use thiserror::Error;

use crate::dataset::FeatureSource;
use crate::embed::{EmbedError, EmbedOptions, embed_tracks};
pub use crate::frozen::ChunkSink;
use crate::frozen::run_backbone;
use crate::losses::Objective;
use crate::models::{
    AudioEncoder, Backbone, Checkpoint, Device, EncoderError, EncoderOptions, NamedTensor, OnBackend,
    ProjectionOptions, WeightsError, load_module_tensors, load_musicnn, load_pretrained, module_tensors,
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
    /// `musicnn` the wheel of the package or a folder with it or the package, and for every kind but `ast` a safetensors
    /// file that [`EncoderSpec::train`] or [`EncoderSpec::save_backbone`] wrote, of which the head is left out.
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
        match &self.encoder {
            EncoderOptions::Ast(options) => {
                let config = options.resolve().map_err(EncoderError::from)?;
                Ok(Backbone::Ast(load_pretrained(&config, pretrained, device)?.ast))
            }
            EncoderOptions::Musicnn(options) if !is_own_file(pretrained) => {
                self.encoder.validate()?;
                Ok(Backbone::Musicnn(load_musicnn(options, pretrained, device)?))
            }
            _ => self.load_backbone(pretrained, device),
        }
    }

    /// The backbone of a file that pmsl wrote.
    fn load_backbone<B: Backend>(&self, path: &Path, device: &B::Device) -> Result<Backbone<B>, SessionError> {
        let mut checkpoint = Checkpoint::read(path)?;
        for (field, expected) in self.metadata() {
            let found = checkpoint.metadata.remove(field).unwrap_or_default();
            if found != expected {
                return Err(WeightsError::Config { path: path.to_owned(), field, expected, found }.into());
            }
        }
        checkpoint.tensors.retain(|name, _| name.starts_with(BACKBONE));
        let random = self.encoder.init(self.seed, device)?;
        Ok(load_module_tensors(random, &checkpoint.tensors, BACKBONE)
            .map_err(|problems| WeightsError::Tensors { path: path.to_owned(), problems })?)
    }

    /// What is written beside the weights: what else they must fit.
    fn metadata(&self) -> Vec<(&'static str, String)> {
        let mut texts = vec![("model", self.encoder.kind().to_owned())];
        if let EncoderOptions::Musicnn(options) = &self.encoder {
            texts.push(("tags", options.tag_set().to_owned()));
        }
        texts
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

    /// Runs every chunk of the tracks through the backbone without the head, with the weights that training would start
    /// from, and hands the outputs to the sink: track by track in the order of `tracks`, chunk by chunk. Batch norms
    /// take their running statistics, so that a chunk's output does not depend on the others of its batch.
    ///
    /// `progress` is told how many tracks of how many are done.
    ///
    /// # Errors
    /// See [`SessionError`].
    #[allow(clippy::too_many_arguments, reason = "what to run, on what, where, and how to follow it")]
    pub fn run_backbone(
        &self,
        device: Device,
        source: &dyn FeatureSource,
        tracks: &[usize],
        batch_size: usize,
        sink: &mut ChunkSink<'_>,
        progress: &mut dyn FnMut(usize, usize),
        cancel: &AtomicBool,
    ) -> Result<(), SessionError> {
        device.run(Running { spec: self, source, tracks, batch_size, sink, progress, cancel })
    }

    /// The weights of the backbone that training would start from, by the names that they have in a checkpoint.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn backbone_tensors(&self) -> Result<BTreeMap<String, NamedTensor>, SessionError> {
        let backbone = self.backbone::<burn::backend::Flex>(&burn::backend::flex::FlexDevice)?;
        Ok(module_tensors(&backbone, BACKBONE))
    }

    /// Writes the weights of the backbone that training would start from as a safetensors file, which `pretrained` may
    /// then name.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn save_backbone(&self, path: &Path) -> Result<(), SessionError> {
        let metadata = self.metadata().into_iter().map(|(key, text)| (key.to_owned(), text)).collect();
        Checkpoint { tensors: self.backbone_tensors()?, metadata }.write(path)?;
        Ok(())
    }
}

/// Whether a path is of the kind of file that pmsl writes.
fn is_own_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("safetensors"))
}

struct Running<'a, 'b> {
    spec: &'a EncoderSpec,
    source: &'a dyn FeatureSource,
    tracks: &'a [usize],
    batch_size: usize,
    sink: &'a mut ChunkSink<'b>,
    progress: &'a mut dyn FnMut(usize, usize),
    cancel: &'a AtomicBool,
}

impl OnBackend for Running<'_, '_> {
    type Output = Result<(), SessionError>;

    fn run<B: AutodiffBackend>(self, device: B::Device) -> Self::Output {
        let backbone = self.spec.backbone::<B::InnerBackend>(&device)?;
        let Self { source, tracks, batch_size, sink, progress, cancel, .. } = self;
        Ok(run_backbone(&backbone, source, tracks, batch_size, sink, progress, cancel)?)
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
        let (metadata, options) = (self.spec.metadata(), &self.job.plan.options().objective);
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
