//! What is measured on held-out tracks beyond the nearest centroid: classifiers, retrieval, groups, pairs.

use std::sync::atomic::AtomicBool;

use anyhow::Context;
use pmsl_core::Vectors;
use pmsl_core::cluster::{self, KMeansOptions, k_means};
use pmsl_core::metrics::{
    self, ConfusionMatrix, PairThreshold, QueryProtocol, TrackPairs, bootstrap_interval, macro_average_precision,
    macro_f1, nearest_neighbors,
};
use pmsl_core::probes::{Labelled, ProbeOptions};

use super::classify::chunk_probabilities;
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
/// Depths of the mean average precision that the report lists.
const DEPTHS: [usize; 5] = [10, 25, 50, 75, 100];
/// Pairs of each kind, equal and different, at most.
const PAIRS: usize = 100_000;
/// Deepest rank of the curves.
const CURVE_DEPTH: usize = 100;

/// Measures everything that the config asks for.
pub(super) fn measures(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
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
        baselines: None,
        sub_genres: Vec::new(),
        calibration: None,
        hubness: None,
        segments,
        retrieval: bench.retrieval(),
        clusters: if plan.config.evaluate.clusters { bench.clusters()? } else { None },
        pairs: bench.pairs(),
    })
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
        let one_repeat = folds.first().and_then(|fold| fold.split.fold).map_or(1, |fold| fold.count);
        let folds = &folds[..one_repeat.min(folds.len())];
        let mut held_out: Vec<usize> = folds.iter().flat_map(|fold| fold.split.split.test.iter().copied()).collect();
        held_out.sort_unstable();
        held_out.dedup();
        let labels = library.tracks.iter().map(|track| track.entry.sub_genre).collect();
        Self { plan, library, folds, labels, held_out }
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
        render::Classifier {
            name: name.into(),
            method: method.into(),
            score: score_of(correct, truth.len()),
            macro_f1: macro_f1(&ConfusionMatrix::of(&truth, predicted, classes)),
            macro_f1_interval: interval.map(interval_of),
            balanced_accuracy: None,
            macro_average_precision: probabilities.and_then(|p| macro_average_precision(&truth, p, classes)),
            log_loss: probabilities.and_then(|p| metrics::log_loss(&truth, p, classes)),
            predicted: predicted.iter().map(|&class| class as u32).collect(),
        }
    }

    /// The network's own classifier, on tracks and on single chunks; nothing where the objective has none.
    fn own_classifier(&self, cancel: &AtomicBool) -> Result<Option<(render::Classifier, render::Segments)>, RunError> {
        let classes = self.classes();
        let mut of_tracks = vec![0.0; self.held_out.len() * classes];
        let mut of_chunks: Vec<Vec<f64>> = vec![Vec::new(); self.held_out.len()];
        for fold in self.folds {
            let test = &fold.split.split.test;
            let Some(chunks) = chunk_probabilities(self.plan, cancel, self.library, &fold.model, test)? else {
                return Ok(None);
            };
            for (row, place) in self.positions(test).enumerate() {
                of_tracks[place * classes..][..classes].copy_from_slice(&chunks.mean(row));
                of_chunks[place] = chunks.chunks(row).flatten().map(|&p| f64::from(p)).collect();
            }
        }
        let predicted: Vec<usize> = of_tracks.chunks_exact(classes).map(largest).collect();
        let method = "the classifier that was trained with the encoder; probabilities averaged over the segments";
        let classifier = self.classifier("Network's own", method, &predicted, Some(&of_tracks));
        Ok(self.segments(&of_chunks).map(|segments| (classifier, segments)))
    }

    /// Judges single chunks, of every held-out track `[chunks * classes]`.
    fn segments(&self, chunks: &[Vec<f64>]) -> Option<render::Segments> {
        let (truth_of_tracks, classes) = (self.truth(), self.classes());
        let (mut truth, mut predicted, mut probabilities, mut right) = (vec![], vec![], vec![], vec![]);
        for (chunks, &label) in chunks.iter().zip(&truth_of_tracks) {
            let labels: Vec<usize> = chunks.chunks_exact(classes).map(largest).collect();
            right.push((labels.iter().filter(|&&found| found == label).count(), labels.len()));
            truth.extend(labels.iter().map(|_| label));
            predicted.extend(labels);
            probabilities.extend_from_slice(chunks);
        }
        let share = |sample: &mut dyn Iterator<Item = usize>| {
            let (right, all) = sample.fold((0, 0), |(a, b), i| (a + right[i].0, b + right[i].1));
            (all > 0).then(|| right as f64 / all as f64)
        };
        let interval = bootstrap_interval(right.len(), RESAMPLES, self.plan.config.seed, |sample| {
            share(&mut sample.iter().copied())
        })?;
        Some(render::Segments {
            count: truth.len() as u32,
            accuracy: share(&mut (0..right.len()))?,
            accuracy_interval: interval_of(interval),
            macro_f1: macro_f1(&ConfusionMatrix::of(&truth, &predicted, classes))?,
            macro_average_precision: macro_average_precision(&truth, &probabilities, classes)?,
        })
    }

    /// Fits a probe to the embeddings of the training and validation tracks of each fold.
    fn probe(&self, options: &ProbeOptions) -> Result<render::Classifier, RunError> {
        let classes = self.classes();
        let mut predicted = vec![0; self.held_out.len()];
        let mut probabilities = vec![0.0; self.held_out.len() * classes];
        for fold in self.folds {
            let split = &fold.split.split;
            let mut known: Vec<usize> = split.train.iter().chain(&split.validation).copied().collect();
            known.sort_unstable();
            let labels: Vec<usize> = known.iter().map(|&track| self.labels[track]).collect();
            let (rows, asked) = (fold.vectors.select(&known), fold.vectors.select(&split.test));
            let predictions = Labelled::new(rows.as_slice(), rows.dim(), &labels, classes)
                .and_then(|train| options.fit_predict(&train, asked.as_slice(), self.plan.config.seed))
                .with_context(|| format!("the probe `{}` failed", name(options)))?;
            for (row, place) in self.positions(&split.test).enumerate() {
                predicted[place] = predictions.labels[row];
                probabilities[place * classes..][..classes]
                    .copy_from_slice(&predictions.probabilities[row * classes..][..classes]);
            }
        }
        Ok(self.classifier(name(options), method(options), &predicted, Some(&probabilities)))
    }

    /// Ranks a gallery that the model has not learnt from: all tracks where nothing was trained, the held-out ones of
    /// the first split otherwise.
    fn gallery(&self) -> Option<(&'static str, Vec<usize>, Vectors)> {
        let fold = self.folds.first()?;
        let (name, tracks) = if self.plan.config.is_trained() {
            ("the held-out tracks of the first split", fold.split.split.test.clone())
        } else {
            ("all tracks", (0..self.labels.len()).collect())
        };
        let labels = tracks.iter().map(|&track| self.labels[track]).collect();
        (tracks.len() > 1).then(|| (name, labels, fold.vectors.select(&tracks)))
    }

    fn retrieval(&self) -> Option<render::Retrieval> {
        let (gallery, labels, vectors) = self.gallery()?;
        let neighbors = nearest_neighbors(&vectors, CURVE_DEPTH.min(vectors.len() - 1));
        let map = |k: usize, protocol| metrics::mean_average_precision(&neighbors, &labels, k, protocol);
        let mean_average_precision = DEPTHS
            .into_iter()
            .filter(|&k| k <= neighbors.k())
            .filter_map(|k| {
                Some(render::AtDepth {
                    k: k as u32,
                    value: map(k, QueryProtocol::LeftOut)?,
                    with_query: map(k, QueryProtocol::Counted)?,
                })
            })
            .collect();
        let (depth, protocol) = (neighbors.k(), QueryProtocol::LeftOut);
        let curves = metrics::mean_average_precision_curves(&neighbors, &labels, self.classes(), depth, protocol);
        let precisions = metrics::average_precisions(&neighbors, &labels, depth, protocol);
        let mut counts = vec![0; render::AVERAGE_PRECISION_BINS];
        for precision in precisions.into_iter().flatten() {
            let bin = (precision * render::AVERAGE_PRECISION_BINS as f64) as usize;
            counts[bin.min(render::AVERAGE_PRECISION_BINS - 1)] += 1;
        }
        Some(render::Retrieval {
            gallery: gallery.into(),
            tracks: vectors.len() as u32,
            mean_average_precision,
            recall: Vec::new(),
            r_precision: None,
            genre_mean_average_precision: None,
            curves: curves.into_iter().map(|curve| curve.into_iter().map(|v| v as f32).collect()).collect(),
            average_precision_counts: counts,
            similarity: metrics::class_similarity(&vectors, &labels, self.classes())
                .into_iter()
                .map(|row| row.into_iter().map(|v| v.map(|v| v as f32)).collect())
                .collect(),
        })
    }

    fn clusters(&self) -> Result<Option<render::Clusters>, RunError> {
        let classes = self.classes();
        let Some((gallery, labels, vectors)) = self.gallery().filter(|(_, labels, _)| labels.len() > classes) else {
            return Ok(None);
        };
        let options = KMeansOptions { k: classes, ..KMeansOptions::default() };
        let found = k_means(vectors.as_slice(), vectors.dim(), &options, self.plan.config.seed)
            .context("the embeddings cannot be grouped")?;
        let groups = &found.labels;
        let mut table = vec![vec![0; classes]; classes];
        for (&group, &label) in groups.iter().zip(&labels) {
            table[group][label] += 1;
        }
        Ok(Some(render::Clusters {
            gallery: gallery.into(),
            purity: cluster::purity(&labels, groups).context("purity")?,
            normalized_mutual_information: cluster::normalized_mutual_information(&labels, groups)
                .context("mutual information")?,
            adjusted_rand_index: cluster::adjusted_rand_index(&labels, groups).context("Rand index")?,
            silhouette: metrics::silhouette(&vectors, &labels),
            table,
        }))
    }

    /// The distance that told validation pairs apart best, judged on pairs of held-out tracks.
    fn pairs(&self) -> Option<render::Pairs> {
        let fold = self.folds.first()?;
        let of = |tracks: &[usize]| {
            let labels: Vec<usize> = tracks.iter().map(|&track| self.labels[track]).collect();
            let vectors = fold.vectors.select(tracks);
            TrackPairs::balanced(&vectors, &labels, tracks, PAIRS, self.plan.config.seed)
        };
        let split = &fold.split.split;
        let known = if split.validation.is_empty() { &split.train } else { &split.validation };
        let threshold = PairThreshold::fit(&of(known))?;
        let asked = of(&split.test);
        Some(render::Pairs {
            threshold: threshold.distance,
            balanced_accuracy: threshold.accuracy(&asked).value()?,
            pairs: asked.distances.len() as u64,
        })
    }
}

fn interval_of(interval: metrics::Interval) -> render::Interval {
    render::Interval { low: interval.low, high: interval.high }
}

/// The first of the largest.
fn largest(values: &[f64]) -> usize {
    values.iter().enumerate().fold(0, |best, (i, &value)| if value > values[best] { i } else { best })
}

fn name(options: &ProbeOptions) -> &'static str {
    match options {
        ProbeOptions::LogisticRegression(_) => "Logistic regression",
        ProbeOptions::Mlp(_) => "Multilayer perceptron",
        ProbeOptions::KNearest(_) => "Nearest neighbours",
        ProbeOptions::NearestCentroid(_) => "Nearest centroid (probe)",
        ProbeOptions::Lda(_) => "Linear discriminant analysis",
    }
}

fn method(options: &ProbeOptions) -> &'static str {
    match options {
        ProbeOptions::LogisticRegression(_) => "a linear model on the embeddings of the other tracks",
        ProbeOptions::Mlp(_) => "a small network on the embeddings of the other tracks",
        ProbeOptions::KNearest(_) => "majority of the most similar other tracks",
        ProbeOptions::NearestCentroid(_) => "cosine to the mean of the other tracks",
        ProbeOptions::Lda(_) => "class means under a shrunk common covariance of the other tracks",
    }
}
