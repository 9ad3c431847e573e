//! A time limit for work that may hang in code that is not ours.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;

/// How often an interrupt of the run is passed on.
const PATIENCE: Duration = Duration::from_millis(50);
/// What is granted for stopping to work that is told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Work that did not end in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfTime;

/// Runs `work` on a thread of its own for at most `limit`. It gets a flag that is set when it shall stop, because its time is
/// over or because `cancel` is set. Work that does not heed the flag is left behind: no thread can be ended from outside, but
/// the run goes on without it, and the process does not wait for it at its end.
///
/// # Errors
/// When no thread can be started.
pub(crate) fn within<T: Send + 'static>(
    limit: Duration,
    cancel: &AtomicBool,
    work: impl FnOnce(&AtomicBool) -> T + Send + 'static,
) -> anyhow::Result<Result<T, OutOfTime>> {
    let stop = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = channel();
    let flag = Arc::clone(&stop);
    let worker = thread::Builder::new()
        .name("file".into())
        .spawn(move || {
            // Nobody listens where the work was left behind.
            let _ = sender.send(work(&flag));
        })
        .context("no thread could be started")?;
    let started = Instant::now();
    let mut deadline = limit;
    loop {
        let left = deadline.saturating_sub(started.elapsed());
        match receiver.recv_timeout(left.min(PATIENCE)) {
            Ok(_) if started.elapsed() > limit && stop.load(Ordering::Relaxed) => return Ok(Err(OutOfTime)),
            Ok(done) => return Ok(Ok(done)),
            Err(RecvTimeoutError::Disconnected) => match worker.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => return Ok(Err(OutOfTime)),
            },
            Err(RecvTimeoutError::Timeout) => {}
        }
        let is_stopping = stop.load(Ordering::Relaxed);
        if started.elapsed() >= deadline {
            if is_stopping {
                return Ok(Err(OutOfTime));
            }
            deadline = started.elapsed() + GRACE;
            stop.store(true, Ordering::Relaxed);
        } else if !is_stopping && cancel.load(Ordering::Relaxed) {
            deadline = deadline.min(started.elapsed() + GRACE);
            stop.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_hours(1);

    fn until_told(stop: &AtomicBool) -> &'static str {
        while !stop.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        "told"
    }

    #[test]
    fn work_that_ends_in_time_is_handed_over() {
        assert_eq!(within(LONG, &AtomicBool::new(false), |_| 7).unwrap(), Ok(7));
    }

    #[test]
    fn work_is_told_to_stop_at_its_limit_and_by_an_interrupt() {
        let limit = Duration::from_millis(20);
        assert_eq!(within(limit, &AtomicBool::new(false), until_told).unwrap(), Err(OutOfTime));
        assert_eq!(within(LONG, &AtomicBool::new(true), until_told).unwrap(), Ok("told"));
    }

    #[test]
    fn work_that_hangs_is_left_behind() {
        let (release, hang) = channel::<()>();
        let hung = within(Duration::from_millis(20), &AtomicBool::new(false), move |_| hang.recv().is_ok());
        assert_eq!(hung.unwrap(), Err(OutOfTime));
        drop(release);
    }

    #[test]
    #[should_panic(expected = "a panic of the work")]
    fn a_panic_reaches_the_caller() {
        let _ = within(LONG, &AtomicBool::new(false), |_| panic!("a panic of the work"));
    }
}
