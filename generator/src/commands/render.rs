//! Makes the pages of a finished run again.

use std::collections::BTreeSet;

use anyhow::Context;

use super::finished::FinishedRun;
use crate::cli::RenderArgs;
use crate::console::Console;
use crate::outcome::RunError;
use crate::render::{Assets, Carried, Renderer, Site, SiteFile, report_pages, write_site};

/// Makes every page of a report from its `report.json` alone. Where it lies in a site, the pages that are made from
/// more than the report, the explorer first of all, are carried over as they are.
///
/// # Errors
/// A run that cannot be read, and an --out folder that holds something else.
pub(crate) fn render(args: &RenderArgs, console: &Console) -> Result<(), RunError> {
    let run = FinishedRun::read(&args.run)?;
    let carried = match &run.folder {
        Some(folder) => Carried::of(folder).context("the explorer could not be carried over")?,
        None => Carried::default(),
    };
    let site = Site { single_file: carried.single_file, ..Site::of(&run.report, carried.explorer, carried.timings) };
    let renderer = Renderer::new(Assets::shared(), site).context("the templates could not be read")?;
    let pages = report_pages(&run.report, &renderer).context("the report could not be rendered")?;
    let mut files: Vec<SiteFile> = pages.into_iter().map(SiteFile::from).collect();
    files.extend(renderer.assets().clone().into_files().map(SiteFile::from));
    let made: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
    files.extend(carried.files.into_iter().filter(|file| !made.contains(&file.path)));
    write_site(&args.out, &files, args.force)?;
    console.result(&format!("{}", args.out.join("index.html").display()));
    Ok(())
}
