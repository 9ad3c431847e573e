//! The only place that prints: stages, progress and warnings on standard error, results on standard output.
#![allow(clippy::print_stdout, clippy::print_stderr)]
#![allow(clippy::unused_self, reason = "whoever prints holds a console, however quiet it is")]

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Between two plain progress lines where standard error is no terminal.
const PLAIN_INTERVAL: Duration = Duration::from_secs(10);

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors only.
    Quiet,
    /// Stages, progress, warnings and results.
    Normal,
    /// Also what each stage decided.
    Verbose,
    /// Also every track.
    Tracks,
}

/// Prints for the user.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    verbosity: Verbosity,
    terminal: bool,
}

impl Console {
    /// A console on this process's standard streams.
    pub(crate) fn new(verbosity: Verbosity) -> Self {
        Self { verbosity, terminal: io::stderr().is_terminal() }
    }

    /// A result: what the user asked for, on standard output.
    pub(crate) fn result(&self, line: &str) {
        if self.verbosity > Verbosity::Quiet {
            // A closed pipe (`| head`) is the reader's choice and no error of ours.
            let _ = writeln!(io::stdout(), "{line}");
        }
    }

    /// Output that was asked for by name (a schema, a plan): printed however quiet.
    pub(crate) fn output(&self, text: &str) {
        let _ = writeln!(io::stdout(), "{text}");
    }

    /// [`Console::output`] of lines with ANSI colours, which are left out where standard output is no terminal or the
    /// user wants none (`NO_COLOR`).
    pub(crate) fn coloured(&self, lines: &str) {
        let _ = write!(anstream::stdout(), "{lines}");
    }

    /// A line on what a stage decided.
    pub(crate) fn detail(&self, line: &str) {
        self.at(Verbosity::Verbose, line);
    }

    /// Whether every track is told of.
    pub(crate) fn shows_tracks(&self) -> bool {
        self.verbosity >= Verbosity::Tracks
    }

    /// Something the user should know and may want to mend.
    pub(crate) fn warn(&self, line: &str) {
        self.at(Verbosity::Normal, &format!("warning: {line}"));
    }

    /// What happened to one thing among many, which the result counts.
    pub(crate) fn note(&self, line: &str) {
        self.at(Verbosity::Normal, line);
    }

    /// Why the run ended without its result.
    pub(crate) fn error(&self, line: &str) {
        let _ = writeln!(io::stderr(), "error: {line}");
    }

    /// Whether details are shown.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbosity >= Verbosity::Verbose
    }

    fn at(&self, level: Verbosity, line: &str) {
        if self.verbosity >= level {
            let _ = writeln!(io::stderr(), "{line}");
        }
    }

    /// Starts counting `total` things of a stage. `unit` is what the rate counts.
    pub(crate) fn progress(&self, stage: &str, total: u64) -> Progress {
        let target = if self.terminal && self.verbosity > Verbosity::Quiet {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total), target).with_style(style()).with_prefix(stage.to_owned());
        Progress {
            bar,
            stage: stage.to_owned(),
            plain: !self.terminal && self.verbosity > Verbosity::Quiet,
            last_line: Mutex::new(Instant::now()),
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template(
        "{prefix:>9} [{clock}] [{bar:24}] {percent:>3}% {pos}/{len}  {hourly}  ETA {left}  {wide_msg}",
    )
    .unwrap_or_else(|_| ProgressStyle::default_bar())
    .with_key("clock", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = out.write_str(&clock(state.elapsed()));
    })
    .with_key("hourly", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = out.write_str(&hourly(state.pos(), state.elapsed()));
    })
    .with_key("left", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = out.write_str(&clock(state.eta()));
    })
    .progress_chars("=> ")
}

/// The progress of one stage. Thread-safe.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    stage: String,
    plain: bool,
    last_line: Mutex<Instant>,
}

impl Progress {
    /// Counts one thing done, and says which.
    pub(crate) fn advance(&self, label: &str) {
        self.bar.inc(1);
        self.bar.set_message(label.to_owned());
        self.plain_line(label);
    }

    /// Sets how many things are done.
    pub(crate) fn set(&self, done: u64, label: &str) {
        self.bar.set_position(done);
        self.bar.set_message(label.to_owned());
        self.plain_line(label);
    }

    /// Things done before this run do not count towards the rate.
    pub(crate) fn resume_at(&self, done: u64) {
        self.bar.set_position(done);
        self.bar.reset_eta();
    }

    /// Prints a line above the bar.
    pub(crate) fn line(&self, line: &str) {
        if self.plain {
            eprintln!("{line}");
        } else {
            self.bar.println(line);
        }
    }

    /// Ends the stage.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }

    fn plain_line(&self, label: &str) {
        if !self.plain {
            return;
        }
        let Ok(mut last) = self.last_line.lock() else { return };
        if last.elapsed() < PLAIN_INTERVAL {
            return;
        }
        *last = Instant::now();
        let (done, total) = (self.bar.position(), self.bar.length().unwrap_or(0));
        eprintln!(
            "{} [{}] {}% {done}/{total}  {}  ETA {}  {label}",
            self.stage,
            clock(self.bar.elapsed()),
            (100 * done).checked_div(total).unwrap_or(100),
            hourly(done, self.bar.elapsed()),
            clock(self.bar.eta()),
        );
    }
}

fn hourly(done: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    if seconds < 1e-3 { "-/h".into() } else { format!("{:.0}/h", done as f64 / seconds * 3600.0) }
}

/// `m:ss`, or `h:mm:ss` from an hour on.
pub(crate) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes:02}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_rates_read_well() {
        assert_eq!(clock(Duration::from_secs(12)), "00:12");
        assert_eq!(clock(Duration::from_secs(3 * 3600 + 62)), "3:01:02");
        assert_eq!(hourly(10, Duration::from_secs(30)), "1200/h");
        assert_eq!(hourly(0, Duration::ZERO), "-/h");
    }

    #[test]
    fn the_bar_template_is_valid() {
        ProgressStyle::with_template("{prefix:>9} [{clock}] [{bar:24}] {percent:>3}% {pos}/{len}  {wide_msg}").unwrap();
        let progress = Console::new(Verbosity::Quiet).progress("features", 3);
        progress.advance("a");
        progress.set(3, "b");
        progress.finish();
    }
}
