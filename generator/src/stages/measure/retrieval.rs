//! How well tracks of a sub-genre find each other.

use pmsl_core::metrics::{self, NearestNeighbors, QueryProtocol};

use super::{Bench, Gallery, mean};
use crate::render;

/// Depths of the mean average precision that the report lists.
const DEPTHS: [usize; 5] = [10, 25, 50, 75, 100];
/// Depths of the recall that the report lists.
const RECALL_DEPTHS: [usize; 4] = [1, 5, 10, 25];
/// Deepest rank of the curves.
const CURVE_DEPTH: usize = 100;
/// Depth of the figures by sub-genre and genre.
pub(super) const MAP_DEPTH: usize = 10;
/// Ranks held at once, at most, to measure R-precision: beyond it the figure is left out.
const RANKS_MAX: usize = 40_000_000;

impl Bench<'_> {
    /// Measures retrieval in every gallery and pools the queries.
    pub(super) fn retrieval(&self) -> Option<render::Retrieval> {
        let (name, galleries) = self.galleries();
        let smallest = galleries.iter().map(|gallery| gallery.tracks.len() - 1).min()?;
        let depth = CURVE_DEPTH.min(smallest);
        let ranked: Vec<NearestNeighbors> = galleries.iter().map(|gallery| gallery.neighbors(depth)).collect();
        let precisions = |labels: &[usize], k: usize, protocol| -> Vec<f64> {
            let of_gallery = |neighbors| metrics::average_precisions(neighbors, labels, k, protocol);
            ranked.iter().flat_map(of_gallery).flatten().collect()
        };
        let labels = &self.labels;
        let mean_average_precision = DEPTHS
            .into_iter()
            .filter(|&k| k <= depth)
            .filter_map(|k| {
                Some(render::AtDepth {
                    k: k as u32,
                    value: mean(precisions(labels, k, QueryProtocol::LeftOut))?,
                    with_query: mean(precisions(labels, k, QueryProtocol::Counted))?,
                })
            })
            .collect();
        let recall = RECALL_DEPTHS
            .into_iter()
            .filter(|&k| k <= depth)
            .filter_map(|k| {
                let found = ranked.iter().flat_map(|neighbors| metrics::recalls_at_k(neighbors, labels, k)).flatten();
                Some(render::RecallAt { k: k as u32, value: mean(found.map(|found| f64::from(u8::from(found))))? })
            })
            .collect();
        let genre_precision = self.genres().and_then(|genres| {
            let of_tracks: Vec<usize> = labels.iter().map(|&label| genres[label]).collect();
            mean(precisions(&of_tracks, MAP_DEPTH.min(depth), QueryProtocol::LeftOut))
        });
        let mut counts = vec![0; render::AVERAGE_PRECISION_BINS];
        for precision in precisions(labels, depth, QueryProtocol::LeftOut) {
            let bin = (precision * render::AVERAGE_PRECISION_BINS as f64) as usize;
            counts[bin.min(render::AVERAGE_PRECISION_BINS - 1)] += 1;
        }
        Some(render::Retrieval {
            gallery: name.into(),
            tracks: galleries.iter().map(|gallery| gallery.tracks.len() as u32).sum(),
            mean_average_precision,
            recall,
            r_precision: mean(self.r_precisions(&galleries).into_iter().flatten().map(|(_, precision)| precision)),
            genre_mean_average_precision: genre_precision,
            curves: self.curves(&ranked, depth),
            average_precision_counts: counts,
            similarity: self.similarity(&galleries),
        })
    }

    /// The R-precision of every query that has one, with its label; nothing where that would hold too many ranks.
    pub(super) fn r_precisions(&self, galleries: &[Gallery<'_>]) -> Option<Vec<(usize, f64)>> {
        let mut found = Vec::new();
        for gallery in galleries {
            let mut sizes = vec![0_usize; self.classes()];
            for &track in &gallery.tracks {
                sizes[self.labels[track]] += 1;
            }
            let ranks = sizes.into_iter().max()?.saturating_sub(1);
            if ranks * gallery.tracks.len() > RANKS_MAX {
                return None;
            }
            let precisions = metrics::r_precisions(&gallery.neighbors(ranks), &self.labels);
            let labelled = gallery.tracks.iter().zip(precisions);
            found.extend(labelled.filter_map(|(&track, precision)| Some((self.labels[track], precision?))));
        }
        Some(found)
    }

    /// Mean average precision of each sub-genre's queries at the depths 1, 2 and so on, over all galleries.
    fn curves(&self, ranked: &[NearestNeighbors], depth: usize) -> Vec<Vec<f32>> {
        let mut sums = vec![vec![0.0; depth]; self.classes()];
        let mut queries = vec![0_usize; self.classes()];
        for neighbors in ranked {
            let protocol = QueryProtocol::LeftOut;
            let curves =
                metrics::mean_average_precision_curves(neighbors, &self.labels, self.classes(), depth, protocol);
            let mut counts = vec![0_usize; self.classes()];
            let precisions = metrics::average_precisions(neighbors, &self.labels, depth, protocol);
            for (&query, _) in neighbors.queries().iter().zip(precisions).filter(|(_, precision)| precision.is_some()) {
                counts[self.labels[query as usize]] += 1;
            }
            for (class, (curve, count)) in curves.iter().zip(counts).enumerate() {
                queries[class] += count;
                sums[class].iter_mut().zip(curve).for_each(|(sum, value)| *sum += value * count as f64);
            }
        }
        let of_class = |(sums, queries): (Vec<f64>, usize)| {
            let ranks = if queries > 0 { sums } else { Vec::new() };
            ranks.into_iter().map(|sum| (sum / queries as f64) as f32).collect()
        };
        sums.into_iter().zip(queries).map(of_class).collect()
    }

    /// Mean similarity between the tracks of two sub-genres, over the pairs of all galleries.
    fn similarity(&self, galleries: &[Gallery<'_>]) -> Vec<Vec<Option<f32>>> {
        let classes = self.classes();
        let mut sums = vec![vec![(0.0, 0.0); classes]; classes];
        for gallery in galleries {
            let labels: Vec<usize> = gallery.tracks.iter().map(|&track| self.labels[track]).collect();
            let mut sizes = vec![0_usize; classes];
            for &label in &labels {
                sizes[label] += 1;
            }
            let means = metrics::class_similarity(&gallery.vectors.select(&gallery.tracks), &labels, classes);
            for (a, row) in means.iter().enumerate() {
                for (b, mean) in row.iter().enumerate() {
                    let pairs = sizes[a] * (sizes[b] - usize::from(a == b && sizes[b] > 0));
                    let (sum, count) = &mut sums[a][b];
                    if let Some(mean) = mean {
                        *sum += mean * pairs as f64;
                        *count += pairs as f64;
                    }
                }
            }
        }
        let mean = |(sum, count): (f64, f64)| (count > 0.0).then(|| (sum / count) as f32);
        sums.into_iter().map(|row| row.into_iter().map(mean).collect()).collect()
    }
}
