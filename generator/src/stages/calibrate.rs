//! How sure the nearest centroid may be: fitted where it was not made, judged on held-out tracks.

use pmsl_core::advice::{CalibratedCentroids, Filing, Temperature};
use pmsl_core::metrics::{Centroids, expected_calibration_error};

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

/// The centroids of a fold, fitted to validation tracks; where nothing was trained, to training tracks that are judged by
/// centroids of others. Nothing where too few tracks are there.
pub(crate) fn calibrated(
    fold: &FoldRun,
    labels: &[usize],
    classes: usize,
    is_trained: bool,
) -> anyhow::Result<Option<CalibratedCentroids>> {
    let split = &fold.split.split;
    let centroids = fold.centroids(labels, classes)?;
    let (tracks, scores) = if is_trained {
        let scores = split.validation.iter().flat_map(|&track| centroids.similarities(fold.vectors.row(track)));
        (split.validation.clone(), scores.collect())
    } else {
        cross_fitted(fold, labels, classes)
    };
    let truth: Vec<usize> = tracks.iter().map(|&track| labels[track]).collect();
    Ok(CalibratedCentroids::fit(centroids, &scores, &truth, TARGET_ACCURACY))
}

/// Similarities of training tracks to centroids that were made without them: the tracks, and `[tracks, classes]`.
fn cross_fitted(fold: &FoldRun, labels: &[usize], classes: usize) -> (Vec<usize>, Vec<f64>) {
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
    (tracks, scores)
}

/// The confidence of every track, and how far it can be believed.
pub(crate) type Calibrated = (Vec<Option<Filing>>, Option<render::Calibration>);

/// Judges all tracks by the first fold, and held-out ones by the fold that held them out.
pub(crate) fn calibrate(plan: &Plan, library: &UsableLibrary, folds: &[FoldRun]) -> anyhow::Result<Calibrated> {
    let labels = library.labels();
    let (classes, is_trained) = (library.sub_genres.len(), plan.config.is_trained());
    let mut of_tracks = vec![None; labels.len()];
    let mut held_out = Vec::new();
    let mut first = None;
    for (number, fold) in folds.iter().enumerate() {
        let Some(sorter) = calibrated(fold, &labels, classes, is_trained)? else { continue };
        if number == 0 {
            of_tracks = fold.vectors.rows().map(|vector| sorter.file(vector)).collect();
        }
        for &track in &fold.split.split.test {
            let vector = fold.vectors.row(track);
            let Some(filing) = sorter.file(vector) else { continue };
            let plain = Temperature { temperature: 1.0 }.probabilities(&sorter.centroids().similarities(vector));
            let uncalibrated = plain[filing.sub_genre];
            held_out.push(Judged { filing, is_right: filing.sub_genre == labels[track], uncalibrated });
            of_tracks[track] = Some(filing);
        }
        first.get_or_insert((sorter, fold));
    }
    let Some((sorter, fold)) = first else { return Ok((of_tracks, None)) };
    let fitted_on = if is_trained {
        format!("{} validation tracks", fold.split.split.validation.len())
    } else {
        format!("{} training tracks, each by centroids made without it", fold.split.split.train.len())
    };
    Ok((of_tracks, summary(&sorter, fitted_on, &held_out)))
}

/// What is said of a held-out track.
struct Judged {
    filing: Filing,
    is_right: bool,
    /// The probability of the same sub-genre at temperature 1.
    uncalibrated: f64,
}

fn summary(sorter: &CalibratedCentroids, fitted_on: String, held_out: &[Judged]) -> Option<render::Calibration> {
    let confidence: Vec<f64> = held_out.iter().map(|judged| judged.filing.probability.min(1.0)).collect();
    let plain: Vec<f64> = held_out.iter().map(|judged| judged.uncalibrated.min(1.0)).collect();
    let right: Vec<bool> = held_out.iter().map(|judged| judged.is_right).collect();
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
        let among: Vec<&Judged> = held_out.iter().filter(|judged| judged.filing.unsure == unsure).collect();
        score_of(among.iter().filter(|judged| judged.is_right).count(), among.len())
    };
    Some(render::Calibration {
        fitted_on,
        temperature: sorter.temperature().temperature,
        expected_calibration_error: expected_calibration_error(&confidence, &right, BINS)?,
        uncalibrated_error: expected_calibration_error(&plain, &right, BINS)?,
        bins,
        target_accuracy: TARGET_ACCURACY,
        threshold: sorter.threshold().map(|threshold| threshold.confidence),
        sure: score(false),
        unsure: score(true),
    })
}
