//! Writes the site.

use std::fs;
use std::path::Path;

use anyhow::Context;
use pmsl_core::Vectors;
use pmsl_core::index::{BuildId, IndexInput};
use pmsl_core::track::TrackMeta;

use super::encoder::encoder;
use super::features::UsableLibrary;
use super::folds::FoldRun;
use super::publish::audio_files;
use crate::cache::KeyBuilder;
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::Plan;
use crate::render::explorer::{self, ExplorerInput, SINGLE_FILE, SINGLE_FILE_TEMPLATE, SingleFile};
use crate::render::{
    Assets, Renderer, Report, Site, SiteFile, SiteWritten, Timings, report_pages, timings_page, write_site,
};

const TIMINGS: &str = "timings.html";

/// Makes the pages and writes what changed of the site.
pub(crate) fn render(
    plan: &Plan,
    console: &Console,
    out: &Path,
    library: &UsableLibrary,
    run: &FoldRun,
    report: &Report,
    timings: &Timings,
) -> Result<SiteWritten, RunError> {
    let metas: Vec<TrackMeta> = report.tracks.iter().map(|track| track.meta.clone()).collect();
    let vectors = &run.vectors;
    let build_id = build_id(report, vectors)?;
    let encoder = encoder(plan, console, library, run, &build_id.to_string())?;
    let index = IndexInput {
        build_id,
        tracks: &metas,
        sub_genres: &library.sub_genres,
        vectors,
        positions: &report.map.tracks,
    };
    let explorer = explorer::files(&ExplorerInput { index: &index, encoder: encoder.as_deref() })
        .context("the explorer could not be made")?;
    let mut assets = Assets::shared();
    explorer.register(&mut assets);
    let single_file = plan.config.site.single_file;
    let site = Site { single_file, ..Site::of(report, true, plan.config.site.timings) };
    let mut renderer = Renderer::new(assets, site).context("the templates could not be read")?;
    renderer.add_template("explorer.html", explorer::TEMPLATE).context("the templates could not be read")?;
    renderer.add_template(SINGLE_FILE, SINGLE_FILE_TEMPLATE).context("the templates could not be read")?;
    let mut pages = report_pages(report, &renderer).context("the report could not be rendered")?;
    let page = renderer
        .render("explorer.html", "explorer", &explorer.context)
        .context("the explorer could not be rendered")?;
    pages.push(("explorer.html".into(), page.into_bytes()));
    if single_file {
        let single = SingleFile::new(&ExplorerInput { index: &index, encoder: None })
            .context("the explorer could not be made as one file")?;
        let page = renderer
            .render(SINGLE_FILE, "explorer", &single)
            .context("the explorer could not be rendered as one file")?;
        pages.push((SINGLE_FILE.into(), page.into_bytes()));
    }
    let timings_html = timings_page(timings, &renderer).context("the timings could not be rendered")?;
    let mut files: Vec<SiteFile> = pages.into_iter().map(SiteFile::from).collect();
    files.extend(explorer.files.into_iter().map(SiteFile::from));
    files.extend(renderer.assets().clone().into_files().map(SiteFile::from));
    files.extend(audio_files(plan, library));
    write(plan, out, files, timings_html.1)
}

/// The timings are those of the run that last changed the site: a run that changes nothing leaves them as they are.
fn write(plan: &Plan, out: &Path, mut files: Vec<SiteFile>, timings: Vec<u8>) -> Result<SiteWritten, RunError> {
    if !plan.config.site.timings {
        return Ok(write_site(out, &files, plan.force)?);
    }
    if let Ok(earlier) = fs::read(out.join(TIMINGS)) {
        let mut same = files.clone();
        same.push(SiteFile::from((TIMINGS.to_owned(), earlier)));
        if crate::render::is_current(out, &same)? {
            return Ok(write_site(out, &same, plan.force)?);
        }
    }
    files.push(SiteFile::from((TIMINGS.to_owned(), timings)));
    Ok(write_site(out, &files, plan.force)?)
}

/// Identifies the site's data: a listener's browser never mixes the chunks of two builds.
fn build_id(report: &Report, vectors: &Vectors) -> Result<BuildId, RunError> {
    let report = report.to_json().context("the report is not sound")?;
    let values: Vec<u8> = vectors.as_slice().iter().flat_map(|value| value.to_le_bytes()).collect();
    Ok(BuildId(*KeyBuilder::new("site", 1).bytes("report", &report).bytes("vectors", &values).finish().as_bytes()))
}
