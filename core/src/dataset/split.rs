//! The split of a library into training, validation and test tracks.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::groups::components;
use super::rng::{CounterRng, Purpose};

/// How a library is split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SplitOptions {
    /// The share of each sub-genre that validates during training: it chooses the best epoch.
    pub validation: f64,
    /// The share of each sub-genre that is held out until the end: the reported accuracy comes from it.
    pub test: f64,
    /// Keeps all tracks of an artist in one part.
    pub group_by_artist: bool,
}

impl Default for SplitOptions {
    fn default() -> Self {
        Self { validation: 0.15, test: 0.2, group_by_artist: true }
    }
}

/// A part of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Trains the model and makes the centroids.
    Train,
    /// Chooses the best epoch.
    Validation,
    /// Held out until the end.
    Test,
}

const PARTS: [Part; 3] = [Part::Train, Part::Validation, Part::Test];

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        })
    }
}

/// What is known of the tracks to split, each `[n]` in the library's order; a slice may end early (or be empty) where
/// nothing is known of the rest.
#[derive(Clone, Copy, Debug, Default)]
pub struct SplitTracks<'a> {
    /// The sub-genre of every track: this one is complete.
    pub sub_genres: &'a [u32],
    /// The artist of every track ([`group_ids`](super::group_ids)), used unless [`SplitOptions::group_by_artist`] is
    /// off.
    pub artists: &'a [Option<u64>],
    /// Further groupings that always hold: releases, near-duplicates.
    pub inseparable: &'a [&'a [Option<u64>]],
    /// Parts that the library's owner has chosen for single tracks.
    pub assigned: &'a [Option<Part>],
}

impl SplitTracks<'_> {
    fn assigned(&self, track: usize) -> Option<Part> {
        self.assigned.get(track).copied().flatten()
    }

    fn components(&self, options: &SplitOptions) -> Vec<Vec<usize>> {
        let mut groupings = self.inseparable.to_vec();
        if options.group_by_artist {
            groupings.push(self.artists);
        }
        components(self.sub_genres.len(), &groupings)
    }
}

/// Something about a split that its owner should know; it is still usable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SplitWarning {
    /// A part has no track of a sub-genre, because it has too few, or because of the owner's own assignment.
    Missing {
        /// Index of the sub-genre.
        sub_genre: u32,
        /// The part that lacks it.
        part: Part,
        /// Tracks of the sub-genre.
        tracks: usize,
    },
    /// Tracks that belong together are in different parts, because one group holds (nearly) a whole sub-genre: its
    /// accuracy may be too high.
    GroupDivided {
        /// Index of the sub-genre.
        sub_genre: u32,
        /// Tracks of the group.
        tracks: usize,
    },
    /// The owner's own assignment puts tracks that belong together in different parts.
    AssignmentDividesGroup {
        /// The tracks of the group.
        tracks: Vec<usize>,
    },
}

/// Three disjoint parts, which hold every track, each sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Tracks that train the model.
    pub train: Vec<usize>,
    /// Tracks that choose the best epoch.
    pub validation: Vec<usize>,
    /// Tracks held out until the end.
    pub test: Vec<usize>,
    /// Tracks whose groups had to be divided, sorted; each has a warning.
    pub ungrouped: Vec<usize>,
    /// What the owner should know.
    pub warnings: Vec<SplitWarning>,
}

/// Options that cannot be met.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SplitError {
    /// A share is no share.
    #[error("{field}: expected a share from 0 up to, but not including, 1, found {value}")]
    Share {
        /// The field of [`SplitOptions`].
        field: &'static str,
        /// Its value.
        value: f64,
    },
    /// Nothing is left to train on.
    #[error("validation and test: their sum must be below 1 to leave tracks for training, found {sum}")]
    NothingToTrain {
        /// Sum of both shares.
        sum: f64,
    },
}

/// A split that lets the model see what it is judged by.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Leak {
    /// A track is in two parts, or in none.
    #[error("track {track} is in {count} parts of the split, expected 1")]
    Parts {
        /// The track.
        track: usize,
        /// Parts it is in.
        count: usize,
    },
    /// Two tracks of a group are in different parts.
    #[error("tracks {first} and {second} belong together but are in different parts ({} and {})", parts[0], parts[1])]
    Group {
        /// A track of the group.
        first: usize,
        /// Another one.
        second: usize,
        /// Their parts.
        parts: [Part; 2],
    },
}

impl SplitOptions {
    /// Checks the shares.
    pub fn validate(&self) -> Result<(), SplitError> {
        for (field, value) in [("validation", self.validation), ("test", self.test)] {
            if !(0.0..1.0).contains(&value) {
                return Err(SplitError::Share { field, value });
            }
        }
        let sum = self.validation + self.test;
        if sum >= 1.0 {
            return Err(SplitError::NothingToTrain { sum });
        }
        Ok(())
    }

    /// Tracks of a sub-genre of `tracks` tracks for each part, in the order of [`PARTS`].
    fn targets(&self, tracks: usize) -> [usize; 3] {
        let share = |share: f64, fewest: usize| {
            if share == 0.0 || tracks < fewest { 0 } else { ((share * tracks as f64).round() as usize).max(1) }
        };
        let test = share(self.test, 2).min(tracks.saturating_sub(1));
        let validation = share(self.validation, 3).min(tracks.saturating_sub(test + 1));
        [tracks - validation - test, validation, test]
    }
}

impl Split {
    /// Splits a library, sub-genre by sub-genre (stratified) and group by group.
    ///
    /// Parts that the owner has assigned hold, and draw the rest of their group with them. Of the others, whole groups
    /// are dealt, the largest first, to the part that still needs them most and that they overfill least (after
    /// Sechidis, Tsoumakas and Vlahavas 2011, "On the stratification of multi-label data"). With a positive share, a
    /// sub-genre of 2 tracks has one of them for testing, and from 3 tracks on also one for validation; a single track
    /// trains. Where one group holds so much of a sub-genre that no part for training or testing would be left, its
    /// tracks are dealt one by one, which [`Split::warnings`] and [`Split::ungrouped`] say.
    ///
    /// Depends on nothing but its arguments.
    pub fn new(tracks: &SplitTracks<'_>, options: &SplitOptions, seed: u64) -> Result<Self, SplitError> {
        options.validate()?;
        let mut dealer = Dealer::new(tracks, options);
        dealer.deal(seed);
        dealer.fill_gaps(seed);
        Ok(dealer.finish())
    }

    /// The part of every one of `n` tracks, `None` where a track is in none.
    pub fn parts(&self, n: usize) -> Vec<Option<Part>> {
        let mut parts = vec![None; n];
        for (part, members) in PARTS.into_iter().zip([&self.train, &self.validation, &self.test]) {
            for &track in members.iter().filter(|&&track| track < n) {
                parts[track] = Some(part);
            }
        }
        parts
    }

    /// Checks that every track is in exactly one part, and that tracks that belong together are in the same one unless
    /// [`Split::ungrouped`] says otherwise.
    pub fn check(&self, tracks: &SplitTracks<'_>, options: &SplitOptions) -> Result<(), Leak> {
        let mut counts = vec![0; tracks.sub_genres.len()];
        for &track in [&self.train, &self.validation, &self.test].into_iter().flatten() {
            match counts.get_mut(track) {
                Some(count) => *count += 1,
                None => return Err(Leak::Parts { track, count: 0 }),
            }
        }
        if let Some(track) = counts.iter().position(|&count| count != 1) {
            return Err(Leak::Parts { track, count: counts[track] });
        }
        let parts = self.parts(counts.len());
        for group in tracks.components(options) {
            let mut placed = group
                .iter()
                .filter(|track| self.ungrouped.binary_search(track).is_err())
                .filter_map(|&track| Some((track, parts[track]?)));
            if let Some((first, part)) = placed.next()
                && let Some((second, other)) = placed.find(|&(_, other)| other != part)
            {
                return Err(Leak::Group { first, second, parts: [part, other] });
            }
        }
        Ok(())
    }
}

/// Tracks that are dealt together.
#[derive(Clone, Debug)]
struct Unit {
    tracks: Vec<usize>,
    part: Option<Part>,
    /// Whether the owner has chosen the part.
    pinned: bool,
}

struct Dealer<'a> {
    sub_genres: &'a [u32],
    units: Vec<Unit>,
    /// Wanted tracks of every sub-genre in every part.
    targets: Vec<[usize; 3]>,
    /// Tracks dealt so far.
    counts: Vec<[usize; 3]>,
    ungrouped: Vec<usize>,
    warnings: Vec<SplitWarning>,
}

impl<'a> Dealer<'a> {
    fn new(tracks: &SplitTracks<'a>, options: &SplitOptions) -> Self {
        let classes = tracks.sub_genres.iter().max().map_or(0, |&last| last as usize + 1);
        let mut totals = vec![0; classes];
        tracks.sub_genres.iter().for_each(|&sub_genre| totals[sub_genre as usize] += 1);
        let mut dealer = Self {
            sub_genres: tracks.sub_genres,
            units: Vec::new(),
            targets: totals.iter().map(|&total| options.targets(total)).collect(),
            counts: vec![[0; 3]; classes],
            ungrouped: Vec::new(),
            warnings: Vec::new(),
        };
        for group in tracks.components(options) {
            let mut parts: Vec<Part> = group.iter().filter_map(|&track| tracks.assigned(track)).collect();
            parts.sort_unstable();
            parts.dedup();
            if parts.len() > 1 {
                dealer.ungrouped.extend(&group);
                for &track in &group {
                    let part = tracks.assigned(track).or(Some(Part::Train));
                    dealer.add(Unit { tracks: vec![track], part, pinned: true });
                }
                dealer.warnings.push(SplitWarning::AssignmentDividesGroup { tracks: group });
            } else {
                let part = parts.first().copied();
                dealer.add(Unit { tracks: group, part, pinned: part.is_some() });
            }
        }
        dealer
    }

    fn add(&mut self, unit: Unit) {
        if let Some(part) = unit.part {
            self.count(&unit.tracks, part, 1);
        }
        self.units.push(unit);
    }

    fn count(&mut self, tracks: &[usize], part: Part, by: isize) {
        for &track in tracks {
            let count = &mut self.counts[self.sub_genres[track] as usize][part as usize];
            *count = count.saturating_add_signed(by);
        }
    }

    /// Tracks of a unit by sub-genre.
    fn histogram(&self, unit: usize) -> Vec<(usize, usize)> {
        let mut classes: Vec<usize> =
            self.units[unit].tracks.iter().map(|&track| self.sub_genres[track] as usize).collect();
        classes.sort_unstable();
        classes.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect()
    }

    /// Places every unit that has no part yet.
    fn deal(&mut self, seed: u64) {
        let mut order: Vec<usize> = (0..self.units.len()).filter(|&unit| self.units[unit].part.is_none()).collect();
        CounterRng::new(seed, Purpose::Split, [0, 0]).shuffle(&mut order);
        order.sort_by_key(|&unit| std::cmp::Reverse(self.units[unit].tracks.len()));
        for unit in order {
            let part = self.neediest(unit);
            self.units[unit].part = Some(part);
            let tracks = std::mem::take(&mut self.units[unit].tracks);
            self.count(&tracks, part, 1);
            self.units[unit].tracks = tracks;
        }
    }

    /// The part that a unit overfills least; of those, the one that lacks the largest share of what it wants.
    fn neediest(&self, unit: usize) -> Part {
        let histogram = self.histogram(unit);
        let judge = |part: Part| {
            let (mut excess, mut need) = (0, 0.0);
            for &(class, tracks) in &histogram {
                let (target, count) = (self.targets[class][part as usize], self.counts[class][part as usize]);
                let missing = target.saturating_sub(count);
                excess += tracks.saturating_sub(missing);
                need += tracks as f64 * missing as f64 / target.max(1) as f64;
            }
            (excess, need)
        };
        let mut best = (Part::Train, judge(Part::Train));
        for part in [Part::Test, Part::Validation] {
            let (excess, need) = judge(part);
            let (best_excess, best_need) = best.1;
            if excess < best_excess || (excess == best_excess && need > best_need) {
                best = (part, (excess, need));
            }
        }
        best.0
    }

    /// Gives every sub-genre a track for training, testing and validation where it wants one and has none.
    fn fill_gaps(&mut self, seed: u64) {
        for class in 0..self.targets.len() {
            for part in [Part::Train, Part::Test, Part::Validation] {
                if self.targets[class][part as usize] == 0 || self.counts[class][part as usize] > 0 {
                    continue;
                }
                if self.move_unit(class, part) {
                    continue;
                }
                // A sub-genre that does not validate is a smaller loss than a group that leaks.
                if part != Part::Validation {
                    self.divide(class, part, seed);
                }
            }
        }
        self.warn_of_missing();
    }

    /// Names what is missing once all is dealt: filling the gap of one sub-genre may take from another's validation.
    fn warn_of_missing(&mut self) {
        for (class, counts) in self.counts.iter().enumerate() {
            let tracks: usize = counts.iter().sum();
            let sub_genre = class as u32;
            for part in PARTS {
                let wanted = self.targets[class][part as usize] > 0 || (part == Part::Test && tracks == 1);
                if wanted && counts[part as usize] == 0 {
                    self.warnings.push(SplitWarning::Missing { sub_genre, part, tracks });
                }
            }
        }
    }

    /// Moves the smallest unit with a track of `class` to `part`, if none of its sub-genres loses its last track for
    /// training or testing by that.
    fn move_unit(&mut self, class: usize, part: Part) -> bool {
        let candidate = (0..self.units.len())
            .filter(|&unit| {
                let Unit { part: from, pinned, .. } = self.units[unit];
                let Some(from) = from else { return false };
                let histogram = self.histogram(unit);
                !pinned
                    && histogram.iter().any(|&(other, _)| other == class)
                    && (from == Part::Validation
                        || histogram.iter().all(|&(other, tracks)| self.counts[other][from as usize] > tracks))
            })
            .min_by_key(|&unit| self.units[unit].tracks.len());
        let Some(unit) = candidate else { return false };
        self.relocate(unit, part);
        true
    }

    fn relocate(&mut self, unit: usize, part: Part) {
        let tracks = std::mem::take(&mut self.units[unit].tracks);
        if let Some(from) = self.units[unit].part.replace(part) {
            self.count(&tracks, from, -1);
        }
        self.count(&tracks, part, 1);
        self.units[unit].tracks = tracks;
    }

    /// Divides the unit with most tracks of `class` into single tracks and moves as many as `part` wants, of which at
    /// least one stays behind.
    fn divide(&mut self, class: usize, part: Part, seed: u64) {
        let in_class = |unit: &Unit| unit.tracks.iter().filter(|&&t| self.sub_genres[t] as usize == class).count();
        // Taking the only track of its sub-genre from a part is no loss where that part wants none of them.
        let spared = |unit: &Unit| {
            let wanted = |from: Part| self.counts[class][from as usize] > 1 || self.targets[class][from as usize] == 0;
            unit.tracks.len() > 1 && unit.part.is_some_and(wanted)
        };
        let largest = (0..self.units.len())
            .filter(|&unit| {
                let unit = &self.units[unit];
                !unit.pinned && (in_class(unit) > 1 || (in_class(unit) == 1 && spared(unit)))
            })
            .max_by_key(|&unit| (in_class(&self.units[unit]), std::cmp::Reverse(unit)));
        let Some(unit) = largest else { return };
        let mut tracks = std::mem::take(&mut self.units[unit].tracks);
        let from = self.units[unit].part;
        self.warnings.push(SplitWarning::GroupDivided { sub_genre: class as u32, tracks: tracks.len() });
        self.ungrouped.extend(&tracks);
        CounterRng::new(seed, Purpose::Split, [1, class as u64]).shuffle(&mut tracks);
        let (members, others): (Vec<usize>, Vec<usize>) =
            tracks.into_iter().partition(|&track| self.sub_genres[track] as usize == class);
        let moved = self.targets[class][part as usize].clamp(1, (members.len() - 1).max(1));
        for (place, track) in members.into_iter().chain(others).enumerate() {
            self.units.push(Unit { tracks: vec![track], part: from, pinned: false });
            if place < moved {
                self.relocate(self.units.len() - 1, part);
            }
        }
    }

    fn finish(mut self) -> Split {
        let mut parts = [Vec::new(), Vec::new(), Vec::new()];
        for unit in self.units {
            parts[unit.part.unwrap_or(Part::Train) as usize].extend(unit.tracks);
        }
        for members in &mut parts {
            members.sort_unstable();
        }
        self.ungrouped.sort_unstable();
        self.ungrouped.dedup();
        let [train, validation, test] = parts;
        Split { train, validation, test, ungrouped: self.ungrouped, warnings: self.warnings }
    }
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
