//! The model: trains it, or finds that it is trained already, or that there is nothing to train.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::Context;

use pmsl_core::dataset::FeatureSource;
use pmsl_core::models::{EmbeddingsOptions, EncoderOptions};
use pmsl_core::session::{EncoderSpec, SessionError};
use pmsl_core::train::{CheckpointFile, TrainEvent, TrainJob, TrainOutcome};
use serde::{Deserialize, Serialize};

use super::features::UsableLibrary;
use super::folds::CheckedSplit;
use crate::cache::{Key, KeyBuilder, Scaled, Scaling, is_sealed_beside, read_json, seal_beside, write_json};
use crate::console::{Console, Progress};
use crate::outcome::RunError;
use crate::plan::{LibrarySource, Plan};
use crate::stopwatch::Worked;

/// Version of the encoder and of how it is trained; part of every model key.
pub(crate) const MODEL_VERSION: u32 = 1;

/// What turns features into embeddings.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// Names the model by all that made it.
    pub(crate) key: Key,
    /// How the features are scaled before they meet the weights.
    pub(crate) scaling: Option<Scaling>,
    /// The weights and how they came about; absent where nothing is trained.
    pub(crate) trained: Option<Trained>,
}

/// Weights on disk.
#[derive(Clone, Debug)]
pub(crate) struct Trained {
    /// The encoder that the weights belong to.
    pub(crate) spec: EncoderSpec,
    /// The best weights, as safetensors.
    pub(crate) weights: PathBuf,
    /// How training went.
    pub(crate) record: ModelRecord,
}

/// What is kept of a training beside the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ModelRecord {
    /// Steps of one epoch.
    pub(crate) steps_per_epoch: u64,
    /// Losses, accuracies, the best epoch.
    pub(crate) outcome: TrainOutcome,
}

/// Trains the encoder, or what follows a frozen one, going on from a checkpoint if there is one. `label` names the
/// training to the user.
pub(crate) fn model(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    split: &CheckedSplit,
    label: &str,
) -> Result<Worked<Model>, RunError> {
    let scaling = if plan.config.model.standardize {
        Some(Scaling::of(&library.features, &split.split.train).context("the training tracks cannot be read")?)
    } else {
        None
    };
    if !plan.config.is_trained() {
        // One file of embeddings holds vectors of one length; which encoder they are of is in the tracks' keys.
        let values = library.features.frames() * library.features.mels();
        let key = KeyBuilder::new("untrained", MODEL_VERSION)
            .options("scaling", &(values, &scaling))
            .map_err(anyhow::Error::from)?
            .finish();
        return Ok(Worked::new(Model { key, scaling, trained: None }, 0, 0));
    }
    let spec = head_or_encoder(plan, library)?;
    let key = model_key(plan, library, split, &spec)?;
    let folder = plan.work.join("models").join(key.to_string());
    let weights = folder.join("model.safetensors");
    let record_path = folder.join("record.json");
    if is_sealed_beside(&weights)
        && let Some(record) = read_json::<ModelRecord>(&record_path)?
    {
        console.detail(&format!("{label}: nothing to do"));
        let steps = record.outcome.step_losses.len();
        return Ok(Worked::new(Model { key, scaling, trained: Some(Trained { spec, weights, record }) }, 0, steps));
    }
    let checkpoint = CheckpointFile { path: folder.join("checkpoint.safetensors"), fingerprint: key.to_string() };
    let sub_genres: Vec<u32> = library.metas.iter().map(|meta| meta.sub_genre).collect();
    let checked = plan.config.train.clone().validate().map_err(RunError::usage)?;
    let scaled = Scaled::new(&library.features, scaling.as_ref());
    let job = TrainJob {
        source: &scaled,
        sub_genres: &sub_genres,
        split: &split.split,
        plan: &checked,
        seed: plan.config.seed,
        checkpoint: Some(&checkpoint),
    };
    let mut listener = Listener { console, label, progress: None, steps_per_epoch: 0, validation: None };
    let trained = spec.train(plan.device, &job, &weights, &mut |event| listener.hear(&event), cancel);
    listener.finish();
    let outcome = trained.map_err(session_error)?;
    let record = ModelRecord { steps_per_epoch: listener.steps_per_epoch, outcome };
    // The record is written last: a model without one is trained to its end again, from its last checkpoint.
    seal_beside(&weights)?;
    write_json(&record_path, &record)?;
    // The optimizer's state is of no use to a finished model. A file that stays is only a waste of space.
    let _ = fs::remove_file(&checkpoint.path);
    let steps = record.outcome.step_losses.len();
    Ok(Worked::new(Model { key, scaling, trained: Some(Trained { spec, weights, record }) }, steps, 0))
}

/// Everything the weights depend on. Test tracks are not part of it.
fn model_key(plan: &Plan, library: &UsableLibrary, split: &CheckedSplit, spec: &EncoderSpec) -> anyhow::Result<Key> {
    let config = &plan.config;
    let side = |tracks: &[usize]| -> Vec<(String, u32)> {
        tracks.iter().map(|&track| (library.keys[track].to_string(), library.metas[track].sub_genre)).collect()
    };
    let mut key = KeyBuilder::new("model", MODEL_VERSION)
        .options("encoder", &spec.encoder)?
        .options("standardize", &config.model.standardize)?
        .options("projection", &config.model.projection)?
        .options("train", &config.train)?
        .options("seed", &config.seed)?
        .text("device", &plan.device.kind().to_string())
        .options("precision", &plan.device.precision())?
        .options("sub-genres", &library.sub_genres)?
        .options("training tracks", &side(&split.split.train))?
        .options("validation tracks", &side(&split.split.validation))?;
    if let Some(hash) = pretrained_hash(spec)? {
        key = key.bytes("pretrained", &hash);
    }
    Ok(key.finish())
}

/// The hash of the pretrained weights: of their file, or of all weights in their folder.
pub(crate) fn pretrained_hash(spec: &EncoderSpec) -> anyhow::Result<Option<[u8; 32]>> {
    let Some(path) = &spec.pretrained else { return Ok(None) };
    let mut hasher = blake3::Hasher::new();
    for file in weight_files(path).with_context(|| format!("could not read {}", path.display()))? {
        fs::File::open(&file)
            .and_then(|file| hasher.update_reader(file).map(|_| ()))
            .with_context(|| format!("could not read {}", file.display()))?;
    }
    Ok(Some(*hasher.finalize().as_bytes()))
}

/// The file itself; of a folder `model.safetensors`, or where there is none all files in it and the folders below, by
/// name.
fn weight_files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let named = path.join("model.safetensors");
    if named.is_file() {
        return Ok(vec![named]);
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            files.extend(weight_files(&entry)?);
        } else {
            files.push(entry);
        }
    }
    Ok(files)
}

/// An interruption by the user is no failure.
pub(crate) fn session_error(error: SessionError) -> RunError {
    if error.is_cancelled() { RunError::Interrupted } else { RunError::Failed(error.into()) }
}

/// What is trained: the whole encoder, or only what follows the output of a frozen one.
fn head_or_encoder(plan: &Plan, library: &UsableLibrary) -> Result<EncoderSpec, RunError> {
    let ready = matches!(plan.source, LibrarySource::Embeddings(_));
    if !plan.config.is_frozen() && !ready {
        return encoder_spec(plan, plan.config.encoder());
    }
    let mut encoder = EncoderOptions::Embeddings(EmbeddingsOptions::default());
    encoder.set_input(library.features.frames(), library.features.mels());
    Ok(EncoderSpec {
        encoder,
        projection: plan.config.model.projection.clone(),
        pretrained: None,
        seed: plan.config.seed,
    })
}

/// The encoder that the plan asks for, with its pretrained weights found.
pub(crate) fn encoder_spec(plan: &Plan, encoder: EncoderOptions) -> Result<EncoderSpec, RunError> {
    let model = &plan.config.model;
    let pretrained = model
        .pretrained
        .as_deref()
        .map(|name| plan.config.locate_pretrained(name))
        .transpose()
        .map_err(RunError::usage)?;
    Ok(EncoderSpec { encoder, projection: model.projection.clone(), pretrained, seed: plan.config.seed })
}

/// Turns training's events into progress for the user.
struct Listener<'a> {
    console: &'a Console,
    label: &'a str,
    progress: Option<Progress>,
    steps_per_epoch: u64,
    validation: Option<f64>,
}

impl Listener<'_> {
    fn hear(&mut self, event: &TrainEvent) {
        match event {
            TrainEvent::Started { total_steps, steps_per_epoch, trained_parameters, parameters } => {
                self.steps_per_epoch = *steps_per_epoch;
                self.console
                    .detail(&format!("training: {trained_parameters} of {parameters} parameters, {total_steps} steps"));
                self.progress = Some(self.console.progress(self.label, *total_steps));
            }
            TrainEvent::Resumed { step } => {
                if let Some(progress) = &self.progress {
                    progress.resume_at(*step);
                    progress.line(&format!("training goes on after step {step}"));
                }
            }
            TrainEvent::CheckpointIgnored { reason } => {
                self.console.warn(&format!("the checkpoint is not used, training starts anew: {reason}"));
            }
            TrainEvent::Step { record, .. } => {
                let accuracy = self.validation.map_or_else(String::new, |a| format!("  validation {:.0} %", 100.0 * a));
                if let Some(progress) = &self.progress {
                    progress.set(record.step, &format!("loss {:.4}{accuracy}", record.loss));
                }
            }
            TrainEvent::Epoch { record, best } => {
                self.validation = record.validation_accuracy;
                let accuracy = record.validation_accuracy.map_or_else(
                    || "not validated".to_owned(),
                    |accuracy| format!("validation accuracy {:.1} %", 100.0 * accuracy),
                );
                let line = format!(
                    "epoch {}: loss {:.4}, {accuracy}{}",
                    record.epoch,
                    record.loss,
                    if *best { ", the best so far" } else { "" }
                );
                match &self.progress {
                    Some(progress) if self.console.is_verbose() => progress.line(&line),
                    _ => {}
                }
            }
        }
    }

    fn finish(&mut self) {
        if let Some(progress) = self.progress.take() {
            progress.finish();
        }
    }
}
