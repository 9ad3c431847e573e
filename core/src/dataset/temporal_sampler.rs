//! Triplets of neighbours in time, without labels.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rng::{CounterRng, Purpose};
use super::sampling::{BatchItem, BatchSampler, SamplerError, usable};
use super::source::FeatureSource;

/// Triplets of Tile2Vec (Jean et al. 2019, "Tile2Vec: unsupervised representation learning for spatially distributed
/// data", section 3.1), carried over to time: what is near in a track belongs together, and another track is the
/// opposite, whatever its label. Labels are not looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TemporalSampling {
    /// Triplets per batch; a batch holds three times as many chunks.
    pub anchors: usize,
    /// How far the starts of an anchor and its neighbour may lie apart, in seconds.
    pub neighbourhood_s: f64,
}

impl Default for TemporalSampling {
    fn default() -> Self {
        Self { anchors: 32, neighbourhood_s: 5.0 }
    }
}

impl TemporalSampling {
    /// The same neighbourhood with another number of triplets per batch.
    pub(crate) fn with_anchors(&self, anchors: usize) -> Self {
        Self { anchors, ..self.clone() }
    }
}

/// Starts of chunks are products of a hop; this much may be rounding.
const ROUNDING_S: f64 = 1e-6;

/// Draws triplets: an anchor, a random chunk that starts within the neighbourhood of it in the same track, and a random
/// chunk of another random track. Tracks are dealt from shuffled decks, so that all are anchors equally often; a chunk
/// without neighbours is no anchor.
pub(crate) struct TemporalSampler {
    /// All tracks with the number of their chunks.
    tracks: Vec<(usize, usize)>,
    /// Those that have anchors, as places in `tracks`.
    anchored: Vec<Anchored>,
    anchors: usize,
    seed: u64,
}

struct Anchored {
    place: usize,
    /// Chunks that can be anchors, with their neighbours.
    anchors: Vec<(usize, Vec<usize>)>,
}

impl TemporalSampler {
    pub(crate) fn new(
        tracks: &[usize],
        source: &dyn FeatureSource,
        options: &TemporalSampling,
        seed: u64,
    ) -> Result<Self, SamplerError> {
        let tracks = usable(tracks, source);
        if tracks.len() < 2 {
            return Err(SamplerError::TooFewTracks { found: tracks.len() });
        }
        let reach = options.neighbourhood_s + ROUNDING_S;
        let anchored: Vec<Anchored> = tracks
            .iter()
            .enumerate()
            .map(|(place, &(track, chunks))| {
                let starts: Vec<f64> = (0..chunks).map(|chunk| source.chunk_start_s(track, chunk)).collect();
                let near = |anchor: usize| -> Vec<usize> {
                    let is_near = |other: &usize| *other != anchor && (starts[*other] - starts[anchor]).abs() <= reach;
                    (0..chunks).filter(is_near).collect()
                };
                let anchors = (0..chunks).map(|anchor| (anchor, near(anchor))).filter(|(_, near)| !near.is_empty());
                Anchored { place, anchors: anchors.collect() }
            })
            .filter(|track| !track.anchors.is_empty())
            .collect();
        if anchored.is_empty() {
            return Err(SamplerError::NoNeighbours { neighbourhood_s: options.neighbourhood_s });
        }
        Ok(Self { tracks, anchored, anchors: options.anchors.max(1), seed })
    }

    /// Chunks that can be anchors.
    pub(super) fn anchor_total(&self) -> usize {
        self.anchored.iter().map(|track| track.anchors.len()).sum()
    }

    /// The anchor, neighbour and opposite of triplet `slot` of a batch.
    fn triplet(&self, track: &Anchored, index: u64, slot: u64) -> [BatchItem; 3] {
        let mut rng = CounterRng::new(self.seed, Purpose::Triplets, [index, slot]);
        let own = self.tracks[track.place].0;
        let (anchor, neighbours) = &track.anchors[rng.below(track.anchors.len())];
        let neighbour = neighbours[rng.below(neighbours.len())];
        let other = (track.place + 1 + rng.below(self.tracks.len() - 1)) % self.tracks.len();
        let (opposite, chunks) = self.tracks[other];
        [
            BatchItem { track: own, chunk: *anchor },
            BatchItem { track: own, chunk: neighbour },
            BatchItem { track: opposite, chunk: rng.below(chunks) },
        ]
    }
}

impl BatchSampler for TemporalSampler {
    fn batch_len(&self) -> usize {
        3 * self.anchors
    }

    /// As many anchors as there are.
    fn batches_per_epoch(&self) -> usize {
        self.anchor_total().div_ceil(self.anchors)
    }

    /// All anchors, then their neighbours, then their opposites.
    fn batch(&self, index: u64) -> Vec<BatchItem> {
        let len = self.anchored.len() as u64;
        let mut deck = (u64::MAX, Vec::new());
        let triplets: Vec<[BatchItem; 3]> = (0..self.anchors as u64)
            .map(|slot| {
                let place = index * self.anchors as u64 + slot;
                let round = place / len;
                if deck.0 != round {
                    let order = CounterRng::new(self.seed, Purpose::Anchors, [round, 0]).permutation(len as usize);
                    deck = (round, order);
                }
                self.triplet(&self.anchored[deck.1[(place % len) as usize]], index, slot)
            })
            .collect();
        (0..3).flat_map(|role| triplets.iter().map(move |triplet| triplet[role])).collect()
    }

    fn class_draws(&self) -> Vec<(u32, f64)> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::dataset::fixture::Fixture;

    fn sampler(chunks: &[usize], anchors: usize, neighbourhood_s: f64) -> Result<TemporalSampler, SamplerError> {
        let source = Fixture::new(1, 1, chunks.iter().map(|&chunks| vec![vec![0.0]; chunks]).collect());
        let train: Vec<usize> = (0..chunks.len()).collect();
        TemporalSampler::new(&train, &source, &TemporalSampling { anchors, neighbourhood_s }, 3)
    }

    #[test]
    fn triplets_are_neighbours_and_opposites() {
        // Chunks of the fixture start 5 s apart. Track 1 has no neighbours but can be an opposite.
        let chunks = [6, 1, 4, 0, 9];
        let sampler = sampler(&chunks, 7, 10.0).unwrap();
        assert_eq!((sampler.batch_len(), sampler.anchor_total(), sampler.batches_per_epoch()), (21, 19, 3));
        let mut anchors = BTreeMap::<usize, usize>::new();
        let (mut gaps, mut opposites) = (BTreeMap::<usize, usize>::new(), BTreeMap::<usize, usize>::new());
        for index in 0..300 {
            let batch = sampler.batch(index);
            assert_eq!(batch, sampler.batch(index));
            for slot in 0..7 {
                let [anchor, neighbour, opposite] = [0, 7, 14].map(|start| batch[start + slot]);
                assert_eq!(anchor.track, neighbour.track);
                assert_ne!(anchor.track, opposite.track);
                assert!(batch[slot].chunk < chunks[anchor.track] && opposite.chunk < chunks[opposite.track]);
                *anchors.entry(anchor.track).or_default() += 1;
                *gaps.entry(anchor.chunk.abs_diff(neighbour.chunk)).or_default() += 1;
                *opposites.entry(opposite.track).or_default() += 1;
            }
        }
        // 2100 anchors dealt from decks of three tracks.
        assert_eq!(anchors, [(0, 700), (2, 700), (4, 700)].into());
        assert_eq!(gaps.keys().copied().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(opposites.keys().copied().collect::<Vec<_>>(), [0, 1, 2, 4]);
    }

    #[test]
    fn what_gives_no_triplets_is_refused() {
        assert_eq!(sampler(&[4, 0], 2, 5.0).err(), Some(SamplerError::TooFewTracks { found: 1 }));
        assert_eq!(sampler(&[1, 1], 2, 5.0).err(), Some(SamplerError::NoNeighbours { neighbourhood_s: 5.0 }));
        assert_eq!(sampler(&[4, 4], 2, 4.9).err(), Some(SamplerError::NoNeighbours { neighbourhood_s: 4.9 }));
        assert!(sampler(&[4, 4], 2, 5.0).is_ok());
    }
}
