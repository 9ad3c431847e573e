//! A set: a list with a course.
//!
//! Pauws, Verhaegh and Vossen 2006, "Fast generation of optimal music playlists using local search" (ISMIR), state a
//! playlist as wishes on tracks, pairs and the whole, each with a penalty between 0 and 1; wishes here are of the same
//! kinds, and the search is a beam in place of simulated annealing, so that a set needs no luck. Keys mix by the
//! Camelot wheel ([`Key::compatible_with`](crate::Key::compatible_with)).

use super::{
    Constraints, Library, MAX_LENGTH, Playlist, Song, Wish,
    beam::beam,
    demand::{Demand, ENERGY_TOLERANCE, mixes},
    draft::Draft,
    pool::Pool,
    taste::Taste,
    tempo::TEMPO_TOLERANCE,
    tempo_change,
};
use crate::random::SplitMix64;
use crate::search::{Neighbour, TopK};

/// How long a set is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SetLength {
    /// In tracks, at most [`MAX_LENGTH`].
    Tracks(usize),
    /// In minutes.
    Minutes(f64),
}

/// What a set is asked to be.
#[derive(Clone, Debug, PartialEq)]
pub struct SetOptions {
    /// How long it is.
    pub length: SetLength,
    /// The tempo at the first and at the last place, in beats per minute. Between them it moves evenly. Half and double
    /// tempo fit as well.
    pub bpm: Option<[f32; 2]>,
    /// The slowest and the fastest tempo that may enter at all, in beats per minute; half and double tempo fit as
    /// well. Keeps out tracks of unknown tempo.
    pub bpm_range: Option<[f32; 2]>,
    /// Whether successive keys should mix.
    pub keys: bool,
    /// The course of energy, 0 to 1, by points that are evenly spaced over the set. Empty: any.
    pub energy: Vec<f32>,
}

impl Default for SetOptions {
    fn default() -> Self {
        Self { length: SetLength::Tracks(20), bpm: None, bpm_range: None, keys: true, energy: Vec::new() }
    }
}

/// Tracks near the seeds among which each place has a choice.
const NEARBY: usize = 4096;
/// Tracks from which the set is put together, for all places; not less than twice the places.
const POOL: usize = 512;
/// What a temperature of 1 adds to the cost of a track: as much as half a step.
const CHANCE: f64 = 0.5;
/// Tries at meeting a duration.
const TRIES: usize = 4;

/// A set of tracks around the seeds, in the order that costs least: each track by how well it fits the seeds and what
/// is due at its place, each step by distance, tempo and key. Without seeds the locked tracks stand in, and without
/// those a track drawn by the constraints' seed.
///
/// What is unknown of a track counts as neither good nor bad; only [`SetOptions::bpm_range`] keeps tracks out. What
/// cannot be held is filled with what comes nearest, and told.
pub fn set(library: Library<'_>, seeds: &[usize], options: &SetOptions, constraints: &Constraints) -> Playlist {
    let barred = constraints.barred(library.searcher.len());
    let skip = |track: usize| barred[track] || !library.songs.get(track).is_some_and(|song| in_range(song, options));
    // Empty where no track may enter.
    let seeds = seeds_or_others(library, seeds, constraints, &skip);
    let taste = Taste::new(library, &seeds, &[], NEARBY, &skip);
    let nearby: Vec<Neighbour> = taste.candidates(NEARBY).into_iter().filter(|near| !skip(near.track)).collect();

    let duration_s = |tracks: &[usize]| -> f64 {
        tracks.iter().filter_map(|&track| library.songs.get(track)).map(|song| f64::from(song.duration_s)).sum()
    };
    let wanted_s = match options.length {
        SetLength::Tracks(_) => None,
        SetLength::Minutes(minutes) => Some(minutes.max(0.0) * 60.0),
    };
    let near: Vec<usize> = nearby.iter().take(POOL).map(|near| near.track).collect();
    let mean_s = (duration_s(&near) / near.len().max(1) as f64).max(1.0);
    let mut places = match options.length {
        SetLength::Tracks(tracks) => tracks,
        SetLength::Minutes(_) => (wanted_s.unwrap_or(0.0) / mean_s).round() as usize,
    };
    let mut best: Option<(f64, usize, Vec<usize>)> = None;
    for _ in 0..TRIES {
        let tracks = sequence(library, &nearby, places, options, constraints);
        let off_s = wanted_s.map_or(0.0, |wanted_s| wanted_s - duration_s(&tracks));
        let next = (places as f64 + (off_s / mean_s).round()).clamp(0.0, MAX_LENGTH as f64) as usize;
        // A pool that is used up gives no more by asking for more.
        let done = next == places || tracks.len() < places;
        if best.as_ref().is_none_or(|(least, ..)| off_s.abs() < *least) {
            best = Some((off_s.abs(), places, tracks));
        }
        if done {
            break;
        }
        places = next;
    }
    let (off_s, places, tracks) = best.unwrap_or_default();
    let longest_s = tracks.iter().map(|track| duration_s(&[*track])).fold(mean_s, f64::max);
    let length = if wanted_s.is_some() { tracks.len() } else { places };
    let mut list = Playlist::new(library, tracks, length, &seeds, constraints);
    list.miss(Wish::Minutes, usize::from(off_s > 0.5 * longest_s));
    tell(&mut list, library, places, options);
    list
}

/// The seeds that exist; else the locked tracks; else any track that may enter.
fn seeds_or_others(
    library: Library<'_>,
    seeds: &[usize],
    constraints: &Constraints,
    skip: &dyn Fn(usize) -> bool,
) -> Vec<usize> {
    let n = library.searcher.len();
    let seeds: Vec<usize> = seeds.iter().copied().filter(|&track| track < n).collect();
    if !seeds.is_empty() {
        return seeds;
    }
    let locked: Vec<usize> = constraints.locked.iter().map(|lock| lock.track).filter(|&track| track < n).collect();
    if !locked.is_empty() {
        return locked;
    }
    let start = (SplitMix64 { state: constraints.seed }.next() % n.max(1) as u64) as usize;
    (start..n).chain(0..start).find(|&track| !skip(track)).into_iter().collect()
}

fn in_range(song: &Song, options: &SetOptions) -> bool {
    options.bpm_range.is_none_or(|range| song.tempo_within(range, true))
}

/// The set with so many places.
fn sequence(
    library: Library<'_>,
    nearby: &[Neighbour],
    places: usize,
    options: &SetOptions,
    constraints: &Constraints,
) -> Vec<usize> {
    let draft = Draft::new(library, places, constraints);
    let places = draft.places.len();
    let demand = Demand::new(options, places);
    // The best for each place, so that every part of the course has a choice.
    let each = (POOL / places.max(1)).max(8);
    let mut wanted = vec![false; nearby.len()];
    for place in 0..places {
        let mut best = TopK::new(each);
        for (track, near) in nearby.iter().enumerate() {
            if let Some(song) = library.songs.get(near.track) {
                best.offer(Neighbour { track, similarity: -demand.cost(place, song, near.similarity) });
            }
        }
        for near in best.into_sorted() {
            wanted[near.track] = true;
        }
    }
    // And the nearest to the seeds, so that there is one for every place.
    let room = POOL.max(2 * places);
    let mut missing = room.saturating_sub(wanted.iter().filter(|wanted| **wanted).count());
    for wanted in wanted.iter_mut().filter(|wanted| !**wanted) {
        if missing == 0 {
            break;
        }
        *wanted = true;
        missing -= 1;
    }
    let chosen: Vec<Neighbour> =
        nearby.iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(near, _)| *near).collect();
    let mut pool = Pool::new(library, constraints, &draft.tracks(), &chosen, 2 * room);
    pool.draw(constraints, CHANCE);
    beam(library, &demand, &pool, &draft.places, constraints.spacing)
}

/// Notes what the list misses of its course.
fn tell(list: &mut Playlist, library: Library<'_>, places: usize, options: &SetOptions) {
    let demand = Demand::new(options, places);
    let (mut tempo, mut key, mut energy) = (0, 0, 0);
    for (place, &track) in list.tracks.iter().enumerate() {
        let Some(song) = library.songs.get(track) else { continue };
        let change = demand.bpm(place).zip(song.bpm).and_then(|(due, bpm)| tempo_change(due, bpm));
        tempo += usize::from(change.is_some_and(|change| change.abs() > TEMPO_TOLERANCE));
        let off = demand.energy(place).zip(song.energy).map(|(due, energy)| f64::from((energy - due).abs()));
        energy += usize::from(off.is_some_and(|off| off > ENERGY_TOLERANCE));
        let before = place.checked_sub(1).and_then(|before| library.songs.get(list.tracks[before]));
        key += usize::from(options.keys && before.and_then(|before| mixes(before, song)) == Some(false));
    }
    list.miss(Wish::Tempo, tempo);
    list.miss(Wish::Key, key);
    list.miss(Wish::Energy, energy);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;
    use crate::playlist::{Locked, test_library::TestLibrary};

    /// 480 tracks with tempi from 90 to 149 (some tagged at half of it), all keys and energies from 0 to 1, drawn
    /// without regard to each other or to the sound; `unknown` of ten have no tags.
    fn library(unknown: usize) -> TestLibrary {
        let mut library = TestLibrary::new(480, 4, 5);
        let keys: Vec<Key> = Key::all().collect();
        let mut random = SplitMix64 { state: 3 };
        let mut below = |n: u64| (random.next() % n) as usize;
        for (track, song) in library.songs.iter_mut().enumerate() {
            if track % 10 >= unknown {
                let bpm = 90.0 + below(60) as f32;
                song.bpm = Some(if below(3) == 0 { bpm / 2.0 } else { bpm });
                song.key = Some(keys[below(24)]);
                song.energy = Some(below(101) as f32 / 100.0);
            }
        }
        library
    }

    fn missed(list: &Playlist) -> Vec<Wish> {
        list.unmet.iter().map(|unmet| unmet.wish).collect()
    }

    #[test]
    fn a_set_keeps_its_course() {
        let library = library(0);
        let options = SetOptions {
            length: SetLength::Tracks(16),
            bpm: Some([100.0, 132.0]),
            bpm_range: None,
            keys: true,
            energy: vec![0.2, 0.9, 0.5],
        };
        let list = set(library.get(), &[3], &options, &Constraints::default());
        assert_eq!(list.tracks.len(), 16);
        let mut missed = [(Wish::Tempo, 0), (Wish::Key, 0), (Wish::Energy, 0)];
        for (place, &track) in list.tracks.iter().enumerate() {
            let song = &library.songs[track];
            let due = 100.0 + 32.0 * place as f32 / 15.0;
            missed[0].1 += usize::from(tempo_change(due, song.bpm.unwrap()).unwrap().abs() > 0.06);
            let before = place.checked_sub(1).map(|before| &library.songs[list.tracks[before]]);
            missed[1].1 +=
                usize::from(before.is_some_and(|before| !song.key.unwrap().compatible_with(before.key.unwrap())));
            let half = place as f32 / 7.5;
            let due = if half < 1.0 { 0.2 + 0.7 * half } else { 0.9 - 0.4 * (half - 1.0) };
            missed[2].1 += usize::from((song.energy.unwrap() - due).abs() > 0.2);
        }
        for (wish, times) in missed {
            assert!(times <= 1, "{wish:?} is missed {times} times");
            assert_eq!(list.unmet.iter().find(|unmet| unmet.wish == wish).map_or(0, |unmet| unmet.times), times);
        }
        // Chance would miss most of them.
        let chance =
            set(library.get(), &[3], &SetOptions { keys: false, ..SetOptions::default() }, &Constraints::default());
        let steps = chance
            .tracks
            .windows(2)
            .filter(|step| mixes(&library.songs[step[0]], &library.songs[step[1]]) == Some(true));
        assert!(steps.count() < 12);
    }

    #[test]
    fn what_is_unknown_may_enter_unless_a_range_is_asked_for() {
        let library = library(8);
        let mut options = SetOptions { bpm: Some([120.0, 120.0]), ..SetOptions::default() };
        let unknown = |list: &Playlist| list.tracks.iter().filter(|&&track| library.songs[track].bpm.is_none()).count();
        let list = set(library.get(), &[0], &options, &Constraints::default());
        assert!((1..20).contains(&unknown(&list)), "{} of 20", unknown(&list));
        options.bpm_range = Some([110.0, 130.0]);
        let list = set(library.get(), &[0], &options, &Constraints::default());
        assert!(!list.tracks.is_empty() && unknown(&list) == 0);
        for &track in &list.tracks {
            let bpm = library.songs[track].bpm.unwrap();
            assert!((110.0..=130.0).contains(&bpm) || (55.0..=65.0).contains(&bpm), "{bpm}");
        }
    }

    #[test]
    fn minutes_are_met_within_half_a_track() {
        let library = library(0);
        for minutes in [10.0, 45.0, 90.0] {
            let options = SetOptions { length: SetLength::Minutes(minutes), ..SetOptions::default() };
            let list = set(library.get(), &[9], &options, &Constraints::default());
            let seconds: f32 = list.tracks.iter().map(|&track| library.songs[track].duration_s).sum();
            assert!((f64::from(seconds) / 60.0 - minutes).abs() < 2.5, "{seconds} s for {minutes} min");
            assert!(!missed(&list).contains(&Wish::Minutes));
        }
    }

    #[test]
    fn what_cannot_be_held_is_told() {
        let library = library(0);
        let options = SetOptions {
            length: SetLength::Tracks(10),
            // No tempo is near these, whatever the octave.
            bpm: Some([80.0, 80.0]),
            energy: vec![2.0],
            ..SetOptions::default()
        };
        let list = set(library.get(), &[9], &options, &Constraints::default());
        assert_eq!(list.tracks.len(), 10);
        assert!(missed(&list).contains(&Wish::Energy));
        assert!(missed(&list).contains(&Wish::Tempo));
        let options = SetOptions { length: SetLength::Minutes(60_000.0), ..SetOptions::default() };
        let list = set(library.get(), &[9], &options, &Constraints::default());
        assert_eq!((list.tracks.len(), missed(&list).contains(&Wish::Minutes)), (480, true));
        let options = SetOptions { bpm_range: Some([10.0, 11.0]), ..SetOptions::default() };
        let list = set(library.get(), &[9], &options, &Constraints::default());
        assert_eq!((list.tracks, list.unmet[0].wish, list.unmet[0].times), (vec![], Wish::Length, 20));
    }

    #[test]
    fn without_seeds_the_locked_tracks_or_chance_begin() {
        let library = library(0);
        let options = SetOptions { length: SetLength::Tracks(6), ..SetOptions::default() };
        let locked = Constraints { locked: vec![Locked { place: 2, track: 77 }], ..Constraints::default() };
        let list = set(library.get(), &[], &options, &locked);
        assert_eq!((list.tracks.len(), list.tracks[2]), (6, 77));
        let starts: std::collections::BTreeSet<_> = (0..5)
            .map(|seed| set(library.get(), &[], &options, &Constraints { seed, ..Constraints::default() }).tracks)
            .collect();
        assert!(starts.len() >= 4);
    }
}
