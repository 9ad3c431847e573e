//! The order that people give to names: `2 Step` before `10 Bells`.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::str::Chars;

use unicode_normalization::UnicodeNormalization;

/// Compares names with their runs of digits as numbers and without regard to case; what is equal so far is compared
/// exactly, so that only identical names are equal.
pub(super) fn natural_cmp(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.chars().peekable(), b.chars().peekable());
    loop {
        let order = match (left.peek().copied(), right.peek().copied()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, y) = (number(&mut left), number(&mut right));
                x.len().cmp(&y.len()).then_with(|| x.cmp(&y))
            }
            (Some(x), Some(y)) => {
                left.next();
                right.next();
                // A separator sorts before every other character, so that a folder's files stay together.
                (x != '/').cmp(&(y != '/')).then_with(|| x.to_lowercase().cmp(y.to_lowercase()))
            }
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Takes a run of digits, without its leading zeros.
fn number(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut digits = String::new();
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        if !(digits.is_empty() && digit == '0') {
            digits.push(digit);
        }
    }
    digits
}

/// The name of a folder or playlist, with its ordering prefix apart: `03_Dark Techno` is (3, "Dark Techno").
///
/// A prefix is one to four digits and an underscore, before a name that is not empty. Names are composed (NFC),
/// because some file systems take them apart.
pub(super) fn split_prefix(name: &str) -> (Option<u32>, String) {
    let composed = |name: &str| name.nfc().collect::<String>();
    let Some((digits, rest)) = name.split_once('_') else { return (None, composed(name)) };
    let numeric = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.parse() {
        Ok(number) if numeric && !rest.trim().is_empty() => (Some(number), composed(rest.trim())),
        _ => (None, composed(name)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_count_and_case_does_not() {
        let mut names = ["b10", "B2", "b2", "a", "b", "b002", "B/z", "b a", "Ünder", "1", "10", "9"];
        names.sort_by(|a, b| natural_cmp(a, b));
        assert_eq!(names, ["1", "9", "10", "a", "b", "B/z", "b a", "B2", "b002", "b2", "b10", "Ünder"]);
    }

    #[test]
    fn prefixes_order_and_are_stripped() {
        assert_eq!(split_prefix("3_Dark Techno"), (Some(3), "Dark Techno".into()));
        assert_eq!(split_prefix("03_ Dark"), (Some(3), "Dark".into()));
        assert_eq!(split_prefix("2_Step_Garage"), (Some(2), "Step_Garage".into()));
        for name in ["Techno", "12345_x", "x_1", "_x", "3_", "3_ ", "3 Step", "+3_x"] {
            assert_eq!(split_prefix(name), (None, name.into()));
        }
        assert_eq!(split_prefix("Cafe\u{301}"), (None, "Café".into()), "decomposed names are composed");
    }

    proptest! {
        #[test]
        fn it_is_a_total_order(a in "[aB0-3/ é]{0,6}", b in "[aB0-3/ é]{0,6}", c in "[aB0-3/ é]{0,6}") {
            prop_assert_eq!(natural_cmp(&a, &b), natural_cmp(&b, &a).reverse());
            prop_assert_eq!(natural_cmp(&a, &b) == Ordering::Equal, a == b);
            if natural_cmp(&a, &b) != Ordering::Greater && natural_cmp(&b, &c) != Ordering::Greater {
                prop_assert_ne!(natural_cmp(&a, &c), Ordering::Greater);
            }
        }
    }
}
