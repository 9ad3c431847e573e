//! The steps of putting a site in place.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{
    MARKER, SiteFile, Source, marker,
    place::{fault, order},
};

/// Names that may stand in a folder before it becomes a site, and survive in it.
const TOLERATED: [&str; 8] =
    [".git", ".gitignore", ".gitattributes", ".gitkeep", ".nojekyll", "CNAME", "README", "README.md"];

/// Why a site was not written. Nothing visible has changed, except after [`SiteError::Io`] where it tells of a place
/// inside of the site; running again repairs that.
#[derive(Debug, Error)]
pub enum SiteError {
    /// The folder belongs to something else.
    #[error(
        "expected {folder} to be new, empty or a site, found {found} in it: choose another folder, or allow writing \
         there with --force"
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// The first thing found in it.
        found: String,
    },
    /// A file of the site would replace one that no run wrote.
    #[error("{path} is not one of the site's own files: move it away, or allow replacing it with --force")]
    Occupied {
        /// The file.
        path: PathBuf,
    },
    /// A path that cannot be one of the site.
    #[error("the site cannot hold a file named {path:?}: {reason}")]
    Path {
        /// The path.
        path: String,
        /// Why not.
        reason: &'static str,
    },
    /// Two files of one name.
    #[error("two files of the site are named {path:?}")]
    Twice {
        /// The name.
        path: String,
    },
    /// Reading or writing failed.
    #[error("could not {action} {path}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

/// What became of the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SiteWritten {
    /// Files that are new or have new content.
    pub written: usize,
    /// Files left untouched, because they hold the right content already.
    pub unchanged: usize,
    /// Files of an earlier run that are gone.
    pub removed: usize,
    /// Size of all files of the site, in bytes.
    pub bytes: u64,
}

/// Gives the cause of a failure its place.
fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SiteError {
    move |source| SiteError::Io { action, path: path.to_owned(), source }
}

/// Makes `folder` hold the given files, and removes those of an earlier run that are no longer among them.
///
/// Files with the right content are not touched. Other files in the folder stay as they are. With `force` a folder
/// that was no site becomes one, and files in the way are replaced.
///
/// # Errors
/// See [`SiteError`].
pub fn write_site(folder: &Path, mut files: Vec<SiteFile>, force: bool) -> Result<SiteWritten, SiteError> {
    files.sort_by(|a, b| order(&a.path, &b.path));
    let mut seen = BTreeSet::new();
    for file in &files {
        if let Some(reason) = fault(&file.path) {
            return Err(SiteError::Path { path: file.path.clone(), reason });
        }
        if !seen.insert(file.path.as_str()) {
            return Err(SiteError::Twice { path: file.path.clone() });
        }
    }
    let known = marker::read(folder).map_err(at("read", &folder.join(MARKER)))?;
    if known.is_none() && !force {
        refuse_foreign(folder)?;
    }
    let known = known.unwrap_or_default();

    let mut written = SiteWritten::default();
    let mut changed = Vec::new();
    for file in &files {
        let place = folder.join(&file.path);
        let (same, size) = compare(&place, &file.source)?;
        written.bytes += size;
        if same {
            written.unchanged += 1;
            continue;
        }
        if !force && !known.contains(&file.path) && place.symlink_metadata().is_ok() {
            return Err(SiteError::Occupied { path: place });
        }
        changed.push(file);
    }
    let stale: Vec<&str> = known.iter().map(String::as_str).filter(|path| !seen.contains(path)).collect();
    let listed = marker::bytes(seen.iter().copied());
    if changed.is_empty() && stale.is_empty() && is_same(&folder.join(MARKER), &listed)? {
        return Ok(written);
    }

    let staging = Staging::new(folder)?;
    let staged: Vec<PathBuf> =
        changed.iter().enumerate().map(|(i, file)| staging.write(i, &file.source)).collect::<Result<_, _>>()?;
    // From here to the final list a killed run leaves both, so that the next one knows every file as its own.
    let all: BTreeSet<&str> = seen.iter().copied().chain(known.iter().map(String::as_str)).collect();
    staging.replace(&staging.write_named("list", &marker::bytes(all.iter().copied()))?, MARKER)?;
    for (file, staged) in changed.iter().zip(&staged) {
        staging.replace(staged, &file.path)?;
        written.written += 1;
    }
    for path in stale {
        written.removed += usize::from(remove_stale(folder, path)?);
    }
    staging.replace(&staging.write_named("list", &listed)?, MARKER)?;
    staging.close()?;
    Ok(written)
}

fn refuse_foreign(folder: &Path) -> Result<(), SiteError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at("read", folder)(error)),
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        names.insert(entry.map_err(at("read", folder))?.file_name().to_string_lossy().into_owned());
    }
    // A run that was killed before it put anything in place leaves its staging folder alone.
    let foreign = names.into_iter().find(|name| !TOLERATED.contains(&name.as_str()) && *name != Staging::NAME);
    foreign.map_or(Ok(()), |found| Err(SiteError::Foreign { folder: folder.to_owned(), found }))
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

/// Removes a file of an earlier run, and folders that are empty without it.
fn remove_stale(folder: &Path, path: &str) -> Result<bool, SiteError> {
    let place = folder.join(path);
    match fs::remove_file(&place) {
        Ok(()) => {}
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(false);
        }
        Err(error) => return Err(at("remove", &place)(error)),
    }
    let parents = place.ancestors().skip(1).take_while(|parent| *parent != folder);
    for parent in parents {
        // Fails where something is left in it, which is what ends the walk.
        if fs::remove_dir(parent).is_err() {
            break;
        }
    }
    Ok(true)
}

/// The folder in which new files wait for their place. Inside of the site, so that a rename never crosses a file
/// system.
struct Staging {
    site: PathBuf,
    folder: PathBuf,
}

impl Staging {
    const NAME: &str = ".pmsl-site.new";

    fn new(site: &Path) -> Result<Self, SiteError> {
        let folder = site.join(Self::NAME);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at("remove", &folder)(error)),
            _ => {}
        }
        fs::create_dir_all(&folder).map_err(at("create", &folder))?;
        Ok(Self { site: site.to_owned(), folder })
    }

    /// Writes and syncs the `index`-th file.
    fn write(&self, index: usize, source: &Source) -> Result<PathBuf, SiteError> {
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

    fn write_named(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, SiteError> {
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
    fn replace(&self, staged: &Path, path: &str) -> Result<(), SiteError> {
        let place = self.site.join(path);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(at("create", parent))?;
        }
        fs::rename(staged, &place).map_err(at("replace", &place))
    }

    fn close(&self) -> Result<(), SiteError> {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::{Duration, SystemTime};

    use super::*;

    fn files(contents: &[(&str, &str)]) -> Vec<SiteFile> {
        contents.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()).into()).collect()
    }

    /// The content of every file of a folder by its relative path, without the list.
    fn contents(folder: &Path) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut open = vec![folder.to_owned()];
        while let Some(current) = open.pop() {
            for entry in fs::read_dir(&current).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                    found.insert(name, fs::read_to_string(path).unwrap());
                }
            }
        }
        found.remove(MARKER);
        found
    }

    fn expect(folder: &Path, expected: &[(&str, &str)]) {
        let expected: BTreeMap<_, _> = expected.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
        assert_eq!(contents(folder), expected);
    }

    /// Sets every file's time far back, so that any write shows.
    fn age(folder: &Path) -> SystemTime {
        let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for path in contents(folder).keys().map(String::as_str).chain([MARKER]) {
            File::options().write(true).open(folder.join(path)).unwrap().set_modified(past).unwrap();
        }
        past
    }

    fn modified(path: PathBuf) -> SystemTime {
        fs::metadata(path).unwrap().modified().unwrap()
    }

    #[test]
    fn unchanged_files_are_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("out/site");
        let first = files(&[("index.html", "one"), ("assets/a.css", "a"), ("timings.html", "1 s")]);
        let written = write_site(&site, first.clone(), false).unwrap();
        assert_eq!(written, SiteWritten { written: 3, unchanged: 0, removed: 0, bytes: 7 });
        let past = age(&site);
        assert_eq!(write_site(&site, first, false).unwrap().unchanged, 3);
        for path in ["index.html", "assets/a.css", "timings.html", MARKER] {
            assert_eq!(modified(site.join(path)), past, "{path}");
        }
        let second = files(&[("index.html", "one"), ("assets/a.css", "a"), ("timings.html", "2 s")]);
        let written = write_site(&site, second, false).unwrap();
        assert_eq!((written.written, written.unchanged), (1, 2));
        assert_eq!(modified(site.join("index.html")), past);
        assert_ne!(modified(site.join("timings.html")), past);
        expect(&site, &[("index.html", "one"), ("assets/a.css", "a"), ("timings.html", "2 s")]);
    }

    #[test]
    fn stale_files_go_and_the_owners_stay() {
        let site = tempfile::tempdir().unwrap();
        let site = site.path();
        fs::write(site.join("README.md"), "mine").unwrap();
        fs::write(site.join(".gitignore"), "*").unwrap();
        write_site(site, files(&[("index.html", "1"), ("audio/a/x.mp3", "x"), ("audio/b.mp3", "b")]), false).unwrap();
        fs::write(site.join("audio/mine.txt"), "mine").unwrap();
        let written = write_site(site, files(&[("index.html", "2")]), false).unwrap();
        assert_eq!((written.written, written.removed), (1, 2));
        expect(site, &[("README.md", "mine"), (".gitignore", "*"), ("audio/mine.txt", "mine"), ("index.html", "2")]);
        assert!(!site.join("audio/a").exists());
    }

    #[test]
    fn foreign_folders_and_files_are_refused_without_force() {
        let site = tempfile::tempdir().unwrap();
        let site = site.path();
        fs::write(site.join("thesis.tex"), "mine").unwrap();
        let error = write_site(site, files(&[("index.html", "1")]), false).unwrap_err();
        assert!(matches!(&error, SiteError::Foreign { found, .. } if found == "thesis.tex"), "{error}");
        expect(site, &[("thesis.tex", "mine")]);
        write_site(site, files(&[("index.html", "1")]), true).unwrap();
        expect(site, &[("thesis.tex", "mine"), ("index.html", "1")]);

        let error = write_site(site, files(&[("index.html", "2"), ("thesis.tex", "ours")]), false).unwrap_err();
        assert!(matches!(error, SiteError::Occupied { .. }), "{error}");
        expect(site, &[("thesis.tex", "mine"), ("index.html", "1")]);
        assert!(!site.join(Staging::NAME).exists());
        write_site(site, files(&[("index.html", "2"), ("thesis.tex", "ours")]), true).unwrap();
        expect(site, &[("thesis.tex", "ours"), ("index.html", "2")]);
    }

    #[test]
    fn paths_are_checked_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        let outside = write_site(&site, files(&[("index.html", "1"), ("../x", "x")]), true);
        assert!(matches!(outside, Err(SiteError::Path { .. })));
        let twice = write_site(&site, files(&[("a", "1"), ("a", "2")]), true);
        assert!(matches!(twice, Err(SiteError::Twice { path }) if path == "a"));
        assert!(!site.exists());
    }

    #[test]
    fn a_list_that_leads_outside_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        fs::write(folder.path().join("precious"), "mine").unwrap();
        write_site(&site, files(&[("index.html", "1")]), false).unwrap();
        let mut list = fs::read_to_string(site.join(MARKER)).unwrap();
        list.push_str("../precious\n");
        fs::write(site.join(MARKER), list).unwrap();
        write_site(&site, files(&[("index.html", "2")]), false).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("precious")).unwrap(), "mine");
        fs::write(site.join(MARKER), "something else").unwrap();
        assert!(matches!(write_site(&site, Vec::new(), true), Err(SiteError::Io { .. })));
    }

    #[test]
    fn a_killed_run_is_repaired() {
        let site = tempfile::tempdir().unwrap();
        let site = site.path();
        write_site(site, files(&[("index.html", "1"), ("old.js", "1")]), false).unwrap();
        // Killed after the joint list and one of two files were in place.
        fs::write(site.join(MARKER), marker::bytes(["index.html", "new.js", "old.js"])).unwrap();
        fs::write(site.join("new.js"), "2").unwrap();
        fs::create_dir(site.join(Staging::NAME)).unwrap();
        fs::write(site.join(Staging::NAME).join("1"), "half").unwrap();
        let written = write_site(site, files(&[("index.html", "2"), ("new.js", "2")]), false).unwrap();
        assert_eq!(written, SiteWritten { written: 1, unchanged: 1, removed: 1, bytes: 2 });
        expect(site, &[("index.html", "2"), ("new.js", "2")]);
        assert!(!site.join(Staging::NAME).exists());
    }

    #[test]
    fn a_failure_leaves_the_old_site_whole() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        let audio = folder.path().join("a.wav");
        fs::write(&audio, "sound").unwrap();
        let mut first = files(&[("index.html", "1")]);
        first.push(SiteFile::copy("audio/a.wav", &audio));
        write_site(&site, first, false).unwrap();
        let mut second = files(&[("index.html", "2")]);
        second.push(SiteFile::copy("audio/b.wav", folder.path().join("missing.wav")));
        assert!(matches!(write_site(&site, second, false), Err(SiteError::Io { action: "read", .. })));
        expect(&site, &[("index.html", "1"), ("audio/a.wav", "sound")]);
    }

    #[test]
    fn copies_are_known_again() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        let audio = folder.path().join("a.wav");
        fs::write(&audio, "sound").unwrap();
        let copy = || vec![SiteFile::copy("audio/a.wav", &audio)];
        assert_eq!(write_site(&site, copy(), false).unwrap().written, 1);
        assert_eq!(write_site(&site, copy(), false).unwrap().unchanged, 1);
        fs::write(&audio, "other").unwrap();
        File::options().write(true).open(&audio).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(write_site(&site, copy(), false).unwrap().written, 1);
        expect(&site, &[("audio/a.wav", "other")]);
    }
}
