//! How well the machine hears the playlists, measured on tracks it has not trained on; and what is near what.

use std::sync::atomic::AtomicBool;

use anyhow::Context;
use pmsl_core::Vectors;
use pmsl_core::advice::Filing;
use pmsl_core::metrics::{Centroids, trustworthiness};
use pmsl_core::project::project;
use pmsl_core::search::{Neighbour, Searcher, similarity};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::advice::{Evidence, advice};
use super::calibrate::calibrate;
use super::features::UsableLibrary;
use super::folds::{FoldRun, one_repeat};
use super::measure::measures;
use crate::cache::{KeyBuilder, read_json, write_json};
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::Plan;
use crate::render;
use crate::stopwatch::Worked;

/// Places on the map, `[x, y]` each.
type Places = Vec<[f32; 2]>;

/// Version of how embeddings are judged and laid out.
const EVALUATION_VERSION: u32 = 3;

/// Neighbours that the map's trustworthiness looks at.
const TRUSTWORTHINESS_NEIGHBOURS: usize = 15;
/// Tracks beyond which all pairs are not compared to judge the map.
const TRUSTWORTHINESS_TRACKS_MAX: usize = 20_000;

/// What the report and the explorer are made from, besides the embeddings themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Evaluation {
    /// How each track is judged by the sub-genres' centroids: where folds were held out one by one, by those of the
    /// fold that held it out.
    pub(crate) judgements: Vec<Judgement>,
    /// Place of each track on the map.
    pub(crate) positions: Places,
    /// Trustworthiness of the map; absent in libraries too small or too large to say.
    pub(crate) trustworthiness: Option<f64>,
    /// Place of each sub-genre's centroid on the map.
    pub(crate) centroid_positions: Places,
    /// The most similar tracks of each track, best first: index and cosine similarity.
    pub(crate) neighbours: Vec<Vec<(usize, f32)>>,
    /// What else was measured on held-out tracks.
    pub(crate) measures: render::Measures,
    /// How sure the judgement of each track is; nothing where too few tracks allow to say.
    pub(crate) confidences: Vec<Option<Filing>>,
    /// What the owner of the library may want to do.
    pub(crate) advice: render::Advice,
    /// The accuracy of the nearest centroid, repeat by repeat. Empty without cross-validation.
    pub(crate) repeats: Vec<f64>,
}

/// How a track is judged by the sub-genres' centroids, which are means of training tracks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Judgement {
    /// The sub-genre whose centroid is nearest.
    pub(crate) predicted: usize,
    /// Cosine similarity to that centroid.
    pub(crate) similarity: f64,
    /// Cosine similarity to the centroid of its own sub-genre less the largest to any other.
    pub(crate) margin: f64,
}

/// Judges the embeddings: centroids from training tracks, classifiers, retrieval, map, neighbours.
pub(crate) fn evaluate(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &UsableLibrary,
    untrained: Option<&UsableLibrary>,
    folds: &[FoldRun],
) -> Result<Worked<Evaluation>, RunError> {
    let path = plan.evaluation_path(key(plan, library, untrained, folds)?);
    let tracks = library.tracks.len();
    if let Some(evaluation) = read_json(&path)? {
        return Ok(Worked::new(evaluation, 0, tracks));
    }
    let labels = library.labels();
    let classes = library.sub_genres.len();
    let site = folds.first().context("there is no split")?;
    let centroids = site.centroids(&labels, classes)?;
    let mut judgements = (0..tracks)
        .map(|track| judge(&centroids, site.vectors.row(track), labels[track]))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut repeats = Vec::new();
    for repeat in repeats_of(folds) {
        let mut right = 0;
        for fold in repeat {
            let centroids = fold.centroids(&labels, classes)?;
            for &track in &fold.split.split.test {
                let judged = judge(&centroids, fold.vectors.row(track), labels[track])?;
                right += usize::from(judged.predicted == labels[track]);
                if repeats.is_empty() {
                    judgements[track] = judged;
                }
            }
        }
        let held_out: usize = repeat.iter().map(|fold| fold.split.split.test.len()).sum();
        repeats.push(right as f64 / held_out.max(1) as f64);
    }
    let one_repeat = one_repeat(folds);
    let (confidences, calibration) = calibrate(plan, library, one_repeat)?;
    let mut measures = measures(plan, console, cancel, library, untrained, one_repeat, &judgements)?;
    measures.calibration = calibration;
    let evidence = Evidence {
        plan,
        library,
        untrained,
        folds: one_repeat,
        judgements: &judgements,
        measures: &measures,
        temperature: measures.calibration.as_ref().map(|calibration| calibration.temperature),
    };
    let advice = advice(&evidence, cancel)?;
    let searcher = Searcher::new(site.vectors.clone());
    let listed = plan.config.site.neighbours;
    let neighbours = (0..tracks)
        .into_par_iter()
        .map(|track| searcher.neighbours(track, listed).into_iter().map(pair).collect())
        .collect();
    let (positions, centroid_positions) = map(plan, &site.vectors, &centroids)?;
    let trustworthiness = (tracks <= TRUSTWORTHINESS_TRACKS_MAX)
        .then(|| trustworthiness(&site.vectors, &positions, TRUSTWORTHINESS_NEIGHBOURS))
        .flatten();
    let evaluation = Evaluation {
        judgements,
        positions,
        trustworthiness,
        centroid_positions,
        neighbours,
        measures,
        confidences,
        advice,
        repeats,
    };
    write_json(&path, &evaluation)?;
    Ok(Worked::new(evaluation, tracks, 0))
}

/// The folds of each repeat of a cross-validation; nothing where there is one split.
fn repeats_of(folds: &[FoldRun]) -> std::slice::ChunksExact<'_, FoldRun> {
    let per_repeat = folds.first().and_then(|fold| fold.split.fold).map_or(folds.len() + 1, |fold| fold.count);
    folds.chunks_exact(per_repeat)
}

fn key(
    plan: &Plan,
    library: &UsableLibrary,
    untrained: Option<&UsableLibrary>,
    folds: &[FoldRun],
) -> anyhow::Result<crate::cache::Key> {
    let names: Vec<_> =
        library.metas.iter().map(|meta| (&meta.title, &meta.artist, &meta.album, meta.duration_s)).collect();
    let heard: Vec<String> = untrained.iter().flat_map(|untrained| &untrained.keys).map(ToString::to_string).collect();
    let labels: Vec<u32> = library.metas.iter().map(|meta| meta.sub_genre).collect();
    let mut key = KeyBuilder::new("evaluation", EVALUATION_VERSION)
        .options("labels", &labels)?
        .options("names", &names)?
        .options("copies", &library.copies.pairs)?
        .options("chunks", &plan.config.audio)?
        .options("sub-genres", &library.sub_genres)?
        .options("untrained", &heard)?
        .options("map", &plan.config.map)?
        .options("neighbours", &plan.config.site.neighbours)?
        .options("evaluate", &plan.config.evaluate)?
        .options("seed", &plan.config.seed)?;
    for fold in folds {
        let values: Vec<u8> = fold.vectors.as_slice().iter().flat_map(|value| value.to_le_bytes()).collect();
        key = key
            .text("model", &fold.model.key.to_string())
            .bytes("vectors", &values)
            .options("split", &fold.split.split)?;
    }
    Ok(key.finish())
}

fn pair(neighbour: Neighbour) -> (usize, f32) {
    (neighbour.track, neighbour.similarity as f32)
}

fn judge(centroids: &Centroids, vector: &[f32], own: usize) -> anyhow::Result<Judgement> {
    let nearest = centroids.predict(vector).context("no sub-genre has a centroid: there are no training tracks")?;
    // A sub-genre whose training tracks cancel out has no centroid; nothing is less similar than -1.
    let to_own = centroids.get(own).map_or(-1.0, |centroid| similarity(vector, centroid));
    let margin = if nearest.label == own { nearest.margin.unwrap_or(2.0) } else { to_own - nearest.similarity };
    Ok(Judgement { predicted: nearest.label, similarity: nearest.similarity, margin })
}

/// Lays out tracks and centroids together; returns their places.
fn map(plan: &Plan, vectors: &Vectors, centroids: &Centroids) -> anyhow::Result<(Places, Places)> {
    let joint = [vectors.as_slice(), centroids.vectors().as_slice()].concat();
    let joint = Vectors::normalized(joint, vectors.dim())?;
    let mut tracks = project(&joint, &plan.config.map, plan.config.seed)?;
    let placed = tracks.split_off(vectors.len());
    // Where a sub-genre has no centroid, the middle of the map stands in.
    let middle = |axis: usize| tracks.iter().map(|p| p[axis]).sum::<f32>() / tracks.len().max(1) as f32;
    let middle = [middle(0), middle(1)];
    let positions = (0..centroids.classes())
        .map(|class| centroids.labels().binary_search(&class).map_or(middle, |row| placed[row]))
        .collect();
    Ok((tracks, positions))
}
