//! The measures of two runs, and what sets them apart on the tracks that both held out.

use pmsl_core::SubGenre;
use pmsl_core::metrics::{ConfusionMatrix, Interval, bootstrap_interval, macro_f1};
use serde::Serialize;

use crate::render::comparison::{Paired, RESAMPLES, SEED, Verdict};
use crate::render::report::{Classifier, Report};

/// Name of the share of tracks given their own sub-genre.
const ACCURACY: &str = "accuracy";
/// Name of the share of tracks given any sub-genre of their own genre.
const GENRE_ACCURACY: &str = "genre accuracy";
/// Name of the mean of the sub-genres' F1 scores.
const MACRO_F1: &str = "macro F1";

/// A measure of two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeasureChange {
    /// What is measured, such as `Nearest centroid`.
    pub of: String,
    /// The measure, such as `macro F1`.
    pub name: String,
    /// Whether it is a share of tracks, to be read as a percentage.
    pub is_share: bool,
    /// Whether smaller values are better.
    pub lower_is_better: bool,
    /// Its earlier value, on all tracks that the run held out; absent where it was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// Its later value, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<f64>,
    /// The same on the tracks that both runs held out; absent where a report does not hold it track by track.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paired: Option<PairedChange>,
}

/// A measure of two runs on the same tracks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairedChange {
    /// The tracks.
    pub tracks: u32,
    /// The earlier value.
    pub before: f64,
    /// The later value.
    pub after: f64,
    /// Later less earlier.
    pub difference: f64,
    /// 95 % interval of the difference by the paired bootstrap over tracks.
    pub interval: Interval,
    /// Tracks that the earlier run alone got right; absent where a measure is not of right and wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_before: Option<u32>,
    /// Tracks that the later run alone gets right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_after: Option<u32>,
    /// Two-sided p-value of `McNemar`'s exact test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// What may be said: `better` where the later run is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// All measures of both runs, in the order of the later one.
pub(super) fn changes(before: &Report, after: &Report, held_out: &[(usize, usize)]) -> Vec<MeasureChange> {
    let (earlier, later) = (values(before), values(after));
    let is_same = |a: &Measured, b: &Measured| a.of == b.of && a.name == b.name;
    let gone = earlier.iter().filter(|own| !later.iter().any(|other| is_same(own, other)));
    let labels = Labels::of(before, after);
    let change = |own: &Measured| MeasureChange {
        of: own.of.clone(),
        name: own.name.clone(),
        is_share: own.is_share,
        lower_is_better: own.lower_is_better,
        before: earlier.iter().find(|other| is_same(own, other)).map(|found| found.value),
        after: later.iter().find(|other| is_same(own, other)).map(|found| found.value),
        paired: paired(&labels, (before, after), held_out, own),
    };
    later.iter().chain(gone).map(change).collect()
}

/// A measure of one run.
struct Measured {
    of: String,
    name: String,
    value: f64,
    is_share: bool,
    lower_is_better: bool,
}

/// Collects the measures of a run.
#[derive(Default)]
struct Values(Vec<Measured>);

impl Values {
    fn share(&mut self, of: &str, name: &str, value: Option<f64>) {
        self.add(of, name, value, true, false);
    }

    fn number(&mut self, of: &str, name: &str, value: Option<f64>) {
        self.add(of, name, value, false, false);
    }

    fn cost(&mut self, of: &str, name: &str, value: Option<f64>) {
        self.add(of, name, value, false, true);
    }

    fn add(&mut self, of: &str, name: &str, value: Option<f64>, is_share: bool, lower_is_better: bool) {
        let (of, name) = (of.to_owned(), name.to_owned());
        self.0.extend(value.map(|value| Measured { of, name, value, is_share, lower_is_better }));
    }
}

fn values(report: &Report) -> Vec<Measured> {
    let measures = &report.measures;
    let mut found = Values::default();
    for (i, classifier) in measures.classifiers.iter().enumerate() {
        let name = &classifier.name;
        found.share(name, ACCURACY, classifier.score.accuracy);
        let genre = report.test.genre_overall.filter(|_| i == 0).and_then(|genre| genre.accuracy);
        found.share(name, GENRE_ACCURACY, genre);
        found.number(name, MACRO_F1, classifier.macro_f1);
        found.number(name, "macro average precision", classifier.macro_average_precision);
        found.cost(name, "log-loss", classifier.log_loss);
    }
    if let Some(segments) = &measures.segments {
        found.share("Segments", ACCURACY, Some(segments.accuracy));
        found.number("Segments", MACRO_F1, Some(segments.macro_f1));
    }
    if let Some(retrieval) = &measures.retrieval {
        for at in &retrieval.mean_average_precision {
            found.number("Retrieval", &format!("MAP@{}", at.k), Some(at.value));
        }
        for at in &retrieval.recall {
            found.number("Retrieval", &format!("recall@{}", at.k), Some(at.value));
        }
        found.number("Retrieval", "R-precision", retrieval.r_precision);
        found.number("Retrieval", "genre MAP@10", retrieval.genre_mean_average_precision);
    }
    if let Some(clusters) = &measures.clusters {
        found.number("Groups", "purity", Some(clusters.purity));
        found.number("Groups", "NMI", Some(clusters.normalized_mutual_information));
        found.number("Groups", "ARI", Some(clusters.adjusted_rand_index));
        found.number("Groups", "silhouette", clusters.silhouette);
    }
    found.number("Pairs", "balanced accuracy", measures.pairs.map(|pairs| pairs.balanced_accuracy));
    let calibration = measures.calibration.as_ref();
    found.cost("Confidence", "calibration error", calibration.map(|found| found.expected_calibration_error));
    let hubs = measures.hubness.as_ref().and_then(|hubness| hubness.corrections.first());
    found.cost("Hubs", "skewness, uncorrected", hubs.map(|hubs| hubs.skewness));
    found.number("Map", "trustworthiness", report.map.trustworthiness);
    found.0
}

/// The sub-genres of both runs on one scale.
struct Labels {
    sub_genres: Vec<SubGenre>,
    before: Vec<usize>,
    after: Vec<usize>,
}

impl Labels {
    fn of(before: &Report, after: &Report) -> Self {
        let mut sub_genres: Vec<SubGenre> = Vec::new();
        let mut scale = |report: &Report| {
            let place = |own: &SubGenre| {
                let known = sub_genres.iter().position(|known| known == own);
                known.unwrap_or_else(|| {
                    sub_genres.push(own.clone());
                    sub_genres.len() - 1
                })
            };
            report.sub_genres.iter().map(|summary| &summary.sub_genre).map(place).collect()
        };
        let (before, after) = (scale(before), scale(after));
        Self { sub_genres, before, after }
    }
}

/// What both runs said of the tracks that both held out, as labels.
struct Answers {
    truth: Vec<usize>,
    before: Vec<usize>,
    after: Vec<usize>,
}

impl Answers {
    fn of(labels: &Labels, (before, after): (&Report, &Report), of: &str, held_out: &[(usize, usize)]) -> Option<Self> {
        fn classifier<'a>(report: &'a Report, name: &str) -> Option<&'a Classifier> {
            report.measures.classifiers.iter().find(|classifier| classifier.name == name)
        }
        let named = |report: &Report, classifier: &Classifier, track: usize| {
            let place = report.measures.tracks.binary_search(&(track as u32)).ok()?;
            Some(classifier.predicted[place] as usize)
        };
        let (a, b) = (classifier(before, of)?, classifier(after, of)?);
        let mut answers = Self { truth: Vec::new(), before: Vec::new(), after: Vec::new() };
        for &(earlier, later) in held_out {
            let (Some(a), Some(b)) = (named(before, a, earlier), named(after, b, later)) else { continue };
            answers.truth.push(labels.after[after.tracks[later].meta.sub_genre as usize]);
            answers.before.push(labels.before[a]);
            answers.after.push(labels.after[b]);
        }
        (!answers.truth.is_empty()).then_some(answers)
    }

    fn accuracy(&self, is_right: impl Fn(usize, usize) -> bool) -> PairedChange {
        let right: Vec<(bool, bool)> = (0..self.truth.len())
            .map(|i| (is_right(self.truth[i], self.after[i]), is_right(self.truth[i], self.before[i])))
            .collect();
        let share = |count: usize| count as f64 / right.len() as f64;
        let paired = Paired::of(right.iter().copied());
        PairedChange {
            tracks: right.len() as u32,
            before: share(right.iter().filter(|both| both.1).count()),
            after: share(right.iter().filter(|both| both.0).count()),
            difference: paired.difference,
            interval: paired.interval,
            only_before: Some(paired.only_other),
            only_after: Some(paired.only_own),
            p_value: Some(paired.p_value),
            verdict: Some(paired.verdict),
        }
    }

    fn macro_f1(&self, classes: usize) -> Option<PairedChange> {
        let all: Vec<usize> = (0..self.truth.len()).collect();
        let f1 = |answers: &[usize], sample: &[usize]| {
            let pick = |labels: &[usize]| sample.iter().map(|&i| labels[i]).collect::<Vec<_>>();
            macro_f1(&ConfusionMatrix::of(&pick(&self.truth), &pick(answers), classes))
        };
        let (before, after) = (f1(&self.before, &all)?, f1(&self.after, &all)?);
        let gain = |sample: &[usize]| Some(f1(&self.after, sample)? - f1(&self.before, sample)?);
        let interval = bootstrap_interval(all.len(), RESAMPLES, SEED, gain)?;
        Some(PairedChange {
            tracks: all.len() as u32,
            before,
            after,
            difference: after - before,
            interval,
            only_before: None,
            only_after: None,
            p_value: None,
            verdict: None,
        })
    }
}

fn paired(
    labels: &Labels,
    reports: (&Report, &Report),
    held_out: &[(usize, usize)],
    measure: &Measured,
) -> Option<PairedChange> {
    let genre = |label: usize| labels.sub_genres[label].genre.as_deref();
    let answers = || Answers::of(labels, reports, &measure.of, held_out);
    match measure.name.as_str() {
        ACCURACY => answers().map(|answers| answers.accuracy(|truth, named| truth == named)),
        GENRE_ACCURACY => answers().map(|answers| answers.accuracy(|truth, named| genre(truth) == genre(named))),
        MACRO_F1 => answers()?.macro_f1(labels.sub_genres.len()),
        _ => None,
    }
}
