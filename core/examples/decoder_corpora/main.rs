//! Runs the decoders and the parser of tags over files, and over damaged copies of them, in processes of their own: no
//! panic may escape, none may hang, and memory stays bounded. What ffmpeg decodes too is compared with it.
//!
//! `scripts/fuzz-corpora` gathers the files and runs this:
//!
//! ```text
//! decoder_corpora [--cuts] [--flips N] [--seed S] [--jobs N] [--compare] PATH...
//! ```
#![allow(missing_docs)]

mod ffmpeg;
mod mutation;
mod worker;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use mutation::Mutation;
use pmsl_core::library::LibraryOptions;
use worker::Outcome;

/// A file that is not done within this hangs: none of the corpora takes a hundredth of it.
const TIME_LIMIT: Duration = Duration::from_mins(1);
/// No file of the corpora may make the process larger than this.
const MEMORY_LIMIT_KIB: u64 = 256 << 10;
/// How far durations may be apart, in seconds: two frames of a codec whose container does not tell its delay.
const DURATION_TOLERANCE_S: f64 = 0.06;
/// How far levels may be apart, in dB.
const LEVEL_TOLERANCE_DB: f64 = 0.1;

struct Options {
    cuts: bool,
    flips: u64,
    seed: u64,
    jobs: usize,
    compare: bool,
    paths: Vec<PathBuf>,
}

/// What is wrong, and with which file.
type Fault = (Mutation, PathBuf, String);

#[derive(Default)]
struct Tally {
    kinds: BTreeMap<String, usize>,
    faults: Vec<Fault>,
    contained: Vec<Fault>,
    peak_kib: u64,
    compared: usize,
    apart: Vec<String>,
    only_ffmpeg: Vec<PathBuf>,
}

fn main() -> io::Result<ExitCode> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == "worker") {
        return worker::work().map(|()| ExitCode::SUCCESS);
    }
    let options = parse(arguments).map_err(io::Error::other)?;
    let mut tasks: Vec<(Mutation, PathBuf)> = Vec::new();
    for (number, file) in files(&options.paths)?.into_iter().enumerate() {
        tasks.push((Mutation::Whole, file.clone()));
        if options.cuts {
            tasks.extend((0..100).map(|percent| (Mutation::Cut(percent), file.clone())));
        }
        let first = options.seed.wrapping_mul(1 << 32).wrapping_add((number as u64) << 12);
        tasks.extend((0..options.flips).map(|flip| (Mutation::Flips(first + flip), file.clone())));
    }
    let compare = options.compare && ffmpeg::is_there();
    if options.compare && !compare {
        writeln!(io::stderr(), "skipped: ffmpeg is absent, so that nothing is compared with it")?;
    }
    let count = tasks.len();
    tasks.reverse();
    let (tasks, tally) = (Mutex::new(tasks), Mutex::new(Tally::default()));
    thread::scope(|scope| {
        let jobs: Vec<_> = (0..options.jobs).map(|_| scope.spawn(|| run(&tasks, &tally, compare))).collect();
        jobs.into_iter().try_for_each(|job| job.join().map_err(|_| io::Error::other("a job panicked"))?)
    })?;
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    report(&tally, count, compare)?;
    Ok(ExitCode::from(u8::from(!tally.faults.is_empty() || !tally.apart.is_empty())))
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let mut options = Options { cuts: false, flips: 0, seed: 1, jobs, compare: false, paths: Vec::new() };
    while let Some(argument) = arguments.next() {
        let mut number = || -> Result<u64, String> {
            let value = arguments.next().ok_or_else(|| format!("{argument} needs a number"))?;
            value.parse().map_err(|error| format!("{argument} {value}: {error}"))
        };
        match argument.as_str() {
            "--cuts" => options.cuts = true,
            "--compare" => options.compare = true,
            "--flips" => options.flips = number()?,
            "--seed" => options.seed = number()?,
            "--jobs" => options.jobs = number()?.max(1) as usize,
            option if option.starts_with("--") => return Err(format!("{option} is not known")),
            path => options.paths.push(path.into()),
        }
    }
    Ok(options)
}

/// The audio files among and below paths, by their names, in order.
fn files(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let extensions = LibraryOptions::default().extensions;
    let mut found = Vec::new();
    let mut open = paths.to_vec();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        } else {
            let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
            if extension.is_some_and(|extension| extensions.contains(&extension)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Takes tasks until there are none.
fn run(tasks: &Mutex<Vec<(Mutation, PathBuf)>>, tally: &Mutex<Tally>, compare: bool) -> io::Result<()> {
    let mut worker = Worker::start()?;
    loop {
        let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some((mutation, path)) = next else { return Ok(()) };
        let answer = worker.ask(mutation, &path);
        let reference = if compare && mutation == Mutation::Whole { ffmpeg::decode(&path) } else { None };
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = |text: String| (mutation, path.clone(), text);
        match answer {
            Ok(outcome) => {
                *tally.kinds.entry(outcome.kind.clone()).or_default() += 1;
                tally.peak_kib = tally.peak_kib.max(outcome.peak_kib);
                if outcome.peak_kib > MEMORY_LIMIT_KIB {
                    tally.faults.push(fault(format!("{} KiB of memory", outcome.peak_kib)));
                }
                if let Some(panic) = &outcome.panic {
                    tally.contained.push(fault(panic.clone()));
                }
                if let Some(reference) = reference {
                    tally.compare(&path, &outcome, &reference);
                }
            }
            Err(how) => {
                tally.faults.push(fault(how.to_owned()));
                worker = Worker::start()?;
            }
        }
    }
}

impl Tally {
    fn compare(&mut self, path: &Path, ours: &Outcome, reference: &ffmpeg::Reference) {
        if !["decoded", "damaged"].contains(&ours.kind.as_str()) {
            self.only_ffmpeg.push(path.to_owned());
            return;
        }
        self.compared += 1;
        let seconds = (ours.duration_s - reference.duration_s).abs();
        // All of the sound, however much silence a decoder leaves around it.
        let energy = |rms: f64, duration_s: f64| (rms.powi(2) * duration_s).max(1e-9);
        let ratio = energy(ours.rms, ours.duration_s) / energy(reference.rms, reference.duration_s);
        let level_db = 10.0 * ratio.log10();
        if seconds > DURATION_TOLERANCE_S || level_db.abs() > LEVEL_TOLERANCE_DB {
            self.apart.push(format!(
                "{}: {:.3} s where ffmpeg has {:.3} s, level {level_db:+.2} dB",
                path.display(),
                ours.duration_s,
                reference.duration_s
            ));
        }
    }
}

fn report(tally: &Tally, count: usize, compare: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let kinds: Vec<String> = tally.kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    writeln!(out, "{count} files and damaged copies: {}", kinds.join(", "))?;
    writeln!(out, "most memory of a process: {} KiB", tally.peak_kib)?;
    for (title, list) in [("escaped, hung or too large", &tally.faults), ("panics contained", &tally.contained)] {
        writeln!(out, "{title}: {}", list.len())?;
        for (mutation, path, text) in list.iter().take(40) {
            writeln!(out, "  {mutation} {}: {text}", path.display())?;
        }
    }
    if compare {
        writeln!(out, "compared with ffmpeg: {}, apart: {}", tally.compared, tally.apart.len())?;
        for line in &tally.apart {
            writeln!(out, "  {line}")?;
        }
        writeln!(out, "decoded by ffmpeg alone: {}", tally.only_ffmpeg.len())?;
        for path in &tally.only_ffmpeg {
            writeln!(out, "  {}", path.display())?;
        }
    }
    Ok(())
}

/// A process that decodes.
struct Worker {
    process: Child,
    questions: ChildStdin,
    answers: Receiver<String>,
}

impl Worker {
    fn start() -> io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let missing = || io::Error::other("a pipe is missing");
        let questions = process.stdin.take().ok_or_else(missing)?;
        let output = process.stdout.take().ok_or_else(missing)?;
        let (sender, answers) = channel();
        thread::spawn(move || {
            // Ends with the process, or when nobody asks any more.
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { process, questions, answers })
    }

    /// What came of a file; how the process failed otherwise, after which there has to be another one.
    fn ask(&mut self, mutation: Mutation, path: &Path) -> Result<Outcome, &'static str> {
        let asked = writeln!(self.questions, "{mutation}\t{}", path.display());
        let answer = asked.ok().and_then(|()| self.answers.recv_timeout(TIME_LIMIT).ok());
        if let Some(outcome) = answer.and_then(|line| Outcome::of_line(&line)) {
            return Ok(outcome);
        }
        let is_dead = self.process.try_wait().is_ok_and(|status| status.is_some());
        let _ = self.process.kill();
        let _ = self.process.wait();
        Err(if is_dead { "the process died" } else { "no answer in time" })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
