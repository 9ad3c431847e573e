//! XSPF, by a reader of the XML that playlists are made of: elements, text, references, comments and CDATA.

use super::ImportError::{self, Malformed};
use super::{Reader, cut, cut_at};

/// Reads the playlist's title and its tracks. A document type, which could define entities, is refused.
#[inline(never)]
pub(super) fn read(text: &str, reader: &mut Reader) -> Result<(), ImportError> {
    let mut rest = text;
    // Names of open elements, and the text of the innermost.
    let mut open: Vec<&str> = Vec::new();
    let mut value = String::new();
    while let Some((before, _, tag)) = cut(rest, b"<") {
        push_decoded(&mut value, before);
        rest = &rest[before.len()..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = after(comment, "-->")?.1;
        } else if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let (data, after) = after(data, "]]>")?;
            value.push_str(data);
            rest = after;
        } else if let Some(instruction) = rest.strip_prefix("<?") {
            rest = after(instruction, "?>")?.1;
        } else if rest.starts_with("<!") {
            return Err(Malformed);
        } else {
            let (tag, after) = tag.split_at(end_of_tag(tag).ok_or(Malformed)?);
            rest = &after[1..];
            if let Some(name) = tag.strip_prefix('/') {
                if open.pop() != Some(local(name)) {
                    return Err(Malformed);
                }
                close(&open, local(name), &value, reader)?;
            } else if let Some(name) = tag.strip_suffix('/') {
                close(&open, local(name), "", reader)?;
            } else {
                open.push(local(tag));
            }
            value.clear();
        }
    }
    if open.is_empty() { Ok(()) } else { Err(Malformed) }
}

/// The end of an element inside of the open ones.
fn close(open: &[&str], name: &str, value: &str, reader: &mut Reader) -> Result<(), ImportError> {
    match open {
        ["playlist"] => reader.of_list(name, value),
        ["playlist", "trackList"] if name == "track" => return reader.end_entry(),
        ["playlist", "trackList", "track"] => reader.of_entry(name, value),
        _ => {}
    }
    Ok(())
}

/// What stands before and after the next `end`.
fn after<'a>(text: &'a str, end: &str) -> Result<(&'a str, &'a str), ImportError> {
    cut_at(text, end).ok_or(Malformed)
}

/// Where the `>` of a tag is: not one in an attribute's value.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    tag.bytes().position(|byte| {
        match quote {
            Some(open) if open == byte => quote = None,
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            _ => {}
        }
        quote.is_none() && byte == b'>'
    })
}

/// The name of an element without namespace prefix and attributes.
#[inline(never)]
fn local(tag: &str) -> &str {
    let name = cut(tag, b" \t\n\r").map_or(tag, |(name, ..)| name);
    cut(name, b":").map_or(name, |(.., name)| name)
}

/// Appends character data with its references replaced; one that XML does not know stays as it is.
fn push_decoded(text: &mut String, data: &str) {
    let mut rest = data;
    while let Some((before, _, after)) = cut(rest, b"&") {
        text.push_str(before);
        let reference = cut(after, b";").and_then(|(name, _, after)| Some((referred(name)?, after)));
        let (c, after) = reference.unwrap_or(('&', after));
        text.push(c);
        rest = after;
    }
    text.push_str(rest);
}

fn referred(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, base) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
            char::from_u32(u32::from_str_radix(digits, base).ok()?)
        }
    }
}
