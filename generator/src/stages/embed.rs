//! One vector for each track; only tracks that the model has not seen before are embedded.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, bail};
use pmsl_core::Vectors;

use pmsl_core::embed::{EmbedError, EmbedOptions, embed_tracks};
use pmsl_core::models::{AudioEncoder, AutodiffBackend, OnBackend, load_module};

use super::features::UsableLibrary;
use super::model::TrainedModel;
use crate::cache::{Key, KeyBuilder, write_atomic};
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::Plan;
use crate::stopwatch::Worked;

/// Version of how chunks become the vector of a track.
const EMBEDDING_VERSION: u32 = 1;
const MAGIC: &[u8; 8] = b"PMSLEMB\x01";

/// The vectors of all tracks, in the library's order.
pub(crate) fn embeddings(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    model: &TrainedModel,
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
        let vectors = plan.device.run(Embedding { plan, console, cancel, library, model, tracks: &tracks })?;
        known.extend(missing.into_keys().zip(vectors.rows().map(<[f32]>::to_vec)));
        write(&path, &known)?;
    }
    let values = library.keys.iter().filter_map(|key| known.get(key)).flatten().copied().collect();
    let dim = known.values().next().map_or(0, Vec::len);
    let vectors = Vectors::normalized(values, dim).context("the stored embeddings cannot be used")?;
    Ok(Worked::new(vectors, embedded, total - embedded))
}

/// What embedding needs, whatever the backend.
struct Embedding<'a> {
    plan: &'a Plan,
    console: &'a Console,
    cancel: &'a AtomicBool,
    library: &'a UsableLibrary,
    model: &'a TrainedModel,
    tracks: &'a [usize],
}

impl OnBackend for Embedding<'_> {
    type Output = Result<Vectors, RunError>;

    fn run<B: AutodiffBackend>(self, device: B::Device) -> Self::Output {
        let config = &self.plan.config;
        let ast = config.model.ast.resolve().context("`model.ast` cannot be built")?;
        let encoder =
            AudioEncoder::<B::InnerBackend>::init(&ast, &config.model.projection, config.seed, &device);
        let (encoder, _) = load_module(encoder, &self.model.weights)
            .with_context(|| format!("could not load {}", self.model.weights.display()))?;
        let options = EmbedOptions {
            batch_size: config.embed.batch_size,
            frames: config.train.crop_frames,
            ..EmbedOptions::default()
        };
        let progress = self.console.progress("embedding", self.tracks.len() as u64);
        let label = |done: usize| {
            let track = done.saturating_sub(1).min(self.tracks.len() - 1);
            self.library.tracks[self.tracks[track]].entry.relative_path.as_str()
        };
        let vectors = embed_tracks(
            &encoder,
            &self.library.features,
            self.tracks,
            &options,
            &mut |done, _| progress.set(done as u64, label(done)),
            self.cancel,
        );
        progress.finish();
        vectors.map_err(|error| match error {
            EmbedError::Cancelled => RunError::Interrupted,
            error => RunError::Failed(anyhow::Error::new(error).context("embedding failed")),
        })
    }
}

/// Reads stored vectors: magic, `u32` dim, then for each the 16 bytes of its key and `[dim]` little-endian `f32`.
/// Nothing where there is no file.
fn read(path: &Path) -> anyhow::Result<BTreeMap<Key, Vec<f32>>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error).with_context(|| format!("could not read {}", path.display())),
    };
    parse(&bytes).with_context(|| format!("{} is damaged: delete it, and it is made anew", path.display()))
}

fn parse(bytes: &[u8]) -> anyhow::Result<BTreeMap<Key, Vec<f32>>> {
    let Some((head, records)) = bytes.split_at_checked(12) else { bail!("the header is cut off") };
    let (magic, dim) = head.split_at(8);
    if magic != MAGIC {
        bail!("it is no file of embeddings of this version");
    }
    let dim = u32::from_le_bytes([dim[0], dim[1], dim[2], dim[3]]) as usize;
    let record = 16 + 4 * dim;
    if dim == 0 || !records.len().is_multiple_of(record) {
        bail!("its length does not fit {dim} values per vector");
    }
    Ok(records
        .chunks_exact(record)
        .map(|record| {
            let (key, values) = record.split_at(16);
            let values = values.chunks_exact(4).map(|v| f32::from_le_bytes([v[0], v[1], v[2], v[3]])).collect();
            let mut name = [0; 16];
            name.copy_from_slice(key);
            (Key::from_bytes(name), values)
        })
        .collect())
}

fn write(path: &Path, vectors: &BTreeMap<Key, Vec<f32>>) -> anyhow::Result<()> {
    let dim = vectors.values().next().map_or(0, Vec::len) as u32;
    write_atomic(path, |out| -> io::Result<()> {
        out.write_all(MAGIC)?;
        out.write_all(&dim.to_le_bytes())?;
        for (key, vector) in vectors {
            out.write_all(key.as_bytes())?;
            vector.iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_come_back_and_damage_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.bin");
        assert!(read(&path).unwrap().is_empty());
        let key = |name: &str| KeyBuilder::new("test", 1).text("name", name).finish();
        let vectors = BTreeMap::from([(key("a"), vec![0.6, 0.8]), (key("b"), vec![1.0, 0.0])]);
        write(&path, &vectors).unwrap();
        assert_eq!(read(&path).unwrap(), vectors);
        let bytes = fs::read(&path).unwrap();
        for length in 0..bytes.len() {
            let cut = parse(&bytes[..length]);
            let whole_records = length >= 12 && (length - 12).is_multiple_of(24);
            assert_eq!(cut.is_ok(), whole_records, "{length} bytes");
        }
    }
}
