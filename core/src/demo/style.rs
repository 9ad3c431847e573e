//! What makes a style, as data.

use super::arrangement::Form;
use super::harmony::Mode;
use super::instruments::{Backbeat, KickSound, Patch, Percussion, Sound, Texture};
use super::random::Random;

/// A range that each track draws from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span(pub(super) f32, pub(super) f32);

impl Span {
    pub(super) fn draw(self, random: &mut Random) -> f32 {
        random.between(self.0, self.1)
    }
}

/// How the notes of a part follow the chords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contour {
    /// Up and down the chord.
    Arpeggio,
    /// Around the root with leaps of an octave and small steps: acid.
    Obsessive,
    /// A walk through the scale that rests on chord tones.
    Melody,
    /// The whole chord at once.
    Chord,
}

/// A rhythm table, an instrument and how its notes are found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) sound: Sound,
    pub(super) rhythms: &'static [&'static str],
    pub(super) contour: Contour,
    /// The octave of its root.
    pub(super) octave: i32,
    pub(super) gain: f32,
    /// Amounts sent to the echo and to the reverb.
    pub(super) echo: f32,
    pub(super) reverb: f32,
}

/// The drums of a style.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drums {
    pub(super) kick: KickSound,
    pub(super) kick_gain: f32,
    /// Does the kick sound the root of the chord?
    pub(super) tuned_kick: bool,
    pub(super) backbeat: &'static [Backbeat],
    pub(super) backbeat_gain: f32,
    pub(super) hats: &'static [&'static str],
    pub(super) hats_gain: f32,
    pub(super) open_hat_gain: f32,
    /// 0 noise to 1 metal.
    pub(super) hat_metal: f32,
    pub(super) percussion: &'static [Percussion],
    pub(super) percussion_gain: f32,
    /// Builds end in a roll on the snare.
    pub(super) roll: bool,
}

/// The bass of a style.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bass {
    pub(super) patch: Patch,
    pub(super) lines: &'static [&'static str],
    pub(super) gain: f32,
    /// Chance of a note an octave up or a step aside.
    pub(super) leaps: f32,
}

/// A sub-genre.
#[derive(Debug)]
pub(super) struct Style {
    pub(super) genre: &'static str,
    pub(super) sub_genre: &'static str,
    /// Beats per minute.
    pub(super) tempo: Span,
    pub(super) modes: &'static [Mode],
    /// Scale degrees, one a chord.
    pub(super) progressions: &'static [&'static [i32]],
    /// Bars that a chord lasts.
    pub(super) chord_bars: &'static [usize],
    pub(super) chord_voices: usize,
    pub(super) drums: Drums,
    pub(super) bass: Bass,
    pub(super) chords: &'static [Part],
    pub(super) motifs: &'static [Part],
    pub(super) leads: &'static [Part],
    pub(super) textures: &'static [Texture],
    pub(super) texture_gain: f32,
    /// 0 dark to 1 bright: filters, hats, shelves.
    pub(super) brightness: Span,
    /// 0 sparse to 1 busy: percussion, motifs.
    pub(super) density: Span,
    /// Saturation of the whole mix.
    pub(super) drive: Span,
    /// Reverb time in seconds.
    pub(super) reverb_s: Span,
    /// Delay of every second step, as a share of a step.
    pub(super) swing: Span,
    /// How deep the kick ducks the music, 0 to 1.
    pub(super) duck: Span,
    pub(super) forms: &'static [Form],
}
