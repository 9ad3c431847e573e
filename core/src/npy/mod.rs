//! NumPy's array files (`.npy`): embeddings and labels that were made elsewhere, and ours for others.
//!
//! Source: `numpy/lib/format.py`. Read are arrays in C order of 32- and 64-bit floats and integers, little-endian, and of
//! text; written are matrices of 32-bit floats. The ready readers know no text; this one knows the one header that
//! NumPy writes, and believes nothing that the length of the file does not bear out.

mod array;
mod error;
mod header;
mod write;

pub use array::{Array, Values};
pub use error::NpyError;
pub use write::write_matrix;
