//! Sets finished runs side by side on one page.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::CompareArgs;
use crate::console::Console;
use crate::outcome::RunError;
use crate::render::{Assets, Comparison, Renderer, Report, Site, SiteError, SiteFile, comparison_pages, write_site};

/// Reads the reports of runs, compares them on the tracks that all of them held out, and writes the page.
///
/// # Errors
/// Runs that cannot be read, or that were not made on the same library and split.
pub(crate) fn compare(args: &CompareArgs, console: &Console) -> Result<(), RunError> {
    let runs = args.runs.iter().map(|run| read(run)).collect::<anyhow::Result<Vec<_>>>().map_err(RunError::Usage)?;
    let comparison = Comparison::of(&runs).map_err(RunError::usage)?;
    let site = Site {
        title: "Comparison of runs".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        explorer: false,
        timings: false,
        versions: Vec::new(),
    };
    let renderer = Renderer::new(Assets::shared(), site).context("the templates could not be read")?;
    let pages = comparison_pages(&comparison, &renderer).context("the comparison could not be rendered")?;
    let mut files: Vec<SiteFile> = pages.into_iter().map(SiteFile::from).collect();
    files.extend(renderer.assets().clone().into_files().map(SiteFile::from));
    write_site(&args.out, &files, args.force).map_err(|error| match error {
        SiteError::Foreign { .. } | SiteError::Occupied { .. } => RunError::usage(error),
        error => RunError::Failed(error.into()),
    })?;
    console.result(&format!("{}", args.out.join("index.html").display()));
    Ok(())
}

/// The name and the report of a run, given by its site or by its `report.json`.
fn read(run: &Path) -> anyhow::Result<(String, Report)> {
    let path: PathBuf = if run.is_dir() { run.join("report.json") } else { run.to_owned() };
    let bytes = fs::read(&path).with_context(|| format!("there is no run at {}", run.display()))?;
    let report = Report::from_json(&bytes).with_context(|| format!("{} cannot be compared", path.display()))?;
    Ok((name(&path).unwrap_or_else(|| report.title.clone()), report))
}

/// The name of the folder of the report, or of the one above it where it is the usual `site`.
fn name(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    let mut folders = path.ancestors().skip(1).filter_map(Path::file_name).map(|name| name.to_string_lossy());
    folders.find(|name| name != "site").map(std::borrow::Cow::into_owned)
}
