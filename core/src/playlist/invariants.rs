//! What holds for the lists of every strategy.

use proptest::prelude::*;

use super::test_library::TestLibrary;
use super::*;

/// Every strategy, by number, with what was asked for by name.
fn make(
    strategy: usize,
    library: Library<'_>,
    asked: &[usize],
    length: usize,
    constraints: &Constraints,
) -> (Playlist, Vec<usize>) {
    let first = &asked[..1];
    match strategy {
        0 => (grow(library, asked[0], &GrowOptions { length, loyalty: 0.5 }, constraints), first.to_vec()),
        1 => {
            let options = MixOptions { length, ..MixOptions::default() };
            let (liked, disliked) = asked.split_at(asked.len().div_ceil(2));
            (mix(library, liked, disliked, &options, constraints), liked.to_vec())
        }
        2 => (path(library, asked, length, constraints), asked.to_vec()),
        _ => {
            let options = SetOptions {
                length: SetLength::Tracks(length),
                bpm: Some([100.0, 140.0]),
                energy: vec![0.2, 0.9, 0.4],
                ..SetOptions::default()
            };
            (set(library, asked, &options, constraints), Vec::new())
        }
    }
}

fn constraints() -> impl Strategy<Value = Constraints> {
    let locked = prop::collection::vec((0_usize..20, 0_usize..130), 0..4);
    let spacing = (0_usize..5, 0_usize..3, 0_usize..5);
    (spacing, locked, prop::collection::vec(0_usize..130, 0..9), prop::sample::select(vec![0.0, 0.3, 2.0]), 0_u64..99)
        .prop_map(|((artist, album, title), locked, excluded, temperature, seed)| Constraints {
            spacing: Spacing { artist, album, title },
            locked: locked.into_iter().map(|(place, track)| Locked { place, track }).collect(),
            excluded,
            temperature,
            seed,
        })
}

/// Tracks that are really locked: the first claim on each place of the list and on each track.
fn locks(constraints: &Constraints, n: usize, places: usize) -> Vec<Locked> {
    let mut held: Vec<Locked> = Vec::new();
    for &lock in &constraints.locked {
        let there = lock.track < n && lock.place < places;
        if there && !held.iter().any(|other| other.place == lock.place || other.track == lock.track) {
            held.push(lock);
        }
    }
    held
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn lists_hold_what_they_promise(
        seed: u64, n in 1_usize..120, strategy in 0_usize..4, length in 0_usize..25, constraints in constraints(),
        asked in prop::collection::vec(0_usize..120, 1..5),
    ) {
        let library = TestLibrary::new(n, 4, seed).with_tags(20, 40, seed);
        let library = library.get();
        let asked: Vec<usize> = asked.into_iter().map(|track| track % n).collect();
        let (list, named) = make(strategy, library, &asked, length, &constraints);
        let wanted = if strategy == 2 { length.max(different(&asked)) } else { length };
        prop_assert!(list.tracks.len() <= wanted);
        prop_assert_eq!(list.tracks.len(), list.similarity.len());
        prop_assert_eq!(missed(&list, Wish::Length), length.abs_diff(list.tracks.len()));

        let locked = locks(&constraints, n, wanted);
        let by_name = |track: usize| named.contains(&track) || locked.iter().any(|lock| lock.track == track);
        for (place, &track) in list.tracks.iter().enumerate() {
            prop_assert!(by_name(track) || !constraints.excluded.contains(&track), "{track} is excluded");
            for &other in &list.tracks[..place] {
                prop_assert!(other != track, "{track} comes twice");
                let version = library.same_song(other, track) && !(by_name(track) && by_name(other));
                prop_assert!(!version, "{track} is a version of {other}");
            }
        }
        // A list of full length holds every lock that has a place; a path's ends are its own.
        if strategy != 2 && list.tracks.len() == length {
            for lock in &locked {
                prop_assert_eq!(list.tracks[lock.place], lock.track);
            }
        }
        let lost = constraints.locked.iter().filter(|lock| list.tracks.get(lock.place) != Some(&lock.track)).count();
        prop_assert_eq!(missed(&list, Wish::Locked), lost);
        prop_assert_eq!(make(strategy, library, &asked, length, &constraints).0, list);
    }

    #[test]
    fn without_temperature_the_seed_changes_nothing(seed: u64, strategy in 0_usize..4, a: u64, b: u64) {
        let library = TestLibrary::new(60, 4, seed).with_tags(20, 60, seed);
        let of = |seed, temperature| {
            let constraints = Constraints { temperature, seed, ..Constraints::default() };
            make(strategy, library.get(), &[1, 2, 3], 12, &constraints).0.tracks
        };
        prop_assert_eq!(of(a, 0.0), of(b, 0.0));
        let drawn: std::collections::BTreeSet<_> = (0..8).map(|seed| of(seed, 1.0)).collect();
        // A path between fixed tracks may have little choice, but some.
        prop_assert!(drawn.len() > 1, "8 seeds draw one list");
    }

    #[test]
    fn where_there_is_choice_like_tracks_stay_apart(seed: u64, strategy in 0_usize..4, artist in 1_usize..6) {
        // Two tracks of each artist are far fewer than the spacing forbids.
        let library = TestLibrary::new(100, 4, seed).with_tags(50, 10_000, seed);
        let spacing = Spacing { artist, ..Spacing::default() };
        let constraints = Constraints { spacing, ..Constraints::default() };
        let (list, named) = make(strategy, library.get(), &[0, 1], 15, &constraints);
        prop_assert_eq!(list.tracks.len(), 15);
        for (place, &track) in list.tracks.iter().enumerate() {
            for &other in list.tracks[..place].iter().rev().take(artist) {
                let names = [track, other].map(|track| library.songs[track].artist);
                let asked = named.contains(&track) && named.contains(&other);
                prop_assert!(asked || names[0] != names[1], "{other} and {track} at {place}");
            }
        }
        prop_assert_eq!(missed(&list, Wish::Title), 0);
    }

    #[test]
    fn paths_pass_their_waypoints_in_order(
        seed: u64, n in 2_usize..90, length in 0_usize..25, stops in prop::collection::vec(0_usize..90, 1..6),
    ) {
        let library = TestLibrary::new(n, 3, seed);
        let mut stops: Vec<usize> = stops.into_iter().map(|track| track % n).collect();
        let list = path(library.get(), &stops, length, &Constraints::default());
        let mut seen = Vec::new();
        stops.retain(|track| !seen.contains(track) && { seen.push(*track); true });
        let places: Vec<_> =
            stops.iter().map(|track| list.tracks.iter().position(|other| other == track).unwrap()).collect();
        prop_assert!(places.is_sorted(), "{places:?}");
        prop_assert_eq!(places[0], 0);
        prop_assert_eq!(places[places.len() - 1], list.tracks.len() - 1);
        if stops.len() > 1 {
            prop_assert_eq!(list.tracks.len(), length.max(stops.len()).min(n));
        }
    }
}

fn missed(list: &Playlist, wish: Wish) -> usize {
    list.unmet.iter().find(|unmet| unmet.wish == wish).map_or(0, |unmet| unmet.times)
}

/// How many different tracks these are.
fn different(tracks: &[usize]) -> usize {
    let mut tracks = tracks.to_vec();
    tracks.sort_unstable();
    tracks.dedup();
    tracks.len()
}

#[test]
fn what_does_not_exist_makes_no_list() {
    let library = TestLibrary::new(3, 2, 1);
    for strategy in 0..3 {
        let (list, _) = make(strategy, library.get(), &[7, 8], 5, &Constraints::default());
        assert!(list.tracks.is_empty(), "{strategy}");
    }
    let empty = (Songs::default(), crate::search::Searcher::new(crate::Vectors::default()));
    let empty = Library { songs: &empty.0, searcher: &empty.1 };
    for strategy in 0..4 {
        assert!(make(strategy, empty, &[0, 1], 5, &Constraints::default()).0.tracks.is_empty(), "{strategy}");
    }
}
