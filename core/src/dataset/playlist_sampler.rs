//! Which chunks make up a batch: P playlists with K tracks each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rng::{CounterRng, Purpose};
use super::sampling::{BatchItem, BatchSampler, SamplerError, usable};
use super::source::FeatureSource;

/// A few playlists (sub-genres) with a few tracks each, one random chunk per track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlaylistSampling {
    /// Playlists per batch; all of them where there are fewer.
    pub playlists: usize,
    /// Distinct tracks per playlist in a batch.
    pub tracks: usize,
}

impl Default for PlaylistSampling {
    fn default() -> Self {
        Self { playlists: 8, tracks: 4 }
    }
}

/// Draws batches of P playlists with K tracks each (Hermans, Beyer and Leibe 2017, section 2), one random chunk per
/// track.
///
/// Playlists and tracks are dealt from shuffled decks rather than
/// drawn afresh, so that all are seen equally often: with C playlists, `C / P` batches use each playlist at most once,
/// and within a playlist of n tracks `n / K` visits use each track at most once.
///
/// A playlist with fewer than K tracks gives all of them, then the same tracks again with other chunks (and the same
/// chunks again where there are no others); P is lowered to the number of playlists there are.
pub(super) struct PlaylistSampler {
    playlists: Vec<Playlist>,
    playlists_per_batch: usize,
    tracks_per_playlist: usize,
    chunk_total: usize,
    seed: u64,
}

struct Playlist {
    sub_genre: u32,
    /// Tracks with the number of their chunks.
    tracks: Vec<(usize, usize)>,
}

impl PlaylistSampler {
    pub(super) fn new(
        train: &[usize],
        sub_genres: &[u32],
        source: &dyn FeatureSource,
        options: &PlaylistSampling,
        seed: u64,
    ) -> Result<Self, SamplerError> {
        let mut tracks = usable(train, source);
        tracks.sort_unstable_by_key(|&(track, _)| (sub_genres[track], track));
        let playlists: Vec<Playlist> = tracks
            .chunk_by(|(a, _), (b, _)| sub_genres[*a] == sub_genres[*b])
            .map(|tracks| Playlist { sub_genre: sub_genres[tracks[0].0], tracks: tracks.to_vec() })
            .collect();
        if playlists.len() < 2 {
            return Err(SamplerError::TooFewSubGenres { found: playlists.len() });
        }
        Ok(Self {
            playlists_per_batch: options.playlists.clamp(2, playlists.len()),
            tracks_per_playlist: options.tracks.max(1),
            playlists,
            chunk_total: tracks.iter().map(|&(_, chunks)| chunks).sum(),
            seed,
        })
    }

    /// The items of one playlist on its visit number `round`.
    fn visit(&self, playlist: usize, round: u64, batch: u64) -> impl Iterator<Item = BatchItem> {
        let wanted = self.tracks_per_playlist;
        let Playlist { sub_genre, tracks } = &self.playlists[playlist];
        let deals = (tracks.len() / wanted).max(1) as u64;
        let keys = [round / deals, u64::from(*sub_genre)];
        let order = CounterRng::new(self.seed, Purpose::Tracks, keys).permutation(tracks.len());
        let start = (round % deals) as usize * wanted;
        (0..wanted).map(move |slot| {
            let (track, chunks) = tracks[order[(start + slot) % tracks.len()]];
            let repeat = slot / tracks.len();
            let chunk_order = CounterRng::new(self.seed, Purpose::Chunks, [batch, track as u64]).permutation(chunks);
            BatchItem { track, chunk: chunk_order[repeat % chunks] }
        })
    }
}

impl BatchSampler for PlaylistSampler {
    fn batch_len(&self) -> usize {
        self.playlists_per_batch * self.tracks_per_playlist
    }

    /// As many chunks as there are.
    fn batches_per_epoch(&self) -> usize {
        self.chunk_total.div_ceil(self.batch_len())
    }

    /// Playlist by playlist.
    fn batch(&self, index: u64) -> Vec<BatchItem> {
        let deals = (self.playlists.len() / self.playlists_per_batch) as u64;
        let (round, deal) = (index / deals, (index % deals) as usize);
        let order = CounterRng::new(self.seed, Purpose::Playlists, [round, 0]).permutation(self.playlists.len());
        order[deal * self.playlists_per_batch..][..self.playlists_per_batch]
            .iter()
            .flat_map(|&playlist| self.visit(playlist, round, index))
            .collect()
    }

    /// All alike.
    fn class_draws(&self) -> Vec<(u32, f64)> {
        self.playlists.iter().map(|playlist| (playlist.sub_genre, 1.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::dataset::fixture::Fixture;

    fn labels(sizes: &[usize]) -> Vec<u32> {
        sizes.iter().enumerate().flat_map(|(label, &size)| std::iter::repeat_n(label as u32, size)).collect()
    }

    fn sampler(sizes: &[usize], chunks: usize, p: usize, k: usize, seed: u64) -> PlaylistSampler {
        let labels = labels(sizes);
        let source = Fixture::zeros(labels.len(), chunks, 1, 1);
        let train: Vec<usize> = (0..labels.len()).collect();
        let options = PlaylistSampling { playlists: p, tracks: k };
        PlaylistSampler::new(&train, &labels, &source, &options, seed).unwrap()
    }

    proptest! {
        #[test]
        fn batches_hold_k_distinct_tracks_of_p_playlists(
            sizes in prop::collection::vec(1usize..12, 2..9),
            chunks in 1usize..5,
            p in 2usize..10,
            k in 1usize..7,
            seed: u64,
            index in 0u64..1000,
        ) {
            let sampler = sampler(&sizes, chunks, p, k, seed);
            let labels = labels(&sizes);
            let batch = sampler.batch(index);
            prop_assert_eq!(&batch, &sampler.batch(index));
            prop_assert_eq!(batch.len(), p.min(sizes.len()) * k);
            let mut by_playlist = BTreeMap::<u32, Vec<BatchItem>>::new();
            for item in batch {
                prop_assert!(item.chunk < chunks);
                by_playlist.entry(labels[item.track]).or_default().push(item);
            }
            prop_assert_eq!(by_playlist.len(), p.min(sizes.len()));
            for (label, items) in by_playlist {
                let size = sizes[label as usize];
                prop_assert_eq!(items.len(), k);
                let tracks: BTreeSet<usize> = items.iter().map(|item| item.track).collect();
                prop_assert_eq!(tracks.len(), k.min(size));
                // A repeated track comes with another chunk while there is one.
                let distinct: BTreeSet<(usize, usize)> = items.iter().map(|item| (item.track, item.chunk)).collect();
                prop_assert!(distinct.len() >= k.min(size * chunks) || size * chunks < k);
            }
        }
    }

    #[test]
    fn all_tracks_are_seen_equally_often() {
        let sampler = sampler(&[4, 8, 6, 4], 3, 2, 2, 5);
        let mut seen = BTreeMap::<usize, usize>::new();
        for index in 0..48 {
            for item in sampler.batch(index) {
                *seen.entry(item.track).or_default() += 1;
            }
        }
        // 24 rounds of every playlist, 2 tracks each: 48 draws over 4, 8, 6 and 4 tracks.
        let counts: Vec<usize> = seen.into_values().collect();
        assert_eq!(counts[..4], [12; 4]);
        assert_eq!(counts[4..12], [6; 8]);
        assert_eq!(counts[12..18], [8; 6]);
        assert_eq!(counts[18..], [12; 4]);
    }

    #[test]
    fn one_sub_genre_is_refused() {
        let source = Fixture::zeros(3, 1, 1, 1);
        let result = PlaylistSampler::new(&[0, 1, 2], &[4, 4, 4], &source, &PlaylistSampling::default(), 0);
        assert_eq!(result.err(), Some(SamplerError::TooFewSubGenres { found: 1 }));
    }
}
