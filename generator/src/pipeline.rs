//! The run, on one screen.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::Context;

use crate::cache::WorkLock;
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::Plan;
use crate::stages;
use crate::stopwatch::Stopwatch;

/// From the library to the site.
pub(crate) fn generate(plan: &Plan, console: &Console, cancel: &AtomicBool) -> Result<(), RunError> {
    let started = Instant::now();
    let out = plan.out.as_deref().context("no output folder")?;
    let _lock = WorkLock::acquire(&plan.work).map_err(RunError::usage)?;
    let mut watch = Stopwatch::new(plan.threads.get());

    let candidates = watch.time("Library", "files", || stages::candidates(plan, console, cancel))?;
    let library = watch.time("Features", "tracks", || stages::features(plan, console, cancel, candidates))?;
    let split = stages::split(plan, &library)?;
    let model = watch.time("Training", "steps", || stages::model(plan, console, cancel, &library, &split))?;
    let vectors = watch.time("Embedding", "tracks", || stages::embeddings(plan, console, cancel, &library, &model))?;
    let evaluation = watch.time("Evaluation", "tracks", || stages::evaluate(plan, &library, &split, &vectors))?;
    let report = stages::report(plan, &library, &split, &model, &vectors, &evaluation)?;
    let written = stages::render(plan, out, &library, &vectors, &report, &watch.timings())?;
    stages::summary(console, &report, out, &written, started.elapsed());

    match (plan.strict, report.failures.len()) {
        (true, skipped @ 1..) => Err(RunError::Strict { skipped, total: skipped + report.tracks.len() }),
        _ => Ok(()),
    }
}

/// Says what a run would do, and does nothing.
pub(crate) fn check(plan: &Plan, console: &Console, cancel: &AtomicBool) -> Result<(), RunError> {
    stages::describe(plan, console, cancel)
}
