//! The loop: steps, epochs, and when it ends.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::AutodiffModule;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Tensor, TensorData};

use super::checkpoint::{Best, Progress};
use super::error::TrainError;
use super::event::{EpochRecord, StepRecord, TrainEvent};
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
    /// The last step's learning rate and figures, still on the device: they are read after the next step has been
    /// handed over, so that the device does not wait for the host.
    pub(super) pending: Option<(f64, Tensor<B::InnerBackend, 1>)>,
    pub(super) on_event: &'a mut dyn FnMut(TrainEvent),
    pub(super) cancel: &'a AtomicBool,
}

pub(super) type Batches<'b> = &'b mut dyn Iterator<Item = Result<Batch, ReadError>>;

impl<B: AutodiffBackend> Run<'_, B> {
    /// Goes on until the last step, the early stop, or the caller's wish.
    pub(super) fn steps<E>(&mut self, mut encoder: E, batches: Batches<'_>) -> Result<E, TrainError>
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
            // For what the encoder itself draws, as dropout does: a function of the batch, so that resuming repeats it.
            B::seed(&self.device, CounterRng::new(self.job.seed, Purpose::Backend, [index, 0]).next_u64());
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
}

/// Patches that patchout leaves of `patches`.
pub(super) fn kept_patches(patches: usize, patchout: f64) -> usize {
    (patches as f64 * (1.0 - patchout)).round() as usize
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
