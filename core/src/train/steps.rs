//! The loop: steps, epochs, and when it ends.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::AutodiffModule;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};

use super::checkpoint::{Best, Progress};
use super::error::{OptionError, TrainError};
use super::event::{EpochRecord, StepRecord, TrainEvent};
use super::figures::{Figures, Pending};
use super::learner::Learner;
use super::options::TrainOptions;
use super::parameters::{self, Parameter};
use super::run::TrainJob;
use super::schedule::learning_rate;
use super::state::{OptimizerState, Values};
use super::validation::{Validation, validate};
use crate::dataset::rng::{CounterRng, Purpose};
use crate::dataset::{Batch, ReadError};
use crate::embed::EmbedError;
use crate::models::Encoder;

/// A run under way.
pub(super) struct Run<'a, B: AutodiffBackend> {
    pub(super) job: &'a TrainJob<'a>,
    pub(super) options: &'a TrainOptions,
    pub(super) device: B::Device,
    pub(super) steps_per_epoch: u64,
    pub(super) total_steps: u64,
    pub(super) patches: usize,
    pub(super) parameters: Vec<Parameter>,
    pub(super) state: OptimizerState<B::InnerBackend>,
    /// The evaluated values of the best epoch so far; the last ones where nothing is validated. Empty before the first.
    pub(super) best: Values<B::InnerBackend>,
    pub(super) progress: Progress,
    /// The last step, which is read after the next one has been handed over, so that the device does not wait for the
    /// host.
    pub(super) pending: Option<Pending<B::InnerBackend>>,
    pub(super) on_event: &'a mut dyn FnMut(TrainEvent),
    pub(super) cancel: &'a AtomicBool,
}

pub(super) type Batches<'b> = &'b mut dyn Iterator<Item = Result<Batch, ReadError>>;

impl<B: AutodiffBackend> Run<'_, B> {
    /// Goes on until the last step, the early stop, or the caller's wish.
    pub(super) fn steps<E>(
        &mut self,
        mut learner: Learner<B, E>,
        batches: Batches<'_>,
    ) -> Result<Learner<B, E>, TrainError>
    where
        E: AutodiffModule<B> + Encoder<B>,
        E::InnerModule: Encoder<B::InnerBackend>,
    {
        loop {
            let epochs_due = (self.progress.step / self.steps_per_epoch) as usize;
            if self.progress.history.len() < epochs_due {
                self.end_epoch(&learner)?;
                self.save(&learner)?;
                continue;
            }
            if self.progress.step >= self.total_steps || self.progress.stopped_early {
                return Ok(learner);
            }
            if self.cancel.load(Ordering::Relaxed) {
                return Err(self.cancelled(&learner));
            }
            learner = self.step(learner, batches)?;
            let within_epoch = !self.progress.step.is_multiple_of(self.steps_per_epoch);
            let due = self.options.checkpoint_steps.is_some_and(|every| self.progress.step.is_multiple_of(every));
            if within_epoch && due {
                self.settle()?;
                self.save(&learner)?;
            }
        }
    }

    /// Writes the checkpoint and gives the error that says so, or the one that prevented it.
    fn cancelled<E>(&mut self, learner: &Learner<B, E>) -> TrainError
    where
        E: AutodiffModule<B> + Encoder<B>,
        E::InnerModule: Encoder<B::InnerBackend>,
    {
        match self.settle().and_then(|()| self.save(learner)) {
            Ok(()) => TrainError::Cancelled { step: self.progress.step },
            Err(error) => error,
        }
    }

    /// One optimizer step over its batches.
    fn step<E>(&mut self, learner: Learner<B, E>, batches: Batches<'_>) -> Result<Learner<B, E>, TrainError>
    where
        E: AutodiffModule<B> + Encoder<B>,
        E::InnerModule: Encoder<B::InnerBackend>,
    {
        let rate = learning_rate(self.job.plan, self.progress.step, self.total_steps);
        let share = self.options.accumulation_steps;
        let mut gradients: Values<B::InnerBackend> = Vec::new();
        let mut figures: Option<Figures<B::InnerBackend>> = None;
        for part in 0..share {
            let index = self.progress.step * share + part;
            let batch = batches.next().ok_or(TrainError::NoBatch { index })??;
            // For what the encoder itself draws, as dropout does: a function of the batch, so that resuming repeats it.
            B::seed(&self.device, CounterRng::new(self.job.seed, Purpose::Backend, [index, 0]).next_u64());
            let features = TensorData::new(batch.features, batch.shape);
            let kept = self.kept(index);
            let embeddings = learner.encoder.forward(Tensor::from_data(features, &self.device), kept.as_deref());
            let output = learner.objective.loss(embeddings, &batch.targets).ok_or_else(|| {
                OptionError::new("objective", "it needs labels, which the sampling does not give".to_owned())
            })?;
            let new = parameters::gradients::<B, _>(&learner, output.loss.clone().div_scalar(share as f64).backward());
            gradients = if gradients.is_empty() { new } else { add(gradients, new) };
            let new = Figures::of(output, share);
            figures = Some(match figures {
                Some(figures) => figures.add(new),
                None => new,
            });
        }
        let (learner, norm) =
            self.state.step::<B, _>(learner, gradients, &self.parameters, self.options, rate, self.progress.step);
        self.settle()?;
        self.pending = figures.map(|figures| Pending { learning_rate: rate, figures, gradient_norm: norm });
        self.progress.step += 1;
        Ok(learner)
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
        let Some(Pending { learning_rate, figures, gradient_norm }) = self.pending.take() else { return Ok(()) };
        let step = self.progress.losses.len() as u64 + 1;
        let (loss, [active, positive_distance, negative_distance], gradient_norm) = figures.read(gradient_norm);
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
    fn end_epoch<E>(&mut self, learner: &Learner<B, E>) -> Result<(), TrainError>
    where
        E: AutodiffModule<B> + Encoder<B>,
        E::InnerModule: Encoder<B::InnerBackend>,
    {
        self.settle()?;
        let epoch = self.progress.history.len() + 1;
        let step = epoch as u64 * self.steps_per_epoch;
        let last = epoch == self.options.epochs;
        let evaluated = self.state.evaluated::<B, _>(learner, &self.parameters);
        let validation = if last || epoch.is_multiple_of(self.options.validate_every) {
            let weights = parameters::with_values(learner.valid(), &evaluated);
            match validate(&weights, self.job, self.options, self.cancel) {
                Ok(validation) => validation,
                Err(EmbedError::Cancelled) => return Err(self.cancelled(learner)),
                Err(source) => return Err(TrainError::Validation { step, source }),
            }
        } else {
            None
        };
        let best = self.judge(epoch, validation, evaluated);
        let steps = (step - self.steps_per_epoch) as usize..step as usize;
        let record = EpochRecord {
            epoch,
            step,
            loss: mean(self.progress.losses[steps.clone()].iter().copied()).unwrap_or_default(),
            active: mean(self.progress.active[steps].iter().flatten().copied()),
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
}

/// Patches that patchout leaves of `patches`.
pub(super) fn kept_patches(patches: usize, patchout: f64) -> usize {
    (patches as f64 * (1.0 - patchout)).round() as usize
}

/// `None` of nothing.
fn mean(values: impl Iterator<Item = f32>) -> Option<f64> {
    let (count, sum) = values.fold((0u64, 0.0), |(count, sum), value| (count + 1, sum + f64::from(value)));
    (count > 0).then(|| sum / count as f64)
}

fn add<B: Backend>(sum: Values<B>, new: Values<B>) -> Values<B> {
    sum.into_iter()
        .zip(new)
        .map(|(sum, new)| match (sum, new) {
            (Some(sum), Some(new)) => Some(sum.add(new)),
            (sum, new) => sum.or(new),
        })
        .collect()
}
