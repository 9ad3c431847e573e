//! What has to change.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::error::{SiteError, at};
use super::place::{SiteFile, Source, fault, order};
use super::{MARKER, marker};

/// What a folder lacks to hold the given files.
pub(super) struct Difference<'a> {
    /// Every file, in the order of being put in place.
    pub(super) files: Vec<&'a SiteFile>,
    /// The files of an earlier run, where there is a list of them.
    pub(super) known: Option<BTreeSet<String>>,
    /// Of `files`, those that are missing or have other content.
    pub(super) changed: Vec<&'a SiteFile>,
    /// Of `known`, those that are no longer wanted.
    pub(super) stale: Vec<String>,
    /// Whether the list says what it shall.
    is_listed: bool,
    /// Size of all files, in bytes.
    pub(super) bytes: u64,
}

impl<'a> Difference<'a> {
    pub(super) fn new(folder: &Path, files: &'a [SiteFile]) -> Result<Self, SiteError> {
        let mut files: Vec<&SiteFile> = files.iter().collect();
        files.sort_by(|a, b| order(&a.path, &b.path));
        for file in &files {
            if let Some(reason) = fault(&file.path) {
                return Err(SiteError::Path { path: file.path.clone(), reason });
            }
        }
        if let Some(pair) = files.windows(2).find(|pair| pair[0].path == pair[1].path) {
            return Err(SiteError::Twice { path: pair[0].path.clone() });
        }
        let list = folder.join(MARKER);
        let known = marker::read(folder).map_err(at("read", &list))?;
        let (mut changed, mut bytes) = (Vec::new(), 0);
        for &file in &files {
            let (same, size) = compare(&folder.join(&file.path), &file.source)?;
            bytes += size;
            if !same {
                changed.push(file);
            }
        }
        let wanted: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let stale = known.iter().flatten().filter(|path| !wanted.contains(path.as_str())).cloned().collect();
        let is_listed = is_same(&list, &marker::bytes(wanted))?;
        Ok(Self { files, known, changed, stale, is_listed, bytes })
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.changed.is_empty() && self.stale.is_empty() && self.is_listed
    }

    pub(super) fn refuse_occupied(&self, folder: &Path) -> Result<(), SiteError> {
        let is_known = |path: &str| self.known.as_ref().is_some_and(|known| known.contains(path));
        for file in self.changed.iter().filter(|file| !is_known(&file.path)) {
            let path = folder.join(&file.path);
            if path.symlink_metadata().is_ok() {
                return Err(SiteError::Occupied { path });
            }
        }
        Ok(())
    }
}

/// Whether the file in place has the right content already, and the size of that content in bytes.
fn compare(place: &Path, source: &Source) -> Result<(bool, u64), SiteError> {
    match source {
        Source::Bytes(bytes) => Ok((is_same(place, bytes)?, bytes.len() as u64)),
        Source::Copy(from) => {
            let theirs = fs::metadata(from).map_err(at("read", from))?;
            // Size and time are the habit of every mirroring tool: reading gigabytes of audio would cost minutes.
            let same = place.symlink_metadata().is_ok_and(|ours| {
                let times = (ours.modified(), theirs.modified());
                ours.is_file() && ours.len() == theirs.len() && matches!(times, (Ok(a), Ok(b)) if a == b)
            });
            Ok((same, theirs.len()))
        }
    }
}

/// Whether there is a plain file with these bytes.
fn is_same(place: &Path, bytes: &[u8]) -> Result<bool, SiteError> {
    match place.symlink_metadata() {
        Ok(metadata) if metadata.is_file() && metadata.len() == bytes.len() as u64 => {
            let mut found = Vec::with_capacity(bytes.len());
            File::open(place).and_then(|mut file| file.read_to_end(&mut found)).map_err(at("read", place))?;
            Ok(found == bytes)
        }
        Ok(_) => Ok(false),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(at("read", place)(error)),
    }
}
