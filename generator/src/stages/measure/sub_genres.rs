//! Every sub-genre by itself.

use pmsl_core::metrics::{
    self, ConfusionMatrix, QueryProtocol, bootstrap_interval, bootstrap_mean_interval, f1_by_class, silhouettes,
};

use super::retrieval::MAP_DEPTH;
use super::{Bench, RESAMPLES, interval_of, mean};
use crate::render;
use crate::stages::report::score_of;

impl Bench<'_> {
    /// Measures every sub-genre, by the nearest centroid's predictions `[held_out]` and by retrieval.
    pub(super) fn sub_genres(&self, predicted: &[usize]) -> Vec<render::SubGenreMeasures> {
        let (truth, classes, seed) = (self.truth(), self.classes(), self.plan.config.seed);
        let confusion = ConfusionMatrix::of(&truth, predicted, classes);
        let f1 = f1_by_class(&confusion);
        let (_, galleries) = self.galleries();
        let mut precisions = vec![Vec::new(); classes];
        let mut shapes = vec![Vec::new(); classes];
        for gallery in &galleries {
            let neighbors = gallery.neighbors(MAP_DEPTH);
            let found = metrics::average_precisions(&neighbors, &self.labels, MAP_DEPTH, QueryProtocol::LeftOut);
            for (&track, precision) in gallery.tracks.iter().zip(found) {
                precisions[self.labels[track]].extend(precision);
            }
            let labels: Vec<usize> = gallery.tracks.iter().map(|&track| self.labels[track]).collect();
            for (&label, silhouette) in
                labels.iter().zip(silhouettes(&gallery.vectors.select(&gallery.tracks), &labels).unwrap_or_default())
            {
                shapes[label].push(silhouette);
            }
        }
        let mut r_precisions = vec![Vec::new(); classes];
        for (label, precision) in self.r_precisions(&galleries).into_iter().flatten() {
            r_precisions[label].push(precision);
        }
        (0..classes)
            .map(|class| {
                // Only tracks that are of the sub-genre, or are taken for it, decide its F1 score.
                let concerned: Vec<(bool, bool)> = truth
                    .iter()
                    .zip(predicted)
                    .map(|(&own, &named)| (own == class, named == class))
                    .filter(|(own, named)| *own || *named)
                    .collect();
                let f1_interval = bootstrap_interval(concerned.len(), RESAMPLES, seed, |sample| {
                    let of = |keep: fn((bool, bool)) -> bool| sample.iter().filter(|&&i| keep(concerned[i])).count();
                    let (right, own, named) = (of(|(a, b)| a && b), of(|(a, _)| a), of(|(_, b)| b));
                    Some(2.0 * right as f64 / (own + named) as f64)
                });
                let right = confusion.count(class, class);
                render::SubGenreMeasures {
                    recall: score_of(right, confusion.support(class)),
                    precision: score_of(right, confusion.predicted(class)),
                    f1: f1[class],
                    f1_interval: f1[class].and(f1_interval).map(interval_of),
                    queries: precisions[class].len() as u32,
                    mean_average_precision: mean(precisions[class].iter().copied()),
                    mean_average_precision_interval: bootstrap_mean_interval(&precisions[class], RESAMPLES, seed)
                        .map(interval_of),
                    r_precision: mean(r_precisions[class].iter().copied()),
                    silhouette: mean(shapes[class].iter().copied()),
                }
            })
            .collect()
    }
}
