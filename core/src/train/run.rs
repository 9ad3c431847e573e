//! The entry: what to train on, and how.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use burn::module::AutodiffModule;
use burn::tensor::backend::{AutodiffBackend, Backend};

use super::checkpoint::{self, Progress};
use super::error::{OptionError, TrainError};
use super::event::{TrainEvent, TrainOutcome};
use super::learner::Learner;
use super::options::{TrainOptions, TrainPlan};
use super::parameters;
use super::snapshot::fixed_hash;
use super::state::OptimizerState;
use super::steps::{Run, kept_patches};
use crate::dataset::{BatchAssembler, FeatureSource, Split};
use crate::losses::Objective;
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
    /// The sub-genre of every track of the library. Sampling without labels does not look at them.
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

/// What training gives.
#[derive(Clone, Debug)]
pub struct Trained<B: Backend, E> {
    /// The encoder with the weights of the best epoch.
    pub encoder: E,
    /// The objective with its own parameters of that epoch.
    pub objective: Objective<B>,
    /// How it went.
    pub outcome: TrainOutcome,
}

impl TrainJob<'_> {
    /// The number of sub-genres, from 0 to the last one that a track of the library has; 0 where the sampling does not
    /// read labels.
    pub fn classes(&self) -> usize {
        self.labels().into_iter().flatten().max().map_or(0, |&last| last as usize + 1)
    }

    /// The labels, where the sampling reads them.
    fn labels(&self) -> Option<&[u32]> {
        self.plan.options().sampling.reads_labels().then_some(self.sub_genres)
    }
}

/// Trains an initialised encoder together with the parameters of its objective, and returns both with the best weights.
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
) -> Result<Trained<B::InnerBackend, E::InnerModule>, TrainError>
where
    B: AutodiffBackend,
    E: AutodiffModule<B> + Encoder<B>,
    E::InnerModule: Encoder<B::InnerBackend>,
{
    let options = job.plan.options();
    let frames = options.crop_frames.unwrap_or(job.source.frames());
    let sampler = options.sampling.plan(&job.split.train, job.sub_genres, job.source, job.seed)?;
    let batches = sampler.batches_per_epoch() as u64;
    let steps_per_epoch = options.steps_per_epoch.unwrap_or(batches.div_ceil(options.accumulation_steps));
    let total_steps = steps_per_epoch * options.epochs as u64;
    let patches = encoder.patch_count(frames);
    check_fit(options, job, total_steps, patches, encoder.max_depth())?;

    let mut learner = Learner::new(encoder, &options.objective, job.classes(), job.seed);
    learner.objective.balance(&sampler.class_draws());
    let parameters = parameters::list(&learner, options);
    let learner = parameters::freeze::<B, _>(learner, &parameters);
    let trained_parameters = parameters.iter().filter(|parameter| parameter.is_trained()).map(|p| p.len).sum();
    let parameter_total = parameters.iter().map(|parameter| parameter.len).sum();
    on_event(TrainEvent::Started { total_steps, steps_per_epoch, trained_parameters, parameters: parameter_total });
    let mut run = Run::<B> {
        job,
        options,
        device: learner.encoder.devices().into_iter().next().unwrap_or_default(),
        steps_per_epoch,
        total_steps,
        patches,
        state: OptimizerState::new::<B, _>(&learner, &parameters, options),
        best: Vec::new(),
        progress: Progress {
            version: checkpoint::VERSION,
            fingerprint: job.checkpoint.map(|file| file.fingerprint.clone()).unwrap_or_default(),
            encoder: fixed_hash::<B, _>(&learner, &parameters),
            ..Progress::default()
        },
        parameters,
        pending: None,
        on_event,
        cancel,
    };
    let learner = run.resume(learner)?;
    let assembler = BatchAssembler::new(job.source, sampler.as_ref(), job.labels(), &options.augment, frames, job.seed);
    let first = run.progress.step * options.accumulation_steps;
    let last = if run.progress.stopped_early { first } else { total_steps * options.accumulation_steps };
    let learner = assembler.prefetch(first..last, BATCHES_AHEAD, |batches| run.steps(learner, batches))?;
    let Learner { encoder, objective } = parameters::with_values(learner.valid(), &run.best);
    let outcome = TrainOutcome {
        best_epoch: run.progress.best.map_or(run.progress.history.len(), |best| best.epoch),
        best_accuracy: run.progress.best.map(|best| best.accuracy),
        history: run.progress.history,
        step_losses: run.progress.losses,
        stopped_early: run.progress.stopped_early,
        trained_parameters,
        parameters: parameter_total,
    };
    Ok(Trained { encoder, objective, outcome })
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
