//! The header: a dictionary, written as Python writes one.

use super::NpyError;

const MAGIC: &[u8] = b"\x93NUMPY";
/// Longest header that is read. NumPy's have 118 bytes.
const HEADER_LIMIT: usize = 64 << 10;
/// Most dimensions of an array.
const RANK_LIMIT: usize = 8;
/// Longest text of a type that an error repeats.
const TYPE_LIMIT: usize = 40;

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The type, as the file names it: `<f4`. Types of several fields come with their brackets.
    pub(super) descr: String,
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<usize>,
}

/// Reads the header of a file and returns it with the bytes that follow.
pub(super) fn read_header(file: &[u8]) -> Result<(Header, &[u8]), NpyError> {
    let rest = file.strip_prefix(MAGIC).ok_or(NpyError::NotNpy)?;
    let ([major, _minor], rest) = rest.split_first_chunk().ok_or(CUT_OFF)?;
    let (length, rest) = match major {
        1 => rest.split_first_chunk().map(|(bytes, rest)| (usize::from(u16::from_le_bytes(*bytes)), rest)),
        2 | 3 => rest.split_first_chunk().map(|(bytes, rest)| (u32::from_le_bytes(*bytes) as usize, rest)),
        _ => return Err(NpyError::Version { found: *major }),
    }
    .ok_or(CUT_OFF)?;
    if length > HEADER_LIMIT {
        return Err(damaged("it is longer than any header"));
    }
    let (text, values) = rest.split_at_checked(length).ok_or(CUT_OFF)?;
    let text = std::str::from_utf8(text).map_err(|_| damaged("it is no text"))?;
    Ok((Parser { rest: text }.header()?, values))
}

const CUT_OFF: NpyError = damaged("it is cut off");

const fn damaged(what: &'static str) -> NpyError {
    NpyError::Header { what }
}

/// Reads the few forms of a Python literal that headers consist of.
struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn header(&mut self) -> Result<Header, NpyError> {
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        self.expect('{', "it does not begin with a brace")?;
        while !self.skip('}') {
            let key = self.string()?;
            self.expect(':', "a key has no value")?;
            let fresh = match key {
                "descr" => descr.replace(self.descr()?).is_none(),
                "fortran_order" => fortran_order.replace(self.boolean()?).is_none(),
                "shape" => shape.replace(self.shape()?).is_none(),
                _ => return Err(damaged("a key is none of descr, fortran_order and shape")),
            };
            if !fresh {
                return Err(damaged("a key comes twice"));
            }
            if !self.skip(',') {
                self.expect('}', "its brace is not closed")?;
                break;
            }
        }
        if !self.rest.trim_ascii().is_empty() {
            return Err(damaged("something follows its brace"));
        }
        match (descr, fortran_order, shape) {
            (Some(descr), Some(fortran_order), Some(shape)) => Ok(Header { descr, fortran_order, shape }),
            _ => Err(damaged("one of descr, fortran_order and shape is missing")),
        }
    }

    /// Passes white space and then `symbol`, if it is next.
    fn skip(&mut self, symbol: char) -> bool {
        self.rest = self.rest.trim_ascii_start();
        let after = self.rest.strip_prefix(symbol);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn expect(&mut self, symbol: char, what: &'static str) -> Result<(), NpyError> {
        if self.skip(symbol) { Ok(()) } else { Err(damaged(what)) }
    }

    /// A string in either quotes. None that a header can hold has an escape.
    fn string(&mut self) -> Result<&'a str, NpyError> {
        let quote = if self.skip('"') { '"' } else { '\'' };
        if quote == '\'' {
            self.expect('\'', "a string does not begin with a quote")?;
        }
        let (string, rest) = self.rest.split_once(quote).ok_or(damaged("a string has no end"))?;
        self.rest = rest;
        Ok(string)
    }

    /// The name of a type, or the beginning of the list of fields, which no reader of ours accepts.
    fn descr(&mut self) -> Result<String, NpyError> {
        if self.rest.trim_ascii_start().starts_with(['[', '(']) {
            let found = self.rest.trim_ascii().chars().take(TYPE_LIMIT).collect();
            return Err(NpyError::Type { found });
        }
        Ok(self.string()?.chars().take(TYPE_LIMIT).collect())
    }

    fn boolean(&mut self) -> Result<bool, NpyError> {
        let rest = self.rest.trim_ascii_start();
        let (value, rest) = if let Some(rest) = rest.strip_prefix("True") {
            (true, rest)
        } else {
            (false, rest.strip_prefix("False").ok_or(damaged("fortran_order is neither True nor False"))?)
        };
        self.rest = rest;
        Ok(value)
    }

    /// A tuple of lengths.
    fn shape(&mut self) -> Result<Vec<usize>, NpyError> {
        self.expect('(', "the shape is no tuple")?;
        let mut shape = Vec::new();
        while !self.skip(')') {
            let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = self.rest.split_at(digits);
            self.rest = rest;
            shape.push(number.parse().map_err(|_| damaged("a length is no number"))?);
            if shape.len() > RANK_LIMIT {
                return Err(damaged("it has more than 8 dimensions"));
            }
            if !self.skip(',') {
                self.expect(')', "the shape is not closed")?;
                break;
            }
        }
        Ok(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Header, NpyError> {
        Parser { rest: text }.header()
    }

    #[test]
    fn every_way_to_write_a_header_is_read() {
        let expected = Header { descr: "<f4".into(), fortran_order: false, shape: vec![2, 3] };
        for text in [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }    \n",
            "{'shape':(2,3),'fortran_order':False,'descr':'<f4'}",
            "{\"descr\" : \"<f4\" , \"fortran_order\" : False , \"shape\" : ( 2 , 3 , ) }",
        ] {
            assert_eq!(parse(text).unwrap(), expected, "{text}");
        }
        let shape = |shape: &str| {
            parse(&format!("{{'descr': '<i8', 'fortran_order': True, 'shape': {shape}}}")).map(|header| header.shape)
        };
        assert_eq!(shape("()").unwrap(), [0usize; 0]);
        assert_eq!((shape("(7,)").unwrap(), shape("(0, 1)").unwrap()), (vec![7], vec![0, 1]));
        for wrong in
            ["7", "(", "(,)", "(7", "(7 8)", "(-7,)", "(7.0,)", "(99999999999999999999,)", "(1,1,1,1,1,1,1,1,1)"]
        {
            assert!(shape(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "{",
            "{}",
            "'descr'",
            "{'descr': '<f4', 'fortran_order': False}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} more",
            "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}",
            "{'descr': <f4, 'fortran_order': False, 'shape': (2,)}",
            "{'descr': '<f4, 'fortran_order': False, 'shape': (2,)}",
            "{'descr' '<f4', 'fortran_order': False, 'shape': (2,)}",
            "{'descr': '<f4' 'fortran_order': False, 'shape': (2,)}",
            "{'size': 3, 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
        ] {
            assert!(matches!(parse(text), Err(NpyError::Header { .. })), "{text}");
        }
        let fields = parse("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}").unwrap_err();
        assert!(matches!(fields, NpyError::Type { .. }), "{fields}");
    }
}
