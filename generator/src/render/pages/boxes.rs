//! The distributions of the descriptors, one chart each.

use serde::Serialize;

use super::pair::Pair;
use crate::render::charts::{self, ChartError};
use crate::render::report::{Distribution, Report};

/// One descriptor.
#[derive(Clone, Serialize)]
pub(super) struct Boxes<'a> {
    /// Its name, with its unit.
    title: String,
    method: &'a str,
    chart: Pair,
}

/// The descriptors of which any track has a value.
pub(super) fn boxes(report: &Report) -> Result<Vec<Boxes<'_>>, ChartError> {
    let distributions = report.descriptors.iter().flat_map(|summary| &summary.distributions).enumerate();
    let charted = distributions.map(|(i, own)| Ok(charts::boxes(report, own, i)?.map(|chart| (own, chart))));
    let charted: Vec<(&Distribution, String)> = charted.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    let boxes = charted.into_iter().map(|(own, chart)| Boxes {
        title: if own.unit.is_empty() { own.name.clone() } else { format!("{}, {}", own.name, own.unit) },
        method: &own.method,
        chart: Pair::single(chart),
    });
    Ok(boxes.collect())
}

/// The names of the positions on the Camelot wheel, in the order of the report.
pub(super) fn camelot() -> Vec<String> {
    ["A", "B"].iter().flat_map(|side| (1..=12).map(move |number| format!("{number}{side}"))).collect()
}
