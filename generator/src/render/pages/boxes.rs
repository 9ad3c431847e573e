//! The distributions of the descriptors, one chart each.

use serde::Serialize;

use super::pair::Pair;
use crate::render::charts::{self, ChartError};
use crate::render::report::Report;

/// One descriptor.
#[derive(Clone, Serialize)]
pub(super) struct Boxes {
    /// Its name, with its unit.
    title: String,
    /// How it is measured, as a sentence.
    method: String,
    chart: Pair,
}

/// The descriptors of which any track has a value.
pub(super) fn boxes(report: &Report) -> Result<Vec<Boxes>, ChartError> {
    let distributions = report.descriptors.iter().flat_map(|summary| &summary.distributions).enumerate();
    let mut boxes = Vec::new();
    for (i, own) in distributions {
        boxes.extend(charts::boxes(report, own, i)?.map(|chart| Boxes {
            title: if own.unit.is_empty() { own.name.clone() } else { format!("{}, {}", own.name, own.unit) },
            method: sentence(&own.method),
            chart: Pair::single(chart),
        }));
    }
    Ok(boxes)
}

/// The names of the positions on the Camelot wheel, in the order of the report.
pub(super) fn camelot() -> Vec<String> {
    ["A", "B"].iter().flat_map(|side| (1..=12).map(move |number| format!("{number}{side}"))).collect()
}

/// Words as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).chain(['.']).collect()).unwrap_or_default()
}
