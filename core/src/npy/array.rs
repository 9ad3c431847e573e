//! Arrays as they were stored.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::NpyError;
use super::header::read_header;

/// Most bytes of a file: what fits into memory twice, as bytes and as values.
const FILE_LIMIT: u64 = 4 << 30;
/// Longest text of an array, in code points.
const TEXT_LIMIT: usize = 1 << 20;
/// Bytes of a code point in an array of text (UTF-32).
const CODE_POINT: usize = 4;

/// An array with its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Lengths of the dimensions. Empty for a single value.
    pub shape: Vec<usize>,
    /// The values in C order: as many as the product of `shape`, at least one.
    pub values: Values,
}

/// The values of an array, by type.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// `<f4`
    F32(Vec<f32>),
    /// `<f8`
    F64(Vec<f64>),
    /// `<i4`
    I32(Vec<i32>),
    /// `<i8`
    I64(Vec<i64>),
    /// `<U…`
    Text(Vec<String>),
}

impl Array {
    /// Reads a file.
    ///
    /// # Errors
    /// A file that cannot be read, has more than 4 GiB, or is refused by [`Array::from_bytes`].
    pub fn open(path: &Path) -> Result<Self, NpyError> {
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(NpyError::Read)?;
        file.take(FILE_LIMIT + 1).read_to_end(&mut bytes).map_err(NpyError::Read)?;
        if bytes.len() as u64 > FILE_LIMIT {
            return Err(NpyError::TooLarge { limit: FILE_LIMIT });
        }
        Self::from_bytes(&bytes)
    }

    /// Reads the contents of a file.
    ///
    /// # Errors
    /// Another format, a type that is not read, columns stored first, no values, and any length but the one that
    /// the header demands.
    pub fn from_bytes(file: &[u8]) -> Result<Self, NpyError> {
        let (header, bytes) = read_header(file)?;
        let refuse = || NpyError::Type { found: header.descr.clone() };
        let kind = Kind::parse(&header.descr).ok_or_else(refuse)?;
        if header.fortran_order && header.shape.len() > 1 {
            return Err(NpyError::FortranOrder);
        }
        let shape = header.shape;
        // Eight lengths of 64 bits overflow 128; what saturates is as wrong as what is too large.
        let count = shape.iter().fold(1u128, |product, &n| product.saturating_mul(n as u128));
        let expected = count.saturating_mul(kind.size() as u128);
        if expected != bytes.len() as u128 {
            return Err(NpyError::Length { shape, expected, found: bytes.len() });
        }
        if bytes.is_empty() {
            return Err(NpyError::Empty { shape });
        }
        Ok(Self { shape, values: kind.read(bytes)? })
    }

    /// The rows of a matrix of floats and their length. 64-bit floats are rounded.
    ///
    /// # Errors
    /// Integers or text, and anything but two dimensions.
    pub fn into_matrix(self) -> Result<(Vec<f32>, usize), NpyError> {
        let &[_, dim] = self.shape.as_slice() else {
            return Err(NpyError::Rank { expected: "a matrix of [rows, columns]", shape: self.shape });
        };
        match self.values {
            Values::F32(values) => Ok((values, dim)),
            Values::F64(values) => Ok((values.into_iter().map(|x| x as f32).collect(), dim)),
            other => Err(NpyError::Kind { expected: "a matrix of floats", found: other.kind() }),
        }
    }

    /// One label for each row: text as it is, integers as their digits.
    ///
    /// # Errors
    /// Floats, and anything but one dimension.
    pub fn into_labels(self) -> Result<Vec<String>, NpyError> {
        if self.shape.len() != 1 {
            return Err(NpyError::Rank { expected: "a list of labels", shape: self.shape });
        }
        match self.values {
            Values::Text(values) => Ok(values),
            Values::I32(values) => Ok(values.iter().map(ToString::to_string).collect()),
            Values::I64(values) => Ok(values.iter().map(ToString::to_string).collect()),
            other => Err(NpyError::Kind { expected: "labels of text or integers", found: other.kind() }),
        }
    }
}

impl Values {
    fn kind(&self) -> &'static str {
        match self {
            Self::F32(_) | Self::F64(_) => "floats",
            Self::I32(_) | Self::I64(_) => "integers",
            Self::Text(_) => "text",
        }
    }
}

/// A type of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    F32,
    F64,
    I32,
    I64,
    /// With the code points of each text, at least one.
    Text(usize),
}

impl Kind {
    fn parse(descr: &str) -> Option<Self> {
        match descr {
            "<f4" => Some(Self::F32),
            "<f8" => Some(Self::F64),
            "<i4" => Some(Self::I32),
            "<i8" => Some(Self::I64),
            _ => {
                let length = descr.strip_prefix("<U")?.parse().ok()?;
                // Text of no length has no bytes, and any number of it would fit into a file.
                (1..=TEXT_LIMIT).contains(&length).then_some(Self::Text(length))
            }
        }
    }

    /// Bytes of a value.
    fn size(self) -> usize {
        match self {
            Self::F32 | Self::I32 => 4,
            Self::F64 | Self::I64 => 8,
            Self::Text(length) => CODE_POINT * length,
        }
    }

    /// The values in `bytes`, which are a whole number of them.
    fn read(self, bytes: &[u8]) -> Result<Values, NpyError> {
        Ok(match self {
            Self::F32 => Values::F32(numbers(bytes, f32::from_le_bytes)),
            Self::F64 => Values::F64(numbers(bytes, f64::from_le_bytes)),
            Self::I32 => Values::I32(numbers(bytes, i32::from_le_bytes)),
            Self::I64 => Values::I64(numbers(bytes, i64::from_le_bytes)),
            Self::Text(_) => {
                let texts = bytes.chunks_exact(self.size()).enumerate();
                Values::Text(
                    texts
                        .map(|(index, text)| decode(text).ok_or(NpyError::Text { index }))
                        .collect::<Result<_, _>>()?,
                )
            }
        })
    }
}

fn numbers<T, const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks().0.iter().map(|&bytes| number(bytes)).collect()
}

/// Text in UTF-32 up to the zeros that fill it.
fn decode(text: &[u8]) -> Option<String> {
    let points = text.as_chunks().0;
    let length = points.iter().rposition(|point| *point != [0; CODE_POINT]).map_or(0, |last| last + 1);
    points[..length].iter().map(|&point| char::from_u32(u32::from_le_bytes(point))).collect()
}

#[cfg(test)]
mod tests;
