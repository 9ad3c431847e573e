//! The settings of the pitched instruments, as data.

use super::envelope::Adsr;
use super::fm::FmPatch;
use super::subtractive::{Filter, Patch};
use crate::demo::wavetables::Wave;

/// What the others change.
const INITIAL: Patch = Patch {
    wave: Wave::Saw,
    voices: 1,
    detune_cents: 0.0,
    spread: 0.0,
    sub: 0.0,
    noise: 0.0,
    filter: Filter::Smooth { q: 0.8 },
    cutoff_hz: 1_000.0,
    envelope_octaves: 0.0,
    envelope_decay_s: 0.2,
    amplitude: Adsr::new(0.004, 0.2, 0.8, 0.1),
    drive: 0.0,
    vibrato_cents: 0.0,
    vowel: None,
};

// Basses.

/// Round and rolling: melodic techno.
pub(in crate::demo) const ROLLING_BASS: Patch = Patch {
    wave: Wave::Saw,
    voices: 2,
    detune_cents: 6.0,
    sub: 0.8,
    filter: Filter::Ladder { resonance: 0.25 },
    cutoff_hz: 330.0,
    envelope_octaves: 1.4,
    envelope_decay_s: 0.09,
    amplitude: Adsr::new(0.003, 0.12, 0.55, 0.05),
    drive: 0.15,
    ..INITIAL
};
/// Low, distorted and short: dark techno.
pub(in crate::demo) const GRINDING_BASS: Patch = Patch {
    wave: Wave::Square,
    sub: 1.0,
    filter: Filter::Ladder { resonance: 0.45 },
    cutoff_hz: 210.0,
    envelope_octaves: 1.7,
    envelope_decay_s: 0.06,
    amplitude: Adsr::new(0.002, 0.1, 0.4, 0.06),
    drive: 0.8,
    ..INITIAL
};
/// Warm and deep: chill house.
pub(in crate::demo) const DEEP_BASS: Patch = Patch {
    wave: Wave::Triangle,
    sub: 0.7,
    filter: Filter::Ladder { resonance: 0.1 },
    cutoff_hz: 420.0,
    envelope_octaves: 0.7,
    envelope_decay_s: 0.12,
    amplitude: Adsr::new(0.006, 0.25, 0.7, 0.07),
    ..INITIAL
};
/// Plucked and bright: party house.
pub(in crate::demo) const PUNCHY_BASS: Patch = Patch {
    wave: Wave::Saw,
    voices: 2,
    detune_cents: 9.0,
    sub: 0.6,
    filter: Filter::Ladder { resonance: 0.3 },
    cutoff_hz: 420.0,
    envelope_octaves: 2.2,
    envelope_decay_s: 0.08,
    amplitude: Adsr::new(0.002, 0.14, 0.5, 0.04),
    drive: 0.3,
    ..INITIAL
};
/// The sixteenth notes between the kicks of psychedelic trance.
pub(in crate::demo) const PSY_BASS: Patch = Patch {
    wave: Wave::Saw,
    sub: 0.5,
    filter: Filter::Ladder { resonance: 0.3 },
    cutoff_hz: 260.0,
    envelope_octaves: 2.3,
    envelope_decay_s: 0.045,
    amplitude: Adsr::new(0.001, 0.07, 0.45, 0.02),
    drive: 0.25,
    ..INITIAL
};
/// The offbeat bass of hardstyle.
pub(in crate::demo) const REVERSE_BASS: Patch = Patch {
    wave: Wave::Saw,
    voices: 3,
    detune_cents: 12.0,
    sub: 0.7,
    filter: Filter::Ladder { resonance: 0.35 },
    cutoff_hz: 520.0,
    envelope_octaves: 1.2,
    envelope_decay_s: 0.12,
    amplitude: Adsr::new(0.012, 0.2, 0.8, 0.03),
    drive: 1.0,
    ..INITIAL
};

// Chords.

/// Slow and wide.
pub(in crate::demo) const WIDE_PAD: Patch = Patch {
    wave: Wave::Soft,
    voices: 5,
    detune_cents: 14.0,
    spread: 0.9,
    cutoff_hz: 1_500.0,
    amplitude: Adsr::new(0.35, 1.0, 0.85, 0.9),
    ..INITIAL
};
/// Strings in a hall.
pub(in crate::demo) const STRINGS: Patch = Patch {
    wave: Wave::Saw,
    voices: 4,
    detune_cents: 10.0,
    spread: 0.8,
    cutoff_hz: 2_300.0,
    amplitude: Adsr::new(0.18, 0.8, 0.8, 0.7),
    vibrato_cents: 7.0,
    ..INITIAL
};
/// Voices that sing "ah".
pub(in crate::demo) const CHOIR: Patch = Patch {
    wave: Wave::Soft,
    voices: 4,
    detune_cents: 15.0,
    spread: 0.8,
    noise: 0.02,
    cutoff_hz: 3_200.0,
    amplitude: Adsr::new(0.3, 1.0, 0.85, 0.8),
    vibrato_cents: 9.0,
    vowel: Some([760.0, 1_180.0, 2_700.0]),
    ..INITIAL
};
/// A low, beating cluster.
pub(in crate::demo) const DRONE: Patch = Patch {
    wave: Wave::Saw,
    voices: 3,
    detune_cents: 22.0,
    spread: 0.7,
    filter: Filter::Smooth { q: 1.6 },
    cutoff_hz: 480.0,
    amplitude: Adsr::new(0.5, 1.0, 0.9, 0.8),
    drive: 0.35,
    ..INITIAL
};
/// A short, dull chord for the echo.
pub(in crate::demo) const DUB_STAB: Patch = Patch {
    wave: Wave::Saw,
    voices: 2,
    detune_cents: 12.0,
    spread: 0.6,
    filter: Filter::Smooth { q: 2.0 },
    cutoff_hz: 620.0,
    envelope_octaves: 1.5,
    envelope_decay_s: 0.09,
    amplitude: Adsr::new(0.003, 0.16, 0.0, 0.12),
    drive: 0.1,
    ..INITIAL
};
/// The bright chord of a festival.
pub(in crate::demo) const HOUSE_STAB: Patch = Patch {
    wave: Wave::Saw,
    voices: 5,
    detune_cents: 16.0,
    spread: 0.85,
    cutoff_hz: 2_400.0,
    envelope_octaves: 1.6,
    envelope_decay_s: 0.16,
    amplitude: Adsr::new(0.002, 0.25, 0.45, 0.12),
    ..INITIAL
};
/// Drawbars.
pub(in crate::demo) const ORGAN: Patch = Patch {
    wave: Wave::Organ,
    voices: 2,
    detune_cents: 4.0,
    spread: 0.4,
    cutoff_hz: 3_000.0,
    envelope_octaves: 0.8,
    envelope_decay_s: 0.05,
    amplitude: Adsr::new(0.002, 0.18, 0.6, 0.06),
    ..INITIAL
};
/// Seven detuned saws: hardstyle and trance.
pub(in crate::demo) const SUPERSAW: Patch = Patch {
    wave: Wave::Saw,
    voices: 7,
    detune_cents: 26.0,
    spread: 1.0,
    cutoff_hz: 5_200.0,
    envelope_octaves: 0.8,
    envelope_decay_s: 0.3,
    amplitude: Adsr::new(0.004, 0.4, 0.75, 0.16),
    drive: 0.08,
    ..INITIAL
};

// Motifs and leads.

/// A small pluck for arpeggios.
pub(in crate::demo) const PLUCK: Patch = Patch {
    wave: Wave::Saw,
    voices: 2,
    detune_cents: 9.0,
    spread: 0.5,
    cutoff_hz: 700.0,
    envelope_octaves: 2.4,
    envelope_decay_s: 0.10,
    amplitude: Adsr::new(0.002, 0.22, 0.0, 0.14),
    ..INITIAL
};
/// The bright arpeggio of goa.
pub(in crate::demo) const GOA_ARPEGGIO: Patch = Patch {
    wave: Wave::Saw,
    voices: 2,
    detune_cents: 11.0,
    spread: 0.5,
    filter: Filter::Smooth { q: 2.2 },
    cutoff_hz: 1_100.0,
    envelope_octaves: 2.0,
    envelope_decay_s: 0.07,
    amplitude: Adsr::new(0.002, 0.12, 0.25, 0.06),
    ..INITIAL
};
/// The squelch.
pub(in crate::demo) const ACID: Patch = Patch {
    wave: Wave::Saw,
    filter: Filter::Ladder { resonance: 0.8 },
    cutoff_hz: 420.0,
    envelope_octaves: 2.9,
    envelope_decay_s: 0.11,
    amplitude: Adsr::new(0.002, 0.3, 0.6, 0.02),
    drive: 0.7,
    ..INITIAL
};
/// A hollow, tense square for dark sequences.
pub(in crate::demo) const HOLLOW: Patch = Patch {
    wave: Wave::Square,
    voices: 2,
    detune_cents: 14.0,
    spread: 0.4,
    filter: Filter::Ladder { resonance: 0.6 },
    cutoff_hz: 380.0,
    envelope_octaves: 2.1,
    envelope_decay_s: 0.07,
    amplitude: Adsr::new(0.002, 0.12, 0.2, 0.08),
    drive: 0.5,
    ..INITIAL
};
/// A singing, gliding lead.
pub(in crate::demo) const SINGING_LEAD: Patch = Patch {
    wave: Wave::Soft,
    voices: 3,
    detune_cents: 8.0,
    spread: 0.5,
    cutoff_hz: 2_100.0,
    envelope_octaves: 0.5,
    envelope_decay_s: 0.4,
    amplitude: Adsr::new(0.03, 0.5, 0.8, 0.35),
    vibrato_cents: 14.0,
    ..INITIAL
};
/// A wooden flute with breath.
pub(in crate::demo) const FLUTE: Patch = Patch {
    wave: Wave::Reed,
    noise: 0.05,
    cutoff_hz: 2_200.0,
    amplitude: Adsr::new(0.05, 0.3, 0.85, 0.2),
    vibrato_cents: 18.0,
    spread: 0.0,
    ..INITIAL
};
/// A cut vocal: "oh".
pub(in crate::demo) const VOCAL_CHOP: Patch = Patch {
    wave: Wave::Saw,
    voices: 3,
    detune_cents: 12.0,
    spread: 0.5,
    noise: 0.03,
    cutoff_hz: 6_000.0,
    amplitude: Adsr::new(0.01, 0.3, 0.7, 0.08),
    vibrato_cents: 10.0,
    vowel: Some([560.0, 920.0, 2_450.0]),
    ..INITIAL
};
/// A thin, screaming lead between acid and siren.
pub(in crate::demo) const SCREAM: Patch = Patch {
    wave: Wave::Saw,
    voices: 2,
    detune_cents: 18.0,
    spread: 0.3,
    filter: Filter::Ladder { resonance: 0.7 },
    cutoff_hz: 1_700.0,
    envelope_octaves: 1.4,
    envelope_decay_s: 0.2,
    amplitude: Adsr::new(0.004, 0.3, 0.7, 0.05),
    drive: 1.0,
    vibrato_cents: 12.0,
    ..INITIAL
};

/// An electric piano.
pub(in crate::demo) const ELECTRIC_PIANO: FmPatch = FmPatch {
    ratio: 1.0,
    index: (1.5, 0.35),
    index_decay_s: 0.5,
    tine: 0.12,
    detune_cents: 5.0,
    tremolo: 0.25,
    amplitude: Adsr::new(0.003, 1.3, 0.15, 0.35),
};
/// A bright, hammered piano.
pub(in crate::demo) const HOUSE_PIANO: FmPatch = FmPatch {
    ratio: 2.0,
    index: (2.6, 0.5),
    index_decay_s: 0.16,
    tine: 0.2,
    detune_cents: 9.0,
    tremolo: 0.0,
    amplitude: Adsr::new(0.002, 0.5, 0.12, 0.14),
};
/// A soft bell.
pub(in crate::demo) const BELL: FmPatch = FmPatch {
    ratio: 3.5,
    index: (1.8, 0.1),
    index_decay_s: 0.35,
    tine: 0.05,
    detune_cents: 6.0,
    tremolo: 0.1,
    amplitude: Adsr::new(0.002, 0.7, 0.0, 0.4),
};
/// Struck metal.
pub(in crate::demo) const METAL: FmPatch = FmPatch {
    ratio: 2.73,
    index: (4.5, 0.8),
    index_decay_s: 0.08,
    tine: 0.0,
    detune_cents: 17.0,
    tremolo: 0.0,
    amplitude: Adsr::new(0.001, 0.16, 0.0, 0.12),
};
/// A kalimba: few partials, wooden.
pub(in crate::demo) const KALIMBA: FmPatch = FmPatch {
    ratio: 5.4,
    index: (0.8, 0.0),
    index_decay_s: 0.03,
    tine: 0.04,
    detune_cents: 3.0,
    tremolo: 0.0,
    amplitude: Adsr::new(0.002, 0.35, 0.0, 0.2),
};
