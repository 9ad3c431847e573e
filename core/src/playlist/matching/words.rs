//! Names taken apart into words, so that parts of them can be looked up.

use std::ops::Range;

use xxhash_rust::xxh64::xxh64;

use crate::search::{fold, is_diacritic};

/// Words of one name that are looked at; of a longer name the last ones are left out.
const MOST: usize = 64;

/// The folded words of a name. What stands between words does not matter: `AC/DC`, `AC_DC` and `acdc` are equal as wholes.
#[derive(Debug, Default)]
pub(super) struct Words {
    letters: String,
    /// Where each word ends in `letters`.
    ends: Vec<usize>,
}

impl Words {
    /// The words of a name. One without a letter or digit is a word by itself.
    pub(super) fn of(name: &str) -> Self {
        let mut words = Self::default();
        words.push_name(name);
        words
    }

    /// Appends the words of a text.
    pub(super) fn push(&mut self, text: &str) {
        self.push_folded(&fold(text));
    }

    fn push_folded(&mut self, folded: &str) {
        let mut start = 0;
        for (at, c) in folded.char_indices() {
            if !c.is_alphanumeric() {
                self.push_word(&folded[start..at]);
                start = at + c.len_utf8();
            }
        }
        self.push_word(&folded[start..]);
    }

    /// Appends the words of a name. One without a letter or digit is a word by itself.
    #[inline(never)]
    pub(super) fn push_name(&mut self, name: &str) {
        let (folded, before) = (fold(name), self.len());
        self.push_folded(&folded);
        if self.len() == before {
            let visible = |c: &char| !(c.is_whitespace() || c.is_control() || ('\u{fffd}'..='\u{ffff}').contains(c));
            self.push_word(&folded.chars().filter(visible).collect::<String>());
        }
    }

    #[inline(never)]
    fn push_word(&mut self, word: &str) {
        if !word.is_empty() && self.ends.len() < MOST {
            self.letters.push_str(word);
            self.ends.push(self.letters.len());
        }
    }

    /// Number of words.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn slice(&self, words: Range<usize>) -> &str {
        let end = |count: usize| if count == 0 { 0 } else { self.ends[count - 1] };
        &self.letters[end(words.start)..end(words.end)]
    }

    /// A hash of some of the words, joined.
    #[inline(never)]
    pub(super) fn hash(&self, words: Range<usize>) -> u64 {
        xxh64(self.slice(words).as_bytes(), 0)
    }

    /// A hash of all of them, where there are any.
    pub(super) fn whole(&self) -> Option<u64> {
        (self.len() > 0).then(|| self.hash(0..self.len()))
    }

    /// Number of the words before a note about guests such as `feat.`.
    pub(super) fn without_guests(&self) -> usize {
        let is_note = |&i: &usize| matches!(self.slice(i..i + 1), "feat" | "ft" | "featuring");
        (1..self.len()).find(is_note).unwrap_or(self.len())
    }

    /// How many of the first `count` words are the number of a track or a disc (`03`, `1`) or the side of a record (`A1`).
    pub(super) fn numbers(&self, count: usize) -> usize {
        (0..count).take_while(|&i| is_number(self.slice(i..i + 1))).count()
    }
}

fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix(|c: char| ('a'..='h').contains(&c)).unwrap_or(word);
    (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A hash of the plain letters as they are, by which names that differ in case differ; the same for composed (NFC) and
/// decomposed (NFD) letters, which are left out.
pub(super) fn exact(text: &str) -> u32 {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if is_diacritic(c) {
            plain.pop();
        } else if c.is_ascii() {
            plain.push(c);
        }
    }
    xxh64(plain.as_bytes(), 0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_words_does_not_matter() {
        for name in ["AC/DC", "ac_dc", " AC - DC ", "ÅC.Dc", "A\u{30a}C.Dc"] {
            assert_eq!(Words::of(name).whole(), Words::of("acdc").whole(), "{name}");
        }
        assert_ne!(Words::of("acd").whole(), Words::of("acdc").whole());
        assert_eq!(Words::of("!!!").whole(), Words::of(" !!!\n").whole());
        assert_ne!(Words::of("!!!").whole(), Words::of("!!").whole());
        assert_eq!(Words::of(" \n").whole(), None);
    }

    #[test]
    fn numbers_before_a_name_are_told_from_names() {
        for (name, numbers) in [
            ("03 - Halo", 1),
            ("1-03. Halo", 2),
            ("A1 Halo", 1),
            ("2001 Halo", 0),
            ("U2 - One", 0),
            ("99", 1),
            ("a", 0),
        ] {
            let words = Words::of(name);
            assert_eq!(words.numbers(words.len()), numbers, "{name}");
        }
    }

    #[test]
    fn exact_means_letter_for_letter() {
        assert_eq!(exact("Ros\u{e9}n"), exact("Rose\u{301}n"));
        assert_ne!(exact("Rosén"), exact("rosén"));
    }
}
