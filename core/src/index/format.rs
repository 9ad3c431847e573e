//! The layout of the index, shared by writer and reader. All numbers are little-endian.
//!
//! ```text
//! index  = the stream, cut into chunks, one cut being before the vectors
//! chunk  = magic [8]  format version u32  build id [16]  number u32  count u32  payload length u32
//!          payload [length]  XXH64 of all bytes before it u64
//! stream = tracks u32  dim u32  sub-genres u32  length of each section u32 x 4  sections
//! sections, in this order:
//!   sub-genres  postcard, one record after another
//!   positions   tracks x 2 x f32
//!   tracks      postcard, one record after another
//!   vectors     tracks x dim x i16, a row of integers for each unit vector (`search::UnitRows`)
//! ```
//!
//! What names the tracks comes first, in chunks of its own, so that a page can search and draw before the vectors, which
//! are most of the bytes, have arrived. The 8-bit copies that make search fast are derived from the vectors on loading, so that the two
//! can never disagree.

use std::fmt;

/// First bytes of every chunk.
pub(super) const MAGIC: [u8; 8] = *b"PMSLIDX\0";

/// Version of this layout and of the meaning of what it holds. A reader refuses every other.
pub const FORMAT_VERSION: u32 = 3;

/// Bytes before a chunk's payload.
pub(super) const HEADER_BYTES: usize = 8 + 4 + 16 + 3 * 4;
/// Bytes after it.
pub(super) const HASH_BYTES: usize = 8;

/// Most bytes in a chunk, framing included. In base64 and wrapped in a script this stays below a million characters.
pub const CHUNK_BYTES_MAX: usize = 720 * 1024;
pub(super) const PAYLOAD_BYTES_MAX: usize = CHUNK_BYTES_MAX - HEADER_BYTES - HASH_BYTES;
// No chunk ends inside of an integer of the vectors.
const _: () = assert!(PAYLOAD_BYTES_MAX.is_multiple_of(2));

pub(super) const SECTIONS: usize = 4;
/// Bytes of the stream before its sections.
pub(super) const STREAM_HEADER_BYTES: usize = 3 * 4 + SECTIONS * 4;

/// Most tracks; beyond it exact search and a page that holds every title stop being the right design.
pub(super) const TRACKS_MAX: u64 = 1 << 20;
/// Most values per vector.
pub(super) const DIM_MAX: u64 = 4096;
/// Most sub-genres.
pub(super) const SUB_GENRES_MAX: u64 = 1 << 16;
/// Most bytes in all, in the 4 GiB a browser's memory has.
pub(super) const STREAM_BYTES_MAX: u64 = 1 << 30;

/// Tells one build of a site from another: equal for the same content, and different otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BuildId(pub [u8; 16]);

impl fmt::Display for BuildId {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// XXH64 with seed 0, as in the reference implementation: finds accidents, not forgery. Whoever can change a site's
/// files can change its program too.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh64::xxh64(bytes, 0)
}
