//! The process that decodes: it may crash or hang, and is told from outside what to do next.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use pmsl_core::audio::{AudioError, panics_are_contained, stream_source};
use pmsl_core::library::{TagError, read_tags};

use crate::mutation::Mutation;

/// What came of one file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    /// `decoded`, or the kind of error.
    pub(crate) kind: String,
    /// Seconds that were decoded.
    pub(crate) duration_s: f64,
    /// Root mean square over all samples of all channels.
    pub(crate) rms: f64,
    /// Most memory that the process had while it worked on this file, in KiB; 0 where the system does not tell.
    pub(crate) peak_kib: u64,
    /// The message of a panic in a decoder or in the parser of tags, which was contained.
    pub(crate) panic: Option<String>,
}

impl Outcome {
    /// One line for the process that asked.
    pub(crate) fn to_line(&self) -> String {
        let Self { kind, duration_s, rms, peak_kib, panic } = self;
        let panic = panic.as_deref().unwrap_or_default().replace(['\t', '\n'], " ");
        format!("{kind}\t{duration_s}\t{rms}\t{peak_kib}\t{panic}")
    }

    /// Reads such a line.
    pub(crate) fn of_line(line: &str) -> Option<Self> {
        let mut fields = line.trim_end_matches('\n').split('\t');
        Some(Self {
            kind: fields.next()?.to_owned(),
            duration_s: fields.next()?.parse().ok()?,
            rms: fields.next()?.parse().ok()?,
            peak_kib: fields.next()?.parse().ok()?,
            panic: fields.next().filter(|text| !text.is_empty()).map(str::to_owned),
        })
    }
}

/// Answers each line `mutation<TAB>path` of standard input by one line on standard output.
pub(crate) fn work() -> io::Result<()> {
    // As the product's own hook: what is contained is not printed.
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panics_are_contained() {
            print(panic);
        }
    }));
    let folder = tempfile::tempdir()?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let Some((mutation, path)) = line.split_once('\t') else { continue };
        let mutation: Mutation = mutation.parse().map_err(io::Error::other)?;
        let outcome = decode(folder.path(), mutation, Path::new(path))?;
        writeln!(io::stdout(), "{}", outcome.to_line())?;
        io::stdout().flush()?;
    }
    Ok(())
}

fn decode(folder: &Path, mutation: Mutation, path: &Path) -> io::Result<Outcome> {
    let name = path.file_name().unwrap_or_default();
    let place = folder.join(name);
    fs::write(&place, mutation.apply(fs::read(path)?))?;
    forget_peak();
    let (mut squares, mut samples) = (0.0, 0_u64);
    let decoded = stream_source(&place, &AtomicBool::new(false), &mut |block| {
        squares += block.interleaved.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>();
        samples += block.interleaved.len() as u64;
        Ok(())
    });
    let mut panic = None;
    let (kind, duration_s) = match decoded {
        Ok(info) if info.decode_errors > 0 => ("damaged", info.duration_s),
        Ok(info) => ("decoded", info.duration_s),
        Err(AudioError::Panicked { message }) => {
            panic = Some(format!("decoder: {message}"));
            ("panicked", 0.0)
        }
        Err(error) => (kind_of(&error), 0.0),
    };
    if let Err(TagError::Panicked { message }) = read_tags(&place) {
        panic = Some(format!("tags: {message}"));
    }
    let outcome = Outcome {
        kind: kind.to_owned(),
        duration_s,
        rms: if samples == 0 { 0.0 } else { (squares / samples as f64).sqrt() },
        peak_kib: peak_kib(),
        panic,
    };
    fs::remove_file(&place)?;
    Ok(outcome)
}

fn kind_of(error: &AudioError) -> &'static str {
    match error {
        AudioError::UnknownFormat(_) => "unknown format",
        AudioError::NoAudioTrack => "no audio track",
        AudioError::UnsupportedCodec { .. } | AudioError::OpusNotBuilt => "unsupported codec",
        AudioError::SampleRate { .. } => "sample rate",
        AudioError::Corrupt { .. } => "corrupt",
        AudioError::Empty => "empty",
        AudioError::BadSample { .. } => "bad sample",
        _ => "other error",
    }
}

/// Lets the peak of memory begin anew. Where the system cannot, peaks are those of the whole process.
fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
