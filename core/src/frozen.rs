//! The output of an encoder that is not trained, chunk by chunk.

use std::io;
use std::sync::atomic::AtomicBool;

use burn::module::Module;
use burn::tensor::backend::Backend;

use crate::dataset::FeatureSource;
use crate::embed::{EmbedError, EmbedOptions, Item, for_each_batch, items, to_host};
use crate::models::Backbone;

/// Takes the output for a chunk: the place of its track in the list given, the chunk's index in the track, the pooled
/// output, and the probabilities of tags, empty for an encoder without any.
pub type ChunkSink<'a> = dyn FnMut(usize, usize, &[f32], &[f32]) -> io::Result<()> + 'a;

/// Runs every chunk of the tracks through a backbone, in batches that go across tracks, and hands the outputs to the
/// sink in order.
///
/// `progress` is told how many tracks of how many are done.
///
/// # Errors
/// Names the track or chunk whose features are missing or unreadable, whose output is not finite, or which the sink
/// refused.
pub(crate) fn run_backbone<B: Backend>(
    backbone: &Backbone<B>,
    source: &dyn FeatureSource,
    tracks: &[usize],
    batch_size: usize,
    sink: &mut ChunkSink<'_>,
    progress: &mut dyn FnMut(usize, usize),
    cancel: &AtomicBool,
) -> Result<(), EmbedError> {
    let device = backbone.devices().into_iter().next().unwrap_or_default();
    let options = EmbedOptions { batch_size, ..EmbedOptions::default() };
    let items = items(source, tracks, &options)?;
    for_each_batch(&device, source, &items, &options, cancel, &mut |batch, features| {
        let (output, tags) = backbone.forward_with_tags(features);
        let output = to_host(output)?;
        let tags = tags.map(to_host).transpose()?.unwrap_or_default();
        let (dim, tag_count) = (output.len() / batch.len(), tags.len() / batch.len());
        for (place, &Item { track, chunk, row, last }) in batch.iter().enumerate() {
            let output = &output[place * dim..(place + 1) * dim];
            let tags = &tags[place * tag_count..(place + 1) * tag_count];
            if !output.iter().chain(tags).all(|value| value.is_finite()) {
                return Err(EmbedError::NotFinite { track, chunk });
            }
            sink(row, chunk, output, tags).map_err(|source| EmbedError::Store { track, chunk, source })?;
            if last {
                progress(row + 1, tracks.len());
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;
    use burn::backend::flex::FlexDevice;

    use super::*;
    use crate::dataset::fixture::Fixture;
    use crate::models::{CnnOptions, EmbeddingsOptions, EncoderOptions, MusicnnLayer, MusicnnOptions};

    /// What the sink gets: rows of `(track, chunk, output, tags)`.
    type Rows = Vec<(usize, usize, Vec<f32>, Vec<f32>)>;

    fn run(
        options: &EncoderOptions,
        source: &Fixture,
        tracks: &[usize],
        batch_size: usize,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Rows, EmbedError> {
        let backbone = options.init::<Flex>(1, &FlexDevice).unwrap();
        let mut rows = Rows::new();
        let mut sink = |track, chunk, output: &[f32], tags: &[f32]| {
            rows.push((track, chunk, output.to_vec(), tags.to_vec()));
            Ok(())
        };
        run_backbone(&backbone, source, tracks, batch_size, &mut sink, progress, &AtomicBool::new(false))?;
        Ok(rows)
    }

    fn cnn() -> EncoderOptions {
        EncoderOptions::Cnn(CnnOptions { channels: vec![4, 6], bands: 4, ..CnnOptions::default() })
    }

    #[test]
    fn every_chunk_comes_once_in_order_whatever_the_batches() {
        let source = Fixture::waves(5, 3, 6, 4);
        let mut seen = Vec::new();
        let one = run(&cnn(), &source, &[3, 1], 1, &mut |done, total| seen.push((done, total))).unwrap();
        let places: Vec<_> = one.iter().map(|(track, chunk, ..)| (*track, *chunk)).collect();
        assert_eq!(places, [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
        assert_eq!(seen, [(1, 2), (2, 2)]);
        assert!(one.iter().all(|(.., output, tags)| output.len() == 6 && tags.is_empty()));
        for batch_size in [2, 4, 100] {
            let rows = run(&cnn(), &source, &[3, 1], batch_size, &mut |_, _| {}).unwrap();
            assert_eq!(rows.len(), one.len());
            for (row, expected) in rows.iter().zip(&one) {
                assert_eq!((row.0, row.1), (expected.0, expected.1));
                for (value, expected) in row.2.iter().zip(&expected.2) {
                    assert!((value - expected).abs() < 1e-5, "{value} != {expected}");
                }
            }
        }
    }

    #[test]
    fn outputs_are_the_same_bits_for_every_number_of_threads() {
        let source = Fixture::waves(2, 2, 40, 96);
        let musicnn = MusicnnOptions { layer: MusicnnLayer::MaxMean, frames: 40, ..MusicnnOptions::default() };
        let musicnn = EncoderOptions::Musicnn(musicnn);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| run(&musicnn, &source, &[0, 1], 3, &mut |_, _| {}).unwrap())
        };
        let one = with(1);
        assert!(one.iter().all(|(.., output, tags)| output.len() == 1506 && tags.len() == 50));
        assert_ne!(one[0].2, one[1].2);
        assert_eq!(one, with(2));
        assert_eq!(one, with(5));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let mut chunks = vec![vec![vec![1.0; 24]; 2]; 3];
        chunks[1][1][5] = f32::NAN;
        chunks[2].clear();
        let source = Fixture::new(1, 24, chunks);
        let options = EncoderOptions::Embeddings(EmbeddingsOptions { dim: 24 });
        let run = |track| run(&options, &source, &[track], 8, &mut |_, _| {});
        assert!(matches!(run(1), Err(EmbedError::NotFinite { track: 1, chunk: 1 })));
        assert!(matches!(run(2), Err(EmbedError::NoChunks { track: 2 })));
        let backbone = options.init::<Flex>(1, &FlexDevice).unwrap();
        let mut full = |_, chunk, _: &[f32], _: &[f32]| if chunk == 1 { Err(io::Error::other("full")) } else { Ok(()) };
        let mut store = |cancel| {
            run_backbone(&backbone, &source, &[0], 1, &mut full, &mut |_, _| {}, &AtomicBool::new(cancel)).unwrap_err()
        };
        assert!(matches!(store(false), EmbedError::Store { track: 0, chunk: 1, .. }));
        assert!(matches!(store(true), EmbedError::Cancelled));
    }
}
