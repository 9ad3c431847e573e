//! The bound of `memory_limit`: fewer files at once where they would not fit, and a run that ends with a sentence before
//! the machine ends it without one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};

use super::Bytes;
use crate::console::Console;
use crate::outcome::RunError;

/// How often memory is looked at.
const INTERVAL: Duration = Duration::from_millis(50);
/// What a run that was told to stop is granted.
const GRACE: Duration = Duration::from_secs(10);

/// What the process has in memory now, in bytes; 0 where the system does not tell.
pub(crate) fn in_use() -> u64 {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64)
}

/// How many things of `each` bytes may be in memory at once beside what is there: all of `most` where there is no limit,
/// never less than one.
pub(crate) fn shares(limit: Option<Bytes>, in_use: u64, each: u64, most: usize) -> usize {
    let Some(Bytes(limit)) = limit else { return most };
    let fitting = limit.saturating_sub(in_use) / each.max(1);
    usize::try_from(fitting).unwrap_or(usize::MAX).clamp(1, most.max(1))
}

/// Watches over the memory of the process until dropped.
#[derive(Debug)]
pub(crate) struct MemoryWatch {
    limit: Bytes,
    /// What was in use when it was too much, in bytes; 0 until then.
    exceeded: Arc<AtomicU64>,
    watcher: Option<(Sender<()>, JoinHandle<()>)>,
}

impl MemoryWatch {
    /// Sets `cancel` once more than `limit` is in use. A run that does not stop within ten seconds of that, or goes on to
    /// take half as much again, is ended at once, which leaves every file whole.
    ///
    /// # Errors
    /// When the system does not tell what is in use, or no thread can be started.
    pub(crate) fn start(limit: Bytes, cancel: Arc<AtomicBool>, console: Console) -> anyhow::Result<Self> {
        if in_use() == 0 {
            return Err(anyhow!("this system does not tell how much memory is in use: leave out `memory_limit`"));
        }
        let exceeded = Arc::new(AtomicU64::new(0));
        let (stop, stopped) = channel();
        let seen = Arc::clone(&exceeded);
        let watch = move || {
            let mut since: Option<Instant> = None;
            while matches!(stopped.recv_timeout(INTERVAL), Err(RecvTimeoutError::Timeout)) {
                let found = in_use();
                if found <= limit.0 {
                    continue;
                }
                let first = *since.get_or_insert_with(Instant::now);
                seen.fetch_max(found, Ordering::Relaxed);
                cancel.store(true, Ordering::Relaxed);
                if first.elapsed() > GRACE || found > limit.0.saturating_add(limit.0 / 2) {
                    console.error(&told(limit, found));
                    #[allow(clippy::exit, reason = "the alternative is the end of other programs; files are whole")]
                    std::process::exit(1);
                }
            }
        };
        let thread = thread::Builder::new().name("memory".into()).spawn(watch).context("no thread could be started")?;
        Ok(Self { limit, exceeded, watcher: Some((stop, thread)) })
    }

    /// The outcome of a run that was watched: an interruption by this watch is an error of its own.
    pub(crate) fn outcome<T>(&self, result: Result<T, RunError>) -> Result<T, RunError> {
        match (result, self.exceeded.load(Ordering::Relaxed)) {
            (Err(RunError::Interrupted), found @ 1..) => Err(RunError::Failed(anyhow!(told(self.limit, found)))),
            (result, _) => result,
        }
    }
}

impl Drop for MemoryWatch {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.watcher.take() {
            drop(stop);
            // The thread does nothing that fails.
            let _ = thread.join();
        }
    }
}

fn told(limit: Bytes, found: u64) -> String {
    format!(
        "the run has {:.1} MiB in memory, more than `memory_limit` = {limit} allows; raise it, use fewer --threads, or lower \
         `audio.max_mix_chunks`, `embed.batch_size` or the size of training batches. What was finished is kept",
        found as f64 / f64::from(1 << 20)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::Verbosity;

    #[test]
    fn fewer_things_at_once_where_memory_is_scarce() {
        assert_eq!(shares(None, 900, 100, 8), 8);
        assert_eq!(shares(Some(Bytes(1000)), 500, 100, 8), 5);
        assert_eq!(shares(Some(Bytes(1000)), 100, 100, 8), 8);
        assert_eq!(shares(Some(Bytes(1000)), 2000, 100, 8), 1, "one at a time always goes");
        assert_eq!(shares(Some(Bytes(1000)), 0, 0, 8), 8);
    }

    #[test]
    fn a_run_over_the_limit_is_stopped_and_told_why() {
        let now = in_use();
        assert!(now > 0);
        let cancel = Arc::new(AtomicBool::new(false));
        let limit = Bytes(now - now / 8);
        let watch = MemoryWatch::start(limit, Arc::clone(&cancel), Console::new(Verbosity::Quiet)).unwrap();
        while !cancel.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        let message = watch.outcome::<()>(Err(RunError::Interrupted)).unwrap_err().to_string();
        assert!(message.contains("more than `memory_limit` = "), "{message}");
        assert!(watch.outcome(Ok(3)).is_ok_and(|three| three == 3), "what was done all the same counts");
    }

    #[test]
    fn a_run_within_the_limit_is_left_alone() {
        let cancel = Arc::new(AtomicBool::new(false));
        let watch = MemoryWatch::start(Bytes(1 << 50), Arc::clone(&cancel), Console::new(Verbosity::Quiet)).unwrap();
        assert!(matches!(watch.outcome::<()>(Err(RunError::Interrupted)), Err(RunError::Interrupted)));
        drop(watch);
        assert!(!cancel.load(Ordering::Relaxed));
    }
}
