//! Reading the index. Its bytes come from a folder anybody may have touched: nothing here trusts a size or panics.

use super::{
    BuildId, Catalog, Index, IndexError,
    format::{
        CHUNK_BYTES_MAX, DIM_MAX, FORMAT_VERSION, HASH_BYTES, HEADER_BYTES, MAGIC, PAYLOAD_BYTES_MAX, SECTIONS,
        STREAM_BYTES_MAX, STREAM_HEADER_BYTES, SUB_GENRES_MAX, TRACKS_MAX, hash,
    },
    write::bound,
};
use crate::search::UnitRows;

/// Reads an index from its chunks, given in any order.
///
/// # Errors
/// Refuses, in this order, chunks of something else, of another format version, damaged, of different builds, missing
/// or superfluous, and content that contradicts itself. A chunk is read only after its hash was found right, and memory
/// is taken only for bytes that are there.
pub fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Index, IndexError> {
    let chunks: Vec<&[u8]> = chunks.into_iter().collect();
    let mut parts = chunks.iter().enumerate().map(|(i, bytes)| Part::read(i, bytes)).collect::<Result<Vec<_>, _>>()?;
    parts.sort_by_key(|part| part.number);
    let mut reader = Reader::default();
    let mut catalog = None;
    for part in &parts {
        catalog = catalog.or(reader.add(part)?);
    }
    let rows = reader.finish()?;
    catalog.map(|catalog| Index { catalog, rows }).ok_or(IndexError::Empty)
}

/// Reads an index chunk by chunk, in order, so that what names the tracks can be shown while the vectors are on their
/// way, and so that no byte is held twice.
#[derive(Default)]
pub struct Reader {
    /// Set by the first chunk.
    expected: Option<(BuildId, u32)>,
    /// Number of the next chunk.
    next: u32,
    sizes: Option<Sizes>,
    /// The stream up to the vectors, until it became the catalog.
    head: Vec<u8>,
    named: bool,
    vectors: Vec<i16>,
}

/// What the header of the stream declares.
#[derive(Clone, Copy)]
struct Sizes {
    tracks: u32,
    dim: u32,
    sub_genre_count: u32,
    sub_genres: u32,
    positions: u32,
    records: u32,
    vectors: u32,
}

impl Reader {
    /// Reads the next chunk. Returns the catalog once, with the chunk that completes it.
    ///
    /// # Errors
    /// As [`decode`]; a chunk that is not the next one counts as missing or superfluous.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Option<Catalog>, IndexError> {
        self.add(&Part::read(self.next as usize, chunk)?)
    }

    /// The vectors, once every chunk was read.
    ///
    /// # Errors
    /// Where chunks are missing, and where the vectors are not as many as declared or have no direction.
    pub fn finish(self) -> Result<UnitRows, IndexError> {
        let Some(((_, count), sizes)) = self.expected.zip(self.sizes) else { return Err(IndexError::Empty) };
        if self.next < count {
            return Err(IndexError::MissingChunk { number: self.next, count });
        }
        let rows = UnitRows::from_integers(self.vectors, sizes.dim as usize)?;
        if rows.len() != sizes.tracks as usize {
            return Err(IndexError::Mismatch { what: "vector", expected: sizes.tracks as usize, found: rows.len() });
        }
        Ok(rows)
    }

    fn add(&mut self, part: &Part<'_>) -> Result<Option<Catalog>, IndexError> {
        let (build_id, count) = *self.expected.get_or_insert((part.build_id, part.count));
        if part.build_id != build_id {
            return Err(IndexError::MixedBuilds { expected: build_id, found: part.build_id });
        }
        if part.number > self.next && part.number < count {
            return Err(IndexError::MissingChunk { number: self.next, count });
        }
        if part.number != self.next || part.count != count {
            return Err(IndexError::StrayChunk { number: part.number });
        }
        self.next += 1;
        let mut payload = part.payload;
        let sizes = if let Some(sizes) = self.sizes {
            sizes
        } else {
            let sizes = Sizes::read(payload, count)?;
            payload = &payload[STREAM_HEADER_BYTES..];
            self.head.reserve_exact(sizes.head());
            self.vectors.reserve_exact(sizes.vectors as usize / 2);
            *self.sizes.insert(sizes)
        };
        let (head, vectors) =
            payload.split_at(if self.named { 0 } else { (sizes.head() - self.head.len()).min(payload.len()) });
        self.head.extend_from_slice(head);
        // A chunk that ends inside of an integer is none of ours: what it lacks is missed in the end.
        let (values, _) = vectors.as_chunks::<2>();
        self.vectors.extend(values.iter().map(|&bytes| i16::from_le_bytes(bytes)));
        if self.named || self.head.len() < sizes.head() {
            return Ok(None);
        }
        self.named = true;
        self.catalog(build_id, &sizes).map(Some)
    }

    fn catalog(&mut self, build_id: BuildId, sizes: &Sizes) -> Result<Catalog, IndexError> {
        // The records are the last of the head: what is before them is copied out, and they stay where they are.
        let mut records = std::mem::take(&mut self.head);
        let before: Vec<u8> = records.drain(..(sizes.sub_genres + sizes.positions) as usize).collect();
        let (sub_genres, positions) = before.split_at(sizes.sub_genres as usize);
        Catalog::new(build_id, (sub_genres, sizes.sub_genre_count), positions, records, sizes.tracks)
    }
}

impl Sizes {
    fn read(payload: &[u8], chunks: u32) -> Result<Self, IndexError> {
        let mut header = Cursor(payload);
        let mut sizes = [0; 3 + SECTIONS];
        for size in &mut sizes {
            *size = header.number().ok_or_else(|| content("header", "it is cut off"))?;
        }
        let [tracks, dim, sub_genre_count, sub_genres, positions, records, vectors] = sizes;
        bound("tracks", tracks.into(), TRACKS_MAX)?;
        bound("values per vector", dim.into(), DIM_MAX)?;
        bound("sub-genres", sub_genre_count.into(), SUB_GENRES_MAX)?;
        let sections = [sub_genres, positions, records, vectors].map(u64::from);
        let total = sections.iter().sum::<u64>() + STREAM_HEADER_BYTES as u64;
        bound("bytes", total, STREAM_BYTES_MAX)?;
        if u64::from(positions) != 8 * u64::from(tracks) {
            return Err(content("positions", &format!("expected {tracks} places, found {positions} bytes")));
        }
        // Memory for the sections is taken at once: only as much as that many chunks hold, of which this one is full.
        let chunks_of = |bytes: u64| bytes.div_ceil(PAYLOAD_BYTES_MAX as u64);
        let names = total - u64::from(vectors);
        let full = payload.len() as u64 == names.min(PAYLOAD_BYTES_MAX as u64);
        if !full || chunks_of(names) + chunks_of(vectors.into()) != u64::from(chunks) {
            return Err(content("header", "its sizes are not those of its chunks"));
        }
        if u64::from(vectors) != u64::from(tracks) * u64::from(dim) * 2 {
            let reason = format!("expected {tracks} rows of {dim} values, found {vectors} bytes");
            return Err(content("vectors", &reason));
        }
        Ok(Self { tracks, dim, sub_genre_count, sub_genres, positions, records, vectors })
    }

    /// Bytes of the sections before the vectors.
    fn head(&self) -> usize {
        (self.sub_genres + self.positions + self.records) as usize
    }
}

/// A chunk whose framing was found right.
struct Part<'a> {
    build_id: BuildId,
    number: u32,
    count: u32,
    payload: &'a [u8],
}

impl<'a> Part<'a> {
    fn read(chunk: usize, bytes: &'a [u8]) -> Result<Self, IndexError> {
        let mut header = Cursor(bytes);
        if header.take().ok_or(IndexError::NotAnIndex { chunk })? != MAGIC {
            return Err(IndexError::NotAnIndex { chunk });
        }
        let damaged = IndexError::Damaged { chunk };
        // Before the hash, for another version may place it elsewhere.
        let version = header.number().ok_or_else(|| damaged.clone())?;
        if version != FORMAT_VERSION {
            return Err(IndexError::Version { found: version });
        }
        let mut framed = || {
            let build_id = BuildId(header.take()?);
            let (number, count) = (header.number()?, header.number()?);
            let length = header.number()? as usize;
            let fits =
                bytes.len() <= CHUNK_BYTES_MAX && length == bytes.len().checked_sub(HEADER_BYTES + HASH_BYTES)?;
            let (hashed, stored) = bytes.split_last_chunk::<HASH_BYTES>()?;
            let intact = fits && hash(hashed) == u64::from_le_bytes(*stored);
            intact.then(|| Self { build_id, number, count, payload: &hashed[HEADER_BYTES..] })
        };
        framed().ok_or(damaged)
    }
}

pub(super) fn content(section: &'static str, reason: &str) -> IndexError {
    IndexError::Content { section, reason: reason.to_owned() }
}

/// The bytes not read yet.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk()?;
        self.0 = tail;
        Some(*head)
    }

    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }
}

#[cfg(test)]
mod tests;
