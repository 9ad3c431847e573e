//! Sets finished runs side by side on one page.

use anyhow::Context;

use super::finished::FinishedRun;
use crate::cli::CompareArgs;
use crate::console::Console;
use crate::outcome::RunError;
use crate::render::{Assets, Comparison, Renderer, Site, SiteFile, comparison_pages, write_site};

/// Reads the reports of runs, compares them on the tracks that all of them held out, and writes the page.
///
/// # Errors
/// Runs that cannot be read, or that were not made on the same library and split.
pub(crate) fn compare(args: &CompareArgs, console: &Console) -> Result<(), RunError> {
    let runs = args.runs.iter().map(|run| FinishedRun::read(run)).collect::<Result<Vec<_>, _>>()?;
    let runs: Vec<_> = runs.into_iter().map(|run| (run.name, run.report)).collect();
    let comparison = Comparison::of(&runs).map_err(RunError::usage)?;
    let site =
        Site { title: "Comparison of runs".into(), version: env!("CARGO_PKG_VERSION").into(), ..Site::default() };
    let renderer = Renderer::new(Assets::shared(), site).context("the templates could not be read")?;
    let pages = comparison_pages(&comparison, &renderer).context("the comparison could not be rendered")?;
    let mut files: Vec<SiteFile> = pages.into_iter().map(SiteFile::from).collect();
    files.extend(renderer.assets().clone().into_files().map(SiteFile::from));
    write_site(&args.out, &files, args.force)?;
    console.result(&format!("{}", args.out.join("index.html").display()));
    Ok(())
}
