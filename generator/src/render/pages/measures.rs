//! What the sections on classifiers, retrieval and groups show beyond the numbers of the report.

use serde::Serialize;

use crate::render::charts::{curves_are_named, similarity_range};
use crate::render::report::{AVERAGE_PRECISION_BINS, Report, Retrieval};

/// Depths of which the table of curves holds numbers, where the curves reach them.
const DEPTHS: [usize; 8] = [1, 2, 5, 10, 25, 50, 75, 100];

/// Derived from the measures; empty where there are none.
#[derive(Serialize)]
pub(super) struct Figures<'a> {
    /// Accuracy by sub-genre and classifier.
    shares: Vec<Shares<'a>>,
    /// Log-loss of giving every sub-genre the same probability.
    uniform_log_loss: f64,
    curves: Option<Curves<'a>>,
    bins: Vec<Bin>,
    /// The ends of the shades.
    similarity: Option<Ends>,
    /// The most frequent sub-genre of each group found without labels.
    largest: Vec<usize>,
}

#[derive(Serialize)]
struct Shares<'a> {
    index: usize,
    name: &'a str,
    held_out: u32,
    /// By classifier; `None` where no track of the sub-genre was held out.
    accuracies: Vec<Option<f64>>,
}

#[derive(Serialize)]
struct Curves<'a> {
    /// Whether the wide chart names its lines itself.
    named: bool,
    depths: Vec<usize>,
    rows: Vec<Curve<'a>>,
}

#[derive(Serialize)]
struct Curve<'a> {
    index: usize,
    name: &'a str,
    values: Vec<f32>,
}

#[derive(Serialize)]
struct Bin {
    low: f64,
    high: f64,
    count: u32,
}

#[derive(Serialize)]
struct Ends {
    low: f32,
    high: f32,
}

impl<'a> Figures<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let retrieval = report.measures.retrieval.as_ref();
        let clusters = report.measures.clusters.as_ref();
        Self {
            shares: shares(report),
            uniform_log_loss: (report.sub_genres.len().max(1) as f64).ln(),
            curves: retrieval.filter(|retrieval| retrieval.depth() > 0).map(|retrieval| curves(report, retrieval)),
            bins: retrieval.map(bins).unwrap_or_default(),
            similarity: retrieval.and_then(similarity_range).map(|(low, high)| Ends { low, high }),
            largest: clusters.iter().flat_map(|clusters| &clusters.table).map(|group| largest(group)).collect(),
        }
    }
}

fn shares(report: &Report) -> Vec<Shares<'_>> {
    let measures = &report.measures;
    if measures.classifiers.is_empty() || measures.tracks.is_empty() {
        return Vec::new();
    }
    let truth = || measures.tracks.iter().map(|&track| report.tracks[track as usize].meta.sub_genre as usize);
    let row = |(index, name)| {
        let held_out = truth().filter(|&own| own == index).count();
        let share = |predicted: &[u32]| {
            let right = truth().zip(predicted).filter(|&(own, &named)| own == index && named as usize == index).count();
            (held_out > 0).then(|| right as f64 / held_out as f64)
        };
        let accuracies = measures.classifiers.iter().map(|classifier| share(&classifier.predicted)).collect();
        Shares { index, name, held_out: held_out as u32, accuracies }
    };
    names(report).map(row).collect()
}

fn names(report: &Report) -> impl Iterator<Item = (usize, &str)> {
    report.sub_genres.iter().map(|summary| summary.sub_genre.name.as_str()).enumerate()
}

fn curves<'a>(report: &'a Report, retrieval: &Retrieval) -> Curves<'a> {
    let depth = retrieval.depth();
    let mut depths: Vec<usize> = DEPTHS.into_iter().filter(|&k| k < depth).collect();
    depths.push(depth);
    let rows = names(report)
        .zip(&retrieval.curves)
        .filter(|(_, curve)| !curve.is_empty())
        .map(|((index, name), curve)| Curve { index, name, values: depths.iter().map(|&k| curve[k - 1]).collect() })
        .collect();
    Curves { named: curves_are_named(report), depths, rows }
}

fn bins(retrieval: &Retrieval) -> Vec<Bin> {
    let end = |i: usize| i as f64 / AVERAGE_PRECISION_BINS as f64;
    let counts = retrieval.average_precision_counts.iter().enumerate();
    counts.map(|(i, &count)| Bin { low: end(i), high: end(i + 1), count }).collect()
}

/// Index of the largest count, the first of equals.
fn largest(counts: &[u32]) -> usize {
    let most = counts.iter().max();
    counts.iter().position(|count| Some(count) == most).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn shares_of_a_classifier_add_up_to_what_it_got_right() {
        let report = sample::report();
        let figures = Figures::of(&report);
        for (i, classifier) in report.measures.classifiers.iter().enumerate() {
            let right: f64 =
                figures.shares.iter().map(|row| row.accuracies[i].unwrap() * f64::from(row.held_out)).sum();
            assert_eq!(right.round() as u32, classifier.score.correct, "{}", classifier.name);
        }
        assert_eq!(largest(&[2, 5, 1, 5]), 1);
        assert_eq!(largest(&[0, 0]), 0);
    }

    #[test]
    fn the_table_of_curves_ends_with_their_depth() {
        let mut report = sample::report();
        assert_eq!(Figures::of(&report).curves.unwrap().depths, [1, 2, 5, 10, 25, 50]);
        for curve in &mut report.measures.retrieval.as_mut().unwrap().curves {
            curve.truncate(7);
        }
        report.measures.retrieval.as_mut().unwrap().curves[2].clear();
        let figures = Figures::of(&report);
        let curves = figures.curves.unwrap();
        assert_eq!(curves.depths, [1, 2, 5, 7]);
        assert_eq!(curves.rows.iter().map(|row| row.index).collect::<Vec<_>>(), [0, 1, 3, 4, 5, 6]);
    }
}
