//! Texts of other people as they may be shown.

/// Longer texts are no title of anything, in bytes.
const TEXT_LIMIT: usize = 4096;

/// A text in one line, without control characters and without characters that reorder or hide the text around them.
/// `None` if nothing is left, or if it has more than 4 KiB and so is no name of anything.
pub fn clean_text(text: &str) -> Option<String> {
    if text.len() > TEXT_LIMIT {
        return None;
    }
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let cleaned: String = spaced.filter(|c| !c.is_control() && !is_direction_or_invisible(*c)).collect();
    let trimmed = cleaned.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_string())
}

/// Characters that reorder or hide the text around them: Unicode's `Bidi_Control`, the zero-width ones that no script
/// needs, and the tags that draw nothing.
fn is_direction_or_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{061c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{e0001}'
            | '\u{e0020}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_one_plain_line() {
        let clean = |text: &str| clean_text(text);
        assert_eq!(clean(" A\u{7}\n Title\u{202e} ").as_deref(), Some("A  Title"));
        assert_eq!(clean("a\u{2028}b\u{85}c").as_deref(), Some("a b c"));
        assert_eq!(clean("\u{061c}\u{2067}\u{feff}\u{e0041}"), None);
        // The joiners of Persian, Hindi and of emoji stay.
        assert_eq!(clean("می\u{200c}خواهم 👩\u{200d}🎤").as_deref(), Some("می\u{200c}خواهم 👩\u{200d}🎤"));
        assert_eq!(clean(&"x".repeat(TEXT_LIMIT)).map(|text| text.len()), Some(TEXT_LIMIT));
        assert_eq!(clean(&"x".repeat(TEXT_LIMIT + 1)), None);
    }
}
