//! What an index says of its tracks, kept as small as it travelled.

use serde::Deserialize;

use super::{
    BuildId, IndexError,
    read::content,
    record::{SubGenreRecord, TrackRecord},
};
use crate::{SubGenre, TrackMeta};

/// Tracks, sub-genres and the map. Its lists agree: as many positions as tracks, and every track's sub-genre exists.
///
/// Tracks stay in their records, from which they are read one by one: as [`TrackMeta`] those of 100,000 tracks would
/// take several times the memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalog {
    /// Which build of which library this is.
    pub build_id: BuildId,
    /// The sub-genres that [`TrackMeta::sub_genre`] points into.
    pub sub_genres: Vec<SubGenre>,
    /// Where each track is on the map, in the projection's own units.
    pub positions: Vec<[f32; 2]>,
    records: Vec<u8>,
    /// Where each record begins, and where the last ends.
    places: Vec<u32>,
}

impl Catalog {
    /// Reads and checks the sections before the vectors, of which `records` are the tracks and `positions` eight bytes for
    /// each.
    pub(super) fn new(
        build_id: BuildId,
        sub_genres: (&[u8], u32),
        positions: &[u8],
        records: Vec<u8>,
        tracks: u32,
    ) -> Result<Self, IndexError> {
        let (mut sub_genre_bytes, sub_genre_count) = sub_genres;
        let mut sub_genres = Vec::new();
        for row in 0..sub_genre_count {
            let (record, rest) = take::<SubGenreRecord<'_>>("sub-genres", sub_genre_bytes, row, sub_genre_count)?;
            sub_genres.push(SubGenre::from(record));
            sub_genre_bytes = rest;
        }
        if !sub_genre_bytes.is_empty() {
            return Err(content("sub-genres", "bytes follow the last record"));
        }
        let positions = positions.as_chunks::<8>().0.iter().map(|[a, b, c, d, e, f, g, h]| {
            [f32::from_le_bytes([*a, *b, *c, *d]), f32::from_le_bytes([*e, *f, *g, *h])]
        });
        let mut catalog = Self { build_id, sub_genres, positions: positions.collect(), records, places: Vec::new() };
        catalog.find_records(tracks)?;
        Ok(catalog)
    }

    /// Reads every record once, so that what is asked for later is there.
    fn find_records(&mut self, tracks: u32) -> Result<(), IndexError> {
        // A record has several bytes, so this bounds what is reserved by what is there.
        self.places.reserve_exact(self.records.len().min(tracks as usize) + 1);
        let mut rest = &self.records[..];
        for row in 0..tracks {
            self.places.push((self.records.len() - rest.len()) as u32);
            let (record, after) = take::<TrackRecord<'_>>("tracks", rest, row, tracks)?;
            check(row as usize, &record.into(), &self.sub_genres, self.positions[row as usize])?;
            rest = after;
        }
        if !rest.is_empty() {
            return Err(content("tracks", "bytes follow the last record"));
        }
        self.places.push(self.records.len() as u32);
        Ok(())
    }

    /// Number of tracks.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// Bytes that the records of the tracks take.
    pub fn size(&self) -> usize {
        self.records.len()
    }

    /// What is known of a track, where there is such a track.
    pub fn track(&self, track: usize) -> Option<TrackMeta> {
        let (&begin, &end) = self.places.get(track).zip(self.places.get(track + 1))?;
        let record = self.records.get(begin as usize..end as usize)?;
        postcard::from_bytes::<TrackRecord<'_>>(record).ok().map(TrackMeta::from)
    }

    /// All tracks, in the library's order.
    pub fn tracks(&self) -> impl Iterator<Item = TrackMeta> {
        (0..self.len()).filter_map(|track| self.track(track))
    }
}

/// Reads one record. Nothing is reserved for a length that the bytes do not bear out.
fn take<'a, T: Deserialize<'a>>(
    section: &'static str,
    bytes: &'a [u8],
    row: u32,
    count: u32,
) -> Result<(T, &'a [u8]), IndexError> {
    postcard::take_from_bytes(bytes).map_err(|_| content(section, &format!("record {row} of {count} makes no sense")))
}

/// What holds for every track of an index, on both sides of the file.
pub(super) fn check(
    row: usize,
    track: &TrackMeta,
    sub_genres: &[SubGenre],
    position: [f32; 2],
) -> Result<(), IndexError> {
    if !position.iter().all(|v| v.is_finite()) {
        return Err(content("positions", &format!("track {row} has a position that is not finite")));
    }
    if track.sub_genre as usize >= sub_genres.len() {
        let reason = format!("track {row} is in sub-genre {} of {}", track.sub_genre, sub_genres.len());
        return Err(content("tracks", &reason));
    }
    let numbers = [Some(track.duration_s), track.bpm, track.energy];
    if !numbers.into_iter().flatten().all(f32::is_finite) {
        return Err(content("tracks", &format!("track {row} has a duration, tempo or energy that is not finite")));
    }
    Ok(())
}
