//! The instruments. Each renders one sound at a time; the performance places and mixes them.

mod drums;
mod effects;
mod envelope;
mod fm;
mod kick;
mod patches;
mod subtractive;

pub(super) use drums::{Backbeat, Hat, Percussion, backbeat, hat, percussion};
pub(super) use effects::{Texture, impact, riser, texture};
pub(super) use fm::FmPatch;
pub(super) use kick::{KickSound, kick};
pub(super) use patches::*;
pub(super) use subtractive::Patch;

use super::random::Random;
use super::sound::{Frame, Studio};

/// A tone for an instrument to play.
#[derive(Clone, Copy, Debug)]
pub(super) struct Note {
    /// MIDI note.
    pub(super) midi: i32,
    /// MIDI note to glide from.
    pub(super) glide_from: Option<i32>,
    /// How long it is held, in seconds.
    pub(super) gate_s: f32,
    /// 0 to 1: opens the filter as well.
    pub(super) accent: f32,
    /// Octaves that the track and the moment open (or close) the filter by.
    pub(super) open_octaves: f32,
}

/// A pitched instrument.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sound {
    Subtractive(Patch),
    Fm(FmPatch),
}

impl Sound {
    /// Renders a note with its release, at a level that depends little on pitch and filter.
    pub(super) fn play(&self, note: Note, studio: &Studio, random: &mut Random) -> Vec<Frame> {
        let mut clip = match self {
            Self::Subtractive(patch) => patch.play(note, studio, random),
            Self::Fm(patch) => patch.play(note, studio, random),
        };
        level(&mut clip);
        clip
    }
}

/// Brings the peak near 1. Only near: a sound that its filter closes shall still become quieter.
fn level(clip: &mut [Frame]) {
    let peak = clip.iter().flatten().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    if peak > 1e-6 {
        let gain = peak.powf(-0.75);
        clip.iter_mut().flatten().for_each(|sample| *sample *= gain);
    }
}
