//! Tracks that are near everything, and what helps against them.

use pmsl_core::metrics::{
    Gallery, Hubness, HubnessCorrection, QueryProtocol, choose_correction, mean_average_precision,
};

use super::Bench;
use super::retrieval::MAP_DEPTH;
use crate::render;

/// Neighbours counted for each track.
const NEIGHBOURS: usize = 10;
/// Tracks that are a neighbour this many times as often as the mean are hubs.
const HUB_FACTOR: usize = 3;
/// Hubs and orphans that are named, at most.
const NAMED: usize = 50;
/// Tracks beyond which all of them are not compared with all others, four times over.
const TRACKS_MAX: usize = 20_000;

impl Bench<'_> {
    /// Counts neighbours over the whole library as the explorer shows it, and chooses a correction on validation
    /// tracks.
    pub(super) fn hubness(&self) -> Option<render::Hubness> {
        let fold = self.folds.first()?;
        let (vectors, split) = (&fold.vectors, &fold.split.split);
        if !(2..=TRACKS_MAX).contains(&vectors.len()) {
            return None;
        }
        let all: Vec<usize> = (0..vectors.len()).collect();
        // Where nothing was trained nothing had to validate, and the training tracks are as good as new.
        let (queries, validators) = if !split.validation.is_empty() {
            (&split.validation, "validation")
        } else if self.plan.config.is_trained() {
            (&split.validation, "")
        } else {
            (&split.train, "training")
        };
        let choice = choose_correction(vectors, &self.labels, queries, &split.train, self.plan.config.seed);
        let mut figures = Vec::new();
        let mut uncorrected = None;
        for correction in HubnessCorrection::ALL {
            let neighbors = Gallery::new(vectors, &all, correction).neighbors_parallel(vectors, &all, NEIGHBOURS);
            let hubness = Hubness::of(&neighbors, NEIGHBOURS)?;
            let summary = hubness.summary();
            let candidate = choice.iter().flat_map(|choice| &choice.candidates).find(|c| c.correction == correction);
            figures.push(render::HubCorrection {
                name: name(correction).into(),
                skewness: summary.skewness,
                orphans: summary.orphan_share,
                largest: summary.largest.count as u32,
                validation: candidate.map(|candidate| candidate.mean_average_precision),
                test: self.corrected_precision(correction),
            });
            if correction == HubnessCorrection::None {
                uncorrected = Some(hubness);
            }
        }
        let uncorrected = uncorrected?;
        let mut hubs: Vec<render::Hub> = uncorrected
            .occurrences
            .iter()
            .enumerate()
            .filter(|&(_, &occurrences)| occurrences > HUB_FACTOR * uncorrected.k)
            .map(|(track, &occurrences)| render::Hub { track: track as u32, occurrences: occurrences as u32 })
            .collect();
        hubs.sort_by_key(|hub| (std::cmp::Reverse(hub.occurrences), hub.track));
        hubs.truncate(NAMED);
        let chosen = choice.as_ref().map_or(HubnessCorrection::None, |choice| choice.chosen);
        Some(render::Hubness {
            k: uncorrected.k as u32,
            tracks: vectors.len() as u32,
            gallery: "all tracks, as the explorer ranks them".into(),
            corrections: figures,
            chosen: HubnessCorrection::ALL.iter().position(|&c| c == chosen)? as u32,
            chosen_on: choice.map_or_else(
                || "nothing: no track validates".into(),
                |choice| format!("MAP@{MAP_DEPTH} of {} {validators} tracks among training tracks", choice.queries),
            ),
            hubs,
            orphans: uncorrected.orphans.iter().take(NAMED).map(|&track| track as u32).collect(),
        })
    }

    /// Mean average precision of the held-out tracks of the first split among each other.
    fn corrected_precision(&self, correction: HubnessCorrection) -> Option<f64> {
        let fold = self.folds.first()?;
        let test = &fold.split.split.test;
        let depth = MAP_DEPTH.min(test.len().checked_sub(1)?);
        let neighbors = Gallery::new(&fold.vectors, test, correction).neighbors_parallel(&fold.vectors, test, depth);
        mean_average_precision(&neighbors, &self.labels, depth, QueryProtocol::LeftOut)
    }
}

/// The name that the report gives a correction.
fn name(correction: HubnessCorrection) -> &'static str {
    match correction {
        HubnessCorrection::None => "none",
        HubnessCorrection::Centring => "centring",
        HubnessCorrection::MutualProximity => "mutual proximity",
        HubnessCorrection::Csls => "CSLS",
    }
}
