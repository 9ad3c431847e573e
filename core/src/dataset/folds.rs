//! Folds for cross-validation: every track is held out once.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::rng::{CounterRng, Purpose};
use super::split::{SplitOptions, SplitTracks};

/// Where the folds of a cross-validation come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected null, \"official\", or an object such as {\"k\": 5, \"repeats\": 1}")]
pub enum CrossValidation {
    /// `"official"`: the folds that the library's manifest or file names give.
    Official(OfficialFolds),
    /// `{"k": 5, "repeats": 1}`: folds that are drawn here.
    Stratified(StratifiedFolds),
}

/// The word for folds that the library comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfficialFolds {
    /// The only one.
    Official,
}

/// How many folds are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StratifiedFolds {
    /// Folds, 2 to 100.
    pub k: usize,
    /// How often the library is divided anew, 1 to 100.
    pub repeats: usize,
}

impl Default for StratifiedFolds {
    fn default() -> Self {
        Self { k: 5, repeats: 1 }
    }
}

/// Folds that cannot be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FoldError {
    /// A number is out of range.
    #[error("cross_validation.{field}: expected a number from {} to {}, found {found}", expected.start, expected.end - 1)]
    Number {
        /// The field of [`StratifiedFolds`].
        field: &'static str,
        /// The numbers that are allowed.
        expected: Range<usize>,
        /// The number found.
        found: usize,
    },
    /// The library does not say of its tracks which fold they are in.
    #[error(
        "cross_validation: expected tracks in 2 or more official folds, found {found}; \
         set `fold_pattern` of the library, or add a column `fold` to its manifest"
    )]
    NoOfficialFolds {
        /// Folds found.
        found: usize,
    },
    /// Nothing is left to train on.
    #[error("validate_on_next_fold: expected 3 or more folds, found {found}, of which none is left for training")]
    NoFoldToTrain {
        /// Folds there are.
        found: usize,
    },
    /// More folds than tracks.
    #[error("cross_validation.k: expected at most as many folds as there are tracks ({tracks}), found {k}")]
    TooFewTracks {
        /// Folds asked for.
        k: usize,
        /// Tracks of the library.
        tracks: usize,
    },
}

impl CrossValidation {
    /// Checks the numbers.
    pub fn validate(&self) -> Result<(), FoldError> {
        let Self::Stratified(StratifiedFolds { k, repeats }) = self else { return Ok(()) };
        for (field, found, expected) in [("k", *k, 2..101), ("repeats", *repeats, 1..101)] {
            if !expected.contains(&found) {
                return Err(FoldError::Number { field, expected, found });
            }
        }
        Ok(())
    }
}

/// One run of a cross-validation: the fold that is held out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldOut {
    /// Which division of the library, from 0.
    pub repeat: usize,
    /// Which of its folds, from 0.
    pub fold: usize,
}

/// Divisions of a library into folds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folds {
    names: Vec<String>,
    /// Of every repeat the fold of every track; a track without one is never held out.
    repeats: Vec<Vec<Option<usize>>>,
}

impl Folds {
    /// The folds that the library's owner names, `[n]`, in the order of their numbers, then of their names. Tracks
    /// without a name belong to none: they train in every run.
    ///
    /// # Errors
    /// [`FoldError::NoOfficialFolds`] for fewer than two folds.
    pub fn official(names: &[Option<&str>]) -> Result<Self, FoldError> {
        let number = |name: &str| name.parse::<u64>().unwrap_or(u64::MAX);
        let mut distinct: Vec<&str> = names.iter().flatten().map(|name| name.trim()).collect();
        distinct.sort_unstable_by_key(|&name| (number(name), name));
        distinct.dedup();
        if distinct.len() < 2 {
            return Err(FoldError::NoOfficialFolds { found: distinct.len() });
        }
        let place = |name: &str| distinct.iter().position(|&d| d == name.trim());
        let folds = names.iter().map(|name| name.and_then(place)).collect();
        Ok(Self { names: distinct.into_iter().map(str::to_string).collect(), repeats: vec![folds] })
    }

    /// Draws folds in which every sub-genre has its share, as nearly as keeping groups together allows (after
    /// Sechidis, Tsoumakas and Vlahavas 2011): whole groups, the largest first, go to the fold that they overfill least
    /// and that needs them most. Where one group holds all tracks of a sub-genre, which would then never train and be
    /// tested at once, its tracks are dealt one by one; [`Split::for_fold`](super::Split::for_fold) says so.
    ///
    /// The parts in [`SplitTracks`] are not asked. Depends on nothing but its arguments.
    ///
    /// # Errors
    /// Numbers out of range, or more folds than tracks.
    pub fn stratified(
        tracks: &SplitTracks<'_>,
        options: &SplitOptions,
        folds: &StratifiedFolds,
        seed: u64,
    ) -> Result<Self, FoldError> {
        CrossValidation::Stratified(*folds).validate()?;
        let n = tracks.sub_genres.len();
        if folds.k > n {
            return Err(FoldError::TooFewTracks { k: folds.k, tracks: n });
        }
        let groups = divided(tracks, options);
        let repeats = (0..folds.repeats as u64).map(|repeat| {
            let mut order = groups.clone();
            CounterRng::new(seed, Purpose::Folds, [repeat, 0]).shuffle(&mut order);
            order.sort_by_key(|group| std::cmp::Reverse(group.len()));
            deal(tracks.sub_genres, &order, folds.k)
        });
        Ok(Self { names: (1..=folds.k).map(|fold| fold.to_string()).collect(), repeats: repeats.collect() })
    }

    /// Number of folds in one repeat, at least 2.
    pub fn count(&self) -> usize {
        self.names.len()
    }

    /// What the folds are called, `[count]`.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The fold of every track in one repeat, `[n]`; `None` for a track that belongs to none.
    ///
    /// # Panics
    /// When there is no such repeat.
    pub fn of_tracks(&self, repeat: usize) -> &[Option<usize>] {
        &self.repeats[repeat]
    }

    /// All runs: every fold of the first repeat, then of the next.
    pub fn held_out(&self) -> impl ExactSizeIterator<Item = HeldOut> + use<> {
        let count = self.count();
        (0..self.repeats.len() * count).map(move |run| HeldOut { repeat: run / count, fold: run % count })
    }
}

/// Groups, from which those tracks are taken, recording by recording, whose sub-genre has several, all of them in the
/// group.
fn divided(tracks: &SplitTracks<'_>, options: &SplitOptions) -> Vec<Vec<usize>> {
    let sub_genres = tracks.sub_genres;
    let totals = totals(sub_genres);
    let mut copies_of = vec![Vec::new(); sub_genres.len()];
    for copies in tracks.copies() {
        let first = copies[0];
        copies_of[first] = copies;
    }
    tracks
        .components(options)
        .into_iter()
        .flat_map(|group| {
            let whole: Vec<usize> = histogram(sub_genres, &group)
                .filter(|&(class, tracks)| tracks > 1 && tracks == totals[class])
                .map(|(class, _)| class)
                .collect();
            let recordings = group.into_iter().map(|track| std::mem::take(&mut copies_of[track]));
            let (single, together): (Vec<Vec<usize>>, Vec<Vec<usize>>) = recordings
                .filter(|copies| !copies.is_empty())
                .partition(|copies| copies.iter().any(|&track| whole.contains(&(sub_genres[track] as usize))));
            let mut together: Vec<usize> = together.into_iter().flatten().collect();
            together.sort_unstable();
            let together = (!together.is_empty()).then_some(together);
            single.into_iter().chain(together).collect::<Vec<_>>()
        })
        .collect()
}

/// Tracks of every sub-genre.
fn totals(sub_genres: &[u32]) -> Vec<usize> {
    let classes = sub_genres.iter().max().map_or(0, |&last| last as usize + 1);
    let mut totals = vec![0; classes];
    for &class in sub_genres {
        totals[class as usize] += 1;
    }
    totals
}

/// Tracks of a group by sub-genre.
fn histogram(sub_genres: &[u32], group: &[usize]) -> impl Iterator<Item = (usize, usize)> + use<> {
    let mut classes: Vec<usize> = group.iter().map(|&track| sub_genres[track] as usize).collect();
    classes.sort_unstable();
    let runs: Vec<(usize, usize)> = classes.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect();
    runs.into_iter()
}

/// Deals groups in their order: the fold of every track.
fn deal(sub_genres: &[u32], groups: &[Vec<usize>], k: usize) -> Vec<Option<usize>> {
    let totals = totals(sub_genres);
    let mut counts = vec![vec![0usize; totals.len()]; k];
    let mut sizes = vec![0usize; k];
    let mut folds = vec![None; sub_genres.len()];
    for group in groups {
        let judge = |fold: usize| {
            let (mut excess, mut need) = (0, 0.0);
            for (class, tracks) in histogram(sub_genres, group) {
                let count = counts[fold][class];
                excess += (count + tracks).saturating_sub(totals[class].div_ceil(k));
                need += tracks as f64 * (1.0 - (count * k) as f64 / totals[class] as f64);
            }
            (excess, need)
        };
        let mut best = (0, judge(0));
        for fold in 1..k {
            let (excess, need) = judge(fold);
            let (best_fold, (best_excess, best_need)) = best;
            let fuller = sizes[fold] >= sizes[best_fold];
            if excess < best_excess || (excess == best_excess && (need > best_need || (need >= best_need && !fuller))) {
                best = (fold, (excess, need));
            }
        }
        for &track in group {
            counts[best.0][sub_genres[track] as usize] += 1;
            folds[track] = Some(best.0);
        }
        sizes[best.0] += group.len();
    }
    folds
}

#[cfg(test)]
#[path = "folds_tests.rs"]
mod tests;
