use std::io;

use thiserror::Error;

/// Why a file gave no sound.
///
/// The messages never name the file: the caller knows it, and decides whether a report may show it.
#[derive(Debug, Error)]
pub enum AudioError {
    /// An option is out of range.
    #[error("`{field}` must be {expected}, found {found}")]
    Option {
        /// Name of the field in the configuration.
        field: &'static str,
        /// The values that are allowed.
        expected: &'static str,
        /// The value found.
        found: String,
    },
    /// The file cannot be opened.
    #[error("the file cannot be opened; check that it exists and may be read")]
    Open(#[source] io::Error),
    /// A folder, a pipe or a device.
    #[error("expected a file, found something else of that name")]
    NotAFile,
    /// Reading failed half-way: a medium that is damaged or was unplugged.
    #[error("reading failed after {at_s:.1} s of audio; check the disk or the network share")]
    Read {
        /// Audio decoded before, in seconds.
        at_s: f64,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// No known container begins in the file.
    #[error("not an audio file of a known format, whatever its name says; convert it, or remove it from the library")]
    UnknownFormat(#[source] symphonia::core::errors::Error),
    /// A text that stands for a file which Git LFS keeps elsewhere.
    #[error("a pointer of Git LFS, not the file itself; fetch it with `git lfs pull`")]
    LfsPointer,
    /// The container holds no audio track.
    #[error("the file holds no audio track")]
    NoAudioTrack,
    /// No decoder for the codec.
    #[error("no decoder for the codec {codec}; convert the file to FLAC or another format")]
    UnsupportedCodec {
        /// Name or identifier of the codec.
        codec: String,
    },
    /// Opus, in a build without its decoder.
    #[error("Opus audio needs a build with the cargo feature `opus`; build with it, or convert the file")]
    OpusNotBuilt,
    /// A sample rate that no recording has.
    #[error("expected a sample rate from {min} to {max} Hz, found {found} Hz; the file's header is damaged")]
    SampleRate {
        /// Lowest rate that is read, in Hz.
        min: u32,
        /// Highest rate that is read, in Hz.
        max: u32,
        /// The rate found, in Hz.
        found: u32,
    },
    /// A header that asks for more memory than any recording needs.
    #[error("expected at most {limit} {what}, found {found}; the file's header is damaged")]
    Oversized {
        /// What there is too much of.
        what: &'static str,
        /// Most that is read.
        limit: u64,
        /// What the header says.
        found: u64,
    },
    /// Most of the file cannot be decoded.
    #[error("{errors} of {packets} packets cannot be decoded; the file is damaged: replace it")]
    Corrupt {
        /// Packets that failed.
        errors: u32,
        /// Packets read.
        packets: u32,
    },
    /// Not a single sample.
    #[error("the file holds no samples; it is empty or cut off: replace it")]
    Empty,
    /// Values that are not sound.
    #[error(
        "a sample at {at_s:.2} s is NaN, infinite or more than 60 dB above full scale; the file is damaged: replace it"
    )]
    BadSample {
        /// Position, in seconds.
        at_s: f64,
    },
    /// Less sound than one chunk needs.
    #[error("expected at least {needed_s} s of audio, found {found_s:.3} s")]
    TooShort {
        /// Shortest length that is accepted, in seconds.
        needed_s: f64,
        /// Length found, in seconds.
        found_s: f64,
    },
    /// Nothing reaches the minimum level.
    #[error(
        "the loudest chunk has {found_dbfs:.0} dBFS, below `min_level_dbfs` = {min_dbfs:.0}: a silent file; \
         lower the limit if it is meant to be that quiet"
    )]
    Silent {
        /// RMS level of the loudest chunk, in dBFS (negative infinity for digital silence).
        found_dbfs: f32,
        /// The limit, in dBFS.
        min_dbfs: f32,
    },
    /// The resampler refused its input.
    #[error("resampling from {rate_hz} Hz failed")]
    Resample {
        /// Source rate, in Hz.
        rate_hz: u32,
        /// What the resampler said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A decoder gave up in the worst way; only this file is affected.
    #[error("the decoder crashed on this file ({message}); the file is probably damaged: replace it")]
    Panicked {
        /// Message of the panic.
        message: String,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}
