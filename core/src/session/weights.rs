//! A trained encoder and the parameters of its objective, in one file.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::backend::Backend;

use crate::losses::{Objective, ObjectiveOptions};
use crate::models::{AudioEncoder, Checkpoint, Encoder, WeightsError, load_module_tensors, module_tensors};

/// What leads the names of the objective's tensors; those of the encoder have no prefix.
const OBJECTIVE: &str = "objective.";

/// Texts beside the tensors: the objective's options as JSON, and the number of sub-genres.
const OPTIONS: &str = "objective";
const CLASSES: &str = "classes";

/// Writes an encoder and its objective, with texts about the encoder beside them.
pub(super) fn save<B: Backend>(
    encoder: &AudioEncoder<B>,
    metadata: Vec<(&'static str, String)>,
    objective: &Objective<B>,
    options: &ObjectiveOptions,
    classes: usize,
    path: &Path,
) -> Result<(), WeightsError> {
    let json = |source| WeightsError::Json { path: path.to_owned(), source };
    let own = [(OPTIONS, serde_json::to_string(options).map_err(json)?), (CLASSES, classes.to_string())];
    let mut tensors = module_tensors(encoder, "");
    tensors.extend(module_tensors(objective, OBJECTIVE));
    let metadata = metadata.into_iter().chain(own).map(|(key, text)| (key.to_owned(), text)).collect();
    Checkpoint { tensors, metadata }.write(path)
}

/// Reads an encoder of the same shape.
pub(super) fn load_encoder<B: Backend>(random: AudioEncoder<B>, path: &Path) -> Result<AudioEncoder<B>, WeightsError> {
    let (encoder, _) = read(random, path)?;
    Ok(encoder)
}

/// Reads an encoder of the same shape and the objective that it was trained with; `None` for the latter where the file
/// tells of none.
pub(super) fn load<B: Backend>(
    random: AudioEncoder<B>,
    device: &B::Device,
    path: &Path,
) -> Result<(AudioEncoder<B>, Option<Objective<B>>), WeightsError> {
    let (encoder, stored) = read(random, path)?;
    let text = |key| stored.metadata.get(key).map(String::as_str);
    let (Some(options), Some(classes)) = (text(OPTIONS), text(CLASSES)) else { return Ok((encoder, None)) };
    let json = |source| WeightsError::Json { path: path.to_owned(), source };
    let options: ObjectiveOptions = serde_json::from_str(options).map_err(json)?;
    let classes: u32 = serde_json::from_str(classes).map_err(json)?;
    // A count that does not belong to the tensors is found before anything of its size is made.
    let fits =
        stored.tensors.is_empty() || stored.tensors.values().any(|tensor| tensor.shape.contains(&(classes as usize)));
    if !fits {
        return Err(WeightsError::Config {
            path: path.to_owned(),
            field: CLASSES,
            expected: "the width of the objective's tensors".to_owned(),
            found: classes.to_string(),
        });
    }
    let classes = if stored.tensors.is_empty() { 0 } else { classes as usize };
    let random = options.init(encoder.embedding_dim(), classes, 0, device);
    let objective = load_module_tensors(random, &stored.tensors, OBJECTIVE)
        .map_err(|problems| WeightsError::Tensors { path: path.to_owned(), problems })?;
    Ok((encoder, Some(objective)))
}

/// The encoder, and the rest of the file with the objective's tensors alone.
fn read<B: Backend>(random: AudioEncoder<B>, path: &Path) -> Result<(AudioEncoder<B>, Checkpoint), WeightsError> {
    let Checkpoint { tensors, metadata } = Checkpoint::read(path)?;
    let (objective, own): (BTreeMap<_, _>, BTreeMap<_, _>) =
        tensors.into_iter().partition(|(name, _)| name.starts_with(OBJECTIVE));
    let encoder = load_module_tensors(random, &own, "")
        .map_err(|problems| WeightsError::Tensors { path: path.to_owned(), problems })?;
    Ok((encoder, Checkpoint { tensors: objective, metadata }))
}
