//! The output of a frozen encoder for every chunk: computed once, then all that follows trains in seconds.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, anyhow};
use pmsl_core::dataset::FeatureSource;
use pmsl_core::session::{EncoderSpec, SessionError};

use super::features::UsableLibrary;
use super::model::{MODEL_VERSION, pretrained_hash, session_error};
use crate::cache::{FeatureFile, FeatureFileError, FeatureStore, Key, KeyBuilder, StoredChunks, StoredValues};
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::{LibrarySource, Plan};
use crate::stopwatch::Worked;

/// Tags shown of each track.
const TAGS_SHOWN: usize = 5;

/// Replaces the features of a library by the frozen encoder's output for them, and names what the encoder hears.
///
/// # Errors
/// When the encoder cannot be built or fails, or the work folder cannot be written.
pub(crate) fn frozen(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    mut library: UsableLibrary,
) -> Result<Worked<UsableLibrary>, RunError> {
    if matches!(plan.source, LibrarySource::Embeddings(_)) {
        let tracks = library.tracks.len();
        return Ok(Worked::new(library, 0, tracks));
    }
    let spec = backbone(plan)?;
    let encoder = encoder_key(plan, &spec)?;
    let keys: Vec<Key> = library
        .keys
        .iter()
        .map(|key| {
            KeyBuilder::new("frozen", MODEL_VERSION)
                .bytes("format", &crate::cache::FEATURE_FORMAT_VERSION.to_le_bytes())
                .text("features", &key.to_string())
                .text("encoder", &encoder.to_string())
                .finish()
        })
        .collect();
    let mut missing: BTreeMap<Key, usize> = BTreeMap::new();
    for (track, key) in keys.iter().enumerate() {
        if open(plan, *key)?.is_none() {
            missing.entry(*key).or_insert(track);
        }
    }
    let mut tracks: Vec<usize> = missing.into_values().collect();
    tracks.sort_unstable();
    if !tracks.is_empty() {
        run(plan, console, cancel, &library, &spec, &keys, &tracks)?;
    }
    let files = keys
        .iter()
        .map(|key| open(plan, *key)?.with_context(|| format!("{} vanished", plan.frozen_path(*key).display())))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let names = spec.encoder.tags();
    for (meta, file) in library.metas.iter_mut().zip(&files) {
        meta.tags = strongest(&file.tags, names);
    }
    library.features = FeatureStore::new(files).context("the stored output of the encoder cannot be used")?;
    library.keys = keys;
    let reused = library.tracks.len().saturating_sub(tracks.len());
    Ok(Worked::new(library, tracks.len(), reused))
}

/// The library as the encoder heard it before training, to compare with; nothing where the config asks for no
/// comparison.
///
/// # Errors
/// As [`frozen`].
pub(crate) fn untrained<'a>(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &'a UsableLibrary,
) -> Result<Worked<Option<Cow<'a, UsableLibrary>>>, RunError> {
    if !plan.config.evaluate.baselines {
        return Ok(Worked::new(None, 0, 0));
    }
    if plan.config.is_frozen() {
        return Ok(Worked::new(Some(Cow::Borrowed(library)), 0, library.tracks.len()));
    }
    let Worked { result, load } = frozen(plan, console, cancel, library.clone())?;
    Ok(Worked { result: Some(Cow::Owned(result)), load })
}

/// The frozen encoder.
pub(crate) fn backbone(plan: &Plan) -> Result<EncoderSpec, RunError> {
    super::model::encoder_spec(plan, plan.config.encoder())
}

/// Everything the output depends on besides the features.
fn encoder_key(plan: &Plan, spec: &EncoderSpec) -> anyhow::Result<Key> {
    let mut key = KeyBuilder::new("encoder", MODEL_VERSION)
        .options("encoder", &spec.encoder)?
        .text("device", &plan.device.kind().to_string())
        .options("precision", &plan.device.precision())?;
    key = match pretrained_hash(spec)? {
        Some(hash) => key.bytes("pretrained", &hash),
        None => key.options("seed", &spec.seed)?,
    };
    Ok(key.finish())
}

fn open(plan: &Plan, key: Key) -> anyhow::Result<Option<FeatureFile>> {
    let path = plan.frozen_path(key);
    match FeatureFile::open(&path) {
        Ok(file) => Ok(Some(file)),
        Err(FeatureFileError::Io(error)) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not read {}", path.display()))
        }
        Err(_) => Ok(None),
    }
}

/// Collects the chunks of a track, and stores them when they are complete.
struct Collector<'a> {
    plan: &'a Plan,
    library: &'a UsableLibrary,
    keys: &'a [Key],
    tracks: &'a [usize],
    values: Vec<f32>,
    tags: Vec<f64>,
    failure: Option<anyhow::Error>,
}

impl Collector<'_> {
    fn take(&mut self, position: usize, chunk: usize, output: &[f32], tags: &[f32]) -> io::Result<()> {
        let track = self.tracks[position];
        if chunk == 0 {
            self.values.clear();
            self.tags = vec![0.0; tags.len()];
        }
        self.values.extend_from_slice(output);
        self.tags.iter_mut().zip(tags).for_each(|(sum, &tag)| *sum += f64::from(tag));
        let features = &self.library.features;
        let chunks = features.chunk_count(track);
        if chunk + 1 < chunks {
            return Ok(());
        }
        let stored = StoredChunks {
            frames: 1,
            bands: output.len(),
            starts_s: features.starts_s(track).to_vec(),
            tags: self.tags.iter().map(|sum| (sum / chunks as f64) as f32).collect(),
            statistics: features.statistics(track).to_vec(),
            values: StoredValues::Full(std::mem::take(&mut self.values)),
            duration_s: features.duration_s(track),
            decode_errors: features.decode_errors(track),
        };
        FeatureFile::write(&self.plan.frozen_path(self.keys[track]), &stored).map_err(|error| {
            // The cause travels beside the stream, whose own errors have no chain.
            self.failure = Some(error);
            io::Error::other("the output of the encoder could not be stored")
        })
    }
}

fn run(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    spec: &EncoderSpec,
    keys: &[Key],
    tracks: &[usize],
) -> Result<(), RunError> {
    let progress = console.progress("encoder", tracks.len() as u64);
    let (values, tags) = (Vec::new(), Vec::new());
    let mut collector = Collector { plan, library, keys, tracks, values, tags, failure: None };
    let done = spec.run_backbone(
        plan.device,
        &library.features,
        tracks,
        plan.config.embed.batch_size,
        &mut |position, chunk, output, tags| collector.take(position, chunk, output, tags),
        &mut |done, _| progress.set(done as u64, library.reached(tracks, done)),
        cancel,
    );
    progress.finish();
    done.map_err(|error: SessionError| match collector.failure.take() {
        Some(cause) => RunError::Failed(anyhow!(cause)),
        None => session_error(error),
    })
}

/// The most probable tags, best first.
fn strongest(probabilities: &[f32], names: &[&str]) -> Vec<String> {
    let mut order: Vec<usize> = (0..probabilities.len().min(names.len())).collect();
    order.sort_by(|&a, &b| probabilities[b].total_cmp(&probabilities[a]).then(a.cmp(&b)));
    order.into_iter().take(TAGS_SHOWN).map(|tag| names[tag].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_tags_come_first() {
        let names = ["a", "b", "c", "d", "e", "f"];
        assert_eq!(strongest(&[0.1, 0.9, 0.3, 0.3, 0.0, 0.2], &names), ["b", "c", "d", "f", "a"]);
        assert!(strongest(&[], &names).is_empty());
    }
}
