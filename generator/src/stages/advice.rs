//! What the owner of the library may want to do: tracks in the wrong playlist, sub-genres that blur, copies, outliers,
//! and what long mixes are made of.

use std::sync::atomic::AtomicBool;

use anyhow::Context;
use pmsl_core::Vectors;
use pmsl_core::advice::{
    self, FilingEvidence, MisfiledOptions, OutlierOptions, Segment, TimelineOptions, VersionKind, blurred_pairs,
    leave_one_out_margins, timeline, version_groups,
};
use pmsl_core::dataset::{FeatureSource, Folds, StratifiedFolds};
use pmsl_core::metrics::{ConfusionMatrix, Gallery, HubnessCorrection, NearestNeighbors};
use pmsl_core::probes::{Labelled, LogisticRegressionOptions, ProbeOptions};
use pmsl_core::project::nearest_neighbors_parallel;

use super::embed::embed_chunks;
use super::evaluate::Judgement;
use super::features::UsableLibrary;
use super::folds::FoldRun;
use super::groups::Groups;
use super::rows::Rows;
use crate::outcome::RunError;
use crate::plan::{LibrarySource, Plan};
use crate::render;

/// Neighbours that are fetched, so that enough are left without the track's own artist and copies.
const NEIGHBOURS: usize = 40;
/// Neighbours that outliers are judged by.
const OUTLIER_NEIGHBOURS: usize = 15;
/// Tracks beyond which all of them are not compared with all others for outliers.
const TRACKS_MAX: usize = 20_000;
/// Folds in which a classifier judges tracks it has not seen.
const FOLDS: usize = 5;

/// What the advice is made from.
pub(super) struct Evidence<'a> {
    pub(super) plan: &'a Plan,
    pub(super) library: &'a UsableLibrary,
    /// The library before training, where there is one to compare with.
    pub(super) untrained: Option<&'a UsableLibrary>,
    /// The folds of one repeat.
    pub(super) folds: &'a [FoldRun],
    /// How the tracks are judged by centroids.
    pub(super) judgements: &'a [Judgement],
    /// What was measured of held-out tracks.
    pub(super) measures: &'a render::Measures,
    /// The temperature of the site's centroids.
    pub(super) temperature: Option<f64>,
}

/// Looks for everything that the owner may want to know.
pub(super) fn advice(evidence: &Evidence<'_>, cancel: &AtomicBool) -> Result<render::Advice, RunError> {
    let bench = Bench { labels: evidence.library.labels(), groups: Groups::of(evidence.library), evidence };
    let (misfiled, judged) = bench.misfiled()?;
    Ok(render::Advice {
        judged,
        misfiled,
        blurred: bench.blurred(),
        copies: bench.copies()?,
        outliers: bench.outliers()?,
        mixes: bench.mixes(cancel)?,
    })
}

struct Bench<'a> {
    labels: Vec<usize>,
    groups: Groups,
    evidence: &'a Evidence<'a>,
}

impl Bench<'_> {
    fn classes(&self) -> usize {
        self.evidence.library.sub_genres.len()
    }

    fn site(&self) -> anyhow::Result<&FoldRun> {
        self.evidence.folds.first().context("there is no split")
    }

    /// Tracks that are probably in the wrong playlist, and how many tracks were judged.
    ///
    /// A model that has learnt from a track's label cannot say that the label is wrong. So held-out tracks are judged by
    /// the model that had not seen them, and the others by embeddings made without labels, where there are any worth
    /// asking.
    fn misfiled(&self) -> anyhow::Result<(Vec<render::Misfiled>, u32)> {
        let belonging = self.groups.belonging();
        let mut found = Vec::new();
        let mut judged = vec![false; self.labels.len()];
        let mut ask = |tracks: &[usize], vectors: &Vectors, margins: &[Option<f64>], said: &[Vec<Option<usize>>]| {
            for &track in tracks {
                judged[track] = true;
            }
            let evidence = FilingEvidence {
                labels: &self.labels,
                margins,
                neighbors: &among_all(vectors, tracks),
                groups: Some(&belonging),
                classifiers: &said.iter().map(Vec::as_slice).collect::<Vec<_>>(),
            };
            found.extend(advice::misfiled(&evidence, &MisfiledOptions::default()));
        };
        let mut others: Vec<usize> = (0..self.labels.len()).collect();
        if self.evidence.plan.config.is_trained() {
            let margins: Vec<_> = self.evidence.judgements.iter().map(|judgement| Some(judgement.margin)).collect();
            let said = self.held_out_predictions();
            for fold in self.evidence.folds {
                ask(&fold.split.split.test, &fold.vectors, &margins, &said);
            }
            let held_out = &self.evidence.measures.tracks;
            others.retain(|&track| held_out.binary_search(&(track as u32)).is_err());
        }
        if let Some(vectors) = self.without_labels()?.filter(|_| !others.is_empty()) {
            let margins = leave_one_out_margins(&vectors, &self.labels, self.classes(), Some(&belonging));
            ask(&others, &vectors, &margins, &self.cross_validated(&vectors)?);
        }
        found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.track.cmp(&b.track)));
        let rows = found.into_iter().map(|found| render::Misfiled {
            track: found.track as u32,
            suggested: found.suggested as u32,
            confidence: found.confidence,
            margin: found.margin,
            neighbours_agreeing: found.neighbors.suggested as u32,
            neighbours: found.neighbors.asked as u32,
            classifiers_agreeing: found.classifiers_agree as u32,
            classifiers: found.classifiers as u32,
        });
        Ok((rows.collect(), judged.into_iter().filter(|judged| *judged).count() as u32))
    }

    /// What the report's classifiers say of held-out tracks. The nearest centroid is not asked: the margin is its
    /// evidence already.
    fn held_out_predictions(&self) -> Vec<Vec<Option<usize>>> {
        let measures = self.evidence.measures;
        let of_classifier = |classifier: &render::Classifier| {
            let mut predicted = vec![None; self.labels.len()];
            for (&track, &class) in measures.tracks.iter().zip(&classifier.predicted) {
                predicted[track as usize] = Some(class as usize);
            }
            predicted
        };
        measures.classifiers.iter().skip(1).map(of_classifier).collect()
    }

    /// Embeddings that were made without this library's labels: the run's own where nothing was trained, else those of
    /// a pretrained encoder before training. Random weights are not worth asking.
    fn without_labels(&self) -> anyhow::Result<Option<Vectors>> {
        let config = &self.evidence.plan.config;
        if !config.is_trained() {
            return Ok(Some(self.site()?.vectors.clone()));
        }
        let knows_something = config.model.pretrained.is_some() || config.library.embeddings.is_some();
        let Some(untrained) = self.evidence.untrained.filter(|_| knows_something) else { return Ok(None) };
        let all: Vec<usize> = (0..self.labels.len()).collect();
        Rows::of_output(untrained)?.standardized(&all).map(Some)
    }

    /// What a logistic regression, fitted to the other folds, says of every track; nothing in libraries too small for
    /// folds.
    fn cross_validated(&self, vectors: &Vectors) -> anyhow::Result<Vec<Vec<Option<usize>>>> {
        let (plan, n) = (self.evidence.plan, self.labels.len());
        let tracks = self.groups.tracks(&[]);
        let folds = StratifiedFolds { k: FOLDS, repeats: 1 };
        let Ok(folds) = Folds::stratified(&tracks, &plan.config.split, &folds, plan.config.seed) else {
            return Ok(Vec::new());
        };
        let fold_of = folds.of_tracks(0);
        let mut predicted = vec![None; n];
        for fold in 0..folds.count() {
            let (asked, known): (Vec<usize>, Vec<usize>) = (0..n).partition(|&track| fold_of[track] == Some(fold));
            if asked.is_empty() || known.is_empty() {
                continue;
            }
            let labels: Vec<usize> = known.iter().map(|&track| self.labels[track]).collect();
            let (rows, questions) = (vectors.select(&known), vectors.select(&asked));
            let labelled = Labelled::new(rows.as_slice(), rows.dim(), &labels, self.classes()).context("advice")?;
            let probe = ProbeOptions::LogisticRegression(LogisticRegressionOptions::default());
            let answers =
                probe.fit_predict(&labelled, questions.as_slice(), plan.config.seed).context("cross-validation")?;
            asked.iter().zip(answers.labels).for_each(|(&track, label)| predicted[track] = Some(label));
        }
        Ok(vec![predicted])
    }

    /// Pairs of sub-genres that are taken for each other more than chance allows.
    fn blurred(&self) -> Vec<render::BlurredPair> {
        let Some(fold) = self.evidence.folds.first() else { return Vec::new() };
        let held_out: Vec<usize> = self.evidence.measures.tracks.iter().map(|&track| track as usize).collect();
        let truth: Vec<usize> = held_out.iter().map(|&track| self.labels[track]).collect();
        let predicted: Vec<usize> = held_out.iter().map(|&track| self.evidence.judgements[track].predicted).collect();
        let confusion = ConfusionMatrix::of(&truth, &predicted, self.classes());
        let queries: Vec<usize> = if self.evidence.plan.config.is_trained() {
            fold.split.split.test.clone()
        } else {
            (0..self.labels.len()).collect()
        };
        let neighbors = among_all(&fold.vectors, &queries);
        let rows = blurred_pairs(&confusion, &neighbors, &self.labels).pairs.into_iter();
        rows.map(|pair| render::BlurredPair {
            a: pair.a as u32,
            b: pair.b as u32,
            a_as_b: pair.confused.a_as_b as u32,
            b_as_a: pair.confused.b_as_a as u32,
            tracks: (pair.confused.of_a + pair.confused.of_b) as u32,
            confused: pair.confused.share,
            interval: render::Interval { low: pair.confused.interval.low, high: pair.confused.interval.high },
            mixed_neighbours: pair.nearest.share,
        })
        .collect()
    }

    fn copies(&self) -> anyhow::Result<Vec<render::Copies>> {
        let library = self.evidence.library;
        let groups = version_groups(&library.metas, &self.site()?.vectors, &library.copies.pairs);
        let listed = groups.into_iter().map(|group| render::Copies {
            kind: match group.kind {
                VersionKind::SameRecording => render::CopyKind::Recording,
                VersionKind::Versions => render::CopyKind::Song,
            },
            tracks: group.tracks.into_iter().map(|track| track as u32).collect(),
        });
        Ok(listed.collect())
    }

    fn outliers(&self) -> anyhow::Result<Vec<render::Outlier>> {
        let vectors = &self.site()?.vectors;
        if !(3..=TRACKS_MAX).contains(&vectors.len()) {
            return Ok(Vec::new());
        }
        let neighbors = nearest_neighbors_parallel(vectors, OUTLIER_NEIGHBOURS);
        let found = advice::outliers(vectors, &self.labels, &neighbors, &OutlierOptions::default());
        let rows = found.into_iter().map(|outlier| render::Outlier {
            track: outlier.track as u32,
            factor: outlier.factor,
            nearest: neighbors.similarities(outlier.track).first().copied().map_or(0.0, f64::from),
        });
        Ok(rows.collect())
    }

    /// Which sub-genre every stretch of a mix sounds like.
    fn mixes(&self, cancel: &AtomicBool) -> Result<Vec<render::Mix>, RunError> {
        let Evidence { plan, library, temperature, .. } = *self.evidence;
        if matches!(plan.source, LibrarySource::Embeddings(_)) {
            return Ok(Vec::new());
        }
        let fold = self.site()?;
        let centroids = fold.centroids(&self.labels, self.classes())?;
        let mut options = TimelineOptions::default();
        if let Some(temperature) = temperature {
            options.temperature = temperature;
        }
        let mut mixes = Vec::new();
        for (track, meta) in library.metas.iter().enumerate() {
            let duration_s = f64::from(meta.duration_s);
            if duration_s <= plan.config.audio.mix_s || library.features.chunk_count(track) < 2 {
                continue;
            }
            let vectors = embed_chunks(plan, cancel, library, &fold.model, track)?;
            let starts: Vec<f64> =
                (0..vectors.len()).map(|chunk| library.features.chunk_start_s(track, chunk)).collect();
            let segments = segments(&starts, plan.config.audio.chunk_s, duration_s);
            let runs = timeline(&vectors, &segments, &centroids, &options).runs.into_iter();
            mixes.push(render::Mix {
                track: track as u32,
                segments: runs
                    .map(|run| render::MixSegment {
                        start_s: run.start_s,
                        end_s: run.end_s,
                        sub_genre: run.sub_genre as u32,
                        confidence: run.confidence,
                    })
                    .collect(),
            });
        }
        Ok(mixes)
    }
}

/// The nearest tracks of `queries` among all.
fn among_all(vectors: &Vectors, queries: &[usize]) -> NearestNeighbors {
    let all: Vec<usize> = (0..vectors.len()).collect();
    Gallery::new(vectors, &all, HubnessCorrection::None).neighbors_parallel(vectors, queries, NEIGHBOURS)
}

/// The stretches that chunks stand for: they meet in the middle between two chunks, and fill the whole track.
fn segments(starts: &[f64], chunk_s: f64, duration_s: f64) -> Vec<Segment> {
    let middle = |chunk: usize| f64::midpoint(starts[chunk - 1] + chunk_s, starts[chunk]).min(duration_s);
    (0..starts.len())
        .map(|chunk| Segment {
            start_s: if chunk == 0 { 0.0 } else { middle(chunk) },
            end_s: if chunk + 1 == starts.len() { duration_s } else { middle(chunk + 1) },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_fill_the_whole_mix() {
        let found = segments(&[10.0, 110.0, 210.0], 10.0, 300.0);
        let ends: Vec<(f64, f64)> = found.iter().map(|segment| (segment.start_s, segment.end_s)).collect();
        assert_eq!(ends, [(0.0, 65.0), (65.0, 165.0), (165.0, 300.0)]);
        assert!(segments(&[], 10.0, 5.0).is_empty());
    }
}
