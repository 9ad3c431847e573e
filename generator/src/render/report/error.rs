//! Why a report is refused.

use thiserror::Error;

use super::REPORT_FORMAT;

/// Why a report was refused.
#[derive(Debug, Error)]
pub enum ReportError {
    /// Not JSON of this layout.
    #[error("the report is not valid JSON of this layout")]
    Json(#[source] serde_json::Error),
    /// Another version of the layout.
    #[error("expected report format {REPORT_FORMAT}, found {found}: make the site again with this version")]
    Format {
        /// The version found.
        found: u32,
    },
    /// Numbers that contradict each other.
    #[error("{field}: expected {expected}, found {found}")]
    Contradiction {
        /// The field, as a path into the JSON.
        field: String,
        /// What was expected of it.
        expected: String,
        /// What it holds.
        found: String,
    },
}
