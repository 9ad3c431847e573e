//! The embedding index: everything the explorer knows about a library, as chunks of bytes.

mod error;
mod format;
mod read;
mod record;
mod write;

pub use error::IndexError;
pub use format::{BuildId, CHUNK_BYTES_MAX, FORMAT_VERSION};
pub use read::decode;
pub use write::{Chunk, IndexInput, encode};

use crate::{SubGenre, TrackMeta, Vectors};

/// A decoded index. Its lists agree: as many positions, vectors and tracks, and every track's sub-genre exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Which build of which library this is.
    pub build_id: BuildId,
    /// The tracks, in the library's order.
    pub tracks: Vec<TrackMeta>,
    /// The sub-genres that [`TrackMeta::sub_genre`] points into.
    pub sub_genres: Vec<SubGenre>,
    /// `[tracks, dim]` unit vectors, bit for bit those that were encoded.
    pub vectors: Vectors,
    /// Where each track is on the map, in the projection's own units.
    pub positions: Vec<[f32; 2]>,
}
