//! Whether two runs differ, told by the tracks that one got right and the other did not.

use pmsl_core::metrics::Interval;
use serde::{Deserialize, Serialize};

use super::paired::{Paired, Verdict};
use crate::render::report::{Classifier, Report};

/// The accuracy of a run less that of an earlier one, on the same tracks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The run.
    pub run: String,
    /// Its classifier.
    pub classifier: String,
    /// The run it is compared with: the first one that has the classifier.
    pub baseline: String,
    /// The classifier of that run.
    pub baseline_classifier: String,
    /// Tracks that this run alone got right.
    pub only_run: u32,
    /// Tracks that the baseline alone got right.
    pub only_baseline: u32,
    /// Accuracy of the run less that of the baseline, -1 to 1.
    pub difference: f64,
    /// 95 % interval of the difference by the paired bootstrap over tracks (Efron 1979).
    pub interval: Interval,
    /// Two-sided p-value of `McNemar`'s exact test.
    pub p_value: f64,
    /// What may be said.
    pub verdict: Verdict,
}

impl Difference {
    /// What is compared with what, without the run: equal for differences that belong together.
    pub fn heading(&self) -> String {
        if self.classifier == self.baseline_classifier {
            return format!("{}, against {}", self.classifier, self.baseline);
        }
        format!("{}, against {} of {}", self.classifier, self.baseline_classifier, self.baseline)
    }
}

/// For every classifier that several runs have, each later run against the first that has it; and the first classifier
/// of every run against that of the first run, where their names differ.
pub(super) fn differences(runs: &[(&str, &Report)]) -> Vec<Difference> {
    let of = |run: usize| &runs[run].1.measures.classifiers[..];
    let mut found = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (i, _) in runs.iter().enumerate() {
        for classifier in of(i) {
            if seen.contains(&classifier.name.as_str()) {
                continue;
            }
            seen.push(&classifier.name);
            for later in i + 1..runs.len() {
                let same = of(later).iter().find(|other| other.name == classifier.name);
                found.extend(same.map(|other| difference(runs, (later, other), (i, classifier))));
            }
        }
    }
    let Some(first) = of(0).first() else { return found };
    for later in 1..runs.len() {
        let own = of(later).first().filter(|own| own.name != first.name);
        found.extend(own.map(|own| difference(runs, (later, own), (0, first))));
    }
    found
}

fn difference(
    runs: &[(&str, &Report)],
    (run, classifier): (usize, &Classifier),
    (baseline, base): (usize, &Classifier),
) -> Difference {
    let report = runs[baseline].1;
    let truth = report.measures.tracks.iter().map(|&track| report.tracks[track as usize].meta.sub_genre);
    let right = truth
        .zip(classifier.predicted.iter().zip(&base.predicted))
        .map(|(truth, (&own, &other))| (own == truth, other == truth));
    let paired = Paired::of(right);
    Difference {
        run: runs[run].0.to_owned(),
        classifier: classifier.name.clone(),
        baseline: runs[baseline].0.to_owned(),
        baseline_classifier: base.name.clone(),
        only_run: paired.only_own,
        only_baseline: paired.only_other,
        difference: paired.difference,
        interval: paired.interval,
        p_value: paired.p_value,
        verdict: paired.verdict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    /// Reports whose logistic regression is right on all tracks but the given ones.
    fn report(wrong: &[usize]) -> Report {
        let mut report = sample::report();
        let truth: Vec<u32> =
            report.measures.tracks.iter().map(|&track| report.tracks[track as usize].meta.sub_genre).collect();
        report.measures.classifiers[1].predicted =
            truth.iter().enumerate().map(|(i, &own)| if wrong.contains(&i) { (own + 1) % 7 } else { own }).collect();
        report
    }

    fn logistic(a: &[usize], b: &[usize]) -> Difference {
        let (a, b) = (report(a), report(b));
        let all = differences(&[("a", &a), ("b", &b)]);
        all.into_iter().find(|difference| difference.classifier == "Logistic regression").unwrap()
    }

    #[test]
    fn tracks_that_one_run_alone_got_right_are_counted() {
        let found = logistic(&[0, 1, 2, 3], &[3, 4]);
        assert_eq!((found.run.as_str(), found.baseline.as_str()), ("b", "a"));
        assert_eq!((found.only_run, found.only_baseline), (3, 1));
        assert!((found.difference - 2.0 / 28.0).abs() < 1e-12);
        assert!((found.p_value - 0.625).abs() < 1e-12);
        assert!(found.interval.low < 0.0 && found.interval.high > found.difference, "{found:?}");
        assert_eq!(found.verdict, Verdict::Unclear);
    }

    #[test]
    fn a_clear_difference_is_told_with_its_direction() {
        let all: Vec<usize> = (0..14).collect();
        assert_eq!(logistic(&all, &[]).verdict, Verdict::Better);
        assert_eq!(logistic(&[], &all).verdict, Verdict::Worse);
        let same = logistic(&all, &all);
        assert_eq!((same.verdict, same.p_value), (Verdict::Unclear, 1.0));
        assert_eq!((same.interval.low, same.interval.high), (0.0, 0.0));
    }

    #[test]
    fn few_tracks_need_the_exact_test() {
        // All five differing tracks speak for b: the bootstrap's interval excludes 0, the test gives 2 / 2^5.
        let found = logistic(&[0, 1, 2, 3, 4], &[]);
        assert!(found.interval.low > 0.0, "{found:?}");
        assert!((found.p_value - 0.0625).abs() < 1e-12);
        assert_eq!(found.verdict, Verdict::Unclear);
    }

    #[test]
    fn every_shared_classifier_is_compared_once() {
        let comparison = sample::comparison();
        let pairs: Vec<(&str, &str, &str)> = (comparison.differences.iter())
            .map(|d| (d.run.as_str(), d.classifier.as_str(), d.baseline.as_str()))
            .collect();
        for (i, pair) in pairs.iter().enumerate() {
            assert!(!pairs[..i].contains(pair), "{pair:?} twice");
        }
        // Only the second run and the last have the classifier of the network.
        assert!(pairs.contains(&("musicnn (2)", "Network", "musicnn")), "{pairs:?}");
        assert_eq!(pairs.iter().filter(|pair| pair.1 == "Nearest centroid").count(), 3);
    }
}
