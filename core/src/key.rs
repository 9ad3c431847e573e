//! Musical keys, and which of them mix.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The usual names of the tonics of major and minor keys: the spelling with fewer accidentals.
const MAJOR_TONICS: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const MINOR_TONICS: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"];
/// Longest text that is read as a key, in bytes.
const LONGEST_TEXT: usize = 32;

/// Major or minor, the only modes of DJ software.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// With a major third.
    Major,
    /// With a minor third.
    Minor,
}

/// A key: a tonic and a mode. Serialized as its name, such as `"A minor"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    tonic: u8,
    mode: Mode,
}

/// A text that names no key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected a key such as `A minor`, `Am`, `8A` (Camelot) or `1m` (Open Key), found `{found}`")]
pub struct KeyError {
    /// The text, cut after 32 bytes.
    pub found: String,
}

impl Key {
    /// The key on a pitch class: 0 = C, 1 = C sharp, up to 11 = B, and on by octaves.
    pub fn new(tonic: u8, mode: Mode) -> Self {
        Self { tonic: tonic % 12, mode }
    }

    /// All 24 keys: major from C to B, then minor.
    pub fn all() -> impl Iterator<Item = Self> {
        [Mode::Major, Mode::Minor].into_iter().flat_map(|mode| (0..12).map(move |tonic| Self { tonic, mode }))
    }

    /// Pitch class of the tonic, 0 = C to 11 = B.
    pub fn tonic(self) -> u8 {
        self.tonic
    }

    /// Major or minor.
    pub fn mode(self) -> Mode {
        self.mode
    }

    /// The name in a few letters, as most DJ software tags it: `Am`, `F#m`, `Bb`.
    pub fn short(self) -> String {
        match self.mode {
            Mode::Major => self.tonic_name().to_owned(),
            Mode::Minor => format!("{}m", self.tonic_name()),
        }
    }

    /// The place on the Camelot wheel: `8B` is C major, `8A` its relative A minor, and a fifth up is one number on.
    pub fn camelot(self) -> String {
        format!("{}{}", self.camelot_number(), if self.mode == Mode::Major { 'B' } else { 'A' })
    }

    /// The place on the Camelot wheel as a number: 0 is `1A`, 1 is `1B`, 2 is `2A`, up to 23, `12B`.
    pub fn wheel_place(self) -> u8 {
        2 * (self.camelot_number() - 1) + u8::from(self.mode == Mode::Major)
    }

    /// The place on the wheel in Open Key notation: `1d` is C major and `1m` is A minor.
    pub fn open_key(self) -> String {
        format!("{}{}", self.fifths() + 1, if self.mode == Mode::Major { 'd' } else { 'm' })
    }

    /// Whether two tracks mix by the rule of the Camelot wheel: the same key, a neighbour on the wheel (a fifth up or
    /// down), or the relative major or minor.
    pub fn compatible_with(self, other: Self) -> bool {
        let steps = (self.fifths() + 12 - other.fifths()) % 12;
        if self.mode == other.mode { matches!(steps, 0 | 1 | 11) } else { steps == 0 }
    }

    fn tonic_name(self) -> &'static str {
        let names = if self.mode == Mode::Major { MAJOR_TONICS } else { MINOR_TONICS };
        names[usize::from(self.tonic % 12)]
    }

    /// Fifths above C of the tonic, or of the relative major's tonic: 0 to 11.
    fn fifths(self) -> u8 {
        let major = if self.mode == Mode::Major { self.tonic } else { self.tonic + 3 };
        major * 7 % 12
    }

    fn camelot_number(self) -> u8 {
        (self.fifths() + 7) % 12 + 1
    }

    /// The key that lies `fifths` above C on the wheel.
    fn at(fifths: u8, mode: Mode) -> Self {
        let major = fifths * 7 % 12;
        Self::new(if mode == Mode::Major { major } else { major + 9 }, mode)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if self.mode == Mode::Major { "major" } else { "minor" };
        write!(f, "{} {mode}", self.tonic_name())
    }
}

impl FromStr for Key {
    type Err = KeyError;

    /// Reads what tags hold: names (`Am`, `A minor`, `A#m`, `Bb maj`, `D♭`, `a-flat min`), Camelot (`8A`, `08b`) and
    /// Open Key (`1m`, `12d`). A single `m` is minor, a single `M` major; otherwise case does not matter.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let trimmed = text.trim();
        let key = (trimmed.len() <= LONGEST_TEXT).then(|| wheel_place(trimmed).or_else(|| name(trimmed))).flatten();
        key.ok_or_else(|| KeyError { found: cut(trimmed).to_owned() })
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn cut(text: &str) -> &str {
    let end = (0..=text.len().min(LONGEST_TEXT)).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// `8A` and `1m`.
fn wheel_place(text: &str) -> Option<Key> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u8 = text.get(..digits)?.parse().ok().filter(|n| (1..=12).contains(n))?;
    // 8B, the eighth place of Camelot, is C major, which is 1d in Open Key.
    match text.get(digits..)? {
        "A" | "a" => Some(Key::at((number + 4) % 12, Mode::Minor)),
        "B" | "b" => Some(Key::at((number + 4) % 12, Mode::Major)),
        "m" | "M" => Some(Key::at(number - 1, Mode::Minor)),
        "d" | "D" => Some(Key::at(number - 1, Mode::Major)),
        _ => None,
    }
}

/// `A#m`, `Bb maj`, `A flat minor`.
fn name(text: &str) -> Option<Key> {
    let mut rest = text.chars();
    let letter = rest.next()?;
    let natural = match letter.to_ascii_uppercase() {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let (accidental, rest) = accidental(rest.as_str());
    let rest = rest.trim_start_matches([' ', '-', '_']);
    let mode = match rest {
        "" | "M" => Mode::Major,
        "m" => Mode::Minor,
        _ => match rest.to_ascii_lowercase().as_str() {
            "maj" | "major" | "dur" => Mode::Major,
            "min" | "minor" | "moll" => Mode::Minor,
            _ => return None,
        },
    };
    Some(Key::new(natural + 12 + accidental - 1, mode))
}

/// The accidental that a text begins with, plus one (0 flat, 1 natural, 2 sharp), and what follows.
fn accidental(text: &str) -> (u8, &str) {
    let words = [("#", 2), ("♯", 2), ("b", 0), ("♭", 0), ("sharp", 2), ("flat", 0)];
    let lower = text.trim_start_matches([' ', '-', '_']);
    for (word, value) in words {
        // Signs follow the letter directly; words may stand apart.
        let from = if word.len() > 3 { lower } else { text };
        if let Some((start, rest)) = from.split_at_checked(word.len())
            && start.eq_ignore_ascii_case(word)
        {
            return (value, rest);
        }
    }
    (1, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn the_wheel_is_the_published_one() {
        let wheel = [
            ("Abm", "B"),
            ("Ebm", "F#"),
            ("Bbm", "Db"),
            ("Fm", "Ab"),
            ("Cm", "Eb"),
            ("Gm", "Bb"),
            ("Dm", "F"),
            ("Am", "C"),
            ("Em", "G"),
            ("Bm", "D"),
            ("F#m", "A"),
            ("Dbm", "E"),
        ];
        for (index, (minor, major)) in wheel.into_iter().enumerate() {
            assert_eq!(key(minor).camelot(), format!("{}A", index + 1), "{minor}");
            assert_eq!(key(major).camelot(), format!("{}B", index + 1), "{major}");
        }
        // Open Key counts from C major.
        assert_eq!((key("C").open_key(), key("Am").open_key()), ("1d".into(), "1m".into()));
        assert_eq!((key("F").open_key(), key("Abm").open_key()), ("12d".into(), "6m".into()));
    }

    #[test]
    fn every_notation_of_every_key_is_read_back() {
        for k in Key::all() {
            for text in [k.to_string(), k.short(), k.camelot(), k.open_key(), k.to_string().to_uppercase()] {
                assert_eq!(key(&text), k, "{text}");
            }
            assert_eq!(serde_json::from_str::<Key>(&serde_json::to_string(&k).unwrap()).unwrap(), k);
        }
        assert_eq!(Key::all().count(), 24);
    }

    #[test]
    fn what_tags_hold_is_read() {
        for (text, expected) in [
            ("A#m", "Bb minor"),
            ("Bb maj", "Bb major"),
            ("D♭", "Db major"),
            ("a-flat min", "G# minor"),
            ("A sharp Minor", "Bb minor"),
            (" Cmaj ", "C major"),
            ("CM", "C major"),
            ("cm", "C minor"),
            ("E-moll", "E minor"),
            ("08A", "A minor"),
            ("8a", "A minor"),
            ("B", "B major"),
            ("Bb", "Bb major"),
            ("Cb", "B major"),
            ("B#", "C major"),
            ("F♯min", "F# minor"),
            ("bbm", "Bb minor"),
            ("12d", "F major"),
        ] {
            assert_eq!(key(text).to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "ä".repeat(100);
        for text in ["", "H", "o", "13A", "0A", "8C", "8", "Amm", "A minor (detuned)", "♭", "unknown", "999999A", &long]
        {
            let error = text.parse::<Key>().unwrap_err();
            assert!(error.found.len() <= LONGEST_TEXT, "{error}");
        }
    }

    #[test]
    fn four_keys_mix_with_each() {
        for k in Key::all() {
            assert_eq!(Key::all().filter(|&other| k.compatible_with(other)).count(), 4, "{k}");
            assert!(Key::all().all(|other| k.compatible_with(other) == other.compatible_with(k)));
        }
        for other in ["Am", "C", "Em", "Dm"] {
            assert!(key("Am").compatible_with(key(other)), "{other}");
        }
        assert!(!key("Am").compatible_with(key("A")) && !key("Am").compatible_with(key("G")));
    }
}
