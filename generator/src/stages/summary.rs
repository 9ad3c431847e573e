//! The last lines of a run.

use std::path::Path;
use std::time::Duration;

use crate::console::{Console, clock};
use crate::plan::Plan;
use crate::render::{Report, SiteWritten, headline};

/// Says what came out, where it is, and how long it took.
pub(crate) fn summary(
    plan: &Plan,
    console: &Console,
    report: &Report,
    out: &Path,
    written: &SiteWritten,
    elapsed: Duration,
) {
    for warning in &report.warnings {
        console.warn(warning);
    }
    if !report.failures.is_empty() {
        let count = report.failures.len();
        let files = if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
        console.result(&format!("{files} skipped; {} lists them with the reason", plan.failures_path().display()));
    }
    console.result(&headline(report));
    let state = if written.written + written.removed == 0 { "unchanged" } else { "written" };
    console.result(&format!("{} ({state}, {})", out.join("index.html").display(), clock(elapsed)));
}
