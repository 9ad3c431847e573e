//! What remains of a title when its edition is taken away.

use crate::search::fold;

/// Words that name an edition of a recording rather than another piece of music. A remix is another piece.
const EDITION_WORDS: [&str; 25] = [
    "album",
    "anniversary",
    "bonus",
    "clean",
    "deluxe",
    "digital",
    "digitally",
    "edit",
    "edition",
    "explicit",
    "extended",
    "full",
    "length",
    "mix",
    "mono",
    "original",
    "radio",
    "reissue",
    "remaster",
    "remastered",
    "single",
    "stereo",
    "track",
    "version",
    "video",
];

/// What a note about a performance or a guest begins with; the rest of it is free text.
const NOTE_BEGINNINGS: [&str; 4] = ["live", "feat", "ft", "featuring"];

/// The title folded, without punctuation and without notes such as `(Remastered 2011)`, `[Explicit]`, `- Radio Edit`,
/// `(feat. Somebody)` or `(Live at the Hall)`: equal for the editions of one song. Remix notes stay.
pub fn core_title(title: &str) -> String {
    let folded = fold(title);
    let mut rest = folded.trim();
    while let Some(shorter) = without_last_note(rest) {
        // A title that is nothing but a note, such as "Live", is its own core.
        if words(shorter).next().is_none() {
            break;
        }
        rest = shorter;
    }
    let mut core = String::with_capacity(rest.len());
    for word in words(rest) {
        if !core.is_empty() {
            core.push(' ');
        }
        core.push_str(word);
    }
    core
}

/// Cuts off the note at the end, if there is one.
fn without_last_note(title: &str) -> Option<&str> {
    let (before, note) = if let Some(open) = title.strip_suffix(')') {
        open.rsplit_once('(')?
    } else if let Some(open) = title.strip_suffix(']') {
        open.rsplit_once('[')?
    } else {
        let dash = title.as_bytes().windows(3).rposition(|bytes| bytes == b" - ")?;
        (title.get(..dash)?, title.get(dash + 3..)?)
    };
    is_edition(note).then(|| before.trim_end())
}

fn is_edition(note: &str) -> bool {
    let Some(first) = words(note).next() else { return false };
    // 2011, 20th
    let is_number = |word: &str| {
        let ending = word.trim_start_matches(|c: char| c.is_ascii_digit());
        ending.len() < word.len() && ["", "st", "nd", "rd", "th"].contains(&ending)
    };
    let named = words(note).any(|word| EDITION_WORDS.contains(&word));
    NOTE_BEGINNINGS.contains(&first)
        || named && words(note).all(|word| EDITION_WORDS.contains(&word) || is_number(word))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_share_a_core() {
        for edition in [
            "Night Drive",
            "Night Drive (Remastered)",
            "Night Drive (2011 Remaster)",
            "Night Drive [Explicit]",
            "Night Drive - Radio Edit",
            "Night Drive - Remastered 2009",
            "Night Drive (Extended Mix) [Bonus Track]",
            "Night Drive (feat. Ána)",
            "Night Drive - Live at the Old Hall",
            "NIGHT DRIVE (Live)",
            "Night-Drive (20th Anniversary Edition)",
        ] {
            assert_eq!(core_title(edition), "night drive", "{edition}");
        }
    }

    #[test]
    fn other_music_keeps_its_name() {
        for (title, core) in [
            ("Night Drive (Ána Remix)", "night drive ana remix"),
            ("Night Drive (Part 2)", "night drive part 2"),
            ("Night Drive (2)", "night drive 2"),
            ("Live", "live"),
            ("(Live)", "live"),
            ("A - B", "a b"),
            ("", ""),
            ("(", ""),
        ] {
            assert_eq!(core_title(title), core);
        }
    }
}
