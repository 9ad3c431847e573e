//! Classifiers on finished embeddings, and the one that was trained with the encoder.

use std::sync::atomic::AtomicBool;

use anyhow::Context;
use pmsl_core::metrics::{ConfusionMatrix, bootstrap_interval, macro_average_precision, macro_f1};
use pmsl_core::probes::{Labelled, ProbeOptions};

use super::super::classify::chunk_probabilities;
use super::{Bench, RESAMPLES, interval_of};
use crate::outcome::RunError;
use crate::render;

impl Bench<'_> {
    /// The network's own classifier, on tracks and on single chunks; nothing where the objective has none.
    pub(super) fn own_classifier(
        &self,
        cancel: &AtomicBool,
    ) -> Result<Option<(render::Classifier, render::Segments)>, RunError> {
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
    pub(super) fn probe(&self, options: &ProbeOptions) -> Result<render::Classifier, RunError> {
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
}

/// The first of the largest.
fn largest(values: &[f64]) -> usize {
    values.iter().enumerate().fold(0, |best, (i, &value)| if value > values[best] { i } else { best })
}

pub(super) fn name(options: &ProbeOptions) -> &'static str {
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
