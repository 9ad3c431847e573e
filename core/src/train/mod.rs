//! The training loop.
//!
//! [`TrainOptions`] mirror the configuration, [`TrainPlan`] is their checked form, [`train`] runs it and reports by
//! [`TrainEvent`]s. All that the loop knows is in one checkpoint file, so that it can be killed at any moment and goes
//! on to the same result.

mod adam;
#[cfg(test)]
mod buffer_tests;
mod checkpoint;
mod error;
mod event;
mod figures;
mod learner;
#[cfg(test)]
mod objective_tests;
mod options;
mod parameters;
#[cfg(test)]
mod resume_tests;
mod run;
mod schedule;
mod snapshot;
mod state;
mod steps;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod toy;
mod validation;

pub use error::{OptionError, TrainError};
pub use event::{EpochRecord, StepRecord, TrainEvent, TrainOutcome};
pub use options::{Optimizer, Schedule, TrainOptions, TrainPlan};
pub use run::{CheckpointFile, TrainJob, Trained, train};
