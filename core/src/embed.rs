//! From features to one vector per track.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::tensor::{DType, Tensor, TensorData, backend::Backend};
use thiserror::Error;

use crate::dataset::prefetch::prefetch;
use crate::dataset::source::read_checked;
use crate::dataset::{FeatureSource, ReadError};
use crate::models::Encoder;
use crate::unit_mean::{add_unit, scale_to_unit};
use crate::vectors::Vectors;

/// How tracks are embedded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmbedOptions {
    /// Chunks per batch; at least 1 is used.
    pub batch_size: usize,
    /// Frames that the model takes; longer chunks are cropped in the middle. `None` for whole chunks.
    pub frames: Option<usize>,
    /// Chunks per track, spread evenly over those there are; `None` for all.
    pub chunks: Option<usize>,
}

impl Default for EmbedOptions {
    fn default() -> Self {
        Self { batch_size: 16, frames: None, chunks: None }
    }
}

/// Why tracks could not be embedded.
#[derive(Debug, Error)]
pub enum EmbedError {
    /// Features could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A track has no chunks.
    #[error("track {track} has no features to embed")]
    NoChunks {
        /// Index of the track in the library.
        track: usize,
    },
    /// The encoder gave NaN, infinity or only zeros.
    #[error("the embedding of track {track} is not finite or has no direction: the model's weights may be damaged")]
    NoDirection {
        /// Index of the track in the library.
        track: usize,
    },
    /// The encoder gave NaN or infinity.
    #[error("the encoder's output for chunk {chunk} of track {track} is not finite: its weights may be damaged")]
    NotFinite {
        /// Index of the track in the library.
        track: usize,
        /// Index of the chunk in the track.
        chunk: usize,
    },
    /// The output could not be stored.
    #[error("cannot store the output for chunk {chunk} of track {track}")]
    Store {
        /// Index of the track in the library.
        track: usize,
        /// Index of the chunk in the track.
        chunk: usize,
        /// The cause.
        source: std::io::Error,
    },
    /// The device did not give its result.
    #[error("cannot read the embeddings from the device: {0}")]
    Device(String),
    /// The caller asked to stop.
    #[error("embedding was stopped")]
    Cancelled,
}

/// Embeds tracks: the mean of their chunks' vectors, each of unit length, scaled to unit length again. Row i of the
/// result belongs to `tracks[i]`.
///
/// `progress` is told how many tracks of how many are done.
///
/// # Errors
/// Names the track whose features are missing or unreadable, or whose vector is not finite.
pub fn embed_tracks<B: Backend, E: Encoder<B>>(
    encoder: &E,
    source: &dyn FeatureSource,
    tracks: &[usize],
    options: &EmbedOptions,
    progress: &mut dyn FnMut(usize, usize),
    cancel: &AtomicBool,
) -> Result<Vectors, EmbedError> {
    let dim = encoder.embedding_dim();
    let device = encoder.devices().into_iter().next().unwrap_or_default();
    let items = items(source, tracks, options)?;
    let mut sums = vec![0.0; tracks.len() * dim];
    for_each_batch(&device, source, &items, options, cancel, &mut |batch, features| {
        let embeddings = to_host(encoder.forward(features, None))?;
        for (item, vector) in batch.iter().zip(embeddings.chunks_exact(dim)) {
            if !add_unit(&mut sums[item.row * dim..][..dim], vector) {
                return Err(EmbedError::NoDirection { track: item.track });
            }
            if item.last {
                progress(item.row + 1, tracks.len());
            }
        }
        Ok(())
    })?;
    for (sum, &track) in sums.chunks_exact_mut(dim).zip(tracks) {
        if !scale_to_unit(sum) {
            return Err(EmbedError::NoDirection { track });
        }
    }
    let values = sums.into_iter().map(|value| value as f32).collect();
    Vectors::normalized(values, dim).map_err(|error| EmbedError::Device(error.to_string()))
}

/// Takes the chunks of a batch and their features: `[batch, frames, mels]`.
pub(crate) type Consumer<'a, B> = dyn FnMut(&[Item], Tensor<B, 3>) -> Result<(), EmbedError> + 'a;

/// Reads chunks ahead, and hands them over in batches, on the device and in order.
pub(crate) fn for_each_batch<B: Backend>(
    device: &B::Device,
    source: &dyn FeatureSource,
    items: &[Item],
    options: &EmbedOptions,
    cancel: &AtomicBool,
    consume: &mut Consumer<'_, B>,
) -> Result<(), EmbedError> {
    let batches: Vec<&[Item]> = items.chunks(options.batch_size.max(1)).collect();
    let frames = options.frames.unwrap_or(usize::MAX).min(source.frames());
    let shape = [frames, source.mels()];
    prefetch(
        0..batches.len() as u64,
        2,
        |index| read(source, batches[index as usize], shape),
        |features| {
            for (features, batch) in features.zip(&batches) {
                if cancel.load(Ordering::Relaxed) {
                    return Err(EmbedError::Cancelled);
                }
                let features = TensorData::new(features?, [batch.len(), shape[0], shape[1]]);
                consume(batch, Tensor::from_data(features, device))?;
            }
            Ok(())
        },
    )
}

/// One chunk to embed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) track: usize,
    pub(crate) chunk: usize,
    /// What it belongs to: the place of its track in the list given.
    pub(crate) row: usize,
    /// Whether it is the last one of its row.
    pub(crate) last: bool,
}

/// The chunks to embed, track by track.
pub(crate) fn items(
    source: &dyn FeatureSource,
    tracks: &[usize],
    options: &EmbedOptions,
) -> Result<Vec<Item>, EmbedError> {
    let mut items = Vec::new();
    for (row, &track) in tracks.iter().enumerate() {
        let stored = source.chunk_count(track);
        if stored == 0 {
            return Err(EmbedError::NoChunks { track });
        }
        let wanted = options.chunks.unwrap_or(stored).clamp(1, stored);
        items.extend((0..wanted).map(|i| Item { track, chunk: i * stored / wanted, row, last: i + 1 == wanted }));
    }
    Ok(items)
}

/// The middle `frames` of every chunk: `[items, frames, mels]`.
fn read(source: &dyn FeatureSource, items: &[Item], [frames, mels]: [usize; 2]) -> Result<Vec<f32>, ReadError> {
    let first = (source.frames() - frames) / 2;
    let mut features = Vec::with_capacity(items.len() * frames * mels);
    let mut chunk = Vec::new();
    for item in items {
        read_checked(source, item.track, item.chunk, &mut chunk)?;
        features.extend_from_slice(&chunk[first * mels..(first + frames) * mels]);
    }
    Ok(features)
}

/// The values of a matrix, row by row.
pub(crate) fn to_host<B: Backend>(matrix: Tensor<B, 2>) -> Result<Vec<f32>, EmbedError> {
    let values = matrix.cast(DType::F32).try_into_data().map_err(|error| EmbedError::Device(error.to_string()))?;
    values.to_vec::<f32>().map_err(|error| EmbedError::Device(format!("{error:?}")))
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;

    use super::*;
    use crate::dataset::fixture::Fixture;
    use crate::train::toy::Toy;

    fn embed(source: &Fixture, tracks: &[usize], options: &EmbedOptions) -> Result<Vectors, EmbedError> {
        let encoder = Toy::<Flex>::new(4, 6, 3, 1);
        embed_tracks(&encoder, source, tracks, options, &mut |_, _| {}, &AtomicBool::new(false))
    }

    fn close(a: &Vectors, b: &Vectors) {
        assert_eq!((a.len(), a.dim()), (b.len(), b.dim()));
        for (a, b) in a.as_slice().iter().zip(b.as_slice()) {
            assert!((a - b).abs() < 1e-6, "{a} != {b}");
        }
    }

    #[test]
    fn a_track_is_the_mean_of_its_unit_chunks() {
        let source = Fixture::waves(5, 3, 6, 4);
        let all = embed(&source, &[3, 1], &EmbedOptions::default()).unwrap();
        let single = |track: usize| {
            let chunks = (0..3).map(|chunk| source.chunk(track, chunk).to_vec());
            let apart = Fixture::new(6, 4, chunks.map(|chunk| vec![chunk]).collect());
            let rows = embed(&apart, &[0, 1, 2], &EmbedOptions::default()).unwrap();
            (0..3).map(|i| rows.rows().map(|row| row[i]).sum::<f32>()).collect::<Vec<f32>>()
        };
        close(&all, &Vectors::normalized([single(3), single(1)].concat(), 3).unwrap());
    }

    #[test]
    fn batches_do_not_matter_and_progress_counts_tracks() {
        let source = Fixture::waves(5, 3, 6, 4);
        let encoder = Toy::<Flex>::new(4, 6, 3, 1);
        let mut seen = Vec::new();
        let options = EmbedOptions { batch_size: 2, ..EmbedOptions::default() };
        let mut progress = |done, total| seen.push((done, total));
        let small = embed_tracks(&encoder, &source, &[0, 1, 2, 3, 4], &options, &mut progress, &AtomicBool::new(false));
        close(&small.unwrap(), &embed(&source, &[0, 1, 2, 3, 4], &EmbedOptions::default()).unwrap());
        assert_eq!(seen, [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]);
    }

    #[test]
    fn longer_chunks_are_cropped_in_the_middle_and_chunks_are_spread() {
        let source = Fixture::waves(2, 6, 8, 4);
        let options = EmbedOptions { frames: Some(4), chunks: Some(2), ..EmbedOptions::default() };
        let middle = |chunk| source.chunk(1, chunk)[2 * 4..6 * 4].to_vec();
        let cropped = Fixture::new(4, 4, vec![vec![middle(0), middle(3)]]);
        let expected = embed(&cropped, &[0], &EmbedOptions::default()).unwrap();
        close(&embed(&source, &[1], &options).unwrap(), &expected);
    }

    #[test]
    fn what_has_no_vector_is_named() {
        let mut chunks = vec![vec![vec![1.0; 24]]; 4];
        chunks[2][0][5] = f32::NAN;
        chunks[3].clear();
        let source = Fixture::new(6, 4, chunks);
        let options = EmbedOptions::default();
        assert!(matches!(embed(&source, &[0, 1, 2], &options), Err(EmbedError::NoDirection { track: 2 })));
        assert!(matches!(embed(&source, &[3], &options), Err(EmbedError::NoChunks { track: 3 })));
        assert_eq!(embed(&source, &[], &options).unwrap().len(), 0);
        let encoder = Toy::<Flex>::new(4, 6, 3, 1);
        let stopped = embed_tracks(&encoder, &source, &[0], &options, &mut |_, _| {}, &AtomicBool::new(true));
        assert!(matches!(stopped, Err(EmbedError::Cancelled)));
    }
}
