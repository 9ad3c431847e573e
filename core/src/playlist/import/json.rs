//! JSPF and our own JSON, by a reader that walks over a JSON text (RFC 8259) and picks up named values.

use super::ImportError::{self, Malformed};
use super::{Reader, cut};

/// Deepest nesting that is followed.
const MOST_DEPTH: usize = 32;

/// Reads the playlist's title and its tracks.
pub(super) fn read(text: &str, reader: &mut Reader) -> Result<(), ImportError> {
    let mut walk = Walk { rest: text, reader };
    walk.value("", Place::Outside, 0)?;
    walk.skip_blanks();
    if walk.rest.is_empty() { Ok(()) } else { Err(Malformed) }
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// The outermost value.
    Outside,
    /// In the object that describes the list.
    List,
    /// In the list of tracks.
    Tracks,
    /// In a track.
    Track,
    /// In something else.
    Elsewhere,
}

struct Walk<'a, 'r> {
    rest: &'a str,
    reader: &'r mut Reader,
}

impl Walk<'_, '_> {
    /// Reads the value of the property `name`.
    fn value(&mut self, name: &str, place: Place, depth: usize) -> Result<(), ImportError> {
        if depth > MOST_DEPTH {
            return Err(Malformed);
        }
        self.skip_blanks();
        match self.rest.as_bytes().first() {
            Some(b'{') => {
                let inside = match place {
                    Place::Outside => Place::List,
                    Place::List if name == "playlist" => Place::List,
                    Place::Tracks => Place::Track,
                    _ => Place::Elsewhere,
                };
                self.members(b'}', name, inside, depth)?;
                if inside == Place::Track { self.reader.end_entry() } else { Ok(()) }
            }
            Some(b'[') => {
                let inside = match place {
                    Place::List if name == "tracks" || name == "track" => Place::Tracks,
                    // Several locations: as one property that comes several times.
                    Place::Track if name == "location" => Place::Track,
                    _ => Place::Elsewhere,
                };
                self.members(b']', name, inside, depth)
            }
            Some(b'"') => {
                let value = self.string()?;
                self.take(name, &value, place);
                Ok(())
            }
            _ => {
                let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                let end = self.rest.as_bytes().iter().take_while(|byte| plain(byte)).count();
                let (value, rest) = self.rest.split_at(end);
                if value.is_empty() {
                    return Err(Malformed);
                }
                self.rest = rest;
                if value != "null" {
                    self.take(name, value, place);
                }
                Ok(())
            }
        }
    }

    /// Reads the members of an object, or the elements of an array, which go by the array's name.
    fn members(&mut self, end: u8, name: &str, place: Place, depth: usize) -> Result<(), ImportError> {
        self.rest = &self.rest[1..];
        if self.next_is(end) {
            return Ok(());
        }
        loop {
            if end == b'}' {
                self.skip_blanks();
                let name = self.string()?;
                if !self.next_is(b':') {
                    return Err(Malformed);
                }
                self.value(&name, place, depth + 1)?;
            } else {
                self.value(name, place, depth + 1)?;
            }
            if self.next_is(end) {
                return Ok(());
            }
            if !self.next_is(b',') {
                return Err(Malformed);
            }
        }
    }

    fn take(&mut self, name: &str, value: &str, place: Place) {
        match place {
            Place::List => self.reader.of_list(name, value),
            Place::Track => self.reader.of_entry(name, value),
            _ => {}
        }
    }

    #[inline(never)]
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    /// Passes over blanks and `byte`, where it comes next.
    #[inline(never)]
    fn next_is(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let is_next = self.rest.as_bytes().first() == Some(&byte);
        if is_next {
            self.rest = &self.rest[1..];
        }
        is_next
    }

    /// Reads a string from its opening quote. Half a surrogate pair becomes a replacement character.
    #[inline(never)]
    fn string(&mut self) -> Result<String, ImportError> {
        let mut text = String::new();
        self.rest = self.rest.strip_prefix('"').ok_or(Malformed)?;
        loop {
            let (before, found, after) = cut(self.rest, b"\"\\").ok_or(Malformed)?;
            text.push_str(before);
            self.rest = after;
            if found == b'"' {
                return Ok(text);
            }
            let escape = *after.as_bytes().first().ok_or(Malformed)?;
            let c = match escape {
                b'"' | b'\\' | b'/' => escape as char,
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => '\0',
                _ => return Err(Malformed),
            };
            // An escape is one ASCII character.
            self.rest = &after[1..];
            text.push(if escape == b'u' { self.unicode()? } else { c });
        }
    }

    fn unicode(&mut self) -> Result<char, ImportError> {
        let mut code = self.code_unit()?;
        if (0xd800..0xdc00).contains(&code)
            && let Some(second) = self.rest.strip_prefix("\\u")
        {
            let first_rest = std::mem::replace(&mut self.rest, second);
            let low = self.code_unit()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            } else {
                // The second is a character of its own.
                self.rest = first_rest;
            }
        }
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn code_unit(&mut self) -> Result<u32, ImportError> {
        let digits = self.rest.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or(Malformed)?;
        self.rest = &self.rest[4..];
        Ok(code)
    }
}
