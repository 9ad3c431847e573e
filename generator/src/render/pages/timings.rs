//! The page on how long the run took.

use serde::Serialize;

use crate::render::environment::{RenderError, Renderer};
use crate::render::timings::Timings;

/// What the template sees.
#[derive(Serialize)]
struct Context<'a> {
    timings: &'a Timings,
    total_seconds: f64,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    seconds: f64,
    /// Of the total time, 0 to 1.
    share: f64,
    done: u64,
    reused: u64,
    unit: &'a str,
    /// Items per second, where any were worked on.
    rate: Option<f64>,
}

/// Makes `timings.html`: (path, bytes).
///
/// # Errors
/// [`RenderError::Template`].
pub fn timings_page(timings: &Timings, renderer: &Renderer) -> Result<(String, Vec<u8>), RenderError> {
    let total_seconds = timings.total_seconds();
    let rows = timings
        .stages
        .iter()
        .map(|stage| Row {
            name: &stage.name,
            seconds: stage.seconds,
            share: if total_seconds > 0.0 { stage.seconds / total_seconds } else { 0.0 },
            done: stage.done,
            reused: stage.reused,
            unit: &stage.unit,
            rate: (stage.done > 0 && stage.seconds > 0.0).then(|| stage.done as f64 / stage.seconds),
        })
        .collect();
    let html = renderer.render("timings.html", "timings", Context { timings, total_seconds, rows })?;
    Ok(("timings.html".into(), html.into_bytes()))
}
