//! How near tracks of one name come in an order, told move by move.

use std::ops::Range;

use super::{draft::Draft, songs::NAMES};

/// What is known of the tracks of a list that bears on their order besides distance.
pub(super) struct Clashes {
    /// For each track and kind of name, the first track of that name.
    names: Vec<[Option<usize>; NAMES]>,
    /// How many tracks have a name, where its first track stands.
    counts: Vec<[usize; NAMES]>,
    /// How many other tracks are to stand between two of one name.
    spacing: [usize; NAMES],
    /// Which places are not to be touched.
    locked: Vec<bool>,
}

impl Clashes {
    /// For the tracks of a draft, by their places in `tracks`.
    pub(super) fn new(draft: &Draft<'_>, tracks: &[usize]) -> Self {
        let named: Vec<_> = tracks.iter().map(|&track| draft.library.songs.names(track)).collect();
        let mut clashes = Self {
            names: Vec::with_capacity(tracks.len()),
            counts: vec![[0; NAMES]; tracks.len()],
            spacing: draft.spacing().each(),
            locked: draft.locked.clone(),
        };
        for own in &named {
            let mut names = [None; NAMES];
            for kind in (0..NAMES).filter(|&kind| own[kind].is_some()) {
                let first = named.iter().position(|other| other[kind] == own[kind]).unwrap_or_default();
                names[kind] = Some(first);
                clashes.counts[first][kind] += 1;
            }
            clashes.names.push(names);
        }
        clashes
    }

    /// How many places are missing between two tracks so far apart, over all names.
    #[inline(never)]
    fn between(&self, a: usize, b: usize, apart: usize) -> usize {
        let kinds = self.names[a].iter().zip(&self.names[b]).zip(self.spacing);
        kinds.filter(|((a, b), _)| a.is_some() && a == b).map(|(_, wanted)| (wanted + 1).saturating_sub(apart)).sum()
    }

    fn widest(&self) -> usize {
        self.spacing.iter().fold(0, |widest, &spacing| widest.max(spacing))
    }

    /// What is missing between the track at a place and the others.
    #[inline(never)]
    pub(super) fn at(&self, order: &[usize], place: usize) -> usize {
        let around = place.saturating_sub(self.widest())..order.len().min(place + self.widest() + 1);
        around
            .filter(|&other| other != place)
            .map(|other| self.between(order[place], order[other], place.abs_diff(other)))
            .sum()
    }

    /// What is missing between tracks on both sides of a cut, over all cuts; a cut stands before its place. `cuts` are
    /// sorted.
    #[inline(never)]
    pub(super) fn across(&self, order: &[usize], cuts: &[usize]) -> usize {
        let mut missing = 0;
        let mut previous = 0;
        for &cut in cuts {
            for from in cut.saturating_sub(self.widest()).max(previous)..cut {
                for to in cut..order.len().min(from + self.widest() + 1) {
                    missing += self.between(order[from], order[to], to - from);
                }
            }
            previous = cut;
        }
        missing
    }

    /// What is missing in the whole order.
    pub(super) fn total(&self, order: &[usize]) -> usize {
        (0..order.len()).map(|place| self.at(order, place)).sum::<usize>() / 2
    }

    /// Whether a track in these places is not to be touched.
    pub(super) fn holds(&self, places: Range<usize>) -> bool {
        self.locked[places].contains(&true)
    }

    /// Swaps tracks while that brings like ones farther apart.
    pub(super) fn part(&self, order: &mut [usize]) {
        /// More than any list needs.
        const ROUNDS: usize = 20;
        for _ in 0..ROUNDS {
            let mut better = false;
            for a in 0..order.len() {
                for b in 0..order.len() {
                    let paid = self.at(order, a);
                    if paid == 0 || self.locked[a] {
                        break;
                    }
                    if a == b || self.locked[b] {
                        continue;
                    }
                    // What stands between the two counts twice before and after.
                    let paid = paid + self.at(order, b);
                    order.swap(a, b);
                    if self.at(order, a) + self.at(order, b) < paid {
                        better = true;
                    } else {
                        order.swap(a, b);
                    }
                }
            }
            if !better {
                break;
            }
        }
    }

    /// Another order to begin with, for names so frequent that they have to be dealt out from the start: each place
    /// takes a track of the name that needs the most places yet, of those that may stand there. For one kind of name
    /// this keeps like tracks apart wherever that is possible.
    pub(super) fn deal(&self, order: &[usize]) -> Vec<usize> {
        let mut left: Vec<usize> =
            (0..order.len()).filter(|&place| !self.locked[place]).map(|place| order[place]).collect();
        let mut counts = self.counts.clone();
        let mut dealt: Vec<Option<usize>> =
            order.iter().zip(&self.locked).map(|(&index, locked)| locked.then_some(index)).collect();
        for place in 0..order.len() {
            if dealt[place].is_some() {
                continue;
            }
            let around = place.saturating_sub(self.widest())..order.len().min(place + self.widest() + 1);
            let missing = |index: usize| -> usize {
                let others = around.clone().filter_map(|other| Some((dealt[other]?, place.abs_diff(other))));
                others.map(|(other, apart)| self.between(index, other, apart)).sum()
            };
            let room = |index: usize| -> usize {
                let needed = |kind: usize| {
                    self.names[index][kind].map_or(0, |name| (counts[name][kind] - 1) * (self.spacing[kind] + 1))
                };
                (0..NAMES).map(needed).fold(0, usize::max)
            };
            let best = left.iter().enumerate().min_by_key(|&(_, &index)| (missing(index), usize::MAX - room(index)));
            let Some((at, &index)) = best else { break };
            left.remove(at);
            for (kind, name) in self.names[index].into_iter().enumerate() {
                if let Some(name) = name {
                    counts[name][kind] -= 1;
                }
            }
            dealt[place] = Some(index);
        }
        dealt.into_iter().flatten().collect()
    }
}
