//! All chunks in turn, in random order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rng::{CounterRng, Purpose};
use super::sampling::{BatchItem, BatchSampler, SamplerError, usable};
use super::source::FeatureSource;
use crate::train::OptionError;

/// Every training chunk once per round, in an order that is drawn anew for every round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ShuffleSampling {
    /// Chunks per batch.
    pub batch_size: usize,
    /// Repeats the chunks of rare sub-genres; null repeats none.
    pub oversample: Option<Oversample>,
}

/// How often a round repeats the chunks of a sub-genre: `min(cap, ceil(p_max / p^exponent))` times, where p is the
/// sub-genre's share of the chunks and `p_max` the largest share (`data/AudioDataset.py` of `GenreAST`). Exponent 0
/// repeats nothing, and with 1 all sub-genres are drawn about equally often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Oversample {
    /// From 0, which repeats nothing, to 1, which evens out.
    pub exponent: f64,
    /// The most repetitions.
    pub cap: usize,
}

impl Default for ShuffleSampling {
    fn default() -> Self {
        Self { batch_size: 32, oversample: None }
    }
}

impl Default for Oversample {
    fn default() -> Self {
        Self { exponent: 1.0, cap: 10 }
    }
}

impl Oversample {
    pub(super) fn validate(&self) -> Result<(), OptionError> {
        let exponent = self.exponent;
        if !(0.0..=1.0).contains(&exponent) {
            let message = format!("expected from 0 to 1, found {exponent}");
            return Err(OptionError::new("sampling.oversample.exponent", message));
        }
        if self.cap == 0 {
            return Err(OptionError::new("sampling.oversample.cap", "expected at least 1, found 0"));
        }
        Ok(())
    }

    /// Repetitions of a sub-genre of share `p`.
    fn repetitions(&self, p: f64, p_max: f64) -> usize {
        // A share is a quotient of counts: without the allowance 3 times as many could round up to 4 repetitions.
        let wanted = (p_max / p.powf(self.exponent) - 1e-9).ceil();
        (wanted as usize).clamp(1, self.cap.max(1))
    }
}

/// Deals all chunks, repeated ones included, from a deck that is shuffled when it is used up.
pub(super) struct ShuffleSampler {
    deck: Vec<BatchItem>,
    class_draws: Vec<(u32, f64)>,
    batch_size: usize,
    seed: u64,
    /// The order of the last round asked for.
    order: Mutex<(u64, Vec<usize>)>,
}

impl ShuffleSampler {
    pub(super) fn new(
        train: &[usize],
        sub_genres: &[u32],
        source: &dyn FeatureSource,
        options: &ShuffleSampling,
        seed: u64,
    ) -> Result<Self, SamplerError> {
        let tracks = usable(train, source);
        let mut counts = BTreeMap::<u32, usize>::new();
        for &(track, chunks) in &tracks {
            *counts.entry(sub_genres[track]).or_default() += chunks;
        }
        if counts.len() < 2 {
            return Err(SamplerError::TooFewSubGenres { found: counts.len() });
        }
        let total = counts.values().sum::<usize>() as f64;
        let p_max = counts.values().max().map_or(0.0, |&count| count as f64 / total);
        let repetitions: BTreeMap<u32, usize> = counts
            .iter()
            .map(|(&class, &count)| {
                let repetitions = options.oversample.as_ref().map(|o| o.repetitions(count as f64 / total, p_max));
                (class, repetitions.unwrap_or(1))
            })
            .collect();
        let deck = tracks
            .iter()
            .flat_map(|&(track, chunks)| (0..chunks).map(move |chunk| BatchItem { track, chunk }))
            .flat_map(|item| std::iter::repeat_n(item, repetitions[&sub_genres[item.track]]))
            .collect();
        let class_draws = counts.iter().map(|(class, &count)| (*class, (count * repetitions[class]) as f64)).collect();
        Ok(Self { deck, class_draws, batch_size: options.batch_size.max(1), seed, order: Mutex::default() })
    }

    /// Which card of the deck lies at a place of the endless sequence of shuffled decks.
    fn card(&self, order: &mut (u64, Vec<usize>), place: u64) -> BatchItem {
        let len = self.deck.len() as u64;
        let round = place / len;
        if order.1.is_empty() || order.0 != round {
            *order = (round, CounterRng::new(self.seed, Purpose::Shuffle, [round, 0]).permutation(self.deck.len()));
        }
        self.deck[order.1[(place % len) as usize]]
    }
}

impl BatchSampler for ShuffleSampler {
    fn batch_len(&self) -> usize {
        self.batch_size
    }

    fn batches_per_epoch(&self) -> usize {
        self.deck.len().div_ceil(self.batch_size)
    }

    fn batch(&self, index: u64) -> Vec<BatchItem> {
        let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        let size = self.batch_size as u64;
        (index * size..(index + 1) * size).map(|place| self.card(&mut order, place)).collect()
    }

    fn class_draws(&self) -> Vec<(u32, f64)> {
        self.class_draws.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::dataset::fixture::Fixture;

    fn sampler(labels: &[u32], chunks: usize, options: &ShuffleSampling) -> ShuffleSampler {
        let source = Fixture::zeros(labels.len(), chunks, 1, 1);
        let train: Vec<usize> = (0..labels.len()).collect();
        ShuffleSampler::new(&train, labels, &source, options, 5).unwrap()
    }

    #[test]
    fn every_round_holds_every_chunk_once_in_another_order() {
        let sampler = sampler(&[0, 0, 1, 1, 1], 4, &ShuffleSampling { batch_size: 6, oversample: None });
        // 20 chunks per round: 10 batches of 6 are 3 rounds.
        let dealt: Vec<BatchItem> = (0..10).flat_map(|index| sampler.batch(index)).collect();
        let rounds: Vec<&[BatchItem]> = dealt.chunks(20).collect();
        assert_eq!(rounds.len(), 3);
        for round in &rounds {
            assert_eq!(round.iter().collect::<BTreeSet<_>>().len(), 20);
        }
        assert_ne!(rounds[0], rounds[1]);
        assert_eq!(sampler.batch(4), dealt[24..30]);
        assert_eq!((sampler.batch_len(), sampler.batches_per_epoch()), (6, 4));
    }

    #[test]
    fn rare_sub_genres_are_repeated() {
        // Shares 0.6, 0.3 and 0.1.
        let labels = [[0; 6].as_slice(), &[1; 3], &[2; 1]].concat();
        let drawn = |exponent, cap| {
            let oversample = Some(Oversample { exponent, cap });
            let sampler = sampler(&labels, 2, &ShuffleSampling { batch_size: 4, oversample });
            let mut counts = [0; 3];
            for item in &sampler.deck {
                counts[labels[item.track] as usize] += 1;
            }
            let draws: Vec<usize> = sampler.class_draws().into_iter().map(|(_, draws)| draws as usize).collect();
            assert_eq!(draws, counts);
            counts
        };
        assert_eq!(drawn(0.0, 10), [12, 6, 2]);
        assert_eq!(drawn(1.0, 10), [12, 12, 12]);
        assert_eq!(drawn(1.0, 4), [12, 12, 8]);
        // 0.6 / sqrt(0.3) = 1.10 and 0.6 / sqrt(0.1) = 1.90.
        assert_eq!(drawn(0.5, 10), [12, 12, 4]);
    }

    #[test]
    fn one_sub_genre_is_refused() {
        let source = Fixture::zeros(2, 1, 1, 1);
        let result = ShuffleSampler::new(&[0, 1], &[3, 3], &source, &ShuffleSampling::default(), 0);
        assert_eq!(result.err(), Some(SamplerError::TooFewSubGenres { found: 1 }));
    }
}
