//! What training reports.

use serde::{Deserialize, Serialize};

/// One optimizer step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The step, from 1.
    pub step: u64,
    /// Loss, mean over the accumulated batches.
    pub loss: f32,
    /// Share of the loss's terms that still pull; `None` for a loss without such
    /// ([`LossOutput`](crate::losses::LossOutput)).
    pub active: Option<f32>,
    /// Mean distance between what belongs together; `None` for a loss without distances.
    pub positive_distance: Option<f32>,
    /// Mean distance between what does not.
    pub negative_distance: Option<f32>,
    /// Norm of the gradient over all trained parameters, before clipping.
    pub gradient_norm: f32,
    /// Learning rate of the head.
    pub learning_rate: f64,
}

/// One epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Steps done at its end.
    pub step: u64,
    /// Mean loss of its steps.
    pub loss: f64,
    /// Mean share of the loss's terms that still pulled; `None` for a loss without such.
    pub active: Option<f64>,
    /// Learning rate of the head in its last step.
    pub learning_rate: f64,
    /// Share of the validation tracks that are told right: by the nearest centroid of training tracks; by the classifier,
    /// from the mean of their chunks' probabilities, where the objective is cross-entropy; with temporal sampling,
    /// which has no labels, the share of a fixed set of validation triplets whose anchor is nearer to its neighbour than
    /// to its opposite. `None` where the epoch was not validated.
    pub validation_accuracy: Option<f64>,
    /// By how much, on average: the cosine to the own centroid minus that to the best other one; the probability of the
    /// own sub-genre minus that of the best other one; the cosine of anchor and neighbour minus that of anchor and
    /// opposite.
    pub validation_margin: Option<f64>,
}

/// Progress, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainEvent {
    /// The length of the run is known.
    Started {
        /// Steps of the whole run.
        total_steps: u64,
        /// Steps per epoch.
        steps_per_epoch: u64,
        /// Parameters that are trained.
        trained_parameters: usize,
        /// All parameters.
        parameters: usize,
    },
    /// A checkpoint was found, and training goes on from it.
    Resumed {
        /// Steps already done.
        step: u64,
    },
    /// A checkpoint was found but is of another run or damaged; training starts anew.
    CheckpointIgnored {
        /// Why.
        reason: String,
    },
    /// A step is done. On asynchronous devices it is reported one step late.
    Step {
        /// The step.
        record: StepRecord,
        /// Steps of the whole run.
        total_steps: u64,
    },
    /// An epoch is done.
    Epoch {
        /// The epoch.
        record: EpochRecord,
        /// Whether it is the best so far.
        best: bool,
    },
}

/// How training went.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainOutcome {
    /// Epochs in order.
    pub history: Vec<EpochRecord>,
    /// Loss of every step.
    pub step_losses: Vec<f32>,
    /// The epoch whose weights are returned, from 1; the last one where nothing was validated.
    pub best_epoch: usize,
    /// Its validation accuracy.
    pub best_accuracy: Option<f64>,
    /// Whether training ended early because validation no longer improved.
    pub stopped_early: bool,
    /// Parameters that were trained.
    pub trained_parameters: usize,
    /// All parameters.
    pub parameters: usize,
}
