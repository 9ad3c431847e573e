//! The generator: reads the command line and the config, runs the stages, writes the site.
//!
//! Everything that computes is in `pmsl-core`; here are the wiring, the work folder, the pages and the words for the
//! user. `pmsl-generate` is a thin binary over [`run_from_arguments`].

mod cache;
mod cli;
mod commands;
mod config;
mod console;
mod crash;
mod limits;
mod outcome;
mod pipeline;
mod plan;
pub mod render;
mod stages;
mod stopwatch;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use clap::Parser;

use cli::{Cli, Command, RunArgs};
use console::{Console, Verbosity};
use limits::MemoryWatch;
use plan::Plan;

pub use config::{Config, ConfigError};
pub use limits::Bytes;
pub use outcome::RunError;

/// Runs `pmsl-generate` with a command line, the program's name first, and gives the process's exit code.
pub fn run_from_arguments(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and are no error; clap knows which is which.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let result = crash::guarded(|| match cli.command {
        Some(Command::Schema(args)) => commands::schema(args, &Console::new(Verbosity::Normal)),
        Some(Command::Compare(args)) => commands::compare(&args, &Console::new(Verbosity::Normal)),
        Some(Command::Render(args)) => commands::render(&args, &Console::new(Verbosity::Normal)),
        Some(Command::Diff(args)) => commands::diff(&args, &Console::new(Verbosity::Normal)),
        Some(Command::Check(args)) => with_plan(&args, false, pipeline::check),
        Some(Command::Norm(args)) => {
            with_plan(&args.run, false, |plan, console, cancel| pipeline::norm(plan, console, cancel, args.json))
        }
        Some(Command::Predict(args)) => with_plan(&args.run, false, |plan, console, cancel| {
            pipeline::predict(plan, console, cancel, &args.files, args.json)
        }),
        None if cli.run.dry_run => with_plan(&cli.run, false, pipeline::check),
        None => with_plan(&cli.run, true, pipeline::generate),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            Console::new(Verbosity::Normal).error(&error.to_string());
            error.exit_code()
        }
    }
}

/// Checks what is asked for, prepares threads and interruption, and acts.
fn with_plan(
    args: &RunArgs,
    needs_out: bool,
    act: impl FnOnce(&Plan, &Console, &AtomicBool) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let console = Console::new(match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, 0) => Verbosity::Normal,
        (false, 1) => Verbosity::Verbose,
        (false, _) => Verbosity::Tracks,
    });
    let plan = Plan::new(args, needs_out)?;
    if let Some(path) = &plan.preferred {
        console.result(&format!("using {}, whose pretrained weights are here", path.display()));
    }
    let cancel = cancelled_by_interrupt()?;
    rayon::ThreadPoolBuilder::new()
        .num_threads(plan.threads.get())
        .build_global()
        .context("the threads could not be started")?;
    let Some(limit) = plan.config.memory_limit else { return act(&plan, &console, &cancel) };
    let watch = MemoryWatch::start(limit, Arc::clone(&cancel), console.clone()).map_err(RunError::usage)?;
    watch.outcome(act(&plan, &console, &cancel))
}

/// The first Ctrl-C lets the run stop at a whole step; the second one ends the process at once.
fn cancelled_by_interrupt() -> Result<Arc<AtomicBool>, RunError> {
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancel);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            #[allow(clippy::exit, reason = "the user asked twice; every file that exists is whole")]
            std::process::exit(130);
        }
    })
    .context("Ctrl-C cannot be caught")?;
    Ok(cancel)
}
