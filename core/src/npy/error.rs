use std::io;

use thiserror::Error;

/// Why an array could not be read or used. The messages do not name the file: the caller knows it.
#[derive(Debug, Error)]
pub enum NpyError {
    /// The file cannot be read.
    #[error("the file cannot be read; check that it exists and may be read")]
    Read(#[source] io::Error),
    /// More than is read at once.
    #[error("expected a file of at most {limit} bytes, found more; split the array")]
    TooLarge {
        /// Most bytes that are read.
        limit: u64,
    },
    /// Another format.
    #[error("no .npy file: it does not begin as one; save the array with numpy.save, not numpy.savez or pickle")]
    NotNpy,
    /// A version of the format that does not exist.
    #[error("expected version 1, 2 or 3 of the .npy format, found {found}; the file is damaged, or newer than this")]
    Version {
        /// The version found.
        found: u8,
    },
    /// The header is no dictionary of type, order and shape.
    #[error("the header of the .npy file is damaged: {what}; save the array again")]
    Header {
        /// What is wrong.
        what: &'static str,
    },
    /// A type that is not read.
    #[error(
        "expected little-endian 32- or 64-bit floats or integers, or text, found the type {found}; convert the array \
         with astype (objects to text: astype(str))"
    )]
    Type {
        /// The type, as the file names it.
        found: String,
    },
    /// Columns first.
    #[error("the array is stored columns first; save numpy.ascontiguousarray(array)")]
    FortranOrder,
    /// The file is shorter or longer than its header says.
    #[error(
        "expected {expected} bytes of values for the shape {shape:?}, found {found}; the file is cut off or damaged"
    )]
    Length {
        /// The shape of the header.
        shape: Vec<usize>,
        /// Bytes of that shape.
        expected: u128,
        /// Bytes found.
        found: usize,
    },
    /// An array of no values.
    #[error("the array of shape {shape:?} holds no values")]
    Empty {
        /// The shape of the header.
        shape: Vec<usize>,
    },
    /// Text that is not Unicode.
    #[error("text number {index} of the array is not Unicode; the file is damaged")]
    Text {
        /// Index of the text, in C order.
        index: usize,
    },
    /// Values of another kind than asked for.
    #[error("expected {expected}, found {found}")]
    Kind {
        /// What was asked for.
        expected: &'static str,
        /// The kind of the values.
        found: &'static str,
    },
    /// An array of another number of dimensions than asked for.
    #[error("expected {expected}, found an array of shape {shape:?}")]
    Rank {
        /// What was asked for.
        expected: &'static str,
        /// The shape found.
        shape: Vec<usize>,
    },
    /// Rows to write that are no matrix.
    #[error("{values} values cannot be rows of {dim}")]
    Rows {
        /// Values given.
        values: usize,
        /// Length of a row.
        dim: usize,
    },
}
