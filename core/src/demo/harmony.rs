//! Scales, keys and chords.

/// The scale of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Major,
    Minor,
    Dorian,
    Phrygian,
    PhrygianDominant,
    HarmonicMinor,
}

impl Mode {
    /// Semitones above the root of the seven degrees.
    fn semitones(self) -> [i32; 7] {
        match self {
            Self::Major => [0, 2, 4, 5, 7, 9, 11],
            Self::Minor => [0, 2, 3, 5, 7, 8, 10],
            Self::Dorian => [0, 2, 3, 5, 7, 9, 10],
            Self::Phrygian => [0, 1, 3, 5, 7, 8, 10],
            Self::PhrygianDominant => [0, 1, 4, 5, 7, 8, 10],
            Self::HarmonicMinor => [0, 2, 3, 5, 7, 8, 11],
        }
    }
}

/// A root and a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// Pitch class, 0 = C.
    pub(super) root: u8,
    pub(super) mode: Mode,
}

impl Key {
    /// The MIDI note of a scale degree (0 = root; any integer, octaves wrap), counted from the root nearest above C of
    /// `octave` (octave 4 holds middle C, note 60).
    pub(super) fn midi(self, degree: i32, octave: i32) -> i32 {
        let semitones = self.mode.semitones();
        12 * (octave + 1 + degree.div_euclid(7)) + i32::from(self.root) + semitones[degree.rem_euclid(7) as usize]
    }

    /// The key as DJ software tags it, such as `F#m`. Only major and minor exist there: every mode whose character is
    /// minor is tagged so.
    pub(super) fn tag(self) -> String {
        const NAMES: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
        let suffix = if self.mode == Mode::Major { "" } else { "m" };
        format!("{}{suffix}", NAMES[usize::from(self.root % 12)])
    }
}

/// The frequency of a (possibly fractional) MIDI note in hertz, A4 = 440 Hz.
pub(super) fn midi_hz(midi: f32) -> f32 {
    440.0 * ((midi - 69.0) / 12.0).exp2()
}

/// The degrees of a chord built in thirds on `degree`, moved by octaves so that the voices lie near `centre`: chords
/// then follow each other with small steps, as a player would voice them.
pub(super) fn voiced_chord(key: Key, degree: i32, voices: usize, octave: i32, centre: i32) -> Vec<i32> {
    let mut notes: Vec<i32> = (0..voices as i32)
        .map(|voice| {
            let mut note = key.midi(degree + 2 * voice, octave);
            while note > centre + 7 {
                note -= 12;
            }
            while note < centre - 6 {
                note += 12;
            }
            note
        })
        .collect();
    notes.sort_unstable();
    notes.dedup();
    notes
}

#[cfg(test)]
mod tests {
    use super::{Key, Mode, midi_hz, voiced_chord};

    #[test]
    fn degrees_wrap_into_octaves() {
        let a_minor = Key { root: 9, mode: Mode::Minor };
        assert_eq!(a_minor.midi(0, 4), 69);
        assert_eq!(a_minor.midi(7, 4), 81);
        assert_eq!(a_minor.midi(-1, 4), 67);
        assert_eq!(a_minor.tag(), "Am");
        assert!((midi_hz(69.0) - 440.0).abs() < 1e-3 && (midi_hz(57.0) - 220.0).abs() < 1e-3);
    }

    #[test]
    fn voices_stay_near_the_centre() {
        for root in 0..12 {
            for degree in 0..7 {
                let notes = voiced_chord(Key { root, mode: Mode::Dorian }, degree, 4, 4, 64);
                assert!(notes.len() >= 3, "{notes:?}");
                assert!(notes.iter().all(|note| (58..=71).contains(note)), "{notes:?}");
            }
        }
    }
}
