//! A finished run, given by its site or by its `report.json`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::outcome::RunError;
use crate::render::Report;

/// Name of the report in a site.
const REPORT: &str = "report.json";

/// A run that has been made.
pub(super) struct FinishedRun {
    /// What it is called beside other runs.
    pub(super) name: String,
    /// The folder that holds its `report.json`, which may be a whole site; absent where the report stands alone under
    /// another name, since then nothing says that its neighbours belong to it.
    pub(super) folder: Option<PathBuf>,
    /// Its report.
    pub(super) report: Report,
}

impl FinishedRun {
    /// Reads a run.
    ///
    /// # Errors
    /// There is none, or its report has another format or contradicts itself.
    pub(super) fn read(run: &Path) -> Result<Self, RunError> {
        Self::try_read(run).map_err(RunError::Usage)
    }

    fn try_read(run: &Path) -> anyhow::Result<Self> {
        let path = if run.is_dir() { run.join(REPORT) } else { run.to_owned() };
        let bytes = fs::read(&path).with_context(|| format!("there is no run at {}", run.display()))?;
        let report = Report::from_json(&bytes).with_context(|| format!("{} cannot be used", path.display()))?;
        let is_named_so = path.file_name().is_some_and(|name| name == REPORT);
        let folder = is_named_so.then(|| path.parent().unwrap_or(Path::new("")).to_owned());
        let name = name(&path).unwrap_or_else(|| report.title.clone());
        Ok(Self { name, folder, report })
    }
}

/// The stem of a report of its own name; else the name of its folder, or of the one above it where it is the usual
/// `site`.
fn name(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    let stem = path.file_stem().filter(|_| path.file_name().is_some_and(|name| name != REPORT));
    let mut folders = path.ancestors().skip(1).filter_map(Path::file_name);
    let name = stem.or_else(|| folders.find(|name| *name != "site"))?;
    Some(name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_named_after_their_folders_or_files() {
        let named = |path: &str| name(Path::new(path)).unwrap();
        assert_eq!(named("/music/ast/site/report.json"), "ast");
        assert_eq!(named("/music/ast-long/report.json"), "ast-long");
        assert_eq!(named("/music/ast/site/before.json"), "before");
    }
}
