//! Says what changed from one finished run to another.

use anyhow::Context;

use super::finished::FinishedRun;
use crate::cli::DiffArgs;
use crate::console::Console;
use crate::outcome::RunError;
use crate::render::Changes;

/// Reads the reports of two runs and prints what changed.
///
/// # Errors
/// Runs that cannot be read. Runs that differ are no error.
pub(crate) fn diff(args: &DiffArgs, console: &Console) -> Result<(), RunError> {
    let (before, after) = (FinishedRun::read(&args.before)?, FinishedRun::read(&args.after)?);
    let changes = Changes::between((&before.name, &before.report), (&after.name, &after.report));
    if args.json {
        console.output(&serde_json::to_string_pretty(&changes).context("the changes are no JSON")?);
    } else {
        console.coloured(&changes.text());
    }
    Ok(())
}
