//! What every list has to hold, whatever strategy makes it.

use super::songs::{NAMES, Names};

/// Most tracks of a list that is made: some thirty hours.
pub const MAX_LENGTH: usize = 500;

/// How many other tracks stand between two of one name, where the library allows. 0 asks for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spacing {
    /// Between two tracks of one artist.
    pub artist: usize,
    /// Between two tracks of one album.
    pub album: usize,
    /// Between two tracks of one title, by different artists: covers. One artist's versions never meet.
    pub title: usize,
}

impl Default for Spacing {
    fn default() -> Self {
        Self { artist: 3, album: 3, title: 10 }
    }
}

/// A track that stays where it is while the list is made around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Its place in the list, counted from 0.
    pub place: usize,
    /// Index of the track in the library.
    pub track: usize,
}

/// What every list has to hold, whatever strategy makes it.
///
/// No list holds a track or a song twice ([`Songs::same_song`](super::Songs::same_song)); only what is asked for by
/// name (seeds, waypoints, locked tracks) may be two versions of one song.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Constraints {
    /// What stands between tracks of one artist, album or title.
    pub spacing: Spacing,
    /// Tracks with a place of their own. Where two claim one place, or one track two places, the first holds.
    pub locked: Vec<Locked>,
    /// Tracks that may not enter, unless they are asked for by name.
    pub excluded: Vec<usize>,
    /// How far choices may stray from the best: 0 always takes the best; at 1 what is drawn differs from it about as
    /// much as the best candidates differ from each other. Probabilities are a softmax of merit.
    pub temperature: f64,
    /// What is drawn: the same seed draws the same list.
    pub seed: u64,
}

impl Constraints {
    /// Which of `n` tracks may not enter.
    pub(super) fn barred(&self, n: usize) -> Vec<bool> {
        let mut barred = vec![false; n];
        for &track in &self.excluded {
            if let Some(barred) = barred.get_mut(track) {
                *barred = true;
            }
        }
        barred
    }
}

impl Spacing {
    /// In the order of [`Names`], as far as a list can go.
    pub(super) fn each(self) -> [usize; NAMES] {
        [self.artist, self.album, self.title].map(|spacing| spacing.min(MAX_LENGTH))
    }

    /// How many tracks are missing around a place for a track with these names to be as far as asked from its like:
    /// per name, by the nearest track that shares it. `at` gives the names at a place, where one is taken.
    #[inline(never)]
    pub(super) fn missing(self, place: usize, names: &Names, at: &dyn Fn(usize) -> Option<Names>) -> [usize; NAMES] {
        let wanted = self.each();
        let widest = wanted.iter().fold(0, |widest, &n| widest.max(n));
        let mut missing = [0; NAMES];
        for other in place.saturating_sub(widest)..=place + widest {
            let Some(others) = at(other).filter(|_| other != place) else { continue };
            for kind in 0..NAMES {
                let missed = (wanted[kind] + 1).saturating_sub(place.abs_diff(other));
                if names[kind].is_some() && names[kind] == others[kind] && missed > missing[kind] {
                    missing[kind] = missed;
                }
            }
        }
        missing
    }
}
