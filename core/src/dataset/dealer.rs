//! Deals groups of tracks to the parts of a split.

use std::collections::BTreeMap;

use super::rng::{CounterRng, Purpose};
use super::split::{PARTS, Part, Split, SplitOptions, SplitTracks, SplitWarning};

/// Tracks that are dealt together.
#[derive(Clone, Debug)]
struct Unit {
    tracks: Vec<usize>,
    part: Option<Part>,
    /// Whether the owner has chosen the part.
    pinned: bool,
}

pub(super) struct Dealer<'a> {
    sub_genres: &'a [u32],
    units: Vec<Unit>,
    /// The recording of every track: the index of its first copy.
    recordings: Vec<usize>,
    /// Wanted tracks of every sub-genre in every part.
    pub(super) targets: Vec<[usize; 3]>,
    /// Tracks dealt so far.
    counts: Vec<[usize; 3]>,
    ungrouped: Vec<usize>,
    warnings: Vec<SplitWarning>,
}

impl<'a> Dealer<'a> {
    pub(super) fn new(tracks: &SplitTracks<'a>, options: &SplitOptions) -> Self {
        let classes = tracks.sub_genres.iter().max().map_or(0, |&last| last as usize + 1);
        let mut totals = vec![0; classes];
        tracks.sub_genres.iter().for_each(|&sub_genre| totals[sub_genre as usize] += 1);
        let mut dealer = Self {
            sub_genres: tracks.sub_genres,
            units: Vec::new(),
            recordings: vec![0; tracks.sub_genres.len()],
            targets: totals.iter().map(|&total| options.targets(total)).collect(),
            counts: vec![[0; 3]; classes],
            ungrouped: Vec::new(),
            warnings: Vec::new(),
        };
        for copies in tracks.copies() {
            for &track in &copies {
                dealer.recordings[track] = copies[0];
            }
        }
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
    pub(super) fn deal(&mut self, seed: u64) {
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
    pub(super) fn fill_gaps(&mut self, seed: u64) {
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

    /// Divides the unit with most recordings of `class` into single recordings and moves as many tracks as `part` wants,
    /// of which at least one stays behind.
    fn divide(&mut self, class: usize, part: Part, seed: u64) {
        let in_class = |tracks: &[usize]| tracks.iter().filter(|&&t| self.sub_genres[t] as usize == class).count();
        // Recordings of a unit, and those of them with a track of the class.
        let recordings = |unit: &Unit| {
            let all = self.copies(&unit.tracks);
            (all.len(), all.iter().filter(|copies| in_class(copies) > 0).count())
        };
        // Taking the only track of its sub-genre from a part is no loss where that part wants none of them.
        let spared = |unit: &Unit| {
            let wanted = |from: Part| {
                self.counts[class][from as usize] > in_class(&unit.tracks) || self.targets[class][from as usize] == 0
            };
            unit.part.is_some_and(wanted)
        };
        let largest = (0..self.units.len())
            .filter(|&unit| {
                let unit = &self.units[unit];
                let (all, own) = recordings(unit);
                !unit.pinned && (own > 1 || (own == 1 && all > 1 && spared(unit)))
            })
            .max_by_key(|&unit| (in_class(&self.units[unit].tracks), std::cmp::Reverse(unit)));
        let Some(unit) = largest else { return };
        let tracks = std::mem::take(&mut self.units[unit].tracks);
        let from = self.units[unit].part;
        let mut copies = self.copies(&tracks);
        CounterRng::new(seed, Purpose::Split, [1, class as u64]).shuffle(&mut copies);
        let (members, others): (Vec<_>, Vec<_>) = copies.into_iter().partition(|copies| in_class(copies) > 0);
        let wanted = self.targets[class][part as usize].max(1);
        let movable = (members.len() - 1).max(1);
        let sizes: Vec<usize> = members.iter().map(|copies| in_class(copies)).collect();
        self.warnings.push(SplitWarning::GroupDivided { sub_genre: class as u32, tracks: tracks.len() });
        self.ungrouped.extend(&tracks);
        let mut moved = 0;
        for (place, tracks) in members.into_iter().chain(others).enumerate() {
            self.units.push(Unit { tracks, part: from, pinned: false });
            if place < movable && moved < wanted {
                moved += sizes[place];
                self.relocate(self.units.len() - 1, part);
            }
        }
    }

    /// Tracks by recording, in the order of the first of each.
    fn copies(&self, tracks: &[usize]) -> Vec<Vec<usize>> {
        let mut copies: Vec<Vec<usize>> = Vec::new();
        let mut places = BTreeMap::new();
        for &track in tracks {
            let place = *places.entry(self.recordings[track]).or_insert(copies.len());
            if place == copies.len() {
                copies.push(Vec::new());
            }
            copies[place].push(track);
        }
        copies
    }

    pub(super) fn finish(mut self) -> Split {
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
