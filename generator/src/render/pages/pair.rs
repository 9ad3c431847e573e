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

    /// Draws a chart for both widths, or for all screens where there is none for narrow ones; `None` where it has
    /// nothing to show.
    pub(super) fn draw(
        draw: impl Fn(Layout) -> Result<Option<String>, ChartError>,
    ) -> Result<Option<Self>, ChartError> {
        let Some(wide) = draw(Layout::Wide)? else { return Ok(None) };
        let Some(narrow) = draw(Layout::Narrow)? else {
            return Ok(Some(Self::single(wide.replacen(Layout::Wide.class(), "chart", 1))));
        };
        Ok(Some(Self { wide: Value::from_safe_string(wide), narrow: Value::from_safe_string(narrow) }))
    }
}
