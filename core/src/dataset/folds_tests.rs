use proptest::prelude::*;

use super::*;
use crate::dataset::{Part, Split, SplitError, SplitWarning};

fn options() -> SplitOptions {
    SplitOptions::default()
}

/// Sub-genres with their artists: an artist may be in several.
fn library() -> impl Strategy<Value = (Vec<u32>, Vec<Option<u64>>)> {
    prop::collection::vec((0u32..5, prop::option::weighted(0.7, 0u64..40)), 6..100)
        .prop_map(|tracks| tracks.into_iter().unzip())
}

fn count(members: &[usize], sub_genres: &[u32], class: u32) -> usize {
    members.iter().filter(|&&track| sub_genres[track] == class).count()
}

proptest! {
    #[test]
    fn every_track_is_tested_once_in_every_repeat(
        (sub_genres, artists) in library(), k in 2usize..6, repeats in 1usize..4, seed: u64, next: bool,
        copies in prop::collection::vec(prop::option::weighted(0.5, 0u64..9), 100),
    ) {
        let recordings = &copies[..sub_genres.len()];
        let tracks = SplitTracks { sub_genres: &sub_genres, artists: &artists, recordings, ..SplitTracks::default() };
        let folds = Folds::stratified(&tracks, &options(), &StratifiedFolds { k, repeats }, seed).unwrap();
        prop_assert_eq!(&folds, &Folds::stratified(&tracks, &options(), &StratifiedFolds { k, repeats }, seed).unwrap());
        let options = SplitOptions { validate_on_next_fold: next && k > 2, ..options() };
        let mut tested = vec![0; sub_genres.len()];
        for held_out in folds.held_out() {
            let split = Split::for_fold(&tracks, &folds, held_out, &options, seed).unwrap();
            prop_assert_eq!(split.check(&tracks, &options), Ok(()));
            let parts = split.parts(sub_genres.len());
            for (track, recording) in recordings.iter().enumerate().filter(|(_, recording)| recording.is_some()) {
                let copy = recordings.iter().position(|other| other == recording).unwrap();
                prop_assert_eq!(parts[track], parts[copy], "tracks {} and {}", track, copy);
            }
            prop_assert_eq!(&split, &Split::for_fold(&tracks, &folds, held_out, &options, seed).unwrap());
            split.test.iter().for_each(|&track| tested[track] += 1);
            for class in 0..5 {
                let parts = [&split.train, &split.validation, &split.test].map(|part| count(part, &sub_genres, class));
                let all: usize = parts.iter().sum();
                for (part, members) in [Part::Train, Part::Test].into_iter().zip([parts[0], parts[2]]) {
                    let missing = SplitWarning::Missing { sub_genre: class, part, tracks: all };
                    prop_assert_eq!(all > 0 && members == 0, split.warnings.contains(&missing));
                }
                // What is not tested trains, whatever else it may be wanted for.
                prop_assert!(parts[0] > 0 || parts[2] == all || options.validate_on_next_fold, "{parts:?}");
            }
        }
        prop_assert!(tested.iter().all(|&count| count == repeats), "{tested:?}");
    }

    #[test]
    fn without_groups_every_fold_has_its_share(
        sizes in prop::collection::vec(1usize..40, 1..6), k in 2usize..7, seed: u64,
    ) {
        let sub_genres: Vec<u32> =
            sizes.iter().enumerate().flat_map(|(class, &size)| std::iter::repeat_n(class as u32, size)).collect();
        let tracks = SplitTracks { sub_genres: &sub_genres, ..SplitTracks::default() };
        prop_assume!(sub_genres.len() >= k);
        let folds = Folds::stratified(&tracks, &options(), &StratifiedFolds { k, repeats: 1 }, seed).unwrap();
        let in_fold = |fold: usize, class: Option<u32>| {
            let members = folds.of_tracks(0).iter().zip(&sub_genres);
            members.filter(|&(f, &c)| *f == Some(fold) && class.is_none_or(|class| class == c)).count()
        };
        for (class, &size) in sizes.iter().enumerate() {
            for fold in 0..k {
                let found = in_fold(fold, Some(class as u32));
                prop_assert!((size / k..=size.div_ceil(k)).contains(&found), "{found} of {size} in {k} folds");
            }
        }
        let all: Vec<usize> = (0..k).map(|fold| in_fold(fold, None)).collect();
        prop_assert!(all.iter().max().unwrap() - all.iter().min().unwrap() <= sizes.len(), "{all:?}");
    }
}

#[test]
fn repeats_and_seeds_divide_differently() {
    let sub_genres = [0; 30];
    let tracks = SplitTracks { sub_genres: &sub_genres, ..SplitTracks::default() };
    let folds = |seed| Folds::stratified(&tracks, &options(), &StratifiedFolds { k: 3, repeats: 2 }, seed).unwrap();
    assert_ne!(folds(1).of_tracks(0), folds(1).of_tracks(1));
    assert_ne!(folds(1), folds(2));
    assert_eq!((folds(1).count(), folds(1).held_out().len()), (3, 6));
    assert_eq!(folds(1).held_out().nth(4), Some(HeldOut { repeat: 1, fold: 1 }));
}

#[test]
fn official_folds_are_tested_as_they_are() {
    let names = ["10", "2", "2", "10", "1", "1", "2", "10", "1"].map(Some);
    let names: Vec<Option<&str>> = names.into_iter().chain([None]).collect();
    let folds = Folds::official(&names).unwrap();
    assert_eq!(folds.names(), ["1", "2", "10"]);
    // The artist has tracks in the folds 10 and 2.
    let artists = [Some(4), Some(4)];
    let tracks = SplitTracks { sub_genres: &[0; 10], artists: &artists, ..SplitTracks::default() };
    let split = |fold, options: &SplitOptions| {
        let split = Split::for_fold(&tracks, &folds, HeldOut { repeat: 0, fold }, options, 3).unwrap();
        assert_eq!(split.check(&tracks, options), Ok(()));
        split
    };
    let first = split(0, &options());
    assert_eq!((first.test, first.validation.len(), first.warnings.len()), (vec![4, 5, 8], 1, 0));
    let second = split(1, &options());
    assert_eq!(second.test, [1, 2, 6]);
    assert!(second.train.contains(&0), "a groupmate of a tested track does not choose the epoch");
    assert_eq!(second.warnings, [SplitWarning::FoldsDivideGroup { tracks: vec![0, 1] }]);
    let next = SplitOptions { validate_on_next_fold: true, ..options() };
    let third = split(2, &next);
    assert_eq!((third.test, third.validation, third.train), (vec![0, 3, 7], vec![4, 5, 8], vec![1, 2, 6, 9]));
}

#[test]
fn an_artist_who_is_a_whole_sub_genre_is_divided_and_reported() {
    let sub_genres = [0, 0, 0, 0, 1, 1, 1, 1, 1];
    let artists: Vec<Option<u64>> = [7, 7, 7, 7, 7, 7, 1, 2, 3].map(Some).into();
    let tracks = SplitTracks { sub_genres: &sub_genres, artists: &artists, ..SplitTracks::default() };
    let folds = Folds::stratified(&tracks, &options(), &StratifiedFolds { k: 2, repeats: 1 }, 1).unwrap();
    let folds_of = folds.of_tracks(0);
    assert_eq!(folds_of[..4].iter().filter(|fold| **fold == Some(0)).count(), 2);
    assert_eq!(folds_of[4], folds_of[5], "what need not be divided is not");
    for held_out in folds.held_out() {
        let split = Split::for_fold(&tracks, &folds, held_out, &options(), 1).unwrap();
        assert!(split.warnings.contains(&SplitWarning::FoldsDivideGroup { tracks: vec![0, 1, 2, 3, 4, 5] }));
        assert_eq!(split.check(&tracks, &options()), Ok(()));
    }
}

#[test]
fn folds_that_cannot_be_are_refused() {
    assert_eq!(Folds::official(&[Some("1"), None, Some(" 1")]), Err(FoldError::NoOfficialFolds { found: 1 }));
    let tracks = SplitTracks { sub_genres: &[0, 0, 0], ..SplitTracks::default() };
    let stratified = |k, repeats| Folds::stratified(&tracks, &options(), &StratifiedFolds { k, repeats }, 1);
    assert_eq!(stratified(4, 1), Err(FoldError::TooFewTracks { k: 4, tracks: 3 }));
    assert!(matches!(stratified(1, 1), Err(FoldError::Number { field: "k", .. })));
    assert!(matches!(stratified(2, 0), Err(FoldError::Number { field: "repeats", .. })));
    let next = SplitOptions { validate_on_next_fold: true, ..options() };
    let held_out = HeldOut { repeat: 0, fold: 0 };
    let error = Split::for_fold(&tracks, &stratified(2, 1).unwrap(), held_out, &next, 1).unwrap_err();
    assert_eq!(error, SplitError::Folds(FoldError::NoFoldToTrain { found: 2 }));
}

#[test]
fn configurations_read_as_they_are_written() {
    let parse = |json: &str| serde_json::from_str::<SplitOptions>(json);
    let folds = |json: &str| parse(json).unwrap().cross_validation;
    assert_eq!(folds("{}"), None);
    assert_eq!(folds(r#"{"cross_validation": null}"#), None);
    assert_eq!(folds(r#"{"cross_validation": "official"}"#), Some(CrossValidation::Official(OfficialFolds::Official)));
    let drawn = |k, repeats| Some(CrossValidation::Stratified(StratifiedFolds { k, repeats }));
    assert_eq!(folds(r#"{"cross_validation": {"k": 4}}"#), drawn(4, 1));
    let error = parse(r#"{"cross_validation": {"folds": 4}}"#).unwrap_err().to_string();
    assert!(error.contains("\"official\""), "{error}");
    let options = SplitOptions { cross_validation: drawn(1, 1), ..options() };
    let message = options.validate().unwrap_err().to_string();
    assert_eq!(message, "cross_validation.k: expected a number from 2 to 100, found 1");
    let written = serde_json::to_string(&SplitOptions { cross_validation: drawn(4, 2), ..options }).unwrap();
    assert!(written.contains(r#""cross_validation":{"k":4,"repeats":2}"#), "{written}");
}
