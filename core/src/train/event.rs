//! What training reports.

use serde::{Deserialize, Serialize};

/// One optimizer step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The step, from 1.
    pub step: u64,
    /// Loss, mean over the accumulated batches.
    pub loss: f32,
    /// Share of the triplets that still pull ([`LossOutput`](crate::losses::LossOutput)).
    pub active: f32,
    /// Mean distance between anchors and positives.
    pub positive_distance: f32,
    /// Mean distance between anchors and negatives.
    pub negative_distance: f32,
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
    /// Mean share of triplets that still pulled.
    pub active: f64,
    /// Learning rate of the head in its last step.
    pub learning_rate: f64,
    /// Share of the validation tracks whose nearest centroid of training tracks is their own sub-genre's; `None` where
    /// the epoch was not validated.
    pub validation_accuracy: Option<f64>,
    /// Mean over the validation tracks of the cosine to their own centroid minus that to the best other one.
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
