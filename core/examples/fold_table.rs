//! Prints `core/src/search/fold/table.rs`, made from Unicode's decompositions and the lower case of this Rust:
//! `cargo run --package pmsl-core --no-default-features --example fold_table > core/src/search/fold/table.rs`

use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_normalization::is_nfc;

/// Shortest run of characters that is worth its own entry.
const RUN: usize = 4;

#[allow(clippy::print_stdout, reason = "an example prints")]
fn main() {
    let mut singles: Vec<(char, char)> = Vec::new();
    let mut several: Vec<String> = Vec::new();
    for c in ('\u{80}'..=char::MAX).filter(|&c| !is_hangul(c) && !is_compatibility_ideograph(c)) {
        let folded = fold(c);
        let mut letters = folded.chars();
        match (letters.next(), letters.next()) {
            (Some(one), None) if one == c => {}
            (Some(one), None) => singles.push((c, one)),
            (Some(_), Some(_)) => {
                several.push(format!("    ('{}', \"{}\"),\n", c.escape_unicode(), folded.escape_unicode()));
            }
            // Marks, which `is_diacritic` knows.
            (None, _) => {}
        }
    }
    let mut runs: Vec<String> = Vec::new();
    let mut pairs = String::new();
    let mut rest = &singles[..];
    while let Some(&(first, to)) = rest.first() {
        let offset = to as i32 - first as i32;
        let length = |step: u32| {
            let fits = |(i, &(c, to)): (usize, &(char, char))| {
                c as u32 == first as u32 + i as u32 * step && to as i32 - c as i32 == offset
            };
            rest.iter().enumerate().take_while(|&pair| fits(pair)).count()
        };
        let (step, count) = if length(2) > length(1) { (2, length(2)) } else { (1, length(1)) };
        if count >= RUN {
            let last = rest[count - 1].0;
            runs.push(format!("    ({first:?}, {last:?}, {step}, {offset}),\n"));
            rest = &rest[count..];
        } else {
            pairs.extend([first, to]);
            rest = &rest[1..];
        }
    }
    println!("//! What letters fold to. Printed by `core/examples/fold_table.rs`; a test compares it with Unicode.");
    println!("//!");
    println!("//! Compatibility ideographs are not in it.\n");
    println!("/// First and last of a run, the step from one to the next, and the way from each to what it folds to.");
    println!("#[rustfmt::skip]\npub(super) const RUNS: &[(char, char, u32, i32)] = &[\n{}];\n", runs.concat());
    println!("/// Letters that fold to several.");
    println!("#[rustfmt::skip]\npub(super) const SEVERAL: &[(char, &str)] = &[\n{}];\n", several.concat());
    println!("/// All others, each followed by what it folds to, ascending.");
    println!("pub(super) const PAIRS: &str = \"\\");
    let pairs: Vec<char> = pairs.chars().collect();
    for line in pairs.chunks(56) {
        println!("{}\\", line.iter().map(|&c| shown(c)).collect::<String>());
    }
    println!("\";");
}

/// As in a string literal, with what cannot be seen or is never normal written in numbers.
fn shown(c: char) -> String {
    if c.is_alphanumeric() && is_nfc(&c.to_string()) { c.to_string() } else { c.escape_unicode().to_string() }
}

fn fold(c: char) -> String {
    let mut folded = String::new();
    decompose_canonical(c, |part| {
        if !is_diacritic(part) {
            part.to_lowercase().filter(|&lower| !is_diacritic(lower)).for_each(|lower| folded.push(lower));
        }
    });
    folded
}

/// The blocks of combining diacritical marks, and the marks of kana.
fn is_diacritic(c: char) -> bool {
    is_combining_mark(c)
        && matches!(c as u32, 0x300..=0x36f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0x3099..=0x309a
            | 0xfe20..=0xfe2f)
}

/// Syllables, which are taken apart by arithmetic.
fn is_hangul(c: char) -> bool {
    ('\u{ac00}'..='\u{d7a3}').contains(&c)
}

fn is_compatibility_ideograph(c: char) -> bool {
    matches!(c as u32, 0xf900..=0xfaff | 0x2f800..=0x2fa1f)
}
