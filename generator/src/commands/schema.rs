//! Prints JSON schemas.

use anyhow::Context;

use crate::cli::SchemaArgs;
use crate::config::Config;
use crate::console::Console;
use crate::outcome::RunError;
use crate::render::Report;

/// Prints the schema of the config, or that of the report.
///
/// # Errors
/// None that a user can cause.
pub(crate) fn schema(args: SchemaArgs, console: &Console) -> Result<(), RunError> {
    let schema = if args.report { Report::json_schema() } else { Config::json_schema() };
    console.output(&serde_json::to_string_pretty(&schema).context("the schema is no JSON")?);
    Ok(())
}
