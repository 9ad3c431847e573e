//! Comparing names as people do.

mod table;

use std::sync::LazyLock;

use table::{PAIRS, RUNS, SEVERAL};

/// [`PAIRS`], to be looked up.
static LETTERS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut letters = PAIRS.chars();
    std::iter::from_fn(|| letters.next().zip(letters.next())).collect()
});

/// Lower case without diacritics, so that `Sigur Rós`, `SIGUR ROS` and its decomposed form are the same words.
///
/// By a table of this crate: those of the library that knows all of Unicode would be a quarter of what every listener
/// downloads. A test compares the two.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else if !is_diacritic(c) {
            fold_letter(c, &mut folded);
        }
    }
    folded
}

fn fold_letter(c: char, folded: &mut String) {
    if let Ok(place) = LETTERS.binary_search_by_key(&c, |&(letter, _)| letter) {
        push_plain(LETTERS[place].1, folded);
    } else if let Some(&(_, to)) = SEVERAL.iter().find(|(letter, _)| *letter == c) {
        folded.push_str(to);
    } else if ('\u{ac00}'..='\u{d7a3}').contains(&c) {
        push_jamo(c as u32 - 0xac00, folded);
    } else {
        let run = RUNS.iter().find(|&&(first, last, step, _)| {
            (first..=last).contains(&c) && (c as u32 - first as u32).is_multiple_of(step)
        });
        let to = run.and_then(|&(_, _, _, offset)| char::from_u32((c as u32).wrapping_add_signed(offset)));
        push_plain(to.unwrap_or(c), folded);
    }
}

/// A syllable of Hangul by its number, taken apart as Unicode defines it (section 3.12): 21 vowels, 28 endings.
fn push_jamo(syllable: u32, folded: &mut String) {
    let parts = [0x1100 + syllable / 588, 0x1161 + syllable % 588 / 28, 0x11a7 + syllable % 28];
    let count = if syllable.is_multiple_of(28) { 2 } else { 3 };
    folded.extend(parts[..count].iter().filter_map(|&part| char::from_u32(part)));
}

/// Unicode's blocks of combining diacritical marks, and the marks of kana. Marks elsewhere, such as the vowels of Thai or
/// Devanagari, are no decoration.
pub(crate) fn is_diacritic(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{3099}'..='\u{309a}'
            | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Replaces letters that Unicode does not take apart as people type them who lack the key.
fn push_plain(c: char, folded: &mut String) {
    let plain = match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ı' => "i",
        '\u{2018}' | '\u{2019}' => "'",
        _ => return folded.push(c),
    };
    folded.push_str(plain);
}

#[cfg(test)]
mod tests {
    use unicode_normalization::char::decompose_canonical;

    use super::*;

    #[test]
    fn spelling_variants_fold_to_one() {
        for (variant, folded) in [
            ("Sigur Rós", "sigur ros"),
            ("Sigur Ro\u{301}s", "sigur ros"),
            ("Kölsch", "kolsch"),
            ("Mø", "mo"),
            ("ŁÓDŹ", "lodz"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("Don\u{2019}t", "don't"),
            ("İstanbul", "istanbul"),
            ("東京", "東京"),
            ("ガラス", "カラス"),
            ("ชีวิต", "ชีวิต"),
            ("Ἀθήνα", "αθηνα"),
            ("МОСКВА", "москва"),
        ] {
            assert_eq!(fold(variant), folded);
        }
        assert_eq!(fold("한국"), fold("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"));
    }

    #[test]
    fn every_letter_folds_as_unicode_has_it() {
        for c in '\0'..=char::MAX {
            if matches!(c as u32, 0xf900..=0xfaff | 0x2f800..=0x2fa1f) {
                continue;
            }
            let mut expected = String::new();
            decompose_canonical(c, |part| {
                let lower = part.to_lowercase().filter(|&lower| !is_diacritic(lower));
                lower.filter(|_| !is_diacritic(part)).for_each(|lower| push_plain(lower, &mut expected));
            });
            assert_eq!(fold(&c.to_string()), expected, "{:x}", c as u32);
        }
    }
}
