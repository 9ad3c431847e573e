//! Tests of the whole synthesizer: what it sounds like, and what it leaves on the disk.

mod files;
#[cfg(feature = "audio")]
mod round_trip;
mod sound;
