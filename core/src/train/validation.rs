//! How well the current weights tell sub-genres apart.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use burn::tensor::backend::Backend;

use super::options::TrainOptions;
use super::run::TrainJob;
use crate::embed::{EmbedError, EmbedOptions, embed_tracks};
use crate::models::Encoder;
use crate::vectors::{Vectors, dot};

/// The result of a validation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Validation {
    /// Share of validation tracks whose nearest centroid is their own sub-genre's.
    pub(super) accuracy: f64,
    /// Mean cosine to the own centroid minus that to the best other one.
    pub(super) margin: f64,
}

impl Validation {
    /// Whether this is better: more accurate, or as accurate with the larger margin.
    pub(super) fn beats(&self, other: &Self) -> bool {
        (self.accuracy, self.margin) > (other.accuracy, other.margin)
    }
}

/// Embeds the training and validation tracks and assigns the latter to the nearest centroid of the former; `None` where
/// there are no validation tracks of trained sub-genres.
pub(super) fn validate<B: Backend, E: Encoder<B>>(
    encoder: &E,
    job: &TrainJob<'_>,
    options: &TrainOptions,
    cancel: &AtomicBool,
) -> Result<Option<Validation>, EmbedError> {
    let usable = |tracks: &[usize]| -> Vec<usize> {
        tracks.iter().copied().filter(|&track| job.source.chunk_count(track) > 0).collect()
    };
    let (train, validation) = (usable(&job.split.train), usable(&job.split.validation));
    if train.is_empty() || validation.is_empty() {
        return Ok(None);
    }
    let embed_options = EmbedOptions {
        batch_size: options.validation_batch,
        frames: options.crop_frames,
        chunks: options.validation_chunks,
    };
    let tracks: Vec<usize> = train.iter().chain(&validation).copied().collect();
    let vectors = embed_tracks(encoder, job.source, &tracks, &embed_options, &mut |_, _| {}, cancel)?;
    let of = |tracks: &[usize]| tracks.iter().map(|&track| job.sub_genres[track]).collect::<Vec<_>>();
    let (train_vectors, validation_vectors) = rows(&vectors, train.len());
    Ok(nearest_centroid(&train_vectors, &of(&train), &validation_vectors, &of(&validation)))
}

fn rows(vectors: &Vectors, first: usize) -> (Vectors, Vectors) {
    let (before, after): (Vec<usize>, Vec<usize>) = (0..vectors.len()).partition(|&row| row < first);
    (vectors.select(&before), vectors.select(&after))
}

fn nearest_centroid(
    train: &Vectors,
    train_sub_genres: &[u32],
    validation: &Vectors,
    validation_sub_genres: &[u32],
) -> Option<Validation> {
    let mut sums = BTreeMap::<u32, Vec<f32>>::new();
    for (row, &sub_genre) in train.rows().zip(train_sub_genres) {
        let sum = sums.entry(sub_genre).or_insert_with(|| vec![0.0; row.len()]);
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    // A sub-genre whose tracks cancel out has no direction and attracts nothing.
    let centroids: Vec<(u32, Vectors)> = sums
        .into_iter()
        .filter_map(|(sub_genre, sum)| Some((sub_genre, Vectors::normalized(sum, train.dim()).ok()?)))
        .collect();
    let (mut tracks, mut correct, mut margin) = (0u32, 0u32, 0.0);
    for (row, sub_genre) in validation.rows().zip(validation_sub_genres) {
        let (mut own, mut other) = (None, f32::NEG_INFINITY);
        for (candidate, centroid) in &centroids {
            let cosine = dot(row, centroid.row(0));
            if candidate == sub_genre {
                own = Some(cosine);
            } else {
                other = other.max(cosine);
            }
        }
        if let Some(own) = own
            && other.is_finite()
        {
            tracks += 1;
            correct += u32::from(own > other);
            margin += f64::from(own) - f64::from(other);
        }
    }
    (tracks > 0)
        .then(|| Validation { accuracy: f64::from(correct) / f64::from(tracks), margin: margin / f64::from(tracks) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_centroid_wins_and_margins_break_ties() {
        let train = Vectors::normalized(vec![1.0, 0.0, 0.0, 1.0], 2).unwrap();
        let validation = Vectors::normalized(vec![0.8, 0.6, 0.6, 0.8, 0.6, 0.8, 1.0, 0.0], 2).unwrap();
        // The last track's sub-genre has no training track and does not count.
        let result = nearest_centroid(&train, &[0, 1], &validation, &[0, 1, 0, 7]).unwrap();
        assert!((result.accuracy - 2.0 / 3.0).abs() < 1e-12);
        assert!((result.margin - 0.2 / 3.0).abs() < 1e-6);
        let better =
            |accuracy, margin| Validation { accuracy, margin }.beats(&Validation { accuracy: 0.5, margin: 0.1 });
        assert!(better(0.6, 0.0) && better(0.5, 0.2) && !better(0.5, 0.1) && !better(0.4, 0.9));
        assert_eq!(nearest_centroid(&train, &[0, 1], &validation, &[7; 4]), None);
    }
}
