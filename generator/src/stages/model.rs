//! The trained encoder: trains it, or finds that it is trained already.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use anyhow::Context;

use pmsl_core::models::locate_pretrained;
use pmsl_core::session::{EncoderSpec, SessionError};
use pmsl_core::train::{CheckpointFile, TrainEvent, TrainJob, TrainOutcome};
use serde::{Deserialize, Serialize};

use super::features::UsableLibrary;
use super::split::CheckedSplit;
use crate::cache::{Key, KeyBuilder, read_json, write_json};
use crate::console::{Console, Progress};
use crate::outcome::RunError;
use crate::plan::Plan;
use crate::stopwatch::Worked;

/// Version of the encoder and of how it is trained; part of every model key.
pub(crate) const MODEL_VERSION: u32 = 1;

/// An encoder whose weights are on disk.
#[derive(Clone, Debug)]
pub(crate) struct TrainedModel {
    /// Names the model by all that made it.
    pub(crate) key: Key,
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

/// Trains the encoder, going on from a checkpoint if there is one.
pub(crate) fn model(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    split: &CheckedSplit,
) -> Result<Worked<TrainedModel>, RunError> {
    let key = model_key(plan, library, split)?;
    let folder = plan.work.join("models").join(key.to_string());
    let weights = folder.join("model.safetensors");
    let record_path = folder.join("record.json");
    if weights.is_file()
        && let Some(record) = read_json::<ModelRecord>(&record_path)?
    {
        console.detail("training: nothing to do");
        let steps = record.outcome.step_losses.len();
        return Ok(Worked::new(TrainedModel { key, weights, record }, 0, steps));
    }
    let checkpoint = CheckpointFile { path: folder.join("checkpoint.safetensors"), fingerprint: key.to_string() };
    let sub_genres: Vec<u32> = library.metas.iter().map(|meta| meta.sub_genre).collect();
    let checked = plan.config.train.clone().validate().map_err(RunError::usage)?;
    let job = TrainJob {
        source: &library.features,
        sub_genres: &sub_genres,
        split: &split.split,
        plan: &checked,
        seed: plan.config.seed,
        checkpoint: Some(&checkpoint),
    };
    let mut listener = Listener { console, progress: None, steps_per_epoch: 0, validation: None };
    let trained = encoder_spec(plan)?.train(plan.device, &job, &weights, &mut |event| listener.hear(&event), cancel);
    listener.finish();
    let outcome = trained.map_err(session_error)?;
    let record = ModelRecord { steps_per_epoch: listener.steps_per_epoch, outcome };
    // The record is written last: a model without one is trained to its end again, from its last checkpoint.
    write_json(&record_path, &record)?;
    // The optimizer's state is of no use to a finished model. A file that stays is only a waste of space.
    let _ = fs::remove_file(&checkpoint.path);
    let steps = record.outcome.step_losses.len();
    Ok(Worked::new(TrainedModel { key, weights, record }, steps, 0))
}

/// Everything the weights depend on. Test tracks are not part of it.
fn model_key(plan: &Plan, library: &UsableLibrary, split: &CheckedSplit) -> anyhow::Result<Key> {
    let config = &plan.config;
    let side = |tracks: &[usize]| -> Vec<(String, u32)> {
        tracks.iter().map(|&track| (library.keys[track].to_string(), library.metas[track].sub_genre)).collect()
    };
    let mut key = KeyBuilder::new("model", MODEL_VERSION)
        .options("ast", &config.model.ast)?
        .options("projection", &config.model.projection)?
        .options("train", &config.train)?
        .options("seed", &config.seed)?
        .text("device", &plan.device.kind().to_string())
        .options("precision", &plan.device.precision())?
        .options("sub-genres", &library.sub_genres)?
        .options("training tracks", &side(&split.split.train))?
        .options("validation tracks", &side(&split.split.validation))?;
    if let Some(name) = &config.model.pretrained {
        let weights = locate_pretrained(name)?.join("model.safetensors");
        let mut hasher = blake3::Hasher::new();
        fs::File::open(&weights)
            .and_then(|file| hasher.update_reader(file).map(|_| ()))
            .with_context(|| format!("could not read {}", weights.display()))?;
        key = key.bytes("pretrained", hasher.finalize().as_bytes());
    }
    Ok(key.finish())
}

/// An interruption by the user is no failure.
pub(crate) fn session_error(error: SessionError) -> RunError {
    if error.is_cancelled() { RunError::Interrupted } else { RunError::Failed(error.into()) }
}

/// The encoder that the plan asks for.
pub(crate) fn encoder_spec(plan: &Plan) -> Result<EncoderSpec, RunError> {
    let model = &plan.config.model;
    let pretrained = model.pretrained.as_deref().map(locate_pretrained).transpose().map_err(RunError::usage)?;
    Ok(EncoderSpec { ast: model.ast.clone(), projection: model.projection.clone(), pretrained, seed: plan.config.seed })
}

/// Turns training's events into progress for the user.
struct Listener<'a> {
    console: &'a Console,
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
                self.progress = Some(self.console.progress("training", *total_steps));
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
