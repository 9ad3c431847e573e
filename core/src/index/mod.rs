//! The embedding index: everything the explorer knows about a library, as chunks of bytes.

mod catalog;
mod error;
mod format;
mod read;
mod record;
mod write;

pub use catalog::Catalog;
pub use error::IndexError;
pub use format::{BuildId, CHUNK_BYTES_MAX, FORMAT_VERSION};
pub use read::{Reader, decode};
pub use write::{Chunk, IndexInput, encode};

use crate::search::UnitRows;

/// A decoded index: as many vectors as the catalog has tracks.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// The tracks and where they are on the map.
    pub catalog: Catalog,
    /// `[tracks, dim]` unit vectors, in the very integers that were encoded.
    pub rows: UnitRows,
}
