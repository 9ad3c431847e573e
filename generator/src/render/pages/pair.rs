//! A chart in both widths, as a page holds it.

use minijinja::Value;
use serde::Serialize;

use crate::render::charts::{ChartError, Layout};

/// SVG, safe to stand in the page.
#[derive(Clone, Serialize)]
pub(super) struct Pair {
    wide: Value,
    narrow: Value,
}

impl Pair {
    /// A chart that has one width for all screens.
    pub(super) fn single(chart: String) -> Self {
        Self { wide: Value::from_safe_string(chart), narrow: Value::from("") }
    }

    /// Draws a chart for both widths; `None` where it has nothing to show.
    pub(super) fn draw(
        draw: impl Fn(Layout) -> Result<Option<String>, ChartError>,
    ) -> Result<Option<Self>, ChartError> {
        let (wide, narrow) = (draw(Layout::Wide)?, draw(Layout::Narrow)?);
        Ok(wide.zip(narrow).map(|(wide, narrow)| Self {
            wide: Value::from_safe_string(wide),
            narrow: Value::from_safe_string(narrow),
        }))
    }
}
