//! The feature store: one file a track. Spectrograms are kept in half precision, embeddings of a frozen encoder in full.
//!
//! Layout, little-endian: magic `PMSLFEAT`, then as `u32` the format version, frames per chunk, bands, chunks, decode
//! errors, bytes per value, tags and statistics, then `f32` the duration in seconds, then one `f32` a chunk for where it
//! starts, one `f32` a tag for how probable it is, one `f32` a statistic, one seal a chunk, and the seal of all that; then
//! `[chunks, frames, bands]` as `f16` or `f32`. Every chunk has a seal, so that reading one is enough to trust it.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use pmsl_core::dataset::FeatureSource;
use pmsl_core::features::decode_f16;
use thiserror::Error;

use super::seal::{SEAL_BYTES, seal};
use super::store::write_atomic;

const MAGIC: &[u8; 8] = b"PMSLFEAT";
/// Version of the file layout; part of every feature key.
pub(crate) const FORMAT_VERSION: u32 = 4;
const FIXED_HEADER_BYTES: u64 = 8 + 8 * 4 + 4;
// Far above what any config allows, and low enough that a damaged header cannot ask for much memory.
const MAX_CHUNKS: u32 = 1 << 16;
const MAX_FRAMES: u32 = 1 << 16;
const MAX_BANDS: u32 = 1 << 13;
const MAX_TAGS: u32 = 1 << 10;
const MAX_STATISTICS: u32 = 1 << 10;

/// Why a feature file was refused. The cache then makes it anew.
#[derive(Debug, Error)]
pub(crate) enum FeatureFileError {
    /// The file could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file is not a feature file of this version, or is not whole.
    #[error("not a whole feature file of version {FORMAT_VERSION}: {0}")]
    Invalid(&'static str),
}

/// The values of all chunks of a track, `[chunks, frames, bands]`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StoredValues {
    /// Half precision, as `encode_f16` of the core writes it.
    Half(Vec<u8>),
    /// Full precision.
    Full(Vec<f32>),
}

impl StoredValues {
    fn bytes_per_value(&self) -> u32 {
        match self {
            Self::Half(_) => 2,
            Self::Full(_) => 4,
        }
    }

    /// The values as they are stored.
    fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Half(bytes) => bytes.into(),
            Self::Full(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}

/// The features of one track before they are stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredChunks {
    /// Frames per chunk.
    pub(crate) frames: usize,
    /// Bands per frame.
    pub(crate) bands: usize,
    /// Where each chunk starts, in seconds.
    pub(crate) starts_s: Vec<f32>,
    /// How probable each of the encoder's tags is, averaged over the chunks. Empty where it has none.
    pub(crate) tags: Vec<f32>,
    /// Statistics of the track's cepstral coefficients ([`pmsl_core::features::MfccStatistics`]).
    pub(crate) statistics: Vec<f32>,
    /// The values, normalised.
    pub(crate) values: StoredValues,
    /// Duration of the track, in seconds.
    pub(crate) duration_s: f32,
    /// Packets of the file that could not be decoded.
    pub(crate) decode_errors: u32,
}

/// A stored feature file: its header, and where its chunks lie.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FeatureFile {
    path: PathBuf,
    frames: usize,
    bands: usize,
    bytes_per_value: usize,
    /// Where each chunk starts, in seconds.
    pub(crate) starts_s: Vec<f32>,
    /// How probable each of the encoder's tags is. Empty where it has none.
    pub(crate) tags: Vec<f32>,
    /// Statistics of the track's cepstral coefficients.
    pub(crate) statistics: Vec<f32>,
    /// The seal of each chunk.
    seals: Vec<[u8; SEAL_BYTES]>,
    /// Duration of the track, in seconds.
    pub(crate) duration_s: f32,
    /// Packets of the audio file that could not be decoded.
    pub(crate) decode_errors: u32,
}

impl FeatureFile {
    /// Stores the features of a track, atomically.
    pub(crate) fn write(path: &Path, chunks: &StoredChunks) -> anyhow::Result<()> {
        let values = chunks.values.bytes();
        let mut header = MAGIC.to_vec();
        for value in [
            FORMAT_VERSION,
            chunks.frames as u32,
            chunks.bands as u32,
            chunks.starts_s.len() as u32,
            chunks.decode_errors,
            chunks.values.bytes_per_value(),
            chunks.tags.len() as u32,
            chunks.statistics.len() as u32,
        ] {
            header.extend(value.to_le_bytes());
        }
        header.extend(chunks.duration_s.to_le_bytes());
        for value in [&chunks.starts_s, &chunks.tags, &chunks.statistics].into_iter().flatten() {
            header.extend(value.to_le_bytes());
        }
        let chunk_bytes = chunks.values.bytes_per_value() as usize * chunks.frames * chunks.bands;
        for chunk in values.chunks(chunk_bytes.max(1)) {
            header.extend(seal(chunk));
        }
        write_atomic(path, |out| {
            out.write_all(&header)?;
            out.write_all(&seal(&header))?;
            out.write_all(&values)
        })
    }

    /// Opens a feature file and checks that its header is as it was written and its length fits.
    ///
    /// # Errors
    /// When the file cannot be read, has another version, or its length is not what its header promises.
    pub(crate) fn open(path: &Path) -> Result<Self, FeatureFileError> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut header = Header { file: BufReader::new(file), read: Vec::new() };
        if &header.take::<8>()? != MAGIC {
            return Err(FeatureFileError::Invalid("wrong magic"));
        }
        let mut numbers = [0_u32; 8];
        for number in &mut numbers {
            *number = u32::from_le_bytes(header.take()?);
        }
        let [version, frames, bands, chunks, decode_errors, bytes_per_value, tags, statistics] = numbers;
        if version != FORMAT_VERSION {
            return Err(FeatureFileError::Invalid("another version"));
        }
        let sizes_hold = (1..=MAX_FRAMES).contains(&frames)
            && (1..=MAX_BANDS).contains(&bands)
            && (1..=MAX_CHUNKS).contains(&chunks)
            && [2, 4].contains(&bytes_per_value)
            && tags <= MAX_TAGS
            && statistics <= MAX_STATISTICS;
        if !sizes_hold {
            return Err(FeatureFileError::Invalid("impossible sizes"));
        }
        let listed = 4 * u64::from(chunks + tags + statistics) + SEAL_BYTES as u64 * u64::from(chunks + 1);
        let values = u64::from(chunks) * u64::from(frames) * u64::from(bands) * u64::from(bytes_per_value);
        if length != FIXED_HEADER_BYTES + listed + values {
            return Err(FeatureFileError::Invalid("the length does not fit the header"));
        }
        let duration_s = f32::from_le_bytes(header.take()?);
        let (starts_s, tags, statistics) = (header.floats(chunks)?, header.floats(tags)?, header.floats(statistics)?);
        let seals = (0..chunks).map(|_| header.take()).collect::<Result<_, _>>()?;
        let sealed = seal(&header.read);
        if header.take()? != sealed {
            return Err(FeatureFileError::Invalid("its header is damaged"));
        }
        Ok(Self {
            path: path.to_owned(),
            frames: frames as usize,
            bands: bands as usize,
            bytes_per_value: bytes_per_value as usize,
            starts_s,
            tags,
            statistics,
            seals,
            duration_s,
            decode_errors,
        })
    }

    /// Reads one chunk, `[frames * bands]`, into `out`.
    fn read_chunk(&self, chunk: usize, out: &mut Vec<f32>) -> io::Result<()> {
        let chunk_bytes = self.bytes_per_value * self.frames * self.bands;
        if chunk >= self.starts_s.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no such chunk"));
        }
        let listed = 4 * (self.starts_s.len() + self.tags.len() + self.statistics.len());
        let header = FIXED_HEADER_BYTES + (listed + SEAL_BYTES * (self.seals.len() + 1)) as u64;
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(header + chunk as u64 * chunk_bytes as u64))?;
        let mut bytes = vec![0; chunk_bytes];
        file.read_exact(&mut bytes)?;
        if seal(&bytes) != self.seals[chunk] {
            // Without it the next run makes it anew. Where it cannot be removed, the same message comes again.
            let _ = fs::remove_file(&self.path);
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the stored features were damaged, and are removed; run again, and they are made anew",
            ));
        }
        if self.bytes_per_value == 2 {
            return decode_f16(&bytes, out).map_err(io::Error::other);
        }
        out.clear();
        out.extend(bytes.chunks_exact(4).map(|value| f32::from_le_bytes([value[0], value[1], value[2], value[3]])));
        Ok(())
    }
}

/// The beginning of a file, read piece by piece, and what was read of it.
struct Header {
    file: BufReader<File>,
    read: Vec<u8>,
}

impl Header {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], FeatureFileError> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => FeatureFileError::Invalid("it is cut off"),
            _ => FeatureFileError::Io(error),
        })?;
        self.read.extend(bytes);
        Ok(bytes)
    }

    fn floats(&mut self, count: u32) -> Result<Vec<f32>, FeatureFileError> {
        (0..count).map(|_| self.take().map(f32::from_le_bytes)).collect()
    }
}

/// The features of one track.
#[derive(Clone, Debug)]
enum StoredTrack {
    /// On disk.
    File(FeatureFile),
    /// Given from outside: one chunk of one frame.
    Ready(Vec<f32>),
}

/// The features of the whole library, read from disk chunk by chunk.
#[derive(Clone, Debug)]
pub(crate) struct FeatureStore {
    tracks: Vec<StoredTrack>,
    frames: usize,
    bands: usize,
}

impl FeatureStore {
    /// Collects the feature files of a library, in its order.
    ///
    /// # Errors
    /// When the files do not agree on their shape.
    pub(crate) fn new(files: Vec<FeatureFile>) -> Result<Self, FeatureFileError> {
        let (frames, bands) = files.first().map_or((0, 0), |file| (file.frames, file.bands));
        if files.iter().any(|file| (file.frames, file.bands) != (frames, bands)) {
            return Err(FeatureFileError::Invalid("files of different shapes in one library"));
        }
        Ok(Self { tracks: files.into_iter().map(StoredTrack::File).collect(), frames, bands })
    }

    /// Embeddings that were made elsewhere, `[n, dim]`: one chunk a track.
    pub(crate) fn ready(values: &[f32], dim: usize) -> Self {
        Self {
            tracks: values.chunks_exact(dim).map(|row| StoredTrack::Ready(row.to_vec())).collect(),
            frames: 1,
            bands: dim,
        }
    }

    /// Where each chunk of a track starts, in seconds.
    pub(crate) fn starts_s(&self, track: usize) -> &[f32] {
        match &self.tracks[track] {
            StoredTrack::File(file) => &file.starts_s,
            StoredTrack::Ready(_) => &[0.0],
        }
    }

    /// Duration of a track in seconds; 0 where it is not known.
    pub(crate) fn duration_s(&self, track: usize) -> f32 {
        match &self.tracks[track] {
            StoredTrack::File(file) => file.duration_s,
            StoredTrack::Ready(_) => 0.0,
        }
    }

    /// Statistics of a track's cepstral coefficients; empty where its sound is not known.
    pub(crate) fn statistics(&self, track: usize) -> &[f32] {
        match &self.tracks[track] {
            StoredTrack::File(file) => &file.statistics,
            StoredTrack::Ready(_) => &[],
        }
    }

    /// Packets of the audio file that could not be decoded.
    pub(crate) fn decode_errors(&self, track: usize) -> u32 {
        match &self.tracks[track] {
            StoredTrack::File(file) => file.decode_errors,
            StoredTrack::Ready(_) => 0,
        }
    }
}

impl FeatureSource for FeatureStore {
    fn track_count(&self) -> usize {
        self.tracks.len()
    }

    fn chunk_count(&self, track: usize) -> usize {
        self.starts_s(track).len()
    }

    fn chunk_start_s(&self, track: usize, chunk: usize) -> f64 {
        f64::from(self.starts_s(track)[chunk])
    }

    fn frames(&self) -> usize {
        self.frames
    }

    fn mels(&self) -> usize {
        self.bands
    }

    fn read_chunk(&self, track: usize, chunk: usize, out: &mut Vec<f32>) -> io::Result<()> {
        match &self.tracks[track] {
            StoredTrack::File(file) => file
                .read_chunk(chunk, out)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.path.display()))),
            StoredTrack::Ready(values) => {
                out.clear();
                out.extend_from_slice(values);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pmsl_core::features::encode_f16;

    fn stored() -> StoredChunks {
        let mut values = Vec::new();
        encode_f16(&(0..12_u8).map(|v| f32::from(v) / 4.0).collect::<Vec<_>>(), &mut values);
        StoredChunks {
            frames: 3,
            bands: 2,
            starts_s: vec![0.0, 1.5],
            tags: vec![0.25],
            statistics: vec![-3.5, 8.0],
            values: StoredValues::Half(values),
            duration_s: 3.25,
            decode_errors: 7,
        }
    }

    #[test]
    fn chunks_come_back_as_stored() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ab/track.f16");
        FeatureFile::write(&path, &stored()).unwrap();
        let file = FeatureFile::open(&path).unwrap();
        assert_eq!((file.duration_s, file.decode_errors, file.starts_s.as_slice()), (3.25, 7, [0.0, 1.5].as_slice()));
        let store = FeatureStore::new(vec![file]).unwrap();
        assert_eq!(store.statistics(0), [-3.5, 8.0]);
        let mut chunk = vec![9.0; 99];
        store.read_chunk(0, 1, &mut chunk).unwrap();
        assert_eq!(chunk, [1.5, 1.75, 2.0, 2.25, 2.5, 2.75]);
        assert!(store.read_chunk(0, 2, &mut chunk).is_err());
        assert_eq!((store.duration_s(0), store.decode_errors(0), store.chunk_start_s(0, 1)), (3.25, 7, 1.5));
    }

    #[test]
    fn full_precision_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("track.f16");
        let values: Vec<f32> = (0..12_u8).map(|v| f32::from(v) / 3.0).collect();
        FeatureFile::write(&path, &StoredChunks { values: StoredValues::Full(values.clone()), ..stored() }).unwrap();
        let file = FeatureFile::open(&path).unwrap();
        assert_eq!(file.tags, [0.25]);
        let store = FeatureStore::new(vec![file]).unwrap();
        let mut chunk = Vec::new();
        store.read_chunk(0, 1, &mut chunk).unwrap();
        assert_eq!(chunk, values[6..]);
        let ready = FeatureStore::ready(&values, 4);
        ready.read_chunk(1, 0, &mut chunk).unwrap();
        assert_eq!((chunk.as_slice(), ready.track_count(), ready.chunk_count(2)), (&values[4..8], 3, 1));
    }

    #[test]
    fn no_damage_gives_other_features() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("track.f16");
        FeatureFile::write(&path, &stored()).unwrap();
        let bytes = fs::read(&path).unwrap();
        for length in 0..bytes.len() {
            fs::write(&path, &bytes[..length]).unwrap();
            // No error of the system, which would end the run: the file is made anew.
            let opened = FeatureFile::open(&path);
            assert!(matches!(opened, Err(FeatureFileError::Invalid(_))), "{length} of {} bytes", bytes.len());
        }
        let values = bytes.len() - 24;
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x80;
            fs::write(&path, &damaged).unwrap();
            let opened = FeatureFile::open(&path);
            assert_eq!(opened.is_ok(), place >= values, "damaged at byte {place}");
            let Ok(file) = opened else { continue };
            let store = FeatureStore::new(vec![file]).unwrap();
            let read = [0, 1].map(|chunk| store.read_chunk(0, chunk, &mut Vec::new()).is_ok());
            let first = place < values + 12;
            assert!(!read[usize::from(!first)], "damaged at byte {place}");
            assert!(!path.exists(), "what is damaged is made anew");
        }
    }
}
