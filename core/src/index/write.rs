//! Writing the index.

use serde::Serialize;

use super::{
    BuildId, IndexError,
    catalog::check,
    format::{
        DIM_MAX, FORMAT_VERSION, MAGIC, PAYLOAD_BYTES_MAX, SECTIONS, STREAM_BYTES_MAX, STREAM_HEADER_BYTES,
        SUB_GENRES_MAX, TRACKS_MAX, hash,
    },
    record::{SubGenreRecord, TrackRecord},
};
use crate::search::UnitRows;
use crate::{SubGenre, TrackMeta, Vectors};

/// What an index is made from. All lists are in the library's order.
#[derive(Clone, Copy, Debug)]
pub struct IndexInput<'a> {
    /// Identity of this build: a hash of everything the site is made from.
    pub build_id: BuildId,
    /// The tracks.
    pub tracks: &'a [TrackMeta],
    /// The sub-genres that [`TrackMeta::sub_genre`] points into.
    pub sub_genres: &'a [SubGenre],
    /// `[tracks, dim]` unit vectors; written as [`UnitRows`].
    pub vectors: &'a Vectors,
    /// Where each track is on the map.
    pub positions: &'a [[f32; 2]],
}

/// A part of an index, small enough to travel as one script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its place among the chunks, from 0.
    pub number: u32,
    /// At most [`CHUNK_BYTES_MAX`](super::CHUNK_BYTES_MAX) bytes, framing included.
    pub bytes: Vec<u8>,
}

/// Serializes an index. The same input always gives the same bytes.
///
/// # Errors
/// Refuses lists that do not belong together, positions that are not finite and sizes beyond the format's limits.
pub fn encode(input: &IndexInput<'_>) -> Result<Vec<Chunk>, IndexError> {
    validate(input)?;
    let rows = UnitRows::from(input.vectors);
    let sections = [
        records("sub-genres", input.sub_genres.iter().map(SubGenreRecord::from))?,
        input.positions.iter().flatten().flat_map(|v| v.to_le_bytes()).collect(),
        records("tracks", input.tracks.iter().map(TrackRecord::from))?,
        rows.as_slice().iter().flat_map(|v| v.to_le_bytes()).collect(),
    ];
    let total = sections.iter().map(Vec::len).sum::<usize>() + STREAM_HEADER_BYTES;
    bound("bytes", total as u64, STREAM_BYTES_MAX)?;
    let mut stream = Vec::with_capacity(total);
    for size in [input.tracks.len(), input.vectors.dim(), input.sub_genres.len()] {
        stream.extend((size as u32).to_le_bytes());
    }
    for section in &sections {
        stream.extend((section.len() as u32).to_le_bytes());
    }
    for section in &sections {
        stream.extend(section);
    }
    let (names, vectors) = stream.split_at(total - sections[SECTIONS - 1].len());
    let payloads: Vec<&[u8]> = names.chunks(PAYLOAD_BYTES_MAX).chain(vectors.chunks(PAYLOAD_BYTES_MAX)).collect();
    let count = payloads.len() as u32;
    Ok((0..)
        .zip(payloads)
        .map(|(number, payload)| Chunk { number, bytes: frame(input.build_id, number, count, payload) })
        .collect())
}

fn validate(input: &IndexInput<'_>) -> Result<(), IndexError> {
    let expected = input.tracks.len();
    for (what, found) in [("vector", input.vectors.len()), ("position", input.positions.len())] {
        if found != expected {
            return Err(IndexError::Mismatch { what, expected, found });
        }
    }
    bound("tracks", expected as u64, TRACKS_MAX)?;
    bound("values per vector", input.vectors.dim() as u64, DIM_MAX)?;
    bound("sub-genres", input.sub_genres.len() as u64, SUB_GENRES_MAX)?;
    let mut tracks = input.tracks.iter().zip(input.positions).enumerate();
    tracks.try_for_each(|(row, (track, &position))| check(row, track, input.sub_genres, position))
}

pub(super) fn bound(what: &'static str, found: u64, limit: u64) -> Result<(), IndexError> {
    if found > limit { Err(IndexError::TooLarge { what, found, limit }) } else { Ok(()) }
}

/// One record after another; their number is in the header.
fn records<T: Serialize>(section: &'static str, records: impl Iterator<Item = T>) -> Result<Vec<u8>, IndexError> {
    let mut bytes = Vec::new();
    for record in records {
        bytes = postcard::to_extend(&record, bytes)
            .map_err(|error| IndexError::Content { section, reason: error.to_string() })?;
    }
    Ok(bytes)
}

/// Puts a header before the payload and a hash after it.
pub(super) fn frame(build_id: BuildId, number: u32, count: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(payload.len() + 64);
    bytes.extend(MAGIC);
    bytes.extend(FORMAT_VERSION.to_le_bytes());
    bytes.extend(build_id.0);
    bytes.extend(number.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend((payload.len() as u32).to_le_bytes());
    bytes.extend(payload);
    let hash = hash(&bytes);
    bytes.extend(hash.to_le_bytes());
    bytes
}
