//! Gathers what the run found into the report that every page is made from.

use std::collections::BTreeMap;

use anyhow::Context;
use pmsl_core::Vectors;
use pmsl_core::dataset::Part;
use pmsl_core::features::{FEATURE_VERSION, FrontEndOptions};
use pmsl_core::index::FORMAT_VERSION;
use pmsl_core::library::SkipReason;
use pmsl_core::metrics::wilson_interval;
use pmsl_core::models::{DeviceKind, EncoderOptions};
use pmsl_core::project::MapOptions;
use pmsl_core::tensorflow::MusicnnWeights;
use serde_json::{Value, json};

use super::descriptors;
use super::evaluate::Evaluation;
use super::features::UsableLibrary;
use super::folds::{CheckedSplit, FoldRun};
use super::groups::Groups;
use super::library::LIBRARY_STAGE;
use super::model::{MODEL_VERSION, Model};
use crate::config::Share;
use crate::outcome::RunError;
use crate::plan::{LibrarySource, Plan};
use crate::render;

/// Fills the report.
pub(crate) fn report(
    plan: &Plan,
    library: &UsableLibrary,
    folds: &[FoldRun],
    evaluation: &Evaluation,
) -> Result<render::Report, RunError> {
    let FoldRun { split, model, vectors } = folds.first().context("there is no split")?;
    let parts = reported_parts(split);
    let tracks = track_rows(plan, library, &parts, evaluation);
    let validation: Vec<&render::TrackRow> = of_part(&tracks, render::Split::Validation).collect();
    Ok(render::Report {
        format: render::REPORT_FORMAT,
        title: plan.title(),
        build: build(plan, vectors),
        sub_genres: sub_genres(library, &parts),
        test: test_evaluation(library, split, &tracks),
        validation: (!validation.is_empty()).then(|| score(&validation, render::TrackRow::is_right)),
        measures: evaluation.measures.clone(),
        cross_validation: split.fold.map(|fold| render::CrossValidation {
            folds: fold.count as u32,
            official: fold.official,
            repeats: evaluation.repeats.clone(),
        }),
        grouping: Groups::of(library).summary(folds),
        training: training(plan, model),
        advice: evaluation.advice.clone(),
        descriptors: descriptors::summary(library),
        map: map(plan, evaluation),
        failures: failures(plan, library),
        skipped: skipped(library),
        warnings: warnings(plan, library, folds),
        config: public_config(plan)?,
        tracks,
    })
}

fn build(plan: &Plan, vectors: &Vectors) -> render::Build {
    let (device, backend) = match plan.device.kind() {
        DeviceKind::Cuda => ("cuda", "cuda"),
        DeviceKind::Ndarray => ("cpu", "ndarray"),
        DeviceKind::Auto | DeviceKind::Cpu => ("cpu", "flex"),
    };
    render::Build {
        pmsl: env!("CARGO_PKG_VERSION").into(),
        front_end: front_end(plan),
        model: model_name(plan),
        index_format: FORMAT_VERSION,
        device: device.into(),
        backend: backend.into(),
        seed: plan.config.seed,
        embedding_dim: vectors.dim() as u32,
        weights: weights(plan),
        data: matches!(plan.source, LibrarySource::Demo(_))
            .then(|| "synthesized by pmsl; no recording is in it".into()),
    }
}

/// Whose weights the encoder began with, and their licence. A folder of the owner's is not named.
fn weights(plan: &Plan) -> Option<String> {
    let name = plan.config.model.pretrained.as_deref()?;
    if let EncoderOptions::Musicnn(options) = plan.config.encoder() {
        let data = match options.model {
            MusicnnWeights::Msd => "the Million Song Dataset",
            MusicnnWeights::Mtt => "MagnaTagATune",
        };
        return Some(format!("MusiCNN by J. Pons and X. Serra, trained on {data}; package musicnn 0.1.0, ISC licence"));
    }
    Some(if std::path::Path::new(name).exists() {
        "a local file, under the licence of its author".into()
    } else if name.starts_with("MIT/ast-") {
        format!("{name} by Y. Gong et al., trained on AudioSet; BSD 3-Clause licence")
    } else {
        format!("{name} of the Hugging Face hub, under the licence that its page names")
    })
}

/// The front end and its version.
fn front_end(plan: &Plan) -> String {
    if matches!(plan.source, LibrarySource::Embeddings(_)) {
        return "none: the embeddings were made elsewhere".into();
    }
    let name = match plan.config.front_end() {
        FrontEndOptions::AstFbank(_) => "ast_fbank",
        FrontEndOptions::LogMel(_) => "log_mel",
        FrontEndOptions::MusicnnMel(_) => "musicnn_mel",
        FrontEndOptions::Mfcc(_) => "mfcc",
    };
    format!("{name} {FEATURE_VERSION}")
}

/// The encoder, how it is used, and its version.
fn model_name(plan: &Plan) -> String {
    let config = &plan.config;
    let name = config.model.encoder.kind();
    let frozen = if config.is_frozen() { ", frozen" } else { "" };
    let standardized = if config.model.standardize { ", standardized" } else { "" };
    format!("{name} {MODEL_VERSION}{frozen}{standardized}")
}

/// The part that every track took: in a cross-validation each was held out.
fn reported_parts(split: &CheckedSplit) -> Vec<Part> {
    if split.fold.is_some() { vec![Part::Test; split.parts.len()] } else { split.parts.clone() }
}

fn sub_genres(library: &UsableLibrary, parts: &[Part]) -> Vec<render::SubGenreSummary> {
    let mut summaries: Vec<render::SubGenreSummary> = library
        .sub_genres
        .iter()
        .map(|sub_genre| render::SubGenreSummary {
            sub_genre: sub_genre.clone(),
            train: 0,
            validation: 0,
            test: 0,
            duration_s: 0.0,
        })
        .collect();
    for (meta, part) in library.metas.iter().zip(parts) {
        let summary = &mut summaries[meta.sub_genre as usize];
        summary.duration_s += f64::from(meta.duration_s);
        *match part {
            Part::Train => &mut summary.train,
            Part::Validation => &mut summary.validation,
            Part::Test => &mut summary.test,
        } += 1;
    }
    summaries
}

fn track_rows(plan: &Plan, library: &UsableLibrary, parts: &[Part], evaluation: &Evaluation) -> Vec<render::TrackRow> {
    let metas = super::publish::published_metas(plan, library);
    let rows = metas.into_iter().zip(parts).zip(&evaluation.judgements).zip(&evaluation.neighbours).enumerate();
    rows.map(|(track, (((meta, part), judgement), neighbours))| render::TrackRow {
        meta,
        split: match part {
            Part::Train => render::Split::Train,
            Part::Validation => render::Split::Validation,
            Part::Test => render::Split::Test,
        },
        predicted: judgement.predicted as u32,
        similarity: judgement.similarity as f32,
        margin: judgement.margin as f32,
        confidence: evaluation.confidences[track].map(|found| found.probability as f32),
        unsure: evaluation.confidences[track].is_some_and(|found| found.unsure),
        descriptors: descriptors::of_track(library, track),
        neighbours: neighbours
            .iter()
            .map(|&(track, similarity)| render::Neighbour { track: track as u32, similarity })
            .collect(),
    })
    .collect()
}

fn of_part(tracks: &[render::TrackRow], part: render::Split) -> impl Iterator<Item = &render::TrackRow> {
    tracks.iter().filter(move |track| track.split == part)
}

fn score(tracks: &[&render::TrackRow], is_right: impl Fn(&render::TrackRow) -> bool) -> render::Score {
    score_of(tracks.iter().filter(|track| is_right(track)).count(), tracks.len())
}

/// A score with Wilson's interval.
pub(super) fn score_of(correct: usize, n: usize) -> render::Score {
    render::Score::new(correct as u32, n as u32, |correct, n| {
        wilson_interval(correct as usize, n as usize).map_or((0.0, 1.0), |interval| (interval.low, interval.high))
    })
}

fn test_evaluation(library: &UsableLibrary, split: &CheckedSplit, tracks: &[render::TrackRow]) -> render::Evaluation {
    let classes = library.sub_genres.len();
    let held_out: Vec<&render::TrackRow> = of_part(tracks, render::Split::Test).collect();
    let mut confusion = vec![vec![0; classes]; classes];
    for track in &held_out {
        confusion[track.meta.sub_genre as usize][track.predicted as usize] += 1;
    }
    let genre = |sub_genre: u32| library.sub_genres[sub_genre as usize].genre.as_deref();
    let is_genre_right = |track: &render::TrackRow| genre(track.predicted) == genre(track.meta.sub_genre);
    let mut genres: Vec<&str> = Vec::new();
    for name in library.sub_genres.iter().filter_map(|sub_genre| sub_genre.genre.as_deref()) {
        if !genres.contains(&name) {
            genres.push(name);
        }
    }
    let members = |keep: &dyn Fn(u32) -> bool| -> Vec<&render::TrackRow> {
        held_out.iter().copied().filter(|track| keep(track.meta.sub_genre)).collect()
    };
    render::Evaluation {
        overall: score(&held_out, render::TrackRow::is_right),
        chance: 1.0 / classes as f64,
        majority: majority(library, split, &held_out),
        per_sub_genre: (0..classes as u32)
            .map(|class| score(&members(&|sub_genre| sub_genre == class), render::TrackRow::is_right))
            .collect(),
        genre_overall: (!genres.is_empty()).then(|| score(&held_out, is_genre_right)),
        per_genre: genres
            .iter()
            .map(|&name| render::GenreScore {
                genre: name.to_owned(),
                score: score(&members(&|sub_genre| genre(sub_genre) == Some(name)), is_genre_right),
            })
            .collect(),
        confusion,
    }
}

/// The accuracy of always naming the sub-genre with the most training tracks; the first of equals.
fn majority(library: &UsableLibrary, split: &CheckedSplit, held_out: &[&render::TrackRow]) -> Option<f64> {
    let mut counts = vec![0_usize; library.sub_genres.len()];
    // Where every track is held out once, the others of its library train.
    let all: Vec<usize> = (0..library.metas.len()).collect();
    for &track in if split.fold.is_some() { &all } else { &split.split.train } {
        counts[library.metas[track].sub_genre as usize] += 1;
    }
    let largest = counts.iter().max()?;
    let named = counts.iter().position(|count| count == largest)? as u32;
    let right = held_out.iter().filter(|track| track.meta.sub_genre == named).count();
    (!held_out.is_empty()).then(|| right as f64 / held_out.len() as f64)
}

fn training(plan: &Plan, model: &Model) -> render::Training {
    let Some(trained) = &model.trained else { return render::Training::default() };
    let outcome = &trained.record.outcome;
    let patience = plan.config.train.early_stop_patience.unwrap_or_default();
    render::Training {
        parameters: outcome.parameters as u64,
        trainable_parameters: outcome.trained_parameters as u64,
        planned_epochs: plan.config.train.epochs as u32,
        steps_per_epoch: trained.record.steps_per_epoch as u32,
        epochs: outcome
            .history
            .iter()
            .map(|epoch| render::Epoch {
                epoch: epoch.epoch as u32,
                train_loss: epoch.loss as f32,
                validation_accuracy: epoch.validation_accuracy,
                learning_rate: epoch.learning_rate,
            })
            .collect(),
        step_losses: outcome.step_losses.clone(),
        best_epoch: (outcome.best_epoch > 0).then_some(outcome.best_epoch as u32),
        stopped_early: outcome.stopped_early.then(|| format!("no gain in {patience} validations")),
    }
}

fn map(plan: &Plan, evaluation: &Evaluation) -> render::Map {
    let map = &plan.config.map;
    let settings = match map {
        MapOptions::Umap(umap) => format!(", {} neighbours, minimum distance {}", umap.n_neighbors, umap.min_dist),
        MapOptions::Tsne(tsne) => format!(", perplexity {}", tsne.perplexity),
        MapOptions::Pca(_) => String::new(),
    };
    render::Map {
        method: format!("{}{settings}", map.name()),
        trustworthiness: evaluation.trustworthiness,
        tracks: evaluation.positions.clone(),
        centroids: evaluation.centroid_positions.clone(),
    }
}

fn failures(plan: &Plan, library: &UsableLibrary) -> Vec<render::Failure> {
    let mut rows: Vec<render::Failure> = library
        .failures
        .iter()
        .map(|failed| render::Failure {
            file: failed.path.clone(),
            stage: failed.stage.clone(),
            reason: failed.reason.clone(),
        })
        .collect();
    if plan.config.site.share == Share::Public {
        for (number, row) in rows.iter_mut().enumerate() {
            row.file = format!("file {}", number + 1);
            // What the scan says may name the playlist that lists the file; what the decoder says names nothing.
            if row.stage == LIBRARY_STAGE {
                "the file is missing or cannot be read".clone_into(&mut row.reason);
            }
        }
    }
    rows
}

fn skipped(library: &UsableLibrary) -> Vec<render::Skipped> {
    let mut counts = BTreeMap::<&str, u64>::new();
    for skipped in library.skipped.iter().filter(|skipped| !skipped.reason.is_failure()) {
        *counts.entry(reason(&skipped.reason)).or_default() += 1;
    }
    counts.into_iter().map(|(reason, count)| render::Skipped { reason: reason.to_owned(), count }).collect()
}

fn warnings(plan: &Plan, library: &UsableLibrary, folds: &[FoldRun]) -> Vec<String> {
    let mut warnings = library.warnings.clone();
    for warning in folds.iter().flat_map(|fold| &fold.split.warnings) {
        if !warnings.contains(warning) {
            warnings.push(warning.clone());
        }
    }
    let damaged = (0..library.tracks.len()).filter(|&track| library.features.decode_errors(track) > 0).count();
    if damaged > 0 {
        warnings.push(format!("{damaged} files are damaged in places; what could be decoded was used."));
    }
    let untitled = super::publish::untitled(library).count();
    let has_files = !matches!(plan.source, LibrarySource::Embeddings(_));
    if plan.config.site.share == Share::Public && has_files && untitled > 0 {
        warnings.push(format!(
            "{untitled} tracks have no title tag and are shown by number, since public sites hold no file names."
        ));
    }
    warnings
}

/// Why files were left out, without the names that single reasons hold.
fn reason(reason: &SkipReason) -> &'static str {
    match reason {
        SkipReason::NotAudio => "not an audio file",
        SkipReason::Duplicate { .. } => "the same file as another one",
        SkipReason::LinkLoop => "a link that leads back to a folder above it",
        _ => "listed under the files that could not be used",
    }
}

/// The resolved config without the folders of this machine.
fn public_config(plan: &Plan) -> Result<Value, RunError> {
    let mut config = serde_json::to_value(&plan.config).map_err(|error| RunError::Failed(error.into()))?;
    for place in ["/library/path", "/library/embeddings/embeddings", "/library/embeddings/labels", "/work"] {
        if let Some(path) = config.pointer_mut(place).filter(|path| !path.is_null()) {
            *path = json!("(left out)");
        }
    }
    if let Some(Value::String(pretrained)) = config.pointer_mut("/model/pretrained")
        && std::path::Path::new(pretrained.as_str()).exists()
    {
        "(a local file)".clone_into(pretrained);
    }
    if let Some(config) = config.as_object_mut() {
        // What the run could use does not change the result, and the result is what the report is about.
        config.remove("threads");
        config.remove("file_time_limit_s");
        config.remove("memory_limit");
        config.remove("$schema");
        config.remove("prefer");
    }
    Ok(config)
}
