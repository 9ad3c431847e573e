//! What the network's own classifier says of single chunks.

use std::sync::atomic::AtomicBool;

use pmsl_core::embed::EmbedOptions;

use super::features::UsableLibrary;
use super::model::{Model, session_error};
use crate::cache::Scaled;
use crate::outcome::RunError;
use crate::plan::Plan;

/// The class probabilities of the chunks of one track.
#[derive(Clone, Debug)]
pub(super) struct ChunkProbabilities {
    classes: usize,
    /// `[chunks, classes]`.
    values: Vec<f64>,
}

impl ChunkProbabilities {
    /// The probabilities of each chunk.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.classes)
    }

    /// The mean over the chunks, `[classes]`.
    pub(super) fn mean(&self) -> Vec<f64> {
        let mut mean = vec![0.0; self.classes];
        for row in self.rows() {
            mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        let count = (self.values.len() / self.classes).max(1) as f64;
        mean.iter_mut().for_each(|sum| *sum /= count);
        mean
    }
}

/// Asks the classifier that was trained with the encoder about tracks; nothing where the objective has none.
pub(super) fn chunk_probabilities(
    plan: &Plan,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    model: &Model,
    tracks: &[usize],
) -> Result<Option<Vec<ChunkProbabilities>>, RunError> {
    let Some(trained) = &model.trained else { return Ok(None) };
    let objective = &plan.config.train.objective;
    if !objective.classifies() {
        return Ok(None);
    }
    let options = EmbedOptions {
        batch_size: plan.config.embed.batch_size,
        frames: plan.config.train.crop_frames,
        ..EmbedOptions::default()
    };
    let source = Scaled::new(&library.features, model.scaling.as_ref());
    let classified = trained
        .spec
        .classify(plan.device, objective, trained.classes, &trained.weights, &source, tracks, &options, &mut |_, _| {}, cancel)
        .map_err(session_error)?;
    Ok(Some(
        classified
            .into_iter()
            .map(|values| ChunkProbabilities {
                classes: trained.classes,
                values: values.into_iter().map(f64::from).collect(),
            })
            .collect(),
    ))
}
