//! The seven sub-genres. The two of a genre share tempo and drums and differ in mood.

use super::arrangement::{CALM_FORMS, DRIVING_FORMS, PARTY_FORMS};
use super::harmony::Mode;
use super::instruments::{
    ACID, BELL, Backbeat, CHOIR, DEEP_BASS, DRONE, DUB_STAB, ELECTRIC_PIANO, FLUTE, GOA_ARPEGGIO, GRINDING_BASS,
    HOLLOW, HOUSE_PIANO, HOUSE_STAB, KALIMBA, KickSound, METAL, ORGAN, PLUCK, PSY_BASS, PUNCHY_BASS, Percussion,
    REVERSE_BASS, ROLLING_BASS, SCREAM, SINGING_LEAD, STRINGS, SUPERSAW, Sound, Texture, VOCAL_CHOP, WIDE_PAD,
};
use super::rhythm::{
    ACID_LINES, ANTHEM_PHRASES, ARPEGGIOS, CHOPS, DARK_BASS_LINES, DEEP_BASS_LINES, DUB_STABS, FLOWING_PHRASES,
    GOA_HATS, HALVES, HARD_CHORDS, HARD_HATS, HOUSE_HATS, KEYS_STABS, LONG_PHRASES, PIANO_STABS, PSY_BASS_LINES,
    PUNCHY_BASS_LINES, REVERSE_BASS_LINES, ROLLING_BASS_LINES, RUNNING, SPARSE, SUSTAINED, TECHNO_HATS,
};
use super::style::{Bass, Contour, Drums, Part, Span, Style};
use Contour::{Arpeggio, Chord, Melody, Obsessive};
use Sound::{Fm, Subtractive};

const TECHNO_TEMPO: Span = Span(124.0, 132.0);
const HOUSE_TEMPO: Span = Span(119.0, 126.0);
const GOA_TEMPO: Span = Span(138.0, 146.0);
const HARDSTYLE_TEMPO: Span = Span(149.0, 152.0);

const TECHNO_DRUMS: Drums = Drums {
    kick: KickSound { pitch_hz: (210.0, 47.0), sweep_s: 0.014, decay_s: 0.17, click: 0.25, drive: 0.2, length_s: 0.42 },
    kick_gain: 0.76,
    tuned_kick: false,
    backbeat: &[Backbeat::Clap, Backbeat::Rim],
    backbeat_gain: 0.432,
    hats: TECHNO_HATS,
    hats_gain: 0.203,
    open_hat_gain: 0.27,
    hat_metal: 0.5,
    percussion: &[Percussion::Wood, Percussion::Metal, Percussion::Skins],
    percussion_gain: 0.168,
    roll: false,
};
const HOUSE_DRUMS: Drums = Drums {
    kick: KickSound {
        pitch_hz: (180.0, 52.0),
        sweep_s: 0.016,
        decay_s: 0.13,
        click: 0.15,
        drive: 0.05,
        length_s: 0.36,
    },
    kick_gain: 0.72,
    tuned_kick: false,
    backbeat: &[Backbeat::Clap, Backbeat::Snare],
    backbeat_gain: 0.504,
    hats: HOUSE_HATS,
    hats_gain: 0.203,
    open_hat_gain: 0.324,
    hat_metal: 0.3,
    percussion: &[Percussion::Skins, Percussion::Shaker, Percussion::Wood],
    percussion_gain: 0.24,
    roll: false,
};
const GOA_DRUMS: Drums = Drums {
    kick: KickSound { pitch_hz: (260.0, 50.0), sweep_s: 0.010, decay_s: 0.11, click: 0.4, drive: 0.15, length_s: 0.28 },
    kick_gain: 0.76,
    tuned_kick: false,
    backbeat: &[Backbeat::Clap, Backbeat::Snare],
    backbeat_gain: 0.312,
    hats: GOA_HATS,
    hats_gain: 0.203,
    open_hat_gain: 0.27,
    hat_metal: 0.4,
    percussion: &[Percussion::Skins, Percussion::Metal, Percussion::Shaker],
    percussion_gain: 0.18,
    roll: false,
};
const HARD_DRUMS: Drums = Drums {
    kick: KickSound { pitch_hz: (330.0, 52.0), sweep_s: 0.022, decay_s: 0.26, click: 0.5, drive: 2.2, length_s: 0.37 },
    kick_gain: 0.68,
    tuned_kick: true,
    backbeat: &[Backbeat::Clap, Backbeat::Snare],
    backbeat_gain: 0.48,
    hats: HARD_HATS,
    hats_gain: 0.243,
    open_hat_gain: 0.243,
    hat_metal: 0.4,
    percussion: &[Percussion::Shaker, Percussion::Metal],
    percussion_gain: 0.12,
    roll: true,
};

/// A part in the middle of the field.
const fn part(sound: Sound, rhythms: &'static [&'static str], contour: Contour, octave: i32, gain: f32) -> Part {
    Part { sound, rhythms, contour, octave, gain, echo: 0.15, reverb: 0.25 }
}

const fn wet(part: Part, echo: f32, reverb: f32) -> Part {
    Part { echo, reverb, ..part }
}

/// All styles, in the order of the library.
pub(super) const STYLES: [Style; 7] =
    [EMOTIONAL_TECHNO, DARK_TECHNO, CHILL_HOUSE, PARTY_HOUSE, CHILL_GOA, PARTY_GOA, ZYZZ_HARDSTYLE];

const EMOTIONAL_TECHNO: Style = Style {
    genre: "Techno",
    sub_genre: "Emotional Techno",
    tempo: TECHNO_TEMPO,
    modes: &[Mode::Minor, Mode::Dorian],
    progressions: &[&[0, 5, 2, 6], &[0, 3, 5, 4], &[5, 6, 0, 2], &[0, 6, 5, 3], &[0, 2, 5, 3]],
    chord_bars: &[1, 2],
    chord_voices: 4,
    drums: Drums { hats_gain: 0.16, percussion_gain: 0.12, ..TECHNO_DRUMS },
    bass: Bass { patch: ROLLING_BASS, lines: ROLLING_BASS_LINES, gain: 0.36, leaps: 0.12 },
    chords: &[
        wet(part(Subtractive(WIDE_PAD), SUSTAINED, Chord, 4, 0.264), 0.0, 0.5),
        wet(part(Subtractive(STRINGS), SUSTAINED, Chord, 4, 0.202), 0.0, 0.5),
        wet(part(Subtractive(CHOIR), SUSTAINED, Chord, 4, 0.217), 0.0, 0.5),
    ],
    motifs: &[
        wet(part(Subtractive(PLUCK), ARPEGGIOS, Arpeggio, 4, 0.31), 0.45, 0.3),
        wet(part(Fm(BELL), ARPEGGIOS, Arpeggio, 5, 0.202), 0.45, 0.35),
        wet(part(Subtractive(PLUCK), SPARSE, Melody, 5, 0.31), 0.5, 0.35),
    ],
    leads: &[
        wet(part(Subtractive(SINGING_LEAD), LONG_PHRASES, Melody, 5, 0.31), 0.3, 0.45),
        wet(part(Subtractive(SINGING_LEAD), FLOWING_PHRASES, Melody, 5, 0.264), 0.3, 0.45),
    ],
    textures: &[Texture::Wind],
    texture_gain: 0.06,
    brightness: Span(0.35, 0.7),
    density: Span(0.2, 0.6),
    drive: Span(0.1, 0.35),
    reverb_s: Span(2.0, 3.6),
    swing: Span(0.0, 0.08),
    duck: Span(0.45, 0.75),
    forms: CALM_FORMS,
};

const DARK_TECHNO: Style = Style {
    genre: "Techno",
    sub_genre: "Dark Techno",
    tempo: TECHNO_TEMPO,
    modes: &[Mode::Phrygian, Mode::HarmonicMinor, Mode::Minor],
    progressions: &[&[0], &[0, 0, 0, 1], &[0, 0, 1, 0], &[0, 6, 0, 1]],
    chord_bars: &[1, 2],
    chord_voices: 3,
    drums: Drums {
        kick: KickSound {
            pitch_hz: (230.0, 45.0),
            sweep_s: 0.013,
            decay_s: 0.2,
            click: 0.3,
            drive: 0.5,
            length_s: 0.42,
        },
        percussion: &[Percussion::Metal, Percussion::Wood],
        percussion_gain: 0.24,
        ..TECHNO_DRUMS
    },
    bass: Bass { patch: GRINDING_BASS, lines: DARK_BASS_LINES, gain: 0.36, leaps: 0.08 },
    chords: &[
        wet(part(Subtractive(DRONE), SUSTAINED, Chord, 3, 0.232), 0.0, 0.35),
        wet(part(Subtractive(DUB_STAB), DUB_STABS, Chord, 4, 0.372), 0.55, 0.4),
        wet(part(Subtractive(DRONE), HALVES, Chord, 3, 0.217), 0.1, 0.35),
    ],
    motifs: &[
        wet(part(Fm(METAL), SPARSE, Obsessive, 4, 0.31), 0.45, 0.35),
        wet(part(Subtractive(HOLLOW), RUNNING, Obsessive, 3, 0.31), 0.25, 0.2),
        wet(part(Subtractive(ACID), ACID_LINES, Obsessive, 3, 0.264), 0.2, 0.15),
    ],
    leads: &[
        wet(part(Fm(METAL), DUB_STABS, Obsessive, 5, 0.217), 0.5, 0.45),
        wet(part(Subtractive(SCREAM), LONG_PHRASES, Obsessive, 4, 0.139), 0.35, 0.4),
    ],
    textures: &[Texture::Machine, Texture::Wind],
    texture_gain: 0.12,
    brightness: Span(0.2, 0.5),
    density: Span(0.4, 0.85),
    drive: Span(0.3, 0.7),
    reverb_s: Span(1.4, 3.0),
    swing: Span(0.0, 0.08),
    duck: Span(0.45, 0.75),
    forms: DRIVING_FORMS,
};

const CHILL_HOUSE: Style = Style {
    genre: "House",
    sub_genre: "Chill House",
    tempo: HOUSE_TEMPO,
    modes: &[Mode::Dorian, Mode::Minor, Mode::Major],
    progressions: &[&[0, 3], &[1, 4, 0, 5], &[0, 5, 3, 4], &[3, 2, 1, 4], &[0, 2, 3, 3]],
    chord_bars: &[1, 2],
    chord_voices: 5,
    drums: Drums {
        backbeat: &[Backbeat::Rim, Backbeat::Clap],
        backbeat_gain: 0.384,
        hats_gain: 0.162,
        open_hat_gain: 0.189,
        ..HOUSE_DRUMS
    },
    bass: Bass { patch: DEEP_BASS, lines: DEEP_BASS_LINES, gain: 0.396, leaps: 0.25 },
    chords: &[
        wet(part(Fm(ELECTRIC_PIANO), KEYS_STABS, Chord, 4, 0.31), 0.2, 0.35),
        wet(part(Fm(ELECTRIC_PIANO), HALVES, Chord, 4, 0.31), 0.15, 0.35),
        wet(part(Subtractive(DUB_STAB), KEYS_STABS, Chord, 4, 0.31), 0.35, 0.35),
    ],
    motifs: &[
        wet(part(Fm(KALIMBA), SPARSE, Melody, 5, 0.279), 0.4, 0.3),
        wet(part(Subtractive(PLUCK), SPARSE, Arpeggio, 4, 0.248), 0.4, 0.35),
        wet(part(Subtractive(WIDE_PAD), SUSTAINED, Chord, 4, 0.171), 0.0, 0.5),
    ],
    leads: &[
        wet(part(Fm(BELL), FLOWING_PHRASES, Melody, 5, 0.186), 0.35, 0.4),
        wet(part(Subtractive(FLUTE), LONG_PHRASES, Melody, 5, 0.186), 0.3, 0.4),
        wet(part(Subtractive(VOCAL_CHOP), CHOPS, Melody, 4, 0.186), 0.45, 0.45),
    ],
    textures: &[Texture::Vinyl],
    texture_gain: 0.12,
    brightness: Span(0.2, 0.5),
    density: Span(0.2, 0.6),
    drive: Span(0.05, 0.25),
    reverb_s: Span(1.4, 2.6),
    swing: Span(0.1, 0.3),
    duck: Span(0.35, 0.65),
    forms: CALM_FORMS,
};

const PARTY_HOUSE: Style = Style {
    genre: "House",
    sub_genre: "Party House",
    tempo: HOUSE_TEMPO,
    modes: &[Mode::Major, Mode::Minor, Mode::Dorian],
    progressions: &[&[0, 4, 5, 3], &[5, 3, 0, 4], &[0, 3, 4, 3], &[0, 5, 3, 4], &[3, 4, 5, 5]],
    chord_bars: &[1],
    chord_voices: 4,
    drums: Drums {
        kick: KickSound {
            pitch_hz: (200.0, 52.0),
            sweep_s: 0.014,
            decay_s: 0.15,
            click: 0.3,
            drive: 0.2,
            length_s: 0.36,
        },
        roll: true,
        ..HOUSE_DRUMS
    },
    bass: Bass { patch: PUNCHY_BASS, lines: PUNCHY_BASS_LINES, gain: 0.346, leaps: 0.3 },
    chords: &[
        wet(part(Fm(HOUSE_PIANO), PIANO_STABS, Chord, 4, 0.372), 0.1, 0.2),
        wet(part(Subtractive(HOUSE_STAB), PIANO_STABS, Chord, 4, 0.341), 0.12, 0.22),
        wet(part(Subtractive(ORGAN), PIANO_STABS, Chord, 4, 0.31), 0.1, 0.2),
    ],
    motifs: &[
        wet(part(Subtractive(VOCAL_CHOP), CHOPS, Melody, 4, 0.31), 0.25, 0.25),
        wet(part(Subtractive(PLUCK), ARPEGGIOS, Arpeggio, 4, 0.248), 0.25, 0.2),
    ],
    leads: &[
        wet(part(Subtractive(SUPERSAW), FLOWING_PHRASES, Melody, 5, 0.217), 0.2, 0.25),
        wet(part(Subtractive(HOUSE_STAB), ANTHEM_PHRASES, Melody, 5, 0.232), 0.2, 0.25),
    ],
    textures: &[Texture::Vinyl, Texture::Wind],
    texture_gain: 0.03,
    brightness: Span(0.55, 0.9),
    density: Span(0.45, 0.9),
    drive: Span(0.2, 0.5),
    reverb_s: Span(0.9, 1.8),
    swing: Span(0.03, 0.22),
    duck: Span(0.45, 0.75),
    forms: PARTY_FORMS,
};

const CHILL_GOA: Style = Style {
    genre: "Goa",
    sub_genre: "Chill Goa",
    tempo: GOA_TEMPO,
    modes: &[Mode::Dorian, Mode::Minor, Mode::PhrygianDominant],
    progressions: &[&[0, 0, 5, 6], &[0, 6], &[0, 3, 6, 0], &[0, 0, 3, 5]],
    chord_bars: &[1, 2],
    chord_voices: 4,
    drums: Drums { kick_gain: 0.68, backbeat_gain: 0.24, hats_gain: 0.162, open_hat_gain: 0.189, ..GOA_DRUMS },
    bass: Bass { patch: PSY_BASS, lines: PSY_BASS_LINES, gain: 0.302, leaps: 0.05 },
    chords: &[
        wet(part(Subtractive(CHOIR), SUSTAINED, Chord, 4, 0.232), 0.0, 0.5),
        wet(part(Subtractive(WIDE_PAD), SUSTAINED, Chord, 4, 0.248), 0.0, 0.5),
    ],
    motifs: &[
        wet(part(Fm(KALIMBA), ARPEGGIOS, Arpeggio, 5, 0.279), 0.4, 0.3),
        wet(part(Subtractive(PLUCK), RUNNING, Arpeggio, 4, 0.232), 0.35, 0.3),
        wet(part(Fm(BELL), ARPEGGIOS, Arpeggio, 5, 0.186), 0.4, 0.35),
    ],
    leads: &[
        wet(part(Subtractive(FLUTE), FLOWING_PHRASES, Melody, 5, 0.264), 0.35, 0.4),
        wet(part(Subtractive(SINGING_LEAD), LONG_PHRASES, Melody, 5, 0.232), 0.35, 0.4),
    ],
    textures: &[Texture::Wind, Texture::Swirl],
    texture_gain: 0.1,
    brightness: Span(0.3, 0.6),
    density: Span(0.2, 0.6),
    drive: Span(0.1, 0.3),
    reverb_s: Span(2.0, 3.4),
    swing: Span(0.0, 0.05),
    duck: Span(0.4, 0.65),
    forms: CALM_FORMS,
};

const PARTY_GOA: Style = Style {
    genre: "Goa",
    sub_genre: "Party Goa",
    tempo: GOA_TEMPO,
    modes: &[Mode::PhrygianDominant, Mode::Phrygian, Mode::HarmonicMinor],
    progressions: &[&[0], &[0, 0, 0, 1], &[0, 1, 0, 6], &[0, 0, 1, 1]],
    chord_bars: &[2],
    chord_voices: 3,
    drums: Drums { roll: true, ..GOA_DRUMS },
    bass: Bass { patch: PSY_BASS, lines: PSY_BASS_LINES, gain: 0.346, leaps: 0.1 },
    chords: &[
        wet(part(Subtractive(DUB_STAB), DUB_STABS, Chord, 4, 0.248), 0.4, 0.3),
        wet(part(Subtractive(STRINGS), SUSTAINED, Chord, 4, 0.124), 0.0, 0.4),
    ],
    motifs: &[
        wet(part(Subtractive(ACID), ACID_LINES, Obsessive, 3, 0.372), 0.2, 0.15),
        wet(part(Subtractive(GOA_ARPEGGIO), RUNNING, Obsessive, 4, 0.341), 0.3, 0.2),
    ],
    leads: &[
        wet(part(Subtractive(GOA_ARPEGGIO), RUNNING, Arpeggio, 5, 0.279), 0.3, 0.25),
        wet(part(Subtractive(SCREAM), FLOWING_PHRASES, Obsessive, 5, 0.186), 0.3, 0.25),
        wet(part(Subtractive(ACID), ACID_LINES, Obsessive, 4, 0.279), 0.25, 0.2),
    ],
    textures: &[Texture::Swirl],
    texture_gain: 0.07,
    brightness: Span(0.55, 0.9),
    density: Span(0.5, 0.95),
    drive: Span(0.25, 0.55),
    reverb_s: Span(1.0, 2.0),
    swing: Span(0.0, 0.05),
    duck: Span(0.4, 0.65),
    forms: DRIVING_FORMS,
};

const ZYZZ_HARDSTYLE: Style = Style {
    genre: "Harder Styles",
    sub_genre: "Zyzz Hardstyle",
    tempo: HARDSTYLE_TEMPO,
    modes: &[Mode::Minor, Mode::HarmonicMinor],
    progressions: &[&[0, 5, 2, 6], &[5, 6, 0, 0], &[0, 2, 5, 6], &[5, 2, 6, 0], &[0, 6, 5, 4]],
    chord_bars: &[1],
    chord_voices: 3,
    drums: HARD_DRUMS,
    bass: Bass { patch: REVERSE_BASS, lines: REVERSE_BASS_LINES, gain: 0.245, leaps: 0.03 },
    chords: &[
        wet(part(Subtractive(SUPERSAW), HARD_CHORDS, Chord, 4, 0.264), 0.08, 0.25),
        wet(part(Subtractive(SUPERSAW), SUSTAINED, Chord, 4, 0.217), 0.05, 0.3),
        wet(part(Subtractive(STRINGS), SUSTAINED, Chord, 4, 0.202), 0.0, 0.35),
    ],
    motifs: &[
        wet(part(Subtractive(PLUCK), ARPEGGIOS, Arpeggio, 5, 0.217), 0.25, 0.25),
        wet(part(Fm(HOUSE_PIANO), HALVES, Chord, 4, 0.217), 0.1, 0.3),
        wet(part(Subtractive(CHOIR), SUSTAINED, Chord, 4, 0.155), 0.0, 0.4),
    ],
    leads: &[
        wet(part(Subtractive(SUPERSAW), ANTHEM_PHRASES, Melody, 5, 0.403), 0.2, 0.25),
        wet(part(Subtractive(SUPERSAW), FLOWING_PHRASES, Melody, 5, 0.403), 0.2, 0.25),
        wet(part(Subtractive(SCREAM), ANTHEM_PHRASES, Melody, 5, 0.232), 0.2, 0.25),
    ],
    textures: &[Texture::Wind],
    texture_gain: 0.04,
    brightness: Span(0.45, 0.9),
    density: Span(0.3, 0.7),
    drive: Span(0.4, 0.8),
    reverb_s: Span(1.2, 2.2),
    swing: Span(0.0, 0.02),
    duck: Span(0.65, 0.85),
    forms: PARTY_FORMS,
};
