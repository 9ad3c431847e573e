//! The feature store: one file a track, in half precision.
//!
//! Layout, little-endian: magic `PMSLFEAT`, then as `u32` the format version, frames per chunk, mel bands, chunks and
//! decode errors, then `f32` the duration in seconds, then one `f32` a chunk for where it starts, then
//! `[chunks, frames, mels]` as `f16`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use pmsl_core::dataset::FeatureSource;
use pmsl_core::features::decode_f16;
use thiserror::Error;

use super::store::write_atomic;

const MAGIC: &[u8; 8] = b"PMSLFEAT";
/// Version of the file layout; part of every feature key.
pub(crate) const FORMAT_VERSION: u32 = 1;
const FIXED_HEADER_BYTES: u64 = 8 + 5 * 4 + 4;
// Far above what any config allows, and low enough that a damaged header cannot ask for much memory.
const MAX_CHUNKS: u32 = 1 << 16;
const MAX_FRAMES: u32 = 1 << 16;
const MAX_MELS: u32 = 1 << 12;

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

/// The features of one track before they are stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredChunks {
    /// Frames per chunk.
    pub(crate) frames: usize,
    /// Mel bands per frame.
    pub(crate) mels: usize,
    /// Where each chunk starts, in seconds.
    pub(crate) starts_s: Vec<f32>,
    /// `[chunks, frames, mels]`, normalised, as `encode_f16` of the core writes them.
    pub(crate) values: Vec<u8>,
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
    mels: usize,
    starts_s: Vec<f32>,
    /// Duration of the track, in seconds.
    pub(crate) duration_s: f32,
    /// Packets of the audio file that could not be decoded.
    pub(crate) decode_errors: u32,
}

impl FeatureFile {
    /// Stores the features of a track, atomically.
    pub(crate) fn write(path: &Path, chunks: &StoredChunks) -> anyhow::Result<()> {
        write_atomic(path, |out| {
            out.write_all(MAGIC)?;
            for value in [
                FORMAT_VERSION,
                chunks.frames as u32,
                chunks.mels as u32,
                chunks.starts_s.len() as u32,
                chunks.decode_errors,
            ] {
                out.write_all(&value.to_le_bytes())?;
            }
            out.write_all(&chunks.duration_s.to_le_bytes())?;
            chunks.starts_s.iter().try_for_each(|start| out.write_all(&start.to_le_bytes()))?;
            out.write_all(&chunks.values)
        })
    }

    /// Opens a feature file and checks that it is whole.
    ///
    /// # Errors
    /// When the file cannot be read, has another version, or its length is not what its header promises.
    pub(crate) fn open(path: &Path) -> Result<Self, FeatureFileError> {
        let mut file = File::open(path)?;
        let mut magic = [0; 8];
        file.read_exact(&mut magic)?;
        if &magic != MAGIC {
            return Err(FeatureFileError::Invalid("wrong magic"));
        }
        let mut word = || -> io::Result<[u8; 4]> {
            let mut bytes = [0; 4];
            file.read_exact(&mut bytes)?;
            Ok(bytes)
        };
        let mut header = [0_u32; 5];
        for value in &mut header {
            *value = u32::from_le_bytes(word()?);
        }
        let [version, frames, mels, chunks, decode_errors] = header;
        if version != FORMAT_VERSION {
            return Err(FeatureFileError::Invalid("another version"));
        }
        let sizes_hold =
            (1..=MAX_FRAMES).contains(&frames) && (1..=MAX_MELS).contains(&mels) && (1..=MAX_CHUNKS).contains(&chunks);
        if !sizes_hold {
            return Err(FeatureFileError::Invalid("impossible sizes"));
        }
        let duration_s = f32::from_le_bytes(word()?);
        let starts_s = (0..chunks).map(|_| word().map(f32::from_le_bytes)).collect::<io::Result<Vec<_>>>()?;
        let expected =
            FIXED_HEADER_BYTES + 4 * u64::from(chunks) + 2 * u64::from(chunks) * u64::from(frames) * u64::from(mels);
        if file.metadata()?.len() != expected {
            return Err(FeatureFileError::Invalid("the length does not fit the header"));
        }
        let (frames, mels) = (frames as usize, mels as usize);
        Ok(Self { path: path.to_owned(), frames, mels, starts_s, duration_s, decode_errors })
    }

    /// Reads one chunk, `[frames * mels]`, into `out`.
    fn read_chunk(&self, chunk: usize, out: &mut Vec<f32>) -> io::Result<()> {
        let values = self.frames * self.mels;
        if chunk >= self.starts_s.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no such chunk"));
        }
        let offset = FIXED_HEADER_BYTES + 4 * self.starts_s.len() as u64 + (2 * chunk * values) as u64;
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; 2 * values];
        file.read_exact(&mut bytes)?;
        decode_f16(&bytes, out).map_err(io::Error::other)
    }
}

/// The features of the whole library, read from disk chunk by chunk.
#[derive(Clone, Debug)]
pub(crate) struct FeatureStore {
    files: Vec<FeatureFile>,
    frames: usize,
    mels: usize,
}

impl FeatureStore {
    /// Collects the feature files of a library, in its order.
    ///
    /// # Errors
    /// When the files do not agree on their shape.
    pub(crate) fn new(files: Vec<FeatureFile>) -> Result<Self, FeatureFileError> {
        let (frames, mels) = files.first().map_or((0, 0), |file| (file.frames, file.mels));
        if files.iter().any(|file| (file.frames, file.mels) != (frames, mels)) {
            return Err(FeatureFileError::Invalid("files of different shapes in one library"));
        }
        Ok(Self { files, frames, mels })
    }

    /// The file of a track.
    pub(crate) fn file(&self, track: usize) -> &FeatureFile {
        &self.files[track]
    }
}

impl FeatureSource for FeatureStore {
    fn track_count(&self) -> usize {
        self.files.len()
    }

    fn chunk_count(&self, track: usize) -> usize {
        self.files[track].starts_s.len()
    }

    fn frames(&self) -> usize {
        self.frames
    }

    fn mels(&self) -> usize {
        self.mels
    }

    fn read_chunk(&self, track: usize, chunk: usize, out: &mut Vec<f32>) -> io::Result<()> {
        let file = &self.files[track];
        file.read_chunk(chunk, out)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.path.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pmsl_core::features::encode_f16;

    fn stored() -> StoredChunks {
        let mut values = Vec::new();
        encode_f16(&(0..12_u8).map(|v| f32::from(v) / 4.0).collect::<Vec<_>>(), &mut values);
        StoredChunks { frames: 3, mels: 2, starts_s: vec![0.0, 1.5], values, duration_s: 3.25, decode_errors: 7 }
    }

    #[test]
    fn chunks_come_back_as_stored() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ab/track.f16");
        FeatureFile::write(&path, &stored()).unwrap();
        let file = FeatureFile::open(&path).unwrap();
        assert_eq!((file.duration_s, file.decode_errors, file.starts_s.as_slice()), (3.25, 7, [0.0, 1.5].as_slice()));
        let store = FeatureStore::new(vec![file]).unwrap();
        let mut chunk = vec![9.0; 99];
        store.read_chunk(0, 1, &mut chunk).unwrap();
        assert_eq!(chunk, [1.5, 1.75, 2.0, 2.25, 2.5, 2.75]);
        assert!(store.read_chunk(0, 2, &mut chunk).is_err());
    }

    #[test]
    fn every_truncation_and_wrong_header_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("track.f16");
        FeatureFile::write(&path, &stored()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(FeatureFile::open(&path).is_err(), "accepted {length} of {} bytes", bytes.len());
        }
        for position in 0..20 {
            let mut damaged = bytes.clone();
            damaged[position] ^= 0x80;
            std::fs::write(&path, &damaged).unwrap();
            assert!(FeatureFile::open(&path).is_err(), "accepted a header damaged at byte {position}");
        }
    }
}
