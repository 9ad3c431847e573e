//! Turns the items of a batch into features, ahead of time and on another thread.

use std::ops::Range;

use super::augment::AugmentOptions;
use super::prefetch::prefetch;
use super::rng::{CounterRng, Purpose};
use super::sampling::BatchSampler;
use super::source::{FeatureSource, ReadError, read_checked};

/// The features of one batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// `[len, frames, mels]`, row-major.
    pub features: Vec<f32>,
    /// Items, frames and mels.
    pub shape: [usize; 3],
    /// What the items are to training.
    pub targets: Targets,
}

/// What the items of a batch are to training.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Items of known sub-genres.
    Labelled {
        /// The sub-genre of every item: `[len]`.
        sub_genres: Vec<u32>,
        /// The track of every item: `[len]`.
        tracks: Vec<u32>,
    },
    /// Triplets: the first third of the items are anchors, the second their positives, the last their negatives.
    Triplets,
}

/// Assembles batches: reads their chunks, crops them at random to the frames that the model takes, and augments them.
/// A batch depends on the seed and its index alone.
pub struct BatchAssembler<'a> {
    source: &'a dyn FeatureSource,
    sampler: &'a dyn BatchSampler,
    sub_genres: Option<&'a [u32]>,
    augment: &'a AugmentOptions,
    frames: usize,
    seed: u64,
}

impl<'a> BatchAssembler<'a> {
    /// `sub_genres` holds the sub-genre of every track of the library, `None` where the sampler draws triplets. `frames`
    /// is what the model takes per item; at most the chunk's own number of frames is used.
    pub fn new(
        source: &'a dyn FeatureSource,
        sampler: &'a dyn BatchSampler,
        sub_genres: Option<&'a [u32]>,
        augment: &'a AugmentOptions,
        frames: usize,
        seed: u64,
    ) -> Self {
        Self { source, sampler, sub_genres, augment, frames: frames.min(source.frames()), seed }
    }

    /// The features of batch `index`.
    pub fn assemble(&self, index: u64) -> Result<Batch, ReadError> {
        let mels = self.source.mels();
        let items = self.sampler.batch(index);
        let mut features = Vec::with_capacity(items.len() * self.frames * mels);
        let mut chunk = Vec::new();
        for (slot, item) in items.iter().enumerate() {
            read_checked(self.source, item.track, item.chunk, &mut chunk)?;
            let counters = [index, slot as u64];
            let latest = self.source.frames() - self.frames;
            let first = CounterRng::new(self.seed, Purpose::Crop, counters).below(latest + 1);
            let start = features.len();
            features.extend_from_slice(&chunk[first * mels..(first + self.frames) * mels]);
            self.augment.apply(
                &mut features[start..],
                mels,
                &mut CounterRng::new(self.seed, Purpose::Augment, counters),
            );
        }
        let targets = match self.sub_genres {
            Some(sub_genres) => Targets::Labelled {
                sub_genres: items.iter().map(|item| sub_genres[item.track]).collect(),
                tracks: items.iter().map(|item| item.track as u32).collect(),
            },
            None => Targets::Triplets,
        };
        Ok(Batch { features, shape: [items.len(), self.frames, mels], targets })
    }

    /// Assembles the batches of `range` in order on another thread, at most `ahead` of them before they are asked for,
    /// and passes them to `consume`. Stops early when `consume` returns.
    pub fn prefetch<R>(
        &self,
        range: Range<u64>,
        ahead: usize,
        consume: impl FnOnce(&mut dyn Iterator<Item = Result<Batch, ReadError>>) -> R,
    ) -> R {
        prefetch(range, ahead, |index| self.assemble(index), consume)
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "values are copied, not computed")]
mod tests {
    use super::*;
    use crate::dataset::fixture::Fixture;
    use crate::dataset::{PlaylistSampling, SamplingOptions};

    fn sampler(labels: &[u32], source: &Fixture, seed: u64) -> Box<dyn BatchSampler> {
        let tracks: Vec<usize> = (0..labels.len()).collect();
        let options = SamplingOptions::Playlists(PlaylistSampling { playlists: 2, tracks: 2 });
        options.plan(&tracks, labels, source, seed).unwrap()
    }

    fn with_assembler<R>(frames: usize, run: impl FnOnce(&BatchAssembler<'_>, &Fixture) -> R) -> R {
        let labels = [0, 0, 0, 1, 1, 1];
        let source = Fixture::numbered(6, 3, 10, 4);
        let sampler = sampler(&labels, &source, 8);
        let augment = AugmentOptions::default();
        run(&BatchAssembler::new(&source, sampler.as_ref(), Some(&labels), &augment, frames, 8), &source)
    }

    #[test]
    fn items_are_windows_of_their_chunks() {
        with_assembler(6, |assembler, source| {
            let mut firsts = Vec::new();
            for index in 0..50 {
                let batch = assembler.assemble(index).unwrap();
                assert_eq!(batch.shape, [4, 6, 4]);
                for (item, values) in assembler.sampler.batch(index).iter().zip(batch.features.chunks_exact(24)) {
                    let chunk = source.chunk(item.track, item.chunk);
                    let first = chunk.iter().position(|&value| value == values[0]).unwrap();
                    assert_eq!(first % 4, 0);
                    assert_eq!(values, &chunk[first..first + 24]);
                    firsts.push(first / 4);
                }
            }
            firsts.sort_unstable();
            firsts.dedup();
            assert_eq!(firsts, [0, 1, 2, 3, 4]);
        });
    }

    #[test]
    fn prefetching_changes_nothing_and_may_stop_early() {
        with_assembler(10, |assembler, _| {
            let ahead: Vec<Batch> = assembler.prefetch(3..9, 2, |batches| batches.map(Result::unwrap).collect());
            let direct: Vec<Batch> = (3..9).map(|index| assembler.assemble(index).unwrap()).collect();
            assert_eq!(ahead, direct);
            let first = assembler.prefetch(0..1_000_000, 2, |batches| batches.next().unwrap().unwrap());
            assert_eq!(first, assembler.assemble(0).unwrap());
        });
    }

    #[test]
    fn a_chunk_of_the_wrong_length_names_its_track() {
        let mut source = Fixture::numbered(4, 1, 3, 2);
        source.truncate(2);
        let sampler = sampler(&[0, 0, 1, 1], &source, 0);
        let augment = AugmentOptions::default();
        let assembler = BatchAssembler::new(&source, sampler.as_ref(), None, &augment, 3, 0);
        let error = assembler.prefetch(0..4, 2, |batches| batches.last()).unwrap().unwrap_err();
        assert_eq!((error.track, error.chunk), (2, 0));
        assert_eq!(error.source.to_string(), "expected 6 values, found 5");
    }
}
