//! Reading the index. Its bytes come from a folder anybody may have touched: nothing here trusts a size or panics.

use serde::Deserialize;

use super::{
    BuildId, Index, IndexError,
    format::{
        CHUNK_BYTES_MAX, DIM_MAX, FORMAT_VERSION, HASH_BYTES, HEADER_BYTES, MAGIC, SECTIONS, STREAM_BYTES_MAX,
        SUB_GENRES_MAX, TRACKS_MAX, hash,
    },
    record::{SubGenreRecord, TrackRecord},
    write::bound,
};
use crate::{SubGenre, TrackMeta, Vectors};

/// Reads an index from its chunks, given in any order.
///
/// # Errors
/// Refuses, in this order, chunks of something else, of another format version, damaged, of different builds, missing
/// or superfluous, and content that contradicts itself. A chunk is read only after its hash was found right, and memory
/// is taken only for bytes that are there.
pub fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Index, IndexError> {
    let mut parts =
        chunks.into_iter().enumerate().map(|(i, bytes)| Part::read(i, bytes)).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = parts.first() else { return Err(IndexError::Empty) };
    let (build_id, count) = (first.build_id, first.count);
    if let Some(other) = parts.iter().find(|part| part.build_id != build_id) {
        return Err(IndexError::MixedBuilds { expected: build_id, found: other.build_id });
    }
    parts.sort_unstable_by_key(|part| part.number);
    for (number, part) in (0..).zip(&parts) {
        if part.number > number && part.number < count {
            return Err(IndexError::MissingChunk { number, count });
        }
        if part.number != number || part.count != count {
            return Err(IndexError::StrayChunk { number: part.number });
        }
    }
    let found = parts.len() as u32;
    if found < count {
        return Err(IndexError::MissingChunk { number: found, count });
    }
    let total = parts.iter().map(|part| part.payload.len() as u64).sum();
    bound("bytes", total, STREAM_BYTES_MAX)?;
    let stream: Vec<u8> = parts.iter().flat_map(|part| part.payload).copied().collect();
    read_stream(build_id, &stream)
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

fn read_stream(build_id: BuildId, stream: &[u8]) -> Result<Index, IndexError> {
    let mut header = Cursor(stream);
    let mut sizes = [0; 3 + SECTIONS];
    for size in &mut sizes {
        *size = header.number().ok_or_else(|| content("header", "it is cut off"))?;
    }
    let [tracks, dim, sub_genres, lengths @ ..] = sizes;
    bound("tracks", tracks.into(), TRACKS_MAX)?;
    bound("values per vector", dim.into(), DIM_MAX)?;
    bound("sub-genres", sub_genres.into(), SUB_GENRES_MAX)?;
    let mut rest = header.0;
    let mut sections = [&[][..]; SECTIONS];
    for (section, length) in sections.iter_mut().zip(lengths) {
        let (head, tail) =
            rest.split_at_checked(length as usize).ok_or_else(|| content("header", "a section is cut off"))?;
        (*section, rest) = (head, tail);
    }
    if !rest.is_empty() {
        return Err(content("header", "bytes follow the last section"));
    }
    let [vectors, positions, track_bytes, sub_genre_bytes] = sections;
    let positions = floats("positions", positions, u64::from(tracks) * 2)?.as_chunks::<2>().0.to_vec();
    let vectors = floats("vectors", vectors, u64::from(tracks) * u64::from(dim))?;
    // An empty library may have no dimension.
    let vectors = if vectors.is_empty() { Vectors::default() } else { Vectors::from_unit_rows(vectors, dim as usize)? };
    let tracks = records::<TrackRecord<'_>, TrackMeta>("tracks", track_bytes, tracks)?;
    let sub_genres = records::<SubGenreRecord<'_>, SubGenre>("sub-genres", sub_genre_bytes, sub_genres)?;
    if vectors.len() != tracks.len() {
        return Err(IndexError::Mismatch { what: "vector", expected: tracks.len(), found: vectors.len() });
    }
    check_content(&tracks, &sub_genres, &positions)?;
    Ok(Index { build_id, tracks, sub_genres, vectors, positions })
}

/// What holds for every index, on both sides of the file.
pub(super) fn check_content(
    tracks: &[TrackMeta],
    sub_genres: &[SubGenre],
    positions: &[[f32; 2]],
) -> Result<(), IndexError> {
    if let Some(row) = positions.iter().position(|xy| !xy.iter().all(|v| v.is_finite())) {
        return Err(content("positions", &format!("track {row} has a position that is not finite")));
    }
    for (row, track) in tracks.iter().enumerate() {
        if track.sub_genre as usize >= sub_genres.len() {
            let reason = format!("track {row} is in sub-genre {} of {}", track.sub_genre, sub_genres.len());
            return Err(content("tracks", &reason));
        }
        if !track.duration_s.is_finite() || track.bpm.is_some_and(|bpm| !bpm.is_finite()) {
            return Err(content("tracks", &format!("track {row} has a duration or tempo that is not finite")));
        }
    }
    Ok(())
}

fn floats(section: &'static str, bytes: &[u8], expected: u64) -> Result<Vec<f32>, IndexError> {
    let (values, rest) = bytes.as_chunks::<4>();
    if values.len() as u64 != expected || !rest.is_empty() {
        return Err(content(section, &format!("expected {expected} values, found {} bytes", bytes.len())));
    }
    Ok(values.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
}

/// Reads `count` records. Nothing is reserved for a count that the bytes do not bear out.
fn records<'a, T: Deserialize<'a>, U: From<T>>(
    section: &'static str,
    mut bytes: &'a [u8],
    count: u32,
) -> Result<Vec<U>, IndexError> {
    let mut list = Vec::new();
    for row in 0..count {
        let (record, rest) = postcard::take_from_bytes::<T>(bytes)
            .map_err(|_| content(section, &format!("record {row} of {count} makes no sense")))?;
        list.push(U::from(record));
        bytes = rest;
    }
    if bytes.is_empty() { Ok(list) } else { Err(content(section, "bytes follow the last record")) }
}

fn content(section: &'static str, reason: &str) -> IndexError {
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
