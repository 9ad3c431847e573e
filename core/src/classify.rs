//! From features to probabilities of the sub-genres, chunk by chunk.

use std::sync::atomic::AtomicBool;

use burn::tensor::activation::softmax;
use burn::tensor::backend::Backend;

use crate::dataset::FeatureSource;
use crate::embed::{EmbedError, EmbedOptions, for_each_batch, items, to_host};
use crate::losses::Objective;
use crate::models::Encoder;

/// How probable each sub-genre is for every chunk of some tracks.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassProbabilities {
    classes: usize,
    /// Of every track `[chunks * classes]`, row-major.
    tracks: Vec<Vec<f32>>,
}

impl ClassProbabilities {
    /// Number of sub-genres.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of tracks.
    pub fn len(&self) -> usize {
        self.tracks.len()
    }

    /// Whether there are no tracks.
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }

    /// The chunks of one track in order, each `[classes]` that sum to 1.
    ///
    /// # Panics
    /// When there is no such track.
    pub fn chunks(&self, track: usize) -> impl ExactSizeIterator<Item = &[f32]> {
        self.tracks[track].chunks_exact(self.classes)
    }

    /// The mean over the chunks of one track: `[classes]`.
    ///
    /// # Panics
    /// When there is no such track.
    pub fn mean(&self, track: usize) -> Vec<f64> {
        let mut mean = vec![0.0; self.classes];
        let chunks = self.chunks(track).len() as f64;
        for chunk in self.chunks(track) {
            mean.iter_mut().zip(chunk).for_each(|(mean, &p)| *mean += f64::from(p) / chunks);
        }
        mean
    }
}

/// Classifies every chunk of the given tracks; row i of the result belongs to `tracks[i]`. `None` where the objective has
/// no classifier.
///
/// `progress` is told how many tracks of how many are done.
///
/// # Errors
/// Names the track whose features are missing or unreadable, or whose probabilities are not finite.
pub fn classify_tracks<B: Backend, E: Encoder<B>>(
    encoder: &E,
    objective: &Objective<B>,
    source: &dyn FeatureSource,
    tracks: &[usize],
    options: &EmbedOptions,
    progress: &mut dyn FnMut(usize, usize),
    cancel: &AtomicBool,
) -> Result<Option<ClassProbabilities>, EmbedError> {
    let Some(classifier) = objective.classifier() else { return Ok(None) };
    let device = encoder.devices().into_iter().next().unwrap_or_default();
    let items = items(source, tracks, options)?;
    let mut found = vec![Vec::new(); tracks.len()];
    let mut classes = 0;
    for_each_batch(&device, source, &items, options, cancel, &mut |batch, features| {
        let probabilities = softmax(classifier(encoder.forward(features, None)), 1);
        classes = probabilities.dims()[1];
        for (item, row) in batch.iter().zip(to_host(probabilities)?.chunks_exact(classes)) {
            if !row.iter().all(|p| p.is_finite()) {
                return Err(EmbedError::NotFinite { track: item.track, chunk: item.chunk });
            }
            found[item.row].extend_from_slice(row);
            if item.last {
                progress(item.row + 1, tracks.len());
            }
        }
        Ok(())
    })?;
    Ok(Some(ClassProbabilities { classes: classes.max(1), tracks: found }))
}
