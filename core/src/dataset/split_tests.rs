use proptest::prelude::*;

use super::*;

fn grouped() -> SplitOptions {
    SplitOptions::default()
}

fn count(split: &Split, sub_genres: &[u32], class: u32) -> [usize; 3] {
    [&split.train, &split.validation, &split.test].map(|p| p.iter().filter(|&&t| sub_genres[t] == class).count())
}

/// Sub-genres with their artists: an artist may be in several.
fn library() -> impl Strategy<Value = (Vec<u32>, Vec<Option<u64>>)> {
    prop::collection::vec((0u32..6, prop::option::weighted(0.8, 0u64..25)), 1..120)
        .prop_map(|tracks| tracks.into_iter().unzip())
}

proptest! {
    #[test]
    fn parts_are_disjoint_complete_grouped_and_stratified((sub_genres, artists) in library(), seed: u64) {
        let tracks = SplitTracks { sub_genres: &sub_genres, artists: &artists, ..SplitTracks::default() };
        let split = Split::new(&tracks, &grouped(), seed).unwrap();
        prop_assert_eq!(&split, &Split::new(&tracks, &grouped(), seed).unwrap());
        prop_assert_eq!(split.check(&tracks, &grouped()), Ok(()));
        for class in 0..6 {
            let counts = count(&split, &sub_genres, class);
            let total: usize = counts.iter().sum();
            if total >= 1 {
                prop_assert!(counts[0] >= 1, "sub-genre {class} does not train: {counts:?}");
            }
            if total >= 2 {
                prop_assert!(counts[2] >= 1, "sub-genre {class} is not tested: {counts:?}");
            }
            let warned = split.warnings.iter().any(|warning| {
                matches!(warning, SplitWarning::Missing { sub_genre, part: Part::Validation, .. } if *sub_genre == class)
            });
            if total >= 3 {
                prop_assert!(counts[1] >= 1 || warned, "sub-genre {class} does not validate: {counts:?}");
            }
        }
    }

    #[test]
    fn without_groups_the_shares_are_exact(sizes in prop::collection::vec(1usize..40, 1..6), seed: u64) {
        let sub_genres: Vec<u32> =
            sizes.iter().enumerate().flat_map(|(class, &size)| std::iter::repeat_n(class as u32, size)).collect();
        let tracks = SplitTracks { sub_genres: &sub_genres, ..SplitTracks::default() };
        let split = Split::new(&tracks, &grouped(), seed).unwrap();
        for (class, &size) in sizes.iter().enumerate() {
            prop_assert_eq!(count(&split, &sub_genres, class as u32), grouped().targets(size));
        }
        prop_assert!(split.ungrouped.is_empty());
    }

    #[test]
    fn copies_of_a_recording_are_never_divided(
        (sub_genres, artists) in library(), copies in prop::collection::vec(prop::option::weighted(0.6, 0u64..9), 120),
        seed: u64,
    ) {
        let recordings = &copies[..sub_genres.len()];
        let tracks = SplitTracks { sub_genres: &sub_genres, artists: &artists, recordings, ..SplitTracks::default() };
        let split = Split::new(&tracks, &grouped(), seed).unwrap();
        prop_assert_eq!(split.check(&tracks, &grouped()), Ok(()));
        let parts = split.parts(sub_genres.len());
        for (a, recording) in recordings.iter().enumerate().filter(|(_, recording)| recording.is_some()) {
            let b = recordings.iter().position(|other| other == recording).unwrap();
            prop_assert_eq!(parts[a], parts[b], "tracks {} and {} of recording {:?}", a, b, recording);
        }
    }

    #[test]
    fn assignments_hold((sub_genres, artists) in library(), parts in prop::collection::vec(0usize..6, 120), seed: u64) {
        let assigned: Vec<Option<Part>> = parts.iter().map(|&part| PARTS.get(part).copied()).collect();
        let assigned = &assigned[..sub_genres.len()];
        let tracks =
            SplitTracks { sub_genres: &sub_genres, artists: &artists, assigned, ..SplitTracks::default() };
        let split = Split::new(&tracks, &grouped(), seed).unwrap();
        prop_assert_eq!(split.check(&tracks, &grouped()), Ok(()));
        for (part, assigned) in split.parts(sub_genres.len()).into_iter().zip(assigned) {
            prop_assert!(assigned.is_none() || part == *assigned);
        }
    }
}

#[test]
fn seeds_give_different_splits() {
    let sub_genres = [0; 40];
    let tracks = SplitTracks { sub_genres: &sub_genres, ..SplitTracks::default() };
    let split = |seed| Split::new(&tracks, &grouped(), seed).unwrap().test;
    assert_eq!(split(1).len(), 8);
    assert_ne!(split(1), split(2));
}

#[test]
fn small_sub_genres_train_first_and_test_second() {
    let targets = |tracks| grouped().targets(tracks);
    assert_eq!(targets(1), [1, 0, 0]);
    assert_eq!(targets(2), [1, 0, 1]);
    assert_eq!(targets(3), [1, 1, 1]);
    assert_eq!(targets(10), [6, 2, 2]);
    assert_eq!(SplitOptions { validation: 0.0, test: 0.0, ..grouped() }.targets(5), [5, 0, 0]);
    assert_eq!(SplitOptions { validation: 0.5, test: 0.49, ..grouped() }.targets(3), [1, 1, 1]);
}

#[test]
fn an_artist_who_is_a_whole_sub_genre_is_divided_and_reported() {
    let sub_genres = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    let artists: Vec<Option<u64>> = (0..10).map(|track| Some(if track < 5 { 0 } else { track })).collect();
    let tracks = SplitTracks { sub_genres: &sub_genres, artists: &artists, ..SplitTracks::default() };
    let split = Split::new(&tracks, &grouped(), 4).unwrap();
    assert_eq!(split.ungrouped, [0, 1, 2, 3, 4]);
    assert!(split.warnings.contains(&SplitWarning::GroupDivided { sub_genre: 0, tracks: 5 }));
    assert_eq!(split.check(&tracks, &grouped()), Ok(()));
    assert!(count(&split, &sub_genres, 0)[2] >= 1);
    let apart = SplitOptions { group_by_artist: false, ..grouped() };
    assert!(Split::new(&tracks, &apart, 4).unwrap().ungrouped.is_empty());
}

#[test]
fn the_only_track_of_a_sub_genre_trains_although_its_artist_is_tested() {
    for seed in 0..50 {
        let sub_genres = [0, 0, 0, 0, 1];
        let artists = [None, None, None, Some(3), Some(3)];
        let tracks = SplitTracks { sub_genres: &sub_genres, artists: &artists, ..SplitTracks::default() };
        let split = Split::new(&tracks, &grouped(), seed).unwrap();
        assert_eq!(count(&split, &sub_genres, 1), [1, 0, 0]);
        assert!(count(&split, &sub_genres, 0)[2] >= 1);
    }
}

#[test]
fn leaks_are_found() {
    let sub_genres = [0, 0, 0, 0];
    let artists = [Some(1), Some(1), None, None];
    let duplicates = [None, None, Some(7), Some(7)];
    let tracks =
        SplitTracks { sub_genres: &sub_genres, artists: &artists, recordings: &duplicates, ..SplitTracks::default() };
    let split = |train: &[usize], test: &[usize]| Split { train: train.into(), test: test.into(), ..Split::default() };
    assert_eq!(split(&[0, 1], &[2, 3]).check(&tracks, &grouped()), Ok(()));
    let parts = [Part::Train, Part::Test];
    let leak = Err(Leak::Group { first: 0, second: 1, parts });
    assert_eq!(split(&[0, 2, 3], &[1]).check(&tracks, &grouped()), leak);
    let apart = SplitOptions { group_by_artist: false, ..grouped() };
    assert_eq!(split(&[0, 2, 3], &[1]).check(&tracks, &apart), Ok(()));
    assert_eq!(split(&[0, 1, 2], &[3]).check(&tracks, &apart), Err(Leak::Group { first: 2, second: 3, parts }));
    assert_eq!(split(&[0, 1, 2], &[2, 3]).check(&tracks, &grouped()), Err(Leak::Parts { track: 2, count: 2 }));
    assert_eq!(split(&[0, 1], &[3]).check(&tracks, &grouped()), Err(Leak::Parts { track: 2, count: 0 }));
    assert_eq!(split(&[0, 1, 2, 3], &[9]).check(&tracks, &grouped()), Err(Leak::Parts { track: 9, count: 0 }));
}

#[test]
fn the_only_artist_of_a_sub_genre_is_divided_but_not_his_recordings() {
    let sub_genres = [0; 6];
    let artists = [Some(1); 6];
    let recordings = [Some(4), Some(4), Some(4), None, Some(5), Some(5)];
    let tracks =
        SplitTracks { sub_genres: &sub_genres, artists: &artists, recordings: &recordings, ..SplitTracks::default() };
    for seed in 0..50 {
        let split = Split::new(&tracks, &grouped(), seed).unwrap();
        assert_eq!(split.check(&tracks, &grouped()), Ok(()));
        assert!(!split.train.is_empty() && !split.test.is_empty(), "{split:?}");
        assert_eq!(split.ungrouped, [0, 1, 2, 3, 4, 5]);
        let mut leaking = split.clone();
        leaking.train.retain(|&track| track != 0);
        leaking.test.retain(|&track| track != 0);
        let copies_test = split.test.contains(&1);
        if copies_test { &mut leaking.train } else { &mut leaking.test }.insert(0, 0);
        assert!(matches!(leaking.check(&tracks, &grouped()), Err(Leak::Group { .. })), "{leaking:?}");
    }
    // Nothing but copies of one recording cannot be split.
    let tracks = SplitTracks { recordings: &[Some(4); 6], ..tracks };
    let split = Split::new(&tracks, &grouped(), 1).unwrap();
    assert_eq!(split.train.len(), 6);
    assert!(split.warnings.contains(&SplitWarning::Missing { sub_genre: 0, part: Part::Test, tracks: 6 }));
}

#[test]
fn releases_stay_together_unless_told_otherwise() {
    let sub_genres = [0; 12];
    let releases = [Some(1), Some(1), Some(2), Some(2), Some(3), Some(3), Some(4), Some(4), None, None, None, None];
    let tracks = SplitTracks { sub_genres: &sub_genres, releases: &releases, ..SplitTracks::default() };
    let apart = SplitOptions { group_by_release: false, ..grouped() };
    let divides = |options: &SplitOptions, seed| {
        let parts = Split::new(&tracks, options, seed).unwrap().parts(12);
        (0..4).any(|release| parts[2 * release] != parts[2 * release + 1])
    };
    assert!(!(0..20).any(|seed| divides(&grouped(), seed)));
    assert!((0..20).any(|seed| divides(&apart, seed)));
}

#[test]
fn shares_that_leave_nothing_are_refused() {
    let options = |validation, test| SplitOptions { validation, test, ..grouped() }.validate();
    assert_eq!(options(-0.1, 0.2), Err(SplitError::Share { field: "validation", value: -0.1 }));
    assert_eq!(options(0.1, 1.0), Err(SplitError::Share { field: "test", value: 1.0 }));
    assert_eq!(options(0.5, 0.5), Err(SplitError::NothingToTrain { sum: 1.0 }));
    assert!(matches!(options(f64::NAN, 0.2), Err(SplitError::Share { field: "validation", .. })));
}
