//! A library to try everything on: electronic music that is synthesized on the spot.
//!
//! Seven sub-genres in four genres, described as data (`styles`). Each track is planned from its seed (`song`:
//! tempo, key, chords, form, lines), performed part by part (`performance`) on drums and synthesizers
//! (`instruments`, built on fundsp's oscillators and filters), mixed with echo, reverb and a kick that ducks the rest
//! (`mixer`), and written as a tagged FLAC file (`library`). The two sub-genres of a genre share tempo and drums and
//! differ in mood, so that telling them apart is a matter of listening.

mod arrangement;
mod encode;
mod error;
mod harmony;
mod instruments;
mod library;
mod mixer;
mod names;
mod options;
mod performance;
mod random;
mod rhythm;
mod song;
mod sound;
mod style;
mod styles;
mod wavetables;

pub use error::DemoError;
pub use library::{DemoLibrary, DemoProgress, DemoTrack, synthesize_library};
pub use options::DemoOptions;

#[cfg(test)]
mod tests;
