//! Before and after: the run's own embeddings against those that need no training, on the same held-out tracks.

use anyhow::Context;
use pmsl_core::Vectors;
use pmsl_core::metrics::{
    self, ConfusionMatrix, Gallery, HubnessCorrection, QueryProtocol, bootstrap_mean_interval, knn_predictions,
    macro_f1, paired_bootstrap_difference,
};
use pmsl_core::probes::{Labelled, LdaOptions, LdaProjection};

use super::retrieval::MAP_DEPTH;
use super::{Bench, RESAMPLES, interval_of, mean};
use crate::outcome::RunError;
use crate::render;
use crate::stages::features::UsableLibrary;
use crate::stages::folds::FoldRun;
use crate::stages::report::score_of;
use crate::stages::rows::Rows;

/// Neighbours that vote.
const NEIGHBOURS: usize = 5;

/// One way to give every track a vector, for every fold `[tracks, dim]`.
struct Candidate {
    name: String,
    method: String,
    vectors: Vec<Vectors>,
}

/// How one system judged the held-out tracks, in the order of [`Bench::held_out`].
struct Judged {
    /// The nearest centroid.
    predicted: Vec<usize>,
    /// The vote of the nearest training tracks; a track without neighbours counts as wrong.
    voted: Vec<Option<usize>>,
    /// Average precision of each track as a query; `None` where it has nothing to find.
    precisions: Vec<Option<f64>>,
}

impl Bench<'_> {
    /// Judges the run's own system and the simple ones. `untrained` has the encoder's output before training.
    pub(super) fn baselines(&self, untrained: &UsableLibrary) -> Result<render::Baselines, RunError> {
        let candidates = self.candidates(untrained)?;
        let judged = candidates.iter().map(|candidate| self.judge(candidate)).collect::<anyhow::Result<Vec<_>>>()?;
        let systems =
            candidates.iter().zip(&judged).map(|(candidate, judged)| self.system(candidate, judged)).collect();
        let gains = match judged.split_first() {
            Some((own, others)) => {
                others.iter().map(|other| self.gain(own, other)).collect::<anyhow::Result<Vec<_>>>()?
            }
            None => Vec::new(),
        };
        let gallery = if self.folds.len() == 1 { "the held-out tracks" } else { "the held-out tracks of each fold" };
        Ok(render::Baselines {
            gallery: gallery.into(),
            map_depth: MAP_DEPTH as u32,
            neighbours: NEIGHBOURS as u32,
            systems,
            gains,
        })
    }

    /// The run's own system, then the ones it has to beat.
    fn candidates(&self, untrained: &UsableLibrary) -> anyhow::Result<Vec<Candidate>> {
        let config = &self.plan.config;
        let (own, own_method) = match (config.is_trained(), config.model.standardize) {
            (true, _) => ("This run", "the embeddings after training, as the explorer uses them"),
            (false, true) => ("This run", "the encoder as it comes, standardised; nothing was trained"),
            (false, false) => ("This run", "the encoder as it comes; nothing was trained"),
        };
        let mut candidates = vec![Candidate {
            name: own.into(),
            method: own_method.into(),
            vectors: self.folds.iter().map(|fold| fold.vectors.clone()).collect(),
        }];
        let features = &untrained.features;
        let raw = Rows::of_output(untrained)?;
        let before = match (&config.model.pretrained, config.is_frozen()) {
            _ if config.library.embeddings.is_some() => "Given embeddings",
            (Some(_), true) => "Frozen encoder",
            (Some(_), false) => "Pretrained encoder",
            (None, _) => "Random encoder",
        };
        let method = "mean of the encoder's output over the chunks, before training";
        if config.is_trained() || config.model.standardize {
            candidates.push(Candidate {
                name: before.into(),
                method: method.into(),
                vectors: vec![raw.clone().normalized()?; self.folds.len()],
            });
        }
        if config.is_trained() || !config.model.standardize {
            candidates.push(Candidate {
                name: format!("{before}, standardised"),
                method: format!("{method}; every value scaled by mean and deviation of the training tracks"),
                vectors: self
                    .folds
                    .iter()
                    .map(|fold| raw.standardized(&fold.split.split.train))
                    .collect::<anyhow::Result<_>>()?,
            });
        }
        if let Some(vectors) =
            self.folds.iter().map(|fold| self.discriminant(&raw, fold)).collect::<anyhow::Result<Option<_>>>()?
        {
            candidates.push(Candidate {
                name: format!("{before}, LDA"),
                method: "the same in the space of a shrinkage linear discriminant analysis of the training tracks"
                    .into(),
                vectors,
            });
        }
        // Embeddings that were made elsewhere come without sound.
        if (0..self.labels.len()).all(|track| !features.statistics(track).is_empty()) {
            let statistics = Rows::of(self.labels.len(), |track| Ok(features.statistics(track).to_vec()))?;
            candidates.push(Candidate {
                name: "MFCC statistics".into(),
                method: "mean and deviation of 20 cepstral coefficients and of their changes, standardised".into(),
                vectors: self
                    .folds
                    .iter()
                    .map(|fold| statistics.standardized(&fold.split.split.train))
                    .collect::<anyhow::Result<_>>()?,
            });
        }
        Ok(candidates)
    }

    /// Rows in the space of a discriminant analysis; nothing where there are too few training tracks for one.
    fn discriminant(&self, rows: &Rows, fold: &FoldRun) -> anyhow::Result<Option<Vectors>> {
        let train = &fold.split.split.train;
        let labels: Vec<usize> = train.iter().map(|&track| self.labels[track]).collect();
        let known = rows.select(train);
        let labelled = Labelled::new(&known, rows.dim(), &labels, self.classes()).context("LDA")?;
        // Too few training tracks, or means that do not differ, have no such space.
        let Ok(lda) = LdaProjection::fit(&labelled, &LdaOptions::default()) else { return Ok(None) };
        let placed = lda.transform(rows.values()).context("LDA")?;
        let vectors = Vectors::normalized(placed, lda.axes()).context("tracks cannot be compared by LDA")?;
        Ok(Some(vectors))
    }

    fn judge(&self, candidate: &Candidate) -> anyhow::Result<Judged> {
        let held_out = self.held_out.len();
        let mut judged =
            Judged { predicted: vec![0; held_out], voted: vec![None; held_out], precisions: vec![None; held_out] };
        for (fold, vectors) in self.folds.iter().zip(&candidate.vectors) {
            let split = &fold.split.split;
            let centroids = fold.centroids_of(vectors, &self.labels, self.classes())?;
            let known = Gallery::new(vectors, &split.train, HubnessCorrection::None);
            let voted =
                knn_predictions(&known.neighbors_parallel(vectors, &split.test, NEIGHBOURS), &self.labels, NEIGHBOURS);
            let gallery = Gallery::new(vectors, &split.test, HubnessCorrection::None);
            let ranked = gallery.neighbors_parallel(vectors, &split.test, MAP_DEPTH);
            let precisions = metrics::average_precisions(&ranked, &self.labels, MAP_DEPTH, QueryProtocol::LeftOut);
            for (row, place) in self.positions(&split.test).enumerate() {
                let nearest = centroids.predict(vectors.row(split.test[row])).context("no sub-genre has a centroid")?;
                judged.predicted[place] = nearest.label;
                judged.voted[place] = voted[row];
                judged.precisions[place] = precisions[row];
            }
        }
        Ok(judged)
    }

    fn system(&self, candidate: &Candidate, judged: &Judged) -> render::System {
        let (truth, n) = (self.truth(), self.held_out.len());
        let right = |is_right: &dyn Fn(usize) -> bool| (0..n).filter(|&i| is_right(i)).count();
        let precisions: Vec<f64> = judged.precisions.iter().flatten().copied().collect();
        render::System {
            name: candidate.name.clone(),
            method: candidate.method.clone(),
            dim: candidate.vectors.first().map_or(0, |vectors| vectors.dim() as u32),
            centroid: score_of(right(&|i| judged.predicted[i] == truth[i]), n),
            genre_centroid: self
                .genres()
                .map(|genres| score_of(right(&|i| genres[judged.predicted[i]] == genres[truth[i]]), n)),
            k_nearest: score_of(right(&|i| judged.voted[i] == Some(truth[i])), n),
            macro_f1: macro_f1(&ConfusionMatrix::of(&truth, &judged.predicted, self.classes())),
            mean_average_precision: mean(precisions.iter().copied()),
            mean_average_precision_interval: bootstrap_mean_interval(&precisions, RESAMPLES, self.plan.config.seed)
                .map(interval_of),
        }
    }

    /// What the first system gains over the second.
    fn gain(&self, own: &Judged, other: &Judged) -> anyhow::Result<render::Gain> {
        let (truth, seed) = (self.truth(), self.plan.config.seed);
        let hits = |judged: &Judged| -> Vec<f64> {
            judged.predicted.iter().zip(&truth).map(|(a, b)| f64::from(u8::from(a == b))).collect()
        };
        // Which queries have something to find is the same for every system.
        let precisions = |judged: &Judged| -> Vec<f64> { judged.precisions.iter().flatten().copied().collect() };
        let difference = |a: &[f64], b: &[f64]| {
            paired_bootstrap_difference(a, b, RESAMPLES, seed).map(|found| render::PairedDifference {
                difference: found.difference,
                low: found.interval.low,
                high: found.interval.high,
            })
        };
        Ok(render::Gain {
            accuracy: difference(&hits(own), &hits(other)).context("no track was held out")?,
            mean_average_precision: difference(&precisions(own), &precisions(other)),
        })
    }
}
