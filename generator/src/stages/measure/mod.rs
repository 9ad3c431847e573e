//! What is measured on held-out tracks beyond the nearest centroid.

mod baselines;
mod classifiers;
mod groups;
mod hubness;
mod retrieval;
mod sub_genres;

use std::sync::atomic::AtomicBool;

use pmsl_core::Vectors;
use pmsl_core::metrics::{
    self, ConfusionMatrix, NearestNeighbors, bootstrap_interval, macro_average_precision, macro_f1,
};

use self::classifiers::name;
use super::evaluate::Judgement;
use super::features::UsableLibrary;
use super::folds::FoldRun;
use super::report::score_of;
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::Plan;
use crate::render;

/// Samples of a bootstrap interval.
const RESAMPLES: usize = 1000;

/// Measures everything that the config asks for. `untrained` has the output of the encoder as it was before training in
/// place of features; `folds` are those of one repeat.
pub(super) fn measures(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    untrained: Option<&UsableLibrary>,
    folds: &[FoldRun],
    judgements: &[Judgement],
) -> Result<render::Measures, RunError> {
    let bench = Bench::new(plan, library, folds);
    if bench.held_out.is_empty() {
        return Ok(render::Measures { protocol: bench.protocol(), ..render::Measures::default() });
    }
    let centroid: Vec<usize> = bench.held_out.iter().map(|&track| judgements[track].predicted).collect();
    let mut classifiers =
        vec![bench.classifier("Nearest centroid", "cosine to the mean of the training tracks", &centroid, None)];
    let (own, segments) = match bench.own_classifier(cancel)? {
        Some((own, segments)) => (Some(own), Some(segments)),
        None => (None, None),
    };
    classifiers.extend(own);
    for probe in &plan.config.evaluate.probes {
        console.detail(&format!("evaluation: {}", name(probe)));
        classifiers.push(bench.probe(probe)?);
    }
    let tracks = bench.held_out.iter().map(|&track| track as u32).collect();
    Ok(render::Measures {
        protocol: bench.protocol(),
        tracks,
        classifiers,
        baselines: untrained.map(|untrained| bench.baselines(untrained)).transpose()?,
        sub_genres: bench.sub_genres(&centroid),
        calibration: None,
        segments,
        retrieval: bench.retrieval(),
        hubness: bench.hubness(),
        clusters: if plan.config.evaluate.clusters { bench.clusters()? } else { None },
        pairs: bench.pairs(),
    })
}

/// What retrieval searches, every track of it a query too.
struct Gallery<'a> {
    vectors: &'a Vectors,
    tracks: Vec<usize>,
}

impl Gallery<'_> {
    /// The nearest tracks of all of its tracks.
    fn neighbors(&self, k: usize) -> NearestNeighbors {
        metrics::Gallery::new(self.vectors, &self.tracks, metrics::HubnessCorrection::None).neighbors_parallel(
            self.vectors,
            &self.tracks,
            k,
        )
    }
}

/// Held-out tracks, each with the fold that held it out.
struct Bench<'a> {
    plan: &'a Plan,
    library: &'a UsableLibrary,
    /// The folds of one repeat.
    folds: &'a [FoldRun],
    labels: Vec<usize>,
    /// All tracks that some fold held out, ascending.
    held_out: Vec<usize>,
}

impl<'a> Bench<'a> {
    fn new(plan: &'a Plan, library: &'a UsableLibrary, folds: &'a [FoldRun]) -> Self {
        let mut held_out: Vec<usize> = folds.iter().flat_map(|fold| fold.split.split.test.iter().copied()).collect();
        held_out.sort_unstable();
        held_out.dedup();
        Self { plan, library, folds, labels: library.labels(), held_out }
    }

    fn classes(&self) -> usize {
        self.library.sub_genres.len()
    }

    fn protocol(&self) -> String {
        match self.folds.first().and_then(|fold| fold.split.fold) {
            Some(fold) if fold.official => {
                format!("{} official folds, each held out once by a model that had not seen it", fold.count)
            }
            Some(fold) => format!("{} folds, each held out once by a model that had not seen it", fold.count),
            None => "one split of the library; the held-out tracks were seen by nothing but this test".into(),
        }
    }

    /// Labels of the held-out tracks.
    fn truth(&self) -> Vec<usize> {
        self.held_out.iter().map(|&track| self.labels[track]).collect()
    }

    /// Where held-out tracks stand in [`Bench::held_out`].
    fn positions<'t>(&'t self, tracks: &'t [usize]) -> impl Iterator<Item = usize> + 't {
        tracks.iter().map(|track| self.held_out.partition_point(|held_out| held_out < track))
    }

    /// Judges predictions, `probabilities` `[held_out, classes]`.
    fn classifier(
        &self,
        name: &str,
        method: &str,
        predicted: &[usize],
        probabilities: Option<&[f64]>,
    ) -> render::Classifier {
        let (truth, classes) = (self.truth(), self.classes());
        let correct = truth.iter().zip(predicted).filter(|(truth, predicted)| truth == predicted).count();
        let interval = bootstrap_interval(truth.len(), RESAMPLES, self.plan.config.seed, |sample| {
            let pick = |values: &[usize]| sample.iter().map(|&i| values[i]).collect::<Vec<_>>();
            macro_f1(&ConfusionMatrix::of(&pick(&truth), &pick(predicted), classes))
        });
        let confusion = ConfusionMatrix::of(&truth, predicted, classes);
        render::Classifier {
            name: name.into(),
            method: method.into(),
            score: score_of(correct, truth.len()),
            macro_f1: macro_f1(&confusion),
            macro_f1_interval: interval.map(interval_of),
            balanced_accuracy: metrics::balanced_accuracy(&confusion),
            macro_average_precision: probabilities.and_then(|p| macro_average_precision(&truth, p, classes)),
            log_loss: probabilities.and_then(|p| metrics::log_loss(&truth, p, classes)),
            predicted: predicted.iter().map(|&class| class as u32).collect(),
        }
    }

    /// Galleries that the model has not learnt from: all tracks where nothing was trained, the held-out ones of each
    /// fold otherwise.
    fn galleries(&self) -> (&'static str, Vec<Gallery<'a>>) {
        let held_out =
            self.folds.iter().map(|fold| Gallery { vectors: &fold.vectors, tracks: fold.split.split.test.clone() });
        let (name, galleries): (_, Vec<_>) = match self.folds {
            [first, ..] if !self.plan.config.is_trained() => {
                ("all tracks", vec![Gallery { vectors: &first.vectors, tracks: (0..self.labels.len()).collect() }])
            }
            [_] => ("the held-out tracks", held_out.collect()),
            _ => ("the held-out tracks of each fold", held_out.collect()),
        };
        (name, galleries.into_iter().filter(|gallery| gallery.tracks.len() > 1).collect())
    }

    /// The genre of every sub-genre, numbered; nothing in libraries of one level.
    fn genres(&self) -> Option<Vec<usize>> {
        let mut names = Vec::new();
        let numbers = self.library.sub_genres.iter().map(|sub_genre| {
            let name = sub_genre.genre.as_deref()?;
            Some(names.iter().position(|&known| known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            }))
        });
        numbers.collect()
    }
}

/// The mean; nothing without values.
fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.into_iter().fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

fn interval_of(interval: metrics::Interval) -> render::Interval {
    render::Interval { low: interval.low, high: interval.high }
}
