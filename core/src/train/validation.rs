//! How well the current weights do what they are trained for, on tracks that they are not trained on.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use burn::tensor::backend::Backend;

use super::learner::Learner;
use super::options::TrainOptions;
use super::run::TrainJob;
use crate::classify::classify_tracks;
use crate::dataset::rng::{CounterRng, Purpose};
use crate::dataset::{BatchItem, BatchSampler, SamplingOptions, TemporalSampler, TemporalSampling};
use crate::embed::{EmbedError, EmbedOptions, Item, embed_tracks, for_each_batch, to_host};
use crate::metrics::Centroids;
use crate::models::Encoder;
use crate::vectors::{Vectors, dot};

/// Triplets that validation looks at with temporal sampling.
const TRIPLETS: usize = 256;

/// The result of a validation; see [`EpochRecord`](super::EpochRecord) for what the figures are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Validation {
    pub(super) accuracy: f64,
    pub(super) margin: f64,
}

impl Validation {
    /// Whether this is better: more accurate, or as accurate with the larger margin.
    pub(super) fn beats(&self, other: &Self) -> bool {
        (self.accuracy, self.margin) > (other.accuracy, other.margin)
    }

    /// Sums up by how much each item is right (above 0) or wrong; `None` where there are none.
    fn of(margins: &[f64]) -> Option<Self> {
        let count = margins.len() as f64;
        let right = margins.iter().filter(|&&margin| margin > 0.0).count() as f64;
        (!margins.is_empty()).then(|| Self { accuracy: right / count, margin: margins.iter().sum::<f64>() / count })
    }
}

/// Validates: by triplets where the sampling has no labels, by the classifier where classification is all that is
/// trained, and by the nearest centroid otherwise. `None` where the validation tracks do not allow it: there are none, none
/// of a trained sub-genre, or no triplets.
pub(super) fn validate<B, E>(
    learner: &Learner<B, E>,
    job: &TrainJob<'_>,
    options: &TrainOptions,
    cancel: &AtomicBool,
) -> Result<Option<Validation>, EmbedError>
where
    B: Backend,
    E: Encoder<B>,
{
    let embed_options = EmbedOptions {
        batch_size: options.validation_batch,
        frames: options.crop_frames,
        chunks: options.validation_chunks,
    };
    let pass = Pass { learner, job, options: &embed_options, cancel };
    let margins = match &options.sampling {
        SamplingOptions::Temporal(sampling) => pass.triplets(sampling)?,
        _ if learner.objective.is_classifier() => pass.classifier()?,
        _ => pass.nearest_centroid()?,
    };
    Ok(Validation::of(&margins))
}

/// A pass over the validation tracks.
struct Pass<'a, B: Backend, E: Encoder<B>> {
    learner: &'a Learner<B, E>,
    job: &'a TrainJob<'a>,
    options: &'a EmbedOptions,
    cancel: &'a AtomicBool,
}

impl<B: Backend, E: Encoder<B>> Pass<'_, B, E> {
    fn usable(&self, tracks: &[usize]) -> Vec<usize> {
        tracks.iter().copied().filter(|&track| self.job.source.chunk_count(track) > 0).collect()
    }

    fn embed(&self, tracks: &[usize]) -> Result<Vectors, EmbedError> {
        embed_tracks(&self.learner.encoder, self.job.source, tracks, self.options, &mut |_, _| {}, self.cancel)
    }

    /// Of every track the cosine to the centroid of its own sub-genre's training tracks minus that to the best other
    /// one; none where either is missing.
    fn nearest_centroid(&self) -> Result<Vec<f64>, EmbedError> {
        let (train, validation) = (self.usable(&self.job.split.train), self.usable(&self.job.split.validation));
        if train.is_empty() || validation.is_empty() {
            return Ok(Vec::new());
        }
        let vectors = self.embed(&train.iter().chain(&validation).copied().collect::<Vec<_>>())?;
        let labels: Vec<usize> =
            train.iter().chain(&validation).map(|&track| self.job.sub_genres[track] as usize).collect();
        let classes = self.job.classes();
        let centroids = Centroids::of(&vectors, &labels, classes, 0..train.len())
            .map_err(|error| EmbedError::Device(error.to_string()))?;
        Ok((train.len()..vectors.len()).filter_map(|row| margin(&centroids, vectors.row(row), labels[row])).collect())
    }

    /// Of every track the probability of its own sub-genre minus that of the best other one, each the mean over its
    /// chunks. Tracks of sub-genres without training tracks do not count.
    fn classifier(&self) -> Result<Vec<f64>, EmbedError> {
        let sub_genres = self.job.sub_genres;
        let trained: BTreeSet<u32> =
            self.usable(&self.job.split.train).iter().map(|&track| sub_genres[track]).collect();
        let mut tracks = self.usable(&self.job.split.validation);
        tracks.retain(|&track| trained.contains(&sub_genres[track]));
        let Learner { encoder, objective } = self.learner;
        let progress = &mut |_, _| {};
        let found = classify_tracks(encoder, objective, self.job.source, &tracks, self.options, progress, self.cancel)?;
        let Some(found) = found else { return Ok(Vec::new()) };
        let margin = |(row, &track): (usize, &usize)| {
            let mut probabilities = found.mean(row);
            let own = probabilities.remove(sub_genres[track] as usize);
            own - probabilities.into_iter().fold(0.0, f64::max)
        };
        Ok(tracks.iter().enumerate().map(margin).collect())
    }

    /// Of a fixed set of triplets the cosine of anchor and neighbour minus that of anchor and opposite; none where the
    /// validation tracks give no triplets.
    fn triplets(&self, sampling: &TemporalSampling) -> Result<Vec<f64>, EmbedError> {
        let (tracks, source) = (self.usable(&self.job.split.validation), self.job.source);
        // Other triplets than those of training, but the same in every epoch.
        let seed = CounterRng::new(self.job.seed, Purpose::Validation, [0, 0]).next_u64();
        let Ok(sampler) = TemporalSampler::new(&tracks, source, &sampling.with_anchors(TRIPLETS), seed) else {
            return Ok(Vec::new());
        };
        let items = sampler.batch(0);
        let mut chunks = items.clone();
        chunks.sort_unstable();
        chunks.dedup();
        let rows = chunks.iter().enumerate();
        let rows: Vec<Item> =
            rows.map(|(row, &BatchItem { track, chunk })| Item { track, chunk, row, last: true }).collect();
        let encoder = &self.learner.encoder;
        let device = encoder.devices().into_iter().next().unwrap_or_default();
        let mut values = Vec::new();
        for_each_batch(&device, source, &rows, self.options, self.cancel, &mut |_, features| {
            values.extend(to_host(encoder.forward(features, None))?);
            Ok(())
        })?;
        let dim = encoder.embedding_dim();
        let spoilt = values.chunks_exact(dim).zip(&rows).find(|(row, _)| !row.iter().all(|value| value.is_finite()));
        if let Some((_, &Item { track, chunk, .. })) = spoilt {
            return Err(EmbedError::NotFinite { track, chunk });
        }
        let vectors = Vectors::normalized(values, encoder.embedding_dim())
            .map_err(|error| EmbedError::Device(error.to_string()))?;
        let row = |item: &BatchItem| vectors.row(chunks.partition_point(|chunk| chunk < item));
        let (anchors, others) = items.split_at(TRIPLETS);
        let (neighbours, opposites) = others.split_at(TRIPLETS);
        let triplets = anchors.iter().zip(neighbours).zip(opposites);
        Ok(triplets
            .map(|((anchor, neighbour), opposite)| {
                f64::from(dot(row(anchor), row(neighbour))) - f64::from(dot(row(anchor), row(opposite)))
            })
            .collect())
    }
}

/// The cosine to the own centroid minus that to the best other one; `None` where either is missing.
fn margin(centroids: &Centroids, vector: &[f32], own: usize) -> Option<f64> {
    let own_cosine = f64::from(dot(vector, centroids.get(own)?));
    let other = |(label, centroid)| (label != own).then(|| f64::from(dot(vector, centroid)));
    let others = centroids.labels().iter().copied().zip(centroids.vectors().rows()).filter_map(other);
    others.reduce(f64::max).map(|best| own_cosine - best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_centroid_wins_and_margins_break_ties() {
        let vectors = Vectors::normalized(vec![1.0, 0.0, 0.0, 1.0, 0.8, 0.6, 0.6, 0.8, 0.6, 0.8, 1.0, 0.0], 2).unwrap();
        // The last track's sub-genre has no training track and does not count.
        let labels = [0, 1, 0, 1, 0, 7];
        let centroids = Centroids::of(&vectors, &labels, 8, 0..2).unwrap();
        let margins: Vec<f64> = (2..6).filter_map(|row| margin(&centroids, vectors.row(row), labels[row])).collect();
        let result = Validation::of(&margins).unwrap();
        assert!((result.accuracy - 2.0 / 3.0).abs() < 1e-12);
        assert!((result.margin - 0.2 / 3.0).abs() < 1e-6);
        let better =
            |accuracy, margin| Validation { accuracy, margin }.beats(&Validation { accuracy: 0.5, margin: 0.1 });
        assert!(better(0.6, 0.0) && better(0.5, 0.2) && !better(0.5, 0.1) && !better(0.4, 0.9));
        assert_eq!(Validation::of(&[]), None);
    }
}
