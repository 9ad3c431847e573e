use anstream::adapter::strip_str;

use super::*;
use crate::render::sample;

/// The text of what changed, without colours.
fn text(before: &Report, after: &Report) -> String {
    strip_str(&Changes::between(("before", before), ("after", after)).text()).to_string()
}

/// [`sample::report`] after some work on library, settings and model.
fn later() -> Report {
    let mut report = sample::report();
    report.config["training"]["epochs"] = 60.into();
    report.config["training"]["note"] = "a value that goes on and on and on until nobody wants to read it".into();
    report.build.seed = 18;
    report.tracks[3].meta.title = "Brand New".into();
    report.tracks[20].meta.artist = Some("Somebody".into());
    report.failures.truncate(1);
    // Held out: the only mistake is mended, and two are made.
    let chill_goa = report.tracks.iter().position(|track| !track.is_right()).unwrap();
    report.tracks[chill_goa].predicted = 4;
    let wrong: Vec<usize> = (0..112).filter(|&i| report.tracks[i].split == Split::Test).take(2).collect();
    for &track in &wrong {
        report.tracks[track].predicted = 1;
        report.tracks[track].meta.album = None;
    }
    let judged = report.measures.tracks.clone();
    report.measures.classifiers[0].predicted =
        judged.iter().map(|&track| report.tracks[track as usize].predicted).collect();
    report
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let report = sample::report();
    let changes = Changes::between(("a", &report), ("b", &report));
    assert_eq!((changes.settings.len(), changes.judgements.len(), changes.held_out), (0, 0, 28));
    assert_eq!(changes.tracks, TrackChanges { common: 112, ..TrackChanges::default() });
    for measure in &changes.measures {
        assert_eq!(measure.before, measure.after, "{} {}", measure.of, measure.name);
        assert!(measure.paired.as_ref().is_none_or(|paired| paired.difference.abs() < f64::EPSILON));
    }
}

#[test]
fn what_changed_is_told_in_words() {
    insta::assert_snapshot!(text(&sample::report(), &later()));
}

#[test]
fn a_split_by_folds_is_compared_on_what_both_held_out() {
    let (split, folds) = (sample::report(), sample::cross_validated());
    let changes = Changes::between(("split", &split), ("folds", &folds));
    assert_eq!((changes.before.held_out, changes.after.held_out, changes.held_out), (28, 112, 28));
    let accuracy = changes.measures.iter().find(|m| m.of == "Nearest centroid" && m.name == "accuracy").unwrap();
    assert_eq!(accuracy.after, folds.test.overall.accuracy);
    assert_eq!(accuracy.paired.as_ref().unwrap().tracks, 28);
}

#[test]
fn libraries_that_share_nothing_are_still_told_apart() {
    insta::assert_snapshot!(text(&sample::bare(), &sample::many_sub_genres(24)));
}

#[test]
fn the_macro_f1_of_common_tracks_is_that_of_the_report_where_all_are_common() {
    let (before, after) = (sample::report(), sample::report());
    let changes = Changes::between(("a", &before), ("b", &after));
    let f1: Vec<_> =
        changes.measures.iter().filter(|measure| measure.name == "macro F1" && measure.paired.is_some()).collect();
    assert_eq!(f1.len(), before.measures.classifiers.len());
    for (measure, classifier) in f1.into_iter().zip(&before.measures.classifiers) {
        let paired = measure.paired.as_ref().unwrap();
        assert!((paired.before - classifier.macro_f1.unwrap()).abs() < 1e-12, "{}", classifier.name);
    }
}

#[test]
fn colours_stand_for_better_and_worse_alone() {
    let text = Changes::between(("a", &sample::report()), ("b", &later())).text();
    assert!(text.contains("\u{1b}[32mnow right\u{1b}[0m") && text.contains("\u{1b}[31mnow wrong\u{1b}[0m"));
    assert!(!strip_str(&text).to_string().contains('\u{1b}'));
}
