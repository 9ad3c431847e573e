//! Which sub-genres files belong to.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, anyhow};
use pmsl_core::dataset::FeatureSource;
use pmsl_core::library::{LibraryTrack, Overrides};
use pmsl_core::probes::{Labelled, LogisticRegressionOptions, ProbeOptions};
use pmsl_core::track::SubGenre;
use serde::Serialize;

use super::classify::chunk_probabilities;
use super::features::{UsableLibrary, features};
use super::folds::FoldRun;
use super::frozen::frozen;
use super::library::{Candidate, CandidateLibrary, FailedTrack, LIBRARY_STAGE};
use crate::cache::FileStamp;
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::{LibrarySource, Plan};

/// What is said of one file.
#[derive(Debug, Serialize)]
struct Prediction {
    file: String,
    /// Chunks that were listened to.
    segments: usize,
    /// How probable each sub-genre is, most probable first.
    sub_genres: Vec<Guess>,
}

#[derive(Debug, Serialize)]
struct Guess {
    #[serde(skip_serializing_if = "Option::is_none")]
    genre: Option<String>,
    sub_genre: String,
    probability: f64,
}

#[derive(Serialize)]
struct Output<'a> {
    method: &'a str,
    predictions: &'a [Prediction],
    failures: Vec<Failure<'a>>,
}

#[derive(Serialize)]
struct Failure<'a> {
    file: &'a str,
    stage: &'a str,
    reason: &'a str,
}

/// Prints how probable each sub-genre is for each file: by the network's own classifier, averaged over the chunks, or
/// where it has none by a logistic regression on the embeddings of the library's training tracks.
///
/// # Errors
/// When no file can be used.
pub(crate) fn predict(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    run: &FoldRun,
    files: &[PathBuf],
    as_json: bool,
) -> Result<(), RunError> {
    if matches!(plan.source, LibrarySource::Embeddings(_)) {
        return Err(RunError::usage(anyhow!("files cannot be judged by embeddings that were made elsewhere")));
    }
    let asked = heard(plan, console, cancel, files)?;
    let tracks: Vec<usize> = (0..asked.tracks.len()).collect();
    let (method, probabilities) = match chunk_probabilities(plan, cancel, &asked, &run.model, &tracks)? {
        Some(chunks) => {
            let probabilities = (0..chunks.len()).flat_map(|track| chunks.mean(track)).collect();
            ("the network's own classifier, averaged over the segments", probabilities)
        }
        None => (
            "logistic regression on the embeddings of the training tracks",
            by_embedding(plan, console, cancel, library, run, &asked)?,
        ),
    };
    let classes = library.sub_genres.len();
    let predictions: Vec<Prediction> = tracks
        .iter()
        .zip(probabilities.chunks_exact(classes))
        .map(|(&track, probabilities)| Prediction {
            file: asked.tracks[track].entry.relative_path.clone(),
            segments: asked.features.chunk_count(track),
            sub_genres: ranked(&library.sub_genres, probabilities),
        })
        .collect();
    print(console, method, &predictions, &asked.failures, as_json)
}

/// The files as a library of their own, as far as the encoder of the config has to hear them.
///
/// # Errors
/// When no file can be used.
pub(super) fn heard(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    files: &[PathBuf],
) -> Result<UsableLibrary, RunError> {
    let asked = features(plan, console, cancel, candidates(plan, cancel, files))?.result;
    if plan.config.is_frozen() { Ok(frozen(plan, console, cancel, asked)?.result) } else { Ok(asked) }
}

fn candidates(plan: &Plan, cancel: &AtomicBool, files: &[PathBuf]) -> CandidateLibrary {
    let mut library = CandidateLibrary {
        sub_genres: vec![SubGenre { genre: None, name: "asked".into() }],
        tracks: Vec::new(),
        failures: Vec::new(),
        skipped: Vec::new(),
    };
    for path in files {
        let relative_path = path.to_string_lossy().into_owned();
        match FileStamp::read(path, plan.file_time_limit(), cancel) {
            Ok(stamp) => {
                let entry = LibraryTrack {
                    path: path.clone(),
                    relative_path,
                    sub_genre: 0,
                    overrides: Overrides::default(),
                    name_hint: None,
                    display_name: None,
                    split: None,
                    fold: None,
                };
                library.tracks.push(Candidate { entry, stamp });
            }
            Err(error) => library.failures.push(FailedTrack {
                path: relative_path,
                stage: LIBRARY_STAGE.into(),
                reason: format!("the file could not be read: {error}"),
            }),
        }
    }
    library
}

fn by_embedding(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    run: &FoldRun,
    asked: &UsableLibrary,
) -> Result<Vec<f64>, RunError> {
    let asked = super::embed::embeddings(plan, console, cancel, asked, &run.model)?.result;
    let train: Vec<usize> = run.split.split.train.clone();
    let rows = run.vectors.select(&train);
    let labels: Vec<usize> = train.iter().map(|&track| library.tracks[track].entry.sub_genre).collect();
    let probe = ProbeOptions::LogisticRegression(LogisticRegressionOptions::default());
    let labelled = Labelled::new(rows.as_slice(), rows.dim(), &labels, library.sub_genres.len())
        .context("the training tracks cannot be learnt from")?;
    let predictions = probe
        .fit_predict(&labelled, asked.as_slice(), plan.config.seed)
        .context("the embeddings cannot be classified")?;
    Ok(predictions.probabilities)
}

fn ranked(sub_genres: &[SubGenre], probabilities: &[f64]) -> Vec<Guess> {
    let mut order: Vec<usize> = (0..sub_genres.len()).collect();
    order.sort_by(|&a, &b| probabilities[b].total_cmp(&probabilities[a]).then(a.cmp(&b)));
    order
        .into_iter()
        .map(|index| Guess {
            genre: sub_genres[index].genre.clone(),
            sub_genre: sub_genres[index].name.clone(),
            probability: probabilities[index],
        })
        .collect()
}

fn print(
    console: &Console,
    method: &str,
    predictions: &[Prediction],
    failures: &[FailedTrack],
    as_json: bool,
) -> Result<(), RunError> {
    if as_json {
        let failures = failures
            .iter()
            .map(|failed| Failure { file: &failed.path, stage: &failed.stage, reason: &failed.reason })
            .collect();
        let output = Output { method, predictions, failures };
        console.output(&serde_json::to_string_pretty(&output).map_err(anyhow::Error::from)?);
        return Ok(());
    }
    let mut lines = vec![format!("by {method}")];
    for prediction in predictions {
        lines.push(format!("{} ({} segments)", prediction.file, prediction.segments));
        for Guess { sub_genre, probability, .. } in &prediction.sub_genres {
            lines.push(format!("  {:5.1} %  {sub_genre}", 100.0 * probability));
        }
    }
    for failed in failures {
        lines.push(format!("{}: skipped: {}", failed.path, failed.reason));
    }
    console.output(&lines.join("\n"));
    Ok(())
}
