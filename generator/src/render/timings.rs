//! How long a run took. Kept out of the report, so that equal runs give equal reports.

use serde::{Deserialize, Serialize};

/// What `timings.html` shows, the only page that may differ between equal runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timings {
    /// When the run ended, as it shall be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<String>,
    /// Threads the run might use.
    pub threads: u32,
    /// Largest resident memory of the run, in bytes, where the system tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_memory_bytes: Option<u64>,
    /// The stages, in the order they ran.
    pub stages: Vec<StageTiming>,
}

/// One stage of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageTiming {
    /// Its name, as shown.
    pub name: String,
    /// Wall-clock time, in seconds.
    pub seconds: f64,
    /// Items worked on.
    pub done: u64,
    /// Items taken from an earlier run.
    pub reused: u64,
    /// What the items are, in the plural: `tracks`, `steps`.
    pub unit: String,
}

impl Timings {
    /// Sum over the stages, in seconds.
    pub fn total_seconds(&self) -> f64 {
        self.stages.iter().map(|stage| stage.seconds).sum()
    }
}
