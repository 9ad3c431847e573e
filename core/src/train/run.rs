//! The loop itself.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::{AutodiffModule, Module};
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{DType, Tensor, TensorData};

use super::checkpoint::{self, Best, Progress, Stage};
use super::error::{OptionError, TrainError};
use super::event::{EpochRecord, StepRecord, TrainEvent, TrainOutcome};
use super::options::{TrainOptions, TrainPlan};
use super::parameters::{self, Parameter, Role};
use super::schedule::learning_rate;
use super::state::{OptimizerState, Values};
use super::validation::{Validation, validate};
use crate::dataset::rng::{CounterRng, Purpose};
use crate::dataset::{Batch, BatchAssembler, BatchSampler, FeatureSource, ReadError, Split};
use crate::embed::EmbedError;
use crate::models::Encoder;

/// Batches prepared ahead of the device.
const BATCHES_AHEAD: usize = 2;

/// Where training keeps its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointFile {
    /// The file. Its folder is made where it is missing.
    pub path: PathBuf,
    /// Says what the run is made of: configuration, data, initial weights. A checkpoint with another fingerprint is
    /// ignored and replaced.
    pub fingerprint: String,
}

/// What to train on, and how.
#[derive(Clone, Copy)]
pub struct TrainJob<'a> {
    /// The features of the library.
    pub source: &'a dyn FeatureSource,
    /// The sub-genre of every track of the library.
    pub sub_genres: &'a [u32],
    /// Its split; test tracks are not looked at.
    pub split: &'a Split,
    /// The options.
    pub plan: &'a TrainPlan,
    /// Seeds the batches, the augmentation and patchout.
    pub seed: u64,
    /// Where to keep the state and to resume from; `None` keeps none.
    pub checkpoint: Option<&'a CheckpointFile>,
}

/// Trains an initialised encoder and returns it with the best weights, and how it went.
///
/// The best epoch is the one with the highest validation accuracy and, among equals, the largest validation margin; the
/// earlier one wins a tie in both. Without validation tracks it is the last epoch.
///
/// With a checkpoint file the state is stored after each epoch, after every `checkpoint_steps` steps and when `cancel`
/// is set. A run that was interrupted in any way goes on from there, and on the CPU ends with the same bits as one that
/// was not. A checkpoint of another run, or a damaged one, is ignored with [`TrainEvent::CheckpointIgnored`]. A run that
/// is already complete returns at once.
///
/// Batches depend on the seed alone, and the weights on the encoder given, so that runs on different backends can be
/// compared step by step.
///
/// # Errors
/// See [`TrainError`]. [`TrainError::Cancelled`] comes after the checkpoint has been written.
///
/// # Panics
/// When a track of the split is not in the library.
pub fn train<B, E>(
    encoder: E,
    job: &TrainJob<'_>,
    on_event: &mut dyn FnMut(TrainEvent),
    cancel: &AtomicBool,
) -> Result<(E::InnerModule, TrainOutcome), TrainError>
where
    B: AutodiffBackend,
    E: AutodiffModule<B> + Encoder<B>,
    E::InnerModule: Encoder<B::InnerBackend>,
{
    let options = job.plan.options();
    let frames = options.crop_frames.unwrap_or(job.source.frames());
    let sampler = BatchSampler::new(
        &job.split.train,
        job.sub_genres,
        job.source,
        options.playlists_per_batch,
        options.tracks_per_playlist,
        job.seed,
    )?;
    let batches = sampler.batches_per_epoch() as u64;
    let steps_per_epoch = options.steps_per_epoch.unwrap_or(batches.div_ceil(options.accumulation_steps));
    let total_steps = steps_per_epoch * options.epochs as u64;
    let patches = encoder.patch_count(frames);
    check_fit(options, job, total_steps, patches, encoder.max_depth())?;

    let parameters = parameters::list(&encoder, options);
    let encoder = parameters::freeze::<B, E>(encoder, &parameters);
    let trained_parameters = parameters.iter().filter(|parameter| parameter.is_trained()).map(|p| p.len).sum();
    let parameter_total = parameters.iter().map(|parameter| parameter.len).sum();
    on_event(TrainEvent::Started { total_steps, steps_per_epoch, trained_parameters, parameters: parameter_total });
    let mut run = Run::<B> {
        job,
        options,
        device: encoder.devices().into_iter().next().unwrap_or_default(),
        steps_per_epoch,
        total_steps,
        patches,
        state: OptimizerState::new::<B, E>(&encoder, &parameters, options),
        best: Vec::new(),
        progress: Progress {
            version: checkpoint::VERSION,
            fingerprint: job.checkpoint.map(|file| file.fingerprint.clone()).unwrap_or_default(),
            encoder: fixed_hash::<B, E>(&encoder, &parameters),
            ..Progress::default()
        },
        parameters,
        pending: None,
        on_event,
        cancel,
    };
    let encoder = run.resume(encoder)?;
    let assembler = BatchAssembler::new(job.source, &sampler, &options.augment, frames, job.seed);
    let first = run.progress.step * options.accumulation_steps;
    let last = if run.progress.stopped_early { first } else { total_steps * options.accumulation_steps };
    let encoder = assembler.prefetch(first..last, BATCHES_AHEAD, |batches| run.steps(encoder, batches))?;
    let encoder = parameters::with_values(encoder.valid(), &run.best);
    let outcome = TrainOutcome {
        best_epoch: run.progress.best.map_or(run.progress.history.len(), |best| best.epoch),
        best_accuracy: run.progress.best.map(|best| best.accuracy),
        history: run.progress.history,
        step_losses: run.progress.losses,
        stopped_early: run.progress.stopped_early,
        trained_parameters,
        parameters: parameter_total,
    };
    Ok((encoder, outcome))
}

/// Checks what only the library and the encoder together can tell.
fn check_fit(
    options: &TrainOptions,
    job: &TrainJob<'_>,
    total_steps: u64,
    patches: usize,
    max_depth: usize,
) -> Result<(), OptionError> {
    let refuse = |field, message: String| Err(OptionError::new(field, message));
    if options.warmup_steps >= total_steps {
        let found = options.warmup_steps;
        return refuse(
            "warmup_steps",
            format!("expected fewer than the {total_steps} steps of the run, found {found}"),
        );
    }
    if let Some(frames) = options.crop_frames.filter(|&frames| frames > job.source.frames()) {
        let stored = job.source.frames();
        return refuse("crop_frames", format!("expected at most the {stored} frames of a chunk, found {frames}"));
    }
    if options.freeze_depths > max_depth {
        let found = options.freeze_depths;
        return refuse("freeze_depths", format!("expected at most {max_depth}, which leaves the head, found {found}"));
    }
    if options.patchout > 0.0 && patches == 0 {
        return refuse("patchout", "expected 0 for an encoder without patches".to_owned());
    }
    if options.patchout > 0.0 && kept_patches(patches, options.patchout) == 0 {
        return refuse("patchout", format!("leaves none of the {patches} patches"));
    }
    Ok(())
}

fn kept_patches(patches: usize, patchout: f64) -> usize {
    (patches as f64 * (1.0 - patchout)).round() as usize
}

/// Hash of everything about an encoder that training does not change.
fn fixed_hash<B: AutodiffBackend, E: Module<B>>(encoder: &E, parameters: &[Parameter]) -> String {
    let mut hasher = blake3::Hasher::new();
    for (parameter, values) in parameters.iter().zip(parameters::values(encoder)) {
        hasher.update(format!("{}\n{}\n{:?}\n", parameter.name, parameter.len, parameter.role).as_bytes());
        if parameter.role == Role::Frozen {
            let bytes: Vec<u8> = values.to_data().iter::<f32>().flat_map(f32::to_le_bytes).collect();
            hasher.update(&bytes);
        }
    }
    hasher.finalize().to_hex().to_string()
}

struct Run<'a, B: AutodiffBackend> {
    job: &'a TrainJob<'a>,
    options: &'a TrainOptions,
    device: B::Device,
    steps_per_epoch: u64,
    total_steps: u64,
    patches: usize,
    parameters: Vec<Parameter>,
    state: OptimizerState<B::InnerBackend>,
    /// The evaluated values of the best epoch so far; the last ones where nothing is validated. Empty before the first.
    best: Values<B::InnerBackend>,
    progress: Progress,
    /// The last step's learning rate and figures, still on the device: they are read after the next step has been
    /// handed over, so that the device does not wait for the host.
    pending: Option<(f64, Tensor<B::InnerBackend, 1>)>,
    on_event: &'a mut dyn FnMut(TrainEvent),
    cancel: &'a AtomicBool,
}

type Batches<'b> = &'b mut dyn Iterator<Item = Result<Batch, ReadError>>;

impl<B: AutodiffBackend> Run<'_, B> {
    /// Goes on until the last step, the early stop, or the caller's wish.
    fn steps<E>(&mut self, mut encoder: E, batches: Batches<'_>) -> Result<E, TrainError>
    where
        E: AutodiffModule<B> + Encoder<B>,
        E::InnerModule: Encoder<B::InnerBackend>,
    {
        loop {
            let epochs_due = (self.progress.step / self.steps_per_epoch) as usize;
            if self.progress.history.len() < epochs_due {
                self.end_epoch(&encoder)?;
                self.save(&encoder)?;
                continue;
            }
            if self.progress.step >= self.total_steps || self.progress.stopped_early {
                return Ok(encoder);
            }
            if self.cancel.load(Ordering::Relaxed) {
                return Err(self.cancelled(&encoder));
            }
            encoder = self.step(encoder, batches)?;
            let within_epoch = !self.progress.step.is_multiple_of(self.steps_per_epoch);
            let due = self.options.checkpoint_steps.is_some_and(|every| self.progress.step.is_multiple_of(every));
            if within_epoch && due {
                self.settle()?;
                self.save(&encoder)?;
            }
        }
    }

    /// Writes the checkpoint and gives the error that says so, or the one that prevented it.
    fn cancelled<E: AutodiffModule<B>>(&mut self, encoder: &E) -> TrainError {
        match self.settle().and_then(|()| self.save(encoder)) {
            Ok(()) => TrainError::Cancelled { step: self.progress.step },
            Err(error) => error,
        }
    }

    /// One optimizer step over its batches.
    fn step<E>(&mut self, encoder: E, batches: Batches<'_>) -> Result<E, TrainError>
    where
        E: AutodiffModule<B> + Encoder<B>,
    {
        let rate = learning_rate(self.job.plan, self.progress.step, self.total_steps);
        let share = self.options.accumulation_steps;
        let mut gradients: Values<B::InnerBackend> = Vec::new();
        let mut figures: Option<Tensor<B::InnerBackend, 1>> = None;
        for part in 0..share {
            let index = self.progress.step * share + part;
            let batch = batches.next().ok_or(TrainError::NoBatch { index })??;
            let features = TensorData::new(batch.features, batch.shape);
            let kept = self.kept(index);
            let embeddings = encoder.forward(Tensor::from_data(features, &self.device), kept.as_deref());
            let output = self.options.objective.loss(embeddings, &batch.sub_genres);
            let loss = output.loss.div_scalar(share as f64);
            let active = output.active.div_scalar(share as f64);
            let positive = output.positive_distance.div_scalar(share as f64);
            let negative = output.negative_distance.div_scalar(share as f64);
            let new = parameters::gradients::<B, E>(&encoder, loss.backward());
            gradients = if gradients.is_empty() { new } else { add(gradients, new) };
            let values = Tensor::cat(vec![loss.inner(), active.inner(), positive.inner(), negative.inner()], 0);
            figures = Some(match figures {
                Some(figures) => figures.add(values),
                None => values,
            });
        }
        let (encoder, norm) =
            self.state.step::<B, E>(encoder, gradients, &self.parameters, self.options, rate, self.progress.step);
        self.settle()?;
        self.pending = figures.map(|figures| (rate, Tensor::cat(vec![figures, norm], 0)));
        self.progress.step += 1;
        Ok(encoder)
    }

    /// The patches that a batch keeps, sorted.
    fn kept(&self, batch: u64) -> Option<Vec<usize>> {
        (self.options.patchout > 0.0).then(|| {
            let mut order = CounterRng::new(self.job.seed, Purpose::Patchout, [batch, 0]).permutation(self.patches);
            order.truncate(kept_patches(self.patches, self.options.patchout));
            order.sort_unstable();
            order
        })
    }

    /// Reads the figures of the last step and reports it.
    fn settle(&mut self) -> Result<(), TrainError> {
        let Some((learning_rate, figures)) = self.pending.take() else { return Ok(()) };
        let step = self.progress.losses.len() as u64 + 1;
        let values: Vec<f32> = figures.cast(DType::F32).into_data().iter().collect();
        let [loss, active, positive_distance, negative_distance, gradient_norm] = values[..] else {
            return Err(TrainError::NotFinite { what: "loss", step, value: f32::NAN, learning_rate });
        };
        for (what, value) in [("loss", loss), ("gradient norm", gradient_norm)] {
            if !value.is_finite() {
                return Err(TrainError::NotFinite { what, step, value, learning_rate });
            }
        }
        self.progress.losses.push(loss);
        self.progress.active.push(active);
        let record =
            StepRecord { step, loss, active, positive_distance, negative_distance, gradient_norm, learning_rate };
        (self.on_event)(TrainEvent::Step { record, total_steps: self.total_steps });
        Ok(())
    }

    /// Validates where it is due, and records the epoch.
    fn end_epoch<E>(&mut self, encoder: &E) -> Result<(), TrainError>
    where
        E: AutodiffModule<B> + Encoder<B>,
        E::InnerModule: Encoder<B::InnerBackend>,
    {
        self.settle()?;
        let epoch = self.progress.history.len() + 1;
        let step = epoch as u64 * self.steps_per_epoch;
        let last = epoch == self.options.epochs;
        let evaluated = self.state.evaluated::<B, E>(encoder, &self.parameters);
        let validation = if last || epoch.is_multiple_of(self.options.validate_every) {
            let weights = parameters::with_values(encoder.valid(), &evaluated);
            match validate(&weights, self.job, self.options, self.cancel) {
                Ok(validation) => validation,
                Err(EmbedError::Cancelled) => return Err(self.cancelled(encoder)),
                Err(source) => return Err(TrainError::Validation { step, source }),
            }
        } else {
            None
        };
        let best = self.judge(epoch, validation, evaluated);
        let steps = (step - self.steps_per_epoch) as usize..step as usize;
        let mean = |values: &[f32]| values.iter().map(|&v| f64::from(v)).sum::<f64>() / values.len() as f64;
        let record = EpochRecord {
            epoch,
            step,
            loss: mean(&self.progress.losses[steps.clone()]),
            active: mean(&self.progress.active[steps]),
            learning_rate: learning_rate(self.job.plan, step - 1, self.total_steps),
            validation_accuracy: validation.map(|validation| validation.accuracy),
            validation_margin: validation.map(|validation| validation.margin),
        };
        self.progress.history.push(record);
        (self.on_event)(TrainEvent::Epoch { record, best });
        Ok(())
    }

    /// Keeps the values of the epoch if they are the best so far, and decides on the early stop.
    fn judge(&mut self, epoch: usize, validation: Option<Validation>, evaluated: Values<B::InnerBackend>) -> bool {
        let before = self.progress.best.map(|best| Validation { accuracy: best.accuracy, margin: best.margin });
        let Some(now) = validation else {
            // Where nothing is ever validated the last epoch is returned.
            if before.is_none() {
                self.best = evaluated;
            }
            return false;
        };
        if before.is_none_or(|before| now.beats(&before)) {
            self.progress.best = Some(Best { epoch, accuracy: now.accuracy, margin: now.margin });
            self.progress.stale = 0;
            self.best = evaluated;
            return true;
        }
        self.progress.stale += 1;
        self.progress.stopped_early =
            self.options.early_stop_patience.is_some_and(|patience| self.progress.stale >= patience);
        false
    }

    fn save<E: AutodiffModule<B>>(&self, encoder: &E) -> Result<(), TrainError> {
        let Some(file) = self.job.checkpoint else { return Ok(()) };
        let mut tensors = Vec::new();
        let weights = self.state.weights::<B, E>(encoder, &self.parameters);
        for (place, (parameter, weights)) in self.parameters.iter().zip(weights).enumerate() {
            let mut put = |group: Group, tensor: Option<Tensor<B::InnerBackend, 1>>| {
                tensors.extend(tensor.map(|tensor| (group.key(parameter), tensor)));
            };
            put(Group::Weights, weights);
            put(Group::Best, self.best.get(place).cloned().flatten());
            if let Some(slot) = &self.state.slots[place] {
                put(Group::First, Some(slot.moments.first.clone()));
                put(Group::Second, Some(slot.moments.second.clone()));
                put(Group::Average, slot.average.clone());
            }
        }
        checkpoint::write(&file.path, &self.progress, tensors).map_err(|source| TrainError::Checkpoint {
            action: "write",
            path: file.path.clone(),
            source,
        })
    }

    /// Takes up a checkpoint of this run, if there is one.
    fn resume<E: AutodiffModule<B>>(&mut self, encoder: E) -> Result<E, TrainError> {
        let Some(file) = self.job.checkpoint else { return Ok(encoder) };
        let stage = match checkpoint::read::<B::InnerBackend>(&file.path, &self.device) {
            Ok(None) => return Ok(encoder),
            Ok(Some(stage)) => self.restored(stage),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(format!("it is damaged: {error}")),
            Err(source) => {
                return Err(TrainError::Checkpoint { action: "read", path: file.path.clone(), source });
            }
        };
        match stage {
            Ok(weights) => {
                (self.on_event)(TrainEvent::Resumed { step: self.progress.step });
                Ok(parameters::map::<B, E>(encoder, |place, tensor| weights[place].clone().unwrap_or(tensor)))
            }
            Err(reason) => {
                (self.on_event)(TrainEvent::CheckpointIgnored { reason });
                Ok(encoder)
            }
        }
    }

    /// Takes over the state of a checkpoint and returns the weights, or says why it does not fit.
    fn restored(&mut self, mut stage: Stage<B::InnerBackend>) -> Result<Values<B::InnerBackend>, String> {
        let (stored, own) = (&stage.progress, &self.progress);
        if stored.version != own.version {
            return Err(format!("it has version {}, expected {}", stored.version, own.version));
        }
        if stored.fingerprint != own.fingerprint || stored.encoder != own.encoder {
            return Err("it is of another configuration, library or model".to_owned());
        }
        let mut state = self.state.clone();
        let mut best = Vec::new();
        let mut weights = Vec::new();
        let validated = !stage.progress.history.is_empty();
        for (parameter, slot) in self.parameters.iter().zip(&mut state.slots) {
            let mut take = |group: Group| {
                let key = group.key(parameter);
                stage.take(&key, parameter.len).ok_or_else(|| format!("it is damaged: {key} is missing or misshapen"))
            };
            if parameter.role == Role::Frozen {
                weights.push(None);
                best.push(None);
                continue;
            }
            let value = take(Group::Weights)?;
            if let Some(slot) = slot {
                slot.moments.first = take(Group::First)?;
                slot.moments.second = take(Group::Second)?;
                slot.average = slot.average.is_some().then(|| take(Group::Average)).transpose()?;
                slot.master = slot.master.is_some().then(|| value.clone());
            }
            weights.push(Some(value));
            best.push(validated.then(|| take(Group::Best)).transpose()?);
        }
        self.state = state;
        self.best = best;
        self.progress = stage.progress;
        Ok(weights)
    }
}

/// Groups of tensors in a checkpoint.
#[derive(Clone, Copy)]
enum Group {
    Weights,
    Best,
    First,
    Second,
    Average,
}

impl Group {
    fn key(self, parameter: &Parameter) -> String {
        let group = match self {
            Self::Weights => "weights",
            Self::Best => "best",
            Self::First => "moment1",
            Self::Second => "moment2",
            Self::Average => "average",
        };
        format!("{group}/{}", parameter.name)
    }
}

fn add<B: burn::tensor::backend::Backend>(sum: Values<B>, new: Values<B>) -> Values<B> {
    sum.into_iter()
        .zip(new)
        .map(|(sum, new)| match (sum, new) {
            (Some(sum), Some(new)) => Some(sum.add(new)),
            (sum, new) => sum.or(new),
        })
        .collect()
}
