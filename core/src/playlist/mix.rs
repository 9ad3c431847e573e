//! A playlist from several liked and disliked tracks.
//!
//! Tracks are chosen by maximal marginal relevance: Carbonell and Goldstein 1998, "The use of MMR, diversity-based
//! reranking for reordering documents and producing summaries" (SIGIR), with the merit of [`Taste`] as relevance. The
//! list is then put into a smooth order, which the paper's ranking is not.

use super::songs::{NAMES, NameId, Names};
use super::{Constraints, Library, Playlist, Spacing, arrange::arrange, draft::Draft, pool::Pool, taste::Taste};

/// How tracks are chosen by several others.
#[derive(Clone, Debug, PartialEq)]
pub struct MixOptions {
    /// Number of tracks wanted; at most [`MAX_LENGTH`](super::MAX_LENGTH).
    pub length: usize,
    /// How much a track should differ from those already chosen rather than fit the liked ones, 0 to 1.
    pub diversity: f64,
    /// Whether the liked tracks are part of the list.
    pub keep_liked: bool,
}

impl Default for MixOptions {
    fn default() -> Self {
        Self { length: 20, diversity: 0.3, keep_liked: true }
    }
}

/// Candidates per track of the list.
const CHOICE: usize = 8;
/// Fewest and most candidates.
const CHOICE_LIMITS: (usize, usize) = (96, 1200);

/// A playlist of tracks that are near one of the liked tracks and not near a disliked one. Disliked tracks and their
/// versions never enter. Liked tracks that exceed `length` are left out, the last first.
///
/// Shorter than asked where the neighbourhoods of the liked tracks are used up; empty without liked tracks.
pub fn mix(
    library: Library<'_>,
    liked: &[usize],
    disliked: &[usize],
    options: &MixOptions,
    constraints: &Constraints,
) -> Playlist {
    let exists = |&track: &usize| track < library.searcher.len();
    let disliked: Vec<usize> = disliked.iter().copied().filter(exists).collect();
    let mut liked: Vec<usize> = liked.iter().copied().filter(exists).collect();
    // A track that is liked twice is played once, and one that is disliked as well not at all.
    let mut seen = disliked.clone();
    liked.retain(|track| {
        !seen.contains(track) && {
            seen.push(*track);
            true
        }
    });
    if liked.is_empty() {
        return Playlist::new(library, Vec::new(), options.length, &[], constraints);
    }
    let mut draft = Draft::new(library, options.length, constraints);
    let size = (draft.places.len() * CHOICE).clamp(CHOICE_LIMITS.0, CHOICE_LIMITS.1);
    let barred = constraints.barred(library.searcher.len());
    let skip = |track: usize| barred[track] || disliked.contains(&track);
    let taste = Taste::new(library, &liked, &disliked, size, &skip);
    let taken = [draft.tracks(), liked.clone(), disliked.clone()].concat();
    let mut pool = Pool::new(library, constraints, &taken, &taste.candidates(size), size);
    pool.draw(constraints, pool.deviation(draft.places.len()));

    let free = draft.places.iter().filter(|place| place.is_none()).count();
    let mut chosen = Vec::new();
    if options.keep_liked {
        chosen.extend(liked.iter().copied().filter(|&track| !draft.holds(track)).take(free));
    }
    let room = free - chosen.len();
    let held = [draft.tracks(), chosen.clone()].concat();
    chosen.extend(marginal(library, &taste, pool, options.diversity, room, &held, constraints));
    arrange(&mut draft, chosen);
    Playlist::new(library, draft.tracks(), options.length, &liked, constraints)
}

/// The choice itself: so many tracks beside those that are held.
fn marginal(
    library: Library<'_>,
    taste: &Taste<'_>,
    mut pool: Pool,
    diversity: f64,
    room: usize,
    held: &[usize],
    constraints: &Constraints,
) -> Vec<usize> {
    let diversity = diversity.clamp(0.0, 1.0);
    let mut crowds = Crowds::new(room + held.len(), constraints.spacing);
    for &track in held {
        crowds.add(&library.songs.names(track));
    }
    let mut likeness = vec![0.0_f64; pool.tracks.len()];
    let mut chosen = Vec::new();
    while chosen.len() < room {
        let mut best: Option<(usize, f64, usize)> = None;
        for (index, &track) in pool.tracks.iter().enumerate() {
            let crowd = crowds.of(&library.songs.names(track));
            let score = (1.0 - diversity) * pool.merits[index] - diversity * likeness[index] + pool.noise[index];
            if best.is_none_or(|(least, most, at)| (crowd, -score, track) < (least, -most, pool.tracks[at])) {
                best = Some((crowd, score, index));
            }
        }
        let Some((.., index)) = best else { break };
        likeness.remove(index);
        let track = pool.take(index);
        for (likeness, &other) in likeness.iter_mut().zip(&pool.tracks) {
            *likeness = likeness.max(taste.nearness(library.searcher.similarity(track, other)));
        }
        crowds.add(&library.songs.names(track));
        chosen.push(track);
    }
    chosen
}

/// How often names are in a list, against how often they can be without coming too near each other.
struct Crowds {
    /// Most tracks of one name, per kind of name.
    most: [usize; NAMES],
    /// How many names may have so many.
    full: [usize; NAMES],
    counts: [Vec<(NameId, usize)>; NAMES],
}

impl Crowds {
    /// For lists of so many tracks. With `d` places from a track to the next of its name, the name fits
    /// `ceil(length / d)` times, the last time into what `d` leaves over; only so many names have room there.
    fn new(length: usize, spacing: Spacing) -> Self {
        let most = spacing.each().map(|spacing| length.div_ceil(spacing + 1));
        let full = spacing.each().map(|spacing| length - (length.div_ceil(spacing + 1).max(1) - 1) * (spacing + 1));
        Self { most, full, counts: Default::default() }
    }

    fn count(&self, kind: usize, name: NameId) -> usize {
        self.counts[kind].iter().find(|(other, _)| *other == name).map_or(0, |&(_, count)| count)
    }

    /// For how many of a track's names there is no room left.
    fn of(&self, names: &Names) -> usize {
        let crowded = |&kind: &usize| {
            names[kind].is_some_and(|name| {
                let count = self.count(kind, name);
                let full = || self.counts[kind].iter().filter(|(_, count)| *count >= self.most[kind]).count();
                count >= self.most[kind] || count + 1 == self.most[kind] && full() >= self.full[kind]
            })
        };
        (0..NAMES).filter(crowded).count()
    }

    fn add(&mut self, names: &Names) {
        for (counts, name) in self.counts.iter_mut().zip(names) {
            let Some(name) = *name else { continue };
            match counts.iter_mut().find(|(other, _)| *other == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vectors;
    use crate::playlist::test_library::TestLibrary;

    /// Groups of 20 tracks around three directions: one, another, and the middle between them.
    fn groups() -> TestLibrary {
        let mut data = Vec::new();
        for centre in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.7, 0.7, 0.0_f32]] {
            for track in 0..20 {
                // Outward along a spiral, the first track in the middle.
                let (sine, cosine) = (track as f32).sin_cos();
                let far = 0.01 * track as f32;
                data.extend([centre[0] - centre[1] * far * cosine, centre[1] + centre[0] * far * cosine, far * sine]);
            }
        }
        TestLibrary::of(Vectors::normalized(data, 3).unwrap())
    }

    fn mixed(liked: &[usize], disliked: &[usize], options: &MixOptions) -> Vec<usize> {
        mix(groups().get(), liked, disliked, options, &Constraints::default()).tracks
    }

    #[test]
    fn each_liked_track_gets_its_own_neighbours() {
        let options = MixOptions { length: 12, ..MixOptions::default() };
        let list = mixed(&[0, 20], &[], &options);
        let first = list.iter().filter(|&&track| track < 20).count();
        assert!((4..=8).contains(&first), "{list:?}");
        assert!(list.iter().all(|&track| track < 40), "what lies between is near neither: {list:?}");
        assert!(list.contains(&0) && list.contains(&20));
        // The list is put in order: it crosses from one group to the other once.
        let crossings = list.windows(2).filter(|step| (step[0] < 20) != (step[1] < 20)).count();
        assert_eq!(crossings, 1, "{list:?}");
    }

    #[test]
    fn disliked_tracks_push_their_neighbours_away() {
        let options = MixOptions { length: 8, keep_liked: false, diversity: 0.0 };
        let near = |list: &[usize], track: usize| {
            let library = groups();
            list.iter().map(|&other| library.get().searcher.similarity(track, other)).fold(-1.0, f64::max)
        };
        let without = mixed(&[0], &[], &options);
        let with = mixed(&[0], &[6], &options);
        assert!(without.contains(&6) && !with.contains(&6));
        assert!(near(&with, 6) < near(&without.iter().copied().filter(|&t| t != 6).collect::<Vec<_>>(), 6));
        assert!(!with.contains(&0), "the liked tracks were not asked for");
    }

    #[test]
    fn diversity_reaches_farther() {
        let spread = |diversity| {
            let list = mixed(&[0], &[], &MixOptions { length: 6, diversity, keep_liked: true });
            crate::playlist::measures(groups().get(), &list).shuffled_step.unwrap()
        };
        assert!(spread(0.0) < spread(0.5) && spread(0.5) < spread(0.9));
    }

    #[test]
    fn what_is_liked_and_disliked_is_disliked() {
        let list = mixed(&[0, 3], &[3], &MixOptions::default());
        assert!(list.contains(&0) && !list.contains(&3));
    }
}
