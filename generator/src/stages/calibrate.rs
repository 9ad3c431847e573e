//! How sure the nearest centroid may be: fitted where it was not made, judged on held-out tracks.

use anyhow::Context;
use pmsl_core::advice::{Temperature, UnsureThreshold};
use pmsl_core::metrics::{Centroids, expected_calibration_error};
use serde::{Deserialize, Serialize};

use super::features::UsableLibrary;
use super::folds::FoldRun;
use super::report::score_of;
use crate::plan::Plan;
use crate::render;

/// The accuracy that a statement should have; below it stands "unsure".
const TARGET_ACCURACY: f64 = 0.95;
/// Parts into which training tracks are dealt to be judged by centroids of the others.
const CROSS_FITS: usize = 5;
/// Bins of the reliability diagram.
const BINS: usize = 10;

/// Turns similarities into probabilities, and says when they are too low.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Calibrator {
    temperature: Temperature,
    threshold: Option<UnsureThreshold>,
}

/// What is said of a track.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Confidence {
    /// The sub-genre that is named.
    pub(crate) sub_genre: usize,
    /// How probable it is.
    pub(crate) probability: f64,
    /// Whether that is too low for a statement.
    pub(crate) unsure: bool,
}

impl Calibrator {
    /// Fits on validation tracks; where nothing was trained, on training tracks that are judged by centroids of others.
    /// Nothing where too few tracks are there.
    pub(crate) fn fit(
        fold: &FoldRun,
        labels: &[usize],
        classes: usize,
        is_trained: bool,
    ) -> anyhow::Result<Option<Self>> {
        let split = &fold.split.split;
        let (tracks, scores) = if is_trained {
            let centroids = Centroids::of(&fold.vectors, labels, classes, split.train.iter().copied())
                .context("the training tracks have no centroids")?;
            let scores = split.validation.iter().flat_map(|&track| centroids.similarities(fold.vectors.row(track)));
            (split.validation.clone(), scores.collect())
        } else {
            cross_fitted(fold, labels, classes)?
        };
        let truth: Vec<usize> = tracks.iter().map(|&track| labels[track]).collect();
        let Some(temperature) = Temperature::fit(&scores, &truth, classes) else { return Ok(None) };
        let calibrator = Self { temperature, threshold: None };
        let (confidence, right): (Vec<f64>, Vec<bool>) = scores
            .chunks_exact(classes)
            .zip(&truth)
            .map(|(scores, &label)| {
                let found = calibrator.judge(scores);
                (found.probability, found.sub_genre == label)
            })
            .unzip();
        Ok(Some(Self { threshold: UnsureThreshold::fit(&confidence, &right, TARGET_ACCURACY), ..calibrator }))
    }

    /// What is said of a track with these similarities to the centroids, `[classes]`.
    pub(crate) fn judge(&self, similarities: &[f64]) -> Confidence {
        let probabilities = self.temperature.probabilities(similarities);
        let largest =
            (0..probabilities.len()).fold(0, |best, i| if probabilities[i] > probabilities[best] { i } else { best });
        let probability = probabilities.get(largest).copied().unwrap_or_default();
        let unsure = self.threshold.is_none_or(|threshold| threshold.is_unsure(probability));
        Confidence { sub_genre: largest, probability, unsure }
    }
}

/// Similarities of training tracks to centroids that were made without them: the tracks, and `[tracks, classes]`.
fn cross_fitted(fold: &FoldRun, labels: &[usize], classes: usize) -> anyhow::Result<(Vec<usize>, Vec<f64>)> {
    let train = &fold.split.split.train;
    let (mut tracks, mut scores) = (Vec::with_capacity(train.len()), Vec::new());
    // Training tracks come sub-genre by sub-genre, so that every fifth one is a stratified part.
    for part in 0..CROSS_FITS {
        let others = train.iter().enumerate().filter(|(place, _)| place % CROSS_FITS != part).map(|(_, &track)| track);
        let Ok(centroids) = Centroids::of(&fold.vectors, labels, classes, others) else { continue };
        for &track in train.iter().skip(part).step_by(CROSS_FITS) {
            tracks.push(track);
            scores.extend(centroids.similarities(fold.vectors.row(track)));
        }
    }
    Ok((tracks, scores))
}

/// The confidence of every track, and how far it can be believed.
pub(crate) type Calibrated = (Vec<Option<Confidence>>, Option<render::Calibration>);

/// Judges all tracks by the first fold, and held-out ones by the fold that held them out.
pub(crate) fn calibrate(plan: &Plan, library: &UsableLibrary, folds: &[FoldRun]) -> anyhow::Result<Calibrated> {
    let labels: Vec<usize> = library.tracks.iter().map(|track| track.entry.sub_genre).collect();
    let (classes, is_trained) = (library.sub_genres.len(), plan.config.is_trained());
    let mut of_tracks = vec![None; labels.len()];
    // (confidence, right, uncalibrated confidence, unsure) of held-out tracks.
    let mut held_out = Vec::new();
    let mut first = None;
    for (number, fold) in folds.iter().enumerate() {
        let split = &fold.split.split;
        let Some(calibrator) = Calibrator::fit(fold, &labels, classes, is_trained)? else { continue };
        let centroids = Centroids::of(&fold.vectors, &labels, classes, split.train.iter().copied())
            .context("the training tracks have no centroids")?;
        let judge = |track: usize| centroids.similarities(fold.vectors.row(track));
        if number == 0 {
            for (track, confidence) in of_tracks.iter_mut().enumerate() {
                *confidence = Some(calibrator.judge(&judge(track)));
            }
            first = Some((calibrator, if is_trained { split.validation.len() } else { split.train.len() }));
        }
        for &track in &split.test {
            let similarities = judge(track);
            let found = calibrator.judge(&similarities);
            let plain = Temperature { temperature: 1.0 }.probabilities(&similarities);
            held_out.push((found, found.sub_genre == labels[track], plain[found.sub_genre]));
            of_tracks[track] = Some(found);
        }
    }
    let Some((calibrator, fitted_on)) = first else { return Ok((of_tracks, None)) };
    let fitted_on = if is_trained {
        format!("{fitted_on} validation tracks")
    } else {
        format!("{fitted_on} training tracks, each by centroids made without it")
    };
    Ok((of_tracks, summary(&calibrator, fitted_on, &held_out)))
}

fn summary(
    calibrator: &Calibrator,
    fitted_on: String,
    held_out: &[(Confidence, bool, f64)],
) -> Option<render::Calibration> {
    let confidence: Vec<f64> = held_out.iter().map(|(found, ..)| found.probability.min(1.0)).collect();
    let plain: Vec<f64> = held_out.iter().map(|&(.., plain)| plain.min(1.0)).collect();
    let right: Vec<bool> = held_out.iter().map(|&(_, right, _)| right).collect();
    let bins = (0..BINS)
        .map(|bin| {
            let (low, high) = (bin as f64 / BINS as f64, (bin + 1) as f64 / BINS as f64);
            let inside = |p: f64| p <= high && (p > low || (bin == 0 && p <= low));
            let members: Vec<usize> = (0..confidence.len()).filter(|&i| inside(confidence[i])).collect();
            let mean = |value: &dyn Fn(usize) -> f64| {
                (!members.is_empty()).then(|| members.iter().map(|&i| value(i)).sum::<f64>() / members.len() as f64)
            };
            render::ReliabilityBin {
                low,
                high,
                n: members.len() as u32,
                confidence: mean(&|i| confidence[i]),
                accuracy: mean(&|i| f64::from(u8::from(right[i]))),
            }
        })
        .collect();
    let score = |unsure: bool| {
        let among = held_out.iter().filter(|(found, ..)| found.unsure == unsure);
        let (correct, n) = among.fold((0, 0), |(correct, n), (_, right, _)| (correct + usize::from(*right), n + 1));
        score_of(correct, n)
    };
    Some(render::Calibration {
        fitted_on,
        temperature: calibrator.temperature.temperature,
        expected_calibration_error: expected_calibration_error(&confidence, &right, BINS)?,
        uncalibrated_error: expected_calibration_error(&plain, &right, BINS)?,
        bins,
        target_accuracy: TARGET_ACCURACY,
        threshold: calibrator.threshold.map(|threshold| threshold.confidence),
        sure: score(false),
        unsure: score(true),
    })
}
