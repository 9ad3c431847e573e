//! How long the stages took. None of it enters the report: equal runs give equal reports.

use std::fs;
use std::time::Instant;

use crate::render::{StageTiming, Timings};

/// How much a stage had to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Workload {
    /// Items worked on.
    pub(crate) done: u64,
    /// Items whose result was there already.
    pub(crate) reused: u64,
}

/// What a stage gives back, with what it had to do for it.
pub(crate) struct Worked<T> {
    /// The result.
    pub(crate) result: T,
    /// What it took.
    pub(crate) load: Workload,
}

impl<T> Worked<T> {
    /// A result for which `done` items were worked on and `reused` were there.
    pub(crate) fn new(result: T, done: usize, reused: usize) -> Self {
        Self { result, load: Workload { done: done as u64, reused: reused as u64 } }
    }
}

/// Collects the timings of a run.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    threads: usize,
    stages: Vec<StageTiming>,
}

impl Stopwatch {
    /// A stopwatch for a run on `threads` threads.
    pub(crate) fn new(threads: usize) -> Self {
        Self { threads, stages: Vec::new() }
    }

    /// Times a stage that counts in `unit`.
    pub(crate) fn time<T, E>(
        &mut self,
        name: &str,
        unit: &str,
        stage: impl FnOnce() -> Result<Worked<T>, E>,
    ) -> Result<T, E> {
        let started = Instant::now();
        let Worked { result, load } = stage()?;
        self.stages.push(StageTiming {
            name: name.to_owned(),
            seconds: started.elapsed().as_secs_f64(),
            done: load.done,
            reused: load.reused,
            unit: unit.to_owned(),
        });
        Ok(result)
    }

    /// The timings so far.
    pub(crate) fn timings(&self) -> Timings {
        Timings { threads: self.threads as u32, peak_memory_bytes: peak_memory_bytes(), stages: self.stages.clone() }
    }
}

/// The largest resident memory of this process so far, where the system tells it (Linux: `VmHWM`, in kibibytes).
fn peak_memory_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}
