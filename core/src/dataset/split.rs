//! The split of a library into training, validation and test tracks.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::dealer::Dealer;
use super::folds::{CrossValidation, FoldError};
use super::groups::components;

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
    /// Keeps all tracks of a release in one part.
    pub group_by_release: bool,
    /// What happens where the manifest's own parts or folds put tracks of one artist, release or recording on
    /// different sides: `"fail"`, or `"warn"` in the report and go on.
    pub on_leak: OnLeak,
    /// Tests every track once, fold by fold, instead of the share `test`: `"official"` for the folds of the library,
    /// `{"k": 5, "repeats": 1}` for drawn ones.
    pub cross_validation: Option<CrossValidation>,
    /// In a cross-validation, whether the fold after the one held out validates, instead of the share `validation` of
    /// the rest.
    pub validate_on_next_fold: bool,
}

impl Default for SplitOptions {
    fn default() -> Self {
        Self {
            validation: 0.15,
            test: 0.2,
            group_by_artist: true,
            group_by_release: true,
            on_leak: OnLeak::Fail,
            cross_validation: None,
            validate_on_next_fold: false,
        }
    }
}

/// What happens where the library's owner has put tracks that belong together on different sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnLeak {
    /// The run fails and names them.
    #[default]
    Fail,
    /// The report warns of them.
    Warn,
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

pub(super) const PARTS: [Part; 3] = [Part::Train, Part::Validation, Part::Test];

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
    /// The release of every track, used unless [`SplitOptions::group_by_release`] is off.
    pub releases: &'a [Option<u64>],
    /// The recording of every track that is there more than once. Never divided, also where a group of artists or
    /// releases has to be.
    pub recordings: &'a [Option<u64>],
    /// Parts that the library's owner has chosen for single tracks.
    pub assigned: &'a [Option<Part>],
}

impl SplitTracks<'_> {
    pub(super) fn assigned(&self, track: usize) -> Option<Part> {
        self.assigned.get(track).copied().flatten()
    }

    pub(super) fn components(&self, options: &SplitOptions) -> Vec<Vec<usize>> {
        let mut groupings = vec![self.recordings];
        if options.group_by_artist {
            groupings.push(self.artists);
        }
        if options.group_by_release {
            groupings.push(self.releases);
        }
        components(self.sub_genres.len(), &groupings)
    }

    /// The smallest groups there are: copies of one recording, and all other tracks alone.
    pub(super) fn copies(&self) -> Vec<Vec<usize>> {
        components(self.sub_genres.len(), &[self.recordings])
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
    /// Tracks that belong together are in different folds, and so in different parts.
    FoldsDivideGroup {
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
    /// The folds are wrong.
    #[error(transparent)]
    Folds(#[from] FoldError),
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
    /// Checks the shares and the numbers of folds.
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
        self.cross_validation.as_ref().map_or(Ok(()), CrossValidation::validate)?;
        Ok(())
    }

    /// Tracks of a sub-genre of `tracks` tracks for each part, in the order of [`PARTS`].
    pub(super) fn targets(&self, tracks: usize) -> [usize; 3] {
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
    /// tracks are dealt one by one (copies of one recording together), which [`Split::warnings`] and
    /// [`Split::ungrouped`] say.
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
    /// [`Split::ungrouped`] says otherwise. Copies of one recording may be divided by nobody but the owner.
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
        let by_owner: BTreeSet<usize> = self
            .warnings
            .iter()
            .filter_map(|warning| match warning {
                SplitWarning::AssignmentDividesGroup { tracks } | SplitWarning::FoldsDivideGroup { tracks } => {
                    Some(tracks)
                }
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        self.check_groups(&tracks.components(options), |track| self.ungrouped.binary_search(&track).is_ok())?;
        self.check_groups(&tracks.copies(), |track| by_owner.contains(&track))
    }

    /// Checks that no group is in two parts, apart from the tracks that may be.
    fn check_groups(&self, groups: &[Vec<usize>], is_exempt: impl Fn(usize) -> bool) -> Result<(), Leak> {
        let parts = self.parts(groups.iter().map(Vec::len).sum());
        for group in groups {
            let mut placed =
                group.iter().filter(|&&track| !is_exempt(track)).filter_map(|&track| Some((track, parts[track]?)));
            if let Some((first, part)) = placed.next()
                && let Some((second, other)) = placed.find(|&(_, other)| other != part)
            {
                return Err(Leak::Group { first, second, parts: [part, other] });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
