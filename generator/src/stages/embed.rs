//! One vector for each track; only tracks that the model has not seen before are embedded.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, bail};
use pmsl_core::Vectors;

use pmsl_core::dataset::FeatureSource;

use super::features::UsableLibrary;
use super::model::{Model, Trained, session_error};
use crate::cache::{Key, KeyBuilder, Scaled, mean_of_chunks, read_sealed, write_sealed};
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::Plan;
use crate::stopwatch::Worked;

/// Version of how chunks become the vector of a track.
const EMBEDDING_VERSION: u32 = 1;
const MAGIC: &[u8; 8] = b"PMSLEMB\x02";

/// The vectors of all tracks, in the library's order.
pub(crate) fn embeddings(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    model: &Model,
) -> Result<Worked<Vectors>, RunError> {
    let key = KeyBuilder::new("embeddings", EMBEDDING_VERSION).text("model", &model.key.to_string()).finish();
    let path = plan.work.join("embeddings").join(format!("{key}.bin"));
    let mut known = read(&path)?;
    let (mut missing, total) = (BTreeMap::<Key, usize>::new(), library.keys.len());
    for (track, key) in library.keys.iter().enumerate() {
        if !known.contains_key(key) {
            missing.entry(*key).or_insert(track);
        }
    }
    let embedded = missing.len();
    if missing.is_empty() {
        console.detail("embedding: nothing to do");
    } else {
        let tracks: Vec<usize> = missing.values().copied().collect();
        let vectors = match &model.trained {
            Some(trained) => embed(plan, console, cancel, library, model, trained, &tracks)?,
            None => as_they_come(library, model, &tracks)?,
        };
        known.extend(missing.into_keys().zip(vectors.rows().map(<[f32]>::to_vec)));
        write(&path, &known)?;
    }
    let values = library.keys.iter().filter_map(|key| known.get(key)).flatten().copied().collect();
    let dim = known.values().next().map_or(0, Vec::len);
    let vectors = Vectors::normalized(values, dim).context("the stored embeddings cannot be used")?;
    Ok(Worked::new(vectors, embedded, total - embedded))
}

/// Without training, a track is the mean of the encoder's output for its chunks, scaled if that is asked for.
fn as_they_come(library: &UsableLibrary, model: &Model, tracks: &[usize]) -> anyhow::Result<Vectors> {
    let source = Scaled::new(&library.features, model.scaling.as_ref());
    let mut values = Vec::new();
    for &track in tracks {
        let mean = mean_of_chunks(&source, track).context("the features cannot be read")?;
        if !mean.iter().any(|value| value.is_finite() && *value != 0.0) {
            bail!("the encoder gives nothing for {}", library.tracks[track].entry.relative_path);
        }
        values.extend(mean);
    }
    Vectors::normalized(values, source.frames() * source.mels()).context("the encoder's output cannot be compared")
}

fn embed(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    model: &Model,
    trained: &Trained,
    tracks: &[usize],
) -> Result<Vectors, RunError> {
    let progress = console.progress("embedding", tracks.len() as u64);
    let vectors = trained.spec.embed(
        plan.device,
        &trained.weights,
        &Scaled::new(&library.features, model.scaling.as_ref()),
        tracks,
        &plan.embed_options(),
        &mut |done, _| progress.set(done as u64, library.reached(tracks, done)),
        cancel,
    );
    progress.finish();
    vectors.map_err(session_error)
}

/// A vector for every chunk of one track, `[chunks, dim]`.
///
/// # Errors
/// As the embedding of tracks.
pub(super) fn embed_chunks(
    plan: &Plan,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    model: &Model,
    track: usize,
) -> Result<Vectors, RunError> {
    let chunks = SingleChunks { source: Scaled::new(&library.features, model.scaling.as_ref()), track };
    let numbers: Vec<usize> = (0..chunks.track_count()).collect();
    if let Some(trained) = &model.trained {
        let (weights, options) = (&trained.weights, plan.embed_options());
        let vectors = trained.spec.embed(plan.device, weights, &chunks, &numbers, &options, &mut |_, _| {}, cancel);
        return vectors.map_err(session_error);
    }
    let mut values = Vec::new();
    for &chunk in &numbers {
        values.extend(mean_of_chunks(&chunks, chunk).context("the features cannot be read")?);
    }
    let dim = chunks.frames() * chunks.mels();
    Ok(Vectors::normalized(values, dim).context("the encoder's output cannot be compared")?)
}

/// The chunks of one track, each as a track of its own.
struct SingleChunks<'a> {
    source: Scaled<'a>,
    track: usize,
}

impl FeatureSource for SingleChunks<'_> {
    fn track_count(&self) -> usize {
        self.source.chunk_count(self.track)
    }

    fn chunk_count(&self, _: usize) -> usize {
        1
    }

    fn chunk_start_s(&self, chunk: usize, _: usize) -> f64 {
        self.source.chunk_start_s(self.track, chunk)
    }

    fn frames(&self) -> usize {
        self.source.frames()
    }

    fn mels(&self) -> usize {
        self.source.mels()
    }

    fn read_chunk(&self, chunk: usize, _: usize, out: &mut Vec<f32>) -> io::Result<()> {
        self.source.read_chunk(self.track, chunk, out)
    }
}

/// Reads stored vectors, which are sealed: magic, `u32` dim, then for each the 16 bytes of its key and `[dim]` little-endian `f32`.
/// Nothing where there is no file, or one that is damaged or of another version: its vectors are then made anew.
fn read(path: &Path) -> anyhow::Result<BTreeMap<Key, Vec<f32>>> {
    Ok(read_sealed(path)?.and_then(|bytes| parse(&bytes)).unwrap_or_default())
}

fn parse(bytes: &[u8]) -> Option<BTreeMap<Key, Vec<f32>>> {
    let (dim, records) = bytes.strip_prefix(MAGIC)?.split_first_chunk()?;
    let dim = u32::from_le_bytes(*dim) as usize;
    let record = size_of::<Key>() + 4 * dim;
    if dim == 0 || !records.len().is_multiple_of(record) {
        return None;
    }
    let records = records.chunks_exact(record).map(|record| {
        let (key, values) = record.split_first_chunk()?;
        let values = values.as_chunks().0.iter().map(|&value| f32::from_le_bytes(value)).collect();
        Some((Key::from_bytes(*key), values))
    });
    records.collect()
}

fn write(path: &Path, vectors: &BTreeMap<Key, Vec<f32>>) -> anyhow::Result<()> {
    let dim = vectors.values().next().map_or(0, Vec::len) as u32;
    let mut bytes = MAGIC.to_vec();
    bytes.extend(dim.to_le_bytes());
    for (key, vector) in vectors {
        bytes.extend(key.as_bytes());
        bytes.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
    }
    write_sealed(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn vectors_come_back_and_damaged_ones_are_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.bin");
        assert!(read(&path).unwrap().is_empty());
        let key = |name: &str| KeyBuilder::new("test", 1).text("name", name).finish();
        let vectors = BTreeMap::from([(key("a"), vec![0.6, 0.8]), (key("b"), vec![1.0, 0.0])]);
        write(&path, &vectors).unwrap();
        assert_eq!(read(&path).unwrap(), vectors);
        let bytes = fs::read(&path).unwrap();
        for length in 0..bytes.len() {
            fs::write(&path, &bytes[..length]).unwrap();
            assert!(read(&path).unwrap().is_empty(), "{length} bytes");
            let whole_records = length >= 12 && (length - 12).is_multiple_of(24);
            assert!(length > bytes.len() - 16 || parse(&bytes[..length]).is_some() == whole_records, "{length} bytes");
        }
    }
}
