//! The run, on one screen.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::Context;

use crate::cache::WorkLock;
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::{LibrarySource, Plan};
use crate::render::check_place;
use crate::render::explorer::check_size;
use crate::stages::{self, CLIPS_STAGE, FoldRun, UsableLibrary};
use crate::stopwatch::Stopwatch;

/// From the library to the site.
pub(crate) fn generate(plan: &Plan, console: &Console, cancel: &AtomicBool) -> Result<(), RunError> {
    let started = Instant::now();
    let out = plan.out.as_deref().context("no output folder")?;
    check_place(out, plan.force)?;
    let _lock = WorkLock::acquire(&plan.work).map_err(RunError::usage)?;
    let mut watch = Stopwatch::new(plan.threads.get());

    let library = library(plan, console, cancel, &mut watch)?;
    let library = if plan.config.site.clips.is_some() {
        watch.time("Clips", "tracks", || stages::clips(plan, console, cancel, library))?
    } else {
        library
    };
    stages::failures(plan, &library.failures)?;
    let folds = folds(plan, console, cancel, &mut watch, &library)?;
    let untrained = watch.time("Baselines", "tracks", || stages::untrained(plan, console, cancel, &library))?;
    let evaluation = watch.time("Evaluation", "tracks", || {
        stages::evaluate(plan, console, cancel, &library, untrained.as_deref(), &folds)
    })?;
    let report = stages::report(plan, &library, &folds, &evaluation)?;
    let site = folds.first().context("there is no split")?;
    let written = stages::render(plan, console, out, &library, site, &report, &watch.timings())?;
    if let Some(folder) = &plan.export {
        stages::export(console, folder, &report, &site.vectors)?;
    }
    if let Some(inbox) = &plan.inbox {
        stages::inbox(plan, console, cancel, &library, site, inbox)?;
    }
    stages::summary(plan, console, &report, out, &written, started.elapsed());

    match (plan.strict, report.failures.len()) {
        (true, skipped @ 1..) => {
            // A track without a clip is in the report all the same.
            let unusable = report.failures.iter().filter(|failure| failure.stage != CLIPS_STAGE).count();
            Err(RunError::Strict { skipped, total: unusable + report.tracks.len() })
        }
        _ => Ok(()),
    }
}

/// What the encoder gets to see of every track: features, or the output of a frozen encoder for them.
fn library(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    watch: &mut Stopwatch,
) -> Result<UsableLibrary, RunError> {
    if let LibrarySource::Embeddings(files) = &plan.source {
        let library = watch.time("Embeddings", "tracks", || stages::import(plan, files))?;
        fits(plan, library.tracks.len())?;
        return Ok(library);
    }
    let candidates = watch.time("Library", "files", || stages::candidates(plan, console, cancel))?;
    fits(plan, candidates.tracks.len())?;
    let library = watch.time("Features", "tracks", || stages::features(plan, console, cancel, candidates))?;
    if !plan.config.is_frozen() {
        return Ok(library);
    }
    watch.time("Encoder", "tracks", || stages::frozen(plan, console, cancel, library))
}

/// Refuses a library that is too large for what is asked for, before hours are spent on it.
fn fits(plan: &Plan, tracks: usize) -> Result<(), RunError> {
    if plan.config.site.single_file && plan.out.is_some() {
        check_size(tracks).map_err(RunError::usage)
    } else {
        Ok(())
    }
}

/// A model and the embeddings it gives for every split; the first one is the site's.
fn folds(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    watch: &mut Stopwatch,
    library: &UsableLibrary,
) -> Result<Vec<FoldRun>, RunError> {
    let splits = stages::splits(plan, library)?;
    let count = splits.len();
    let mut runs = Vec::with_capacity(count);
    for (number, split) in splits.into_iter().enumerate() {
        let label = if count == 1 { "training".to_owned() } else { format!("training {} of {count}", number + 1) };
        let model =
            watch.time("Training", "steps", || stages::model(plan, console, cancel, library, &split, &label))?;
        let vectors =
            watch.time("Embedding", "tracks", || stages::embeddings(plan, console, cancel, library, &model))?;
        runs.push(FoldRun { split, model, vectors });
    }
    Ok(runs)
}

/// Says what a run would do, and does nothing.
pub(crate) fn check(plan: &Plan, console: &Console, cancel: &AtomicBool) -> Result<(), RunError> {
    stages::describe(plan, console, cancel)
}

/// Measures mean and standard deviation of a library's features.
pub(crate) fn norm(plan: &Plan, console: &Console, cancel: &AtomicBool, as_json: bool) -> Result<(), RunError> {
    let _lock = WorkLock::acquire(&plan.work).map_err(RunError::usage)?;
    let candidates = stages::candidates(plan, console, cancel)?.result;
    stages::norm(plan, console, cancel, &candidates, as_json)
}

/// Says which sub-genres files belong to, by the model of a config, which is trained first if it is not yet.
pub(crate) fn predict(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    files: &[PathBuf],
    as_json: bool,
) -> Result<(), RunError> {
    let _lock = WorkLock::acquire(&plan.work).map_err(RunError::usage)?;
    let mut watch = Stopwatch::new(plan.threads.get());
    let library = library(plan, console, cancel, &mut watch)?;
    let split = stages::splits(plan, &library)?.into_iter().next().context("there is no split")?;
    let model = stages::model(plan, console, cancel, &library, &split, "training")?.result;
    let vectors = stages::embeddings(plan, console, cancel, &library, &model)?.result;
    stages::predict(plan, console, cancel, &library, &FoldRun { split, model, vectors }, files, as_json)
}
