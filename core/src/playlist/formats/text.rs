//! The pieces that files are written with. Made for a small browser module: no formatting machinery, and functions that
//! many places call are kept from being copied into them.

use crate::TrackMeta;

/// Upper-case digits, as RFC 3986 prefers them.
pub(super) const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Appends a part.
#[inline(never)]
pub(super) fn push(text: &mut String, part: &str) {
    text.push_str(part);
}

/// Appends all parts.
#[inline(never)]
pub(super) fn push_all(text: &mut String, parts: &[&str]) {
    for part in parts {
        push(text, part);
    }
}

/// Control characters and line separators become spaces: no tag can add a line to a file.
#[inline(never)]
pub(super) fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}';
    text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
}

/// Appends `scaled` / 10^`decimals` with all its decimals.
#[inline(never)]
pub(super) fn push_number(text: &mut String, scaled: u64, decimals: u32) {
    let unit = 10u64.pow(decimals);
    push(text, &(scaled / unit).to_string());
    if decimals > 0 {
        // The leading 1 keeps the zeros.
        push_all(text, &[".", &(unit + scaled % unit).to_string()[1..]]);
    }
}

/// A known, positive quantity in units of 1/`scale`.
pub(super) fn scaled(value: f32, scale: f64) -> Option<u64> {
    (value.is_finite() && value > 0.0).then(|| (f64::from(value) * scale).round() as u64)
}

/// Duration in milliseconds, where known.
pub(super) fn milliseconds(track: &TrackMeta) -> Option<u64> {
    scaled(track.duration_s, 1000.0)
}

/// Duration in whole seconds, where known.
pub(super) fn seconds(track: &TrackMeta) -> Option<u64> {
    scaled(track.duration_s, 1.0)
}

/// Tempo in hundredths of beats per minute, where known.
pub(super) fn hundredths_bpm(track: &TrackMeta) -> Option<u64> {
    scaled(track.bpm?, 100.0)
}

/// How a named value is written.
#[derive(Clone, Copy, PartialEq)]
enum Syntax {
    /// `<name>value</name>`
    Element,
    /// ` name="value"`
    Attribute,
    /// `"name":"value"`, with commas between
    Json,
}

/// Writes named values, and leaves out unknown ones.
pub(super) struct Fields<'a> {
    text: &'a mut String,
    syntax: Syntax,
    first: bool,
}

impl<'a> Fields<'a> {
    /// Children of an XML element.
    pub(super) fn elements(text: &'a mut String) -> Self {
        Self { text, syntax: Syntax::Element, first: true }
    }

    /// Attributes of an XML element.
    pub(super) fn attributes(text: &'a mut String) -> Self {
        Self { text, syntax: Syntax::Attribute, first: true }
    }

    /// Properties of a JSON object, from its opening brace.
    pub(super) fn json(text: &'a mut String) -> Self {
        push(text, "{");
        Self { text, syntax: Syntax::Json, first: true }
    }

    /// A text.
    #[inline(never)]
    pub(super) fn text(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        let Some(value) = value else { return self };
        self.begin(name);
        if self.syntax == Syntax::Json {
            push_json(self.text, value);
        } else {
            push_xml(self.text, value);
        }
        self.end(name);
        self
    }

    /// `scaled` / 10^`decimals`.
    #[inline(never)]
    pub(super) fn number(&mut self, name: &str, scaled: Option<u64>, decimals: u32) -> &mut Self {
        let Some(scaled) = scaled else { return self };
        self.begin(name);
        push_number(self.text, scaled, decimals);
        self.end(name);
        self
    }

    fn begin(&mut self, name: &str) {
        let parts = match self.syntax {
            Syntax::Element => ["<", name, ">"],
            Syntax::Attribute => [" ", name, "=\""],
            Syntax::Json => [if self.first { "\"" } else { ",\"" }, name, "\":"],
        };
        push_all(self.text, &parts);
        self.first = false;
    }

    fn end(&mut self, name: &str) {
        match self.syntax {
            Syntax::Element => push_all(self.text, &["</", name, ">"]),
            Syntax::Attribute => push(self.text, "\""),
            Syntax::Json => {}
        }
    }
}

/// Appends character data or the inside of an attribute of XML 1.0, on one line. U+FFFE and U+FFFF, which XML forbids,
/// become replacement characters; other forbidden characters are control characters, which become spaces.
#[inline(never)]
pub(super) fn push_xml(text: &mut String, value: &str) {
    let mut letter = [0; 4];
    for c in one_line(value).chars() {
        let written: &str = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            // `]]>` may not stand in character data.
            '>' => "&gt;",
            '"' => "&quot;",
            '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
            c => c.encode_utf8(&mut letter),
        };
        push(text, written);
    }
}

/// Appends a JSON string (RFC 8259), quotes included. Nothing is lost.
#[inline(never)]
pub(super) fn push_json(text: &mut String, value: &str) {
    push(text, "\"");
    let mut letter = [0; 4];
    for c in value.chars() {
        let before = match c {
            '"' | '\\' => "\\",
            // Two digits are enough.
            c if c < '\u{10}' => "\\u000",
            c if c < ' ' => "\\u001",
            _ => "",
        };
        let written = if c < ' ' { HEX[c as usize & 15] as char } else { c };
        push_all(text, &[before, written.encode_utf8(&mut letter)]);
    }
    push(text, "\"");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_decimals() {
        let number = |scaled, decimals| {
            let mut text = String::new();
            push_number(&mut text, scaled, decimals);
            text
        };
        assert_eq!(number(0, 0), "0");
        assert_eq!(number(12_005, 2), "120.05");
        assert_eq!(number(7, 3), "0.007");
        assert_eq!(number(u64::MAX, 2), "184467440737095516.15");
        assert_eq!(scaled(f32::NAN, 1.0), None);
        assert_eq!(scaled(-1.0, 1.0), None);
        assert_eq!(scaled(f32::MAX, 1000.0), Some(u64::MAX));
    }
}
