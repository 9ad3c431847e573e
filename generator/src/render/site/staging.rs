//! New files on their way to their place.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::{SiteError, at};
use super::place::Source;

/// The folder in which new files wait for their place. Inside of the site, so that a rename never crosses a file
/// system.
pub(super) struct Staging {
    site: PathBuf,
    folder: PathBuf,
}

impl Staging {
    pub(super) const NAME: &str = ".pmsl-site.new";

    pub(super) fn new(site: &Path) -> Result<Self, SiteError> {
        let folder = site.join(Self::NAME);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at("remove", &folder)(error)),
            _ => {}
        }
        fs::create_dir_all(&folder).map_err(at("create", &folder))?;
        Ok(Self { site: site.to_owned(), folder })
    }

    /// Writes and syncs the `index`-th file.
    pub(super) fn write(&self, index: usize, source: &Source) -> Result<PathBuf, SiteError> {
        match source {
            Source::Bytes(bytes) => self.write_named(&index.to_string(), bytes),
            Source::Copy(from) => {
                let path = self.folder.join(index.to_string());
                let copy = || {
                    let modified = fs::metadata(from)?.modified()?;
                    let mut reader = File::open(from)?;
                    let mut writer = File::create(&path)?;
                    io::copy(&mut reader, &mut writer)?;
                    writer.set_modified(modified)?;
                    writer.sync_all()
                };
                copy().map_err(at("copy", from))?;
                Ok(path)
            }
        }
    }

    pub(super) fn write_named(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, SiteError> {
        let path = self.folder.join(name);
        let write = || {
            let mut file = File::create(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(at("write", &path))?;
        Ok(path)
    }

    /// Moves a finished file to its place in the site.
    pub(super) fn replace(&self, staged: &Path, path: &str) -> Result<(), SiteError> {
        let place = self.site.join(path);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(at("create", parent))?;
        }
        fs::rename(staged, &place).map_err(at("replace", &place))
    }

    pub(super) fn close(&self) -> Result<(), SiteError> {
        fs::remove_dir_all(&self.folder).map_err(at("remove", &self.folder))?;
        sync_folder(&self.site).map_err(at("sync", &self.site))
    }
}

impl Drop for Staging {
    /// After a failure nothing of it may stay; after success it is gone already.
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Makes renames inside of a folder last through a loss of power, where the system knows such a thing.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
