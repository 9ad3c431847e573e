//! The run, on one screen.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crate::cache::{Timings, WorkLock};
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::Plan;
use crate::stages;

/// From the library to the site.
pub(crate) fn generate(plan: &Plan, console: &Console, cancel: &AtomicBool) -> Result<(), RunError> {
    let started = Instant::now();
    let _lock = WorkLock::acquire(&plan.work).map_err(RunError::usage)?;
    let mut timings = Timings::open(plan)?;
    let candidates = timings.stage("library", || stages::candidates(plan, console, cancel))?;
    let library = timings.stage("features", || stages::features(plan, console, cancel, candidates))?;
    let split = stages::split(plan, &library)?;
    let model = timings.stage("training", || stages::model(plan, console, cancel, &library, &split))?;
    let vectors = timings.stage("embedding", || stages::embeddings(plan, console, cancel, &library, &model))?;
    let evaluation = timings.stage("evaluation", || stages::evaluate(plan, &library, &split, &vectors))?;
    let report = stages::report(plan, &library, &split, &model, &vectors, &evaluation)?;
    stages::render(plan, console, &library, &vectors, &report, &mut timings)?;
    stages::summary(plan, console, &report, started.elapsed());
    match (plan.strict, report.failures.len()) {
        (true, skipped @ 1..) => Err(RunError::Strict { skipped, total: skipped + report.tracks.len() }),
        _ => Ok(()),
    }
}

/// Says what a run would do, and does nothing.
pub(crate) fn check(plan: &Plan, console: &Console) -> Result<(), RunError> {
    stages::describe(plan, console)
}
