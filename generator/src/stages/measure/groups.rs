//! Groups found without labels, and pairs told apart by distance alone.

use anyhow::Context;
use pmsl_core::cluster::{self, KMeansOptions, k_means};
use pmsl_core::metrics::{self, PairThreshold, TrackPairs};

use super::Bench;
use crate::outcome::RunError;
use crate::render;

/// Pairs of each kind, equal and different, at most.
const PAIRS: usize = 100_000;

impl Bench<'_> {
    /// Groups the first gallery without labels.
    pub(super) fn clusters(&self) -> Result<Option<render::Clusters>, RunError> {
        let classes = self.classes();
        let (name, galleries) = self.galleries();
        let Some(gallery) = galleries.first().filter(|gallery| gallery.tracks.len() > classes) else {
            return Ok(None);
        };
        let gallery_name = if galleries.len() > 1 { "the held-out tracks of the first fold" } else { name };
        let labels: Vec<usize> = gallery.tracks.iter().map(|&track| self.labels[track]).collect();
        let vectors = gallery.vectors.select(&gallery.tracks);
        let options = KMeansOptions { k: classes, ..KMeansOptions::default() };
        let found = k_means(vectors.as_slice(), vectors.dim(), &options, self.plan.config.seed)
            .context("the embeddings cannot be grouped")?;
        let groups = &found.labels;
        let mut table = vec![vec![0; classes]; classes];
        for (&group, &label) in groups.iter().zip(&labels) {
            table[group][label] += 1;
        }
        Ok(Some(render::Clusters {
            gallery: gallery_name.into(),
            purity: cluster::purity(&labels, groups).context("purity")?,
            normalized_mutual_information: cluster::normalized_mutual_information(&labels, groups)
                .context("mutual information")?,
            adjusted_rand_index: cluster::adjusted_rand_index(&labels, groups).context("Rand index")?,
            silhouette: metrics::silhouette(&vectors, &labels),
            table,
        }))
    }

    /// The distance that told validation pairs apart best, judged on pairs of held-out tracks.
    pub(super) fn pairs(&self) -> Option<render::Pairs> {
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
