//! The split of one run of a cross-validation.

use super::dealer::Dealer;
use super::folds::{FoldError, Folds, HeldOut};
use super::rng::{CounterRng, Purpose};
use super::split::{Part, Split, SplitError, SplitOptions, SplitTracks, SplitWarning};

impl Split {
    /// The split that tests on one fold. Of the rest, the share [`SplitOptions::validation`] of every sub-genre
    /// validates, group by group as in [`Split::new`]; or, with [`SplitOptions::validate_on_next_fold`], the next fold
    /// does, and the first after the last. Tracks that belong together although their folds differ are named by a
    /// warning, and those outside the fold train.
    ///
    /// The parts in [`SplitTracks`] are not asked: the folds decide. Depends on nothing but its arguments.
    ///
    /// # Errors
    /// Shares out of range, or no fold left to train on.
    ///
    /// # Panics
    /// When the folds are not of these tracks, or `held_out` is not one of [`Folds::held_out`].
    pub fn for_fold(
        tracks: &SplitTracks<'_>,
        folds: &Folds,
        held_out: HeldOut,
        options: &SplitOptions,
        seed: u64,
    ) -> Result<Self, SplitError> {
        options.validate()?;
        if options.validate_on_next_fold && folds.count() < 3 {
            return Err(FoldError::NoFoldToTrain { found: folds.count() }.into());
        }
        let fold_of = folds.of_tracks(held_out.repeat);
        assert!(fold_of.len() == tracks.sub_genres.len() && held_out.fold < folds.count(), "folds of other tracks");
        let assigned = assign(tracks, fold_of, held_out.fold, folds.count(), options);
        let tracks = SplitTracks { assigned: &assigned, ..*tracks };
        let mut dealer = Dealer::new(&tracks, options);
        let shares = SplitOptions {
            validation: if options.validate_on_next_fold { 0.0 } else { options.validation },
            test: 0.0,
            ..options.clone()
        };
        let members = counts(&tracks, &assigned);
        for (target, &(all, tested)) in dealer.targets.iter_mut().zip(&members) {
            let [train, validation, _] = shares.targets(all - tested);
            *target = [train, validation, tested];
        }
        let seed = CounterRng::new(seed, Purpose::Folds, [1 + held_out.repeat as u64, held_out.fold as u64]).next_u64();
        dealer.deal(seed);
        dealer.fill_gaps(seed);
        let mut split = dealer.finish();
        for warning in &mut split.warnings {
            if let SplitWarning::AssignmentDividesGroup { tracks } = warning {
                *warning = SplitWarning::FoldsDivideGroup { tracks: std::mem::take(tracks) };
            }
        }
        for (class, &(all, tested)) in members.iter().enumerate().filter(|(_, (all, _))| *all > 0) {
            for (part, is_missing) in [(Part::Train, tested == all), (Part::Test, tested == 0)] {
                let warning = SplitWarning::Missing { sub_genre: class as u32, part, tracks: all };
                if is_missing && !split.warnings.contains(&warning) {
                    split.warnings.push(warning);
                }
            }
        }
        Ok(split)
    }
}

/// What the folds decide: who tests, who validates on the next fold, and who trains because a groupmate tests.
fn assign(
    tracks: &SplitTracks<'_>,
    fold_of: &[Option<usize>],
    held_out: usize,
    count: usize,
    options: &SplitOptions,
) -> Vec<Option<Part>> {
    let next = options.validate_on_next_fold.then_some((held_out + 1) % count);
    let mut assigned = vec![None; fold_of.len()];
    for group in tracks.components(options) {
        let is_tested = group.iter().any(|&track| fold_of[track] == Some(held_out));
        for track in group {
            assigned[track] = if fold_of[track] == Some(held_out) {
                Some(Part::Test)
            } else if next.is_some() && fold_of[track] == next {
                Some(Part::Validation)
            } else {
                (is_tested || next.is_some()).then_some(Part::Train)
            };
        }
    }
    assigned
}

/// Of every sub-genre its tracks, and those of them that test.
fn counts(tracks: &SplitTracks<'_>, assigned: &[Option<Part>]) -> Vec<(usize, usize)> {
    let classes = tracks.sub_genres.iter().max().map_or(0, |&last| last as usize + 1);
    let mut counts = vec![(0, 0); classes];
    for (&sub_genre, part) in tracks.sub_genres.iter().zip(assigned) {
        let (all, tested) = &mut counts[sub_genre as usize];
        *all += 1;
        *tested += usize::from(*part == Some(Part::Test));
    }
    counts
}
