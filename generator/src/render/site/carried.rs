//! What of a site is not made from its report, and so stays as it is when the report's pages are made again.

use std::fs;
use std::io;
use std::path::Path;

use super::error::{SiteError, at};
use super::place::SiteFile;
use crate::render::explorer::SINGLE_FILE;

/// The page that the listener's browser fills from the index of embeddings.
const EXPLORER: &str = "explorer.html";
/// The page of the run's times.
const TIMINGS: &str = "timings.html";
/// Folders with what those pages load.
const FOLDERS: [&str; 3] = ["assets", "audio", "clips"];

/// Files to be copied byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Whether there is an explorer among them.
    pub explorer: bool,
    /// Whether there is a page of timings among them.
    pub timings: bool,
    /// Whether there is an explorer as one file among them.
    pub single_file: bool,
    /// Explorer, timings and all they load; empty where there is neither.
    pub files: Vec<SiteFile>,
}

impl Carried {
    /// Finds explorer and timings in the folder of a site.
    ///
    /// # Errors
    /// [`SiteError::Io`] where a folder cannot be read.
    pub fn of(site: &Path) -> Result<Self, SiteError> {
        let is_there = |page: &str| site.join(page).is_file();
        let [explorer, timings, single_file] = [EXPLORER, TIMINGS, SINGLE_FILE].map(is_there);
        let mut carried = Self { explorer, timings, single_file, files: Vec::new() };
        for page in [EXPLORER, TIMINGS, SINGLE_FILE].into_iter().filter(|page| is_there(page)) {
            carried.files.push(SiteFile::copy(page, site.join(page)));
        }
        if carried.explorer || carried.timings {
            for folder in FOLDERS {
                carried.add_folder(site, folder)?;
            }
        }
        Ok(carried)
    }

    /// Adds the plain files of a folder, by path. What links point to is left out: it may lie anywhere.
    fn add_folder(&mut self, site: &Path, folder: &str) -> Result<(), SiteError> {
        let place = site.join(folder);
        let entries = match fs::read_dir(&place) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(at("read", &place)(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(at("read", &place))?;
            let kind = entry.file_type().map_err(at("read", &entry.path()))?;
            found.push((entry.file_name().to_string_lossy().into_owned(), kind));
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, kind) in found {
            let path = format!("{folder}/{name}");
            if kind.is_dir() {
                self.add_folder(site, &path)?;
            } else if kind.is_file() {
                self.files.push(SiteFile::copy(path.clone(), site.join(&path)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(paths: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in paths {
            let place = folder.path().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, path).unwrap();
        }
        folder
    }

    #[test]
    fn the_explorer_comes_with_all_it_loads() {
        let loaded =
            ["explorer.html", "explorer-single.html", "assets/a.css", "assets/b.js", "audio/x.wav", "clips/y.mp3"];
        let folder = site(&[&loaded[..], &["index.html", "report.json"]].concat());
        let carried = Carried::of(folder.path()).unwrap();
        assert!(carried.explorer && carried.single_file && !carried.timings);
        let paths: Vec<&str> = carried.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, loaded);
    }

    #[test]
    fn a_report_alone_carries_nothing() {
        let folder = site(&["index.html", "report.json", "assets/a.css"]);
        assert_eq!(Carried::of(folder.path()).unwrap(), Carried::default());
        assert_eq!(Carried::of(&folder.path().join("absent")).unwrap(), Carried::default());
    }
}
