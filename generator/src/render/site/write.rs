//! The steps of putting a site in place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::difference::Difference;
use super::error::{SiteError, at};
use super::place::SiteFile;
use super::staging::Staging;
use super::{MARKER, marker};

/// Names that may stand in a folder before it becomes a site, and survive in it.
const TOLERATED: [&str; 8] =
    [".git", ".gitignore", ".gitattributes", ".gitkeep", ".nojekyll", "CNAME", "README", "README.md"];

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

/// Whether `folder` holds these files already and nothing of an earlier run besides, so that [`write_site`] would
/// change nothing.
///
/// # Errors
/// [`SiteError::Path`], [`SiteError::Twice`] and [`SiteError::Io`].
pub fn is_current(folder: &Path, files: &[SiteFile]) -> Result<bool, SiteError> {
    Difference::new(folder, files).map(|difference| difference.is_nothing())
}

/// Makes `folder` hold the given files, and removes those of an earlier run that are no longer among them.
///
/// Files with the right content are not touched. Other files in the folder stay as they are. With `force` a folder
/// that was no site becomes one, and files in the way are replaced.
///
/// # Errors
/// See [`SiteError`].
pub fn write_site(folder: &Path, files: &[SiteFile], force: bool) -> Result<SiteWritten, SiteError> {
    let difference = Difference::new(folder, files)?;
    let Difference { files, known, changed, stale, bytes, .. } = &difference;
    if !force {
        if known.is_none() {
            refuse_foreign(folder)?;
        }
        difference.refuse_occupied(folder)?;
    }
    let unchanged = files.len() - changed.len();
    let mut written = SiteWritten { written: 0, unchanged, removed: 0, bytes: *bytes };
    if difference.is_nothing() {
        return Ok(written);
    }

    let staging = Staging::new(folder)?;
    let staged: Vec<PathBuf> =
        changed.iter().enumerate().map(|(i, file)| staging.write(i, &file.source)).collect::<Result<_, _>>()?;
    // From here to the final list a killed run leaves both, so that the next one knows every file as its own.
    let wanted: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let all = wanted.iter().copied().chain(stale.iter().map(String::as_str)).collect();
    staging.replace(&staging.write_named("list", &marker::bytes(all))?, MARKER)?;
    for (file, staged) in changed.iter().zip(&staged) {
        staging.replace(staged, &file.path)?;
        written.written += 1;
    }
    for path in stale {
        written.removed += usize::from(remove_stale(folder, path)?);
    }
    staging.replace(&staging.write_named("list", &marker::bytes(wanted))?, MARKER)?;
    staging.close()?;
    Ok(written)
}

/// Refuses a folder that [`write_site`] would refuse to write to, before hours are spent on what shall go there. Leaves
/// nothing behind.
///
/// # Errors
/// [`SiteError::Foreign`], and [`SiteError::Io`] where nothing can be written.
pub fn check_place(folder: &Path, force: bool) -> Result<(), SiteError> {
    if !force && marker::read(folder).map_err(at("read", folder))?.is_none() {
        refuse_foreign(folder)?;
    }
    let absolute = std::path::absolute(folder).map_err(at("find", folder))?;
    // The nearest folder that is there; a file in the way is found by writing into it.
    let there = absolute.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(&absolute);
    tempfile::tempfile_in(there).map(drop).map_err(at("write into", there))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::File;
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
        let written = write_site(&site, &first, false).unwrap();
        assert_eq!(written, SiteWritten { written: 3, unchanged: 0, removed: 0, bytes: 7 });
        let past = age(&site);
        assert!(is_current(&site, &first).unwrap());
        assert!(!is_current(&site, &first[..2]).unwrap(), "one is stale");
        assert!(!is_current(&site, &files(&[("index.html", "two")])).unwrap());
        assert!(!is_current(&folder.path().join("elsewhere"), &first).unwrap());
        assert_eq!(write_site(&site, &first, false).unwrap().unchanged, 3);
        for path in ["index.html", "assets/a.css", "timings.html", MARKER] {
            assert_eq!(modified(site.join(path)), past, "{path}");
        }
        let second = files(&[("index.html", "one"), ("assets/a.css", "a"), ("timings.html", "2 s")]);
        let written = write_site(&site, &second, false).unwrap();
        assert_eq!((written.written, written.unchanged), (1, 2));
        assert_eq!(modified(site.join("index.html")), past);
        assert_ne!(modified(site.join("timings.html")), past);
        expect(&site, &[("index.html", "one"), ("assets/a.css", "a"), ("timings.html", "2 s")]);
    }

    #[test]
    fn a_place_is_looked_at_beforehand_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("deep/site");
        check_place(&site, false).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        write_site(&site, &files(&[("index.html", "1")]), false).unwrap();
        check_place(&site, false).unwrap();
        assert!(matches!(check_place(&folder.path().join("deep"), false), Err(SiteError::Foreign { .. })));
        check_place(&folder.path().join("deep"), true).unwrap();
        let file = site.join("index.html");
        assert!(matches!(check_place(&file.join("x"), false), Err(SiteError::Io { .. })), "a file is in the way");
        expect(&site, &[("index.html", "1")]);
    }

    #[test]
    fn stale_files_go_and_the_owners_stay() {
        let site = tempfile::tempdir().unwrap();
        let site = site.path();
        fs::write(site.join("README.md"), "mine").unwrap();
        fs::write(site.join(".gitignore"), "*").unwrap();
        write_site(site, &files(&[("index.html", "1"), ("audio/a/x.mp3", "x"), ("audio/b.mp3", "b")]), false).unwrap();
        fs::write(site.join("audio/mine.txt"), "mine").unwrap();
        let written = write_site(site, &files(&[("index.html", "2")]), false).unwrap();
        assert_eq!((written.written, written.removed), (1, 2));
        expect(site, &[("README.md", "mine"), (".gitignore", "*"), ("audio/mine.txt", "mine"), ("index.html", "2")]);
        assert!(!site.join("audio/a").exists());
    }

    #[test]
    fn foreign_folders_and_files_are_refused_without_force() {
        let site = tempfile::tempdir().unwrap();
        let site = site.path();
        fs::write(site.join("thesis.tex"), "mine").unwrap();
        let error = write_site(site, &files(&[("index.html", "1")]), false).unwrap_err();
        assert!(matches!(&error, SiteError::Foreign { found, .. } if found == "thesis.tex"), "{error}");
        expect(site, &[("thesis.tex", "mine")]);
        write_site(site, &files(&[("index.html", "1")]), true).unwrap();
        expect(site, &[("thesis.tex", "mine"), ("index.html", "1")]);

        let error = write_site(site, &files(&[("index.html", "2"), ("thesis.tex", "ours")]), false).unwrap_err();
        assert!(matches!(error, SiteError::Occupied { .. }), "{error}");
        expect(site, &[("thesis.tex", "mine"), ("index.html", "1")]);
        assert!(!site.join(Staging::NAME).exists());
        write_site(site, &files(&[("index.html", "2"), ("thesis.tex", "ours")]), true).unwrap();
        expect(site, &[("thesis.tex", "ours"), ("index.html", "2")]);
    }

    #[test]
    fn paths_are_checked_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        let outside = write_site(&site, &files(&[("index.html", "1"), ("../x", "x")]), true);
        assert!(matches!(outside, Err(SiteError::Path { .. })));
        let twice = write_site(&site, &files(&[("a", "1"), ("a", "2")]), true);
        assert!(matches!(twice, Err(SiteError::Twice { path }) if path == "a"));
        assert!(!site.exists());
    }

    #[test]
    fn a_list_that_leads_outside_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        fs::write(folder.path().join("precious"), "mine").unwrap();
        write_site(&site, &files(&[("index.html", "1")]), false).unwrap();
        let mut list = fs::read_to_string(site.join(MARKER)).unwrap();
        list.push_str("../precious\n");
        fs::write(site.join(MARKER), list).unwrap();
        write_site(&site, &files(&[("index.html", "2")]), false).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("precious")).unwrap(), "mine");
        fs::write(site.join(MARKER), "something else").unwrap();
        assert!(matches!(write_site(&site, &[], true), Err(SiteError::Io { .. })));
    }

    #[test]
    fn a_killed_run_is_repaired() {
        let site = tempfile::tempdir().unwrap();
        let site = site.path();
        write_site(site, &files(&[("index.html", "1"), ("old.js", "1")]), false).unwrap();
        // Killed after the joint list and one of two files were in place.
        fs::write(site.join(MARKER), marker::bytes(["index.html", "new.js", "old.js"].into())).unwrap();
        fs::write(site.join("new.js"), "2").unwrap();
        fs::create_dir(site.join(Staging::NAME)).unwrap();
        fs::write(site.join(Staging::NAME).join("1"), "half").unwrap();
        let written = write_site(site, &files(&[("index.html", "2"), ("new.js", "2")]), false).unwrap();
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
        write_site(&site, &first, false).unwrap();
        let mut second = files(&[("index.html", "2")]);
        second.push(SiteFile::copy("audio/b.wav", folder.path().join("missing.wav")));
        assert!(matches!(write_site(&site, &second, false), Err(SiteError::Io { action: "read", .. })));
        expect(&site, &[("index.html", "1"), ("audio/a.wav", "sound")]);
    }

    #[test]
    fn copies_are_known_again() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        let audio = folder.path().join("a.wav");
        fs::write(&audio, "sound").unwrap();
        let copy = || vec![SiteFile::copy("audio/a.wav", &audio)];
        assert_eq!(write_site(&site, &copy(), false).unwrap().written, 1);
        assert_eq!(write_site(&site, &copy(), false).unwrap().unchanged, 1);
        fs::write(&audio, "other").unwrap();
        File::options().write(true).open(&audio).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(write_site(&site, &copy(), false).unwrap().written, 1);
        expect(&site, &[("audio/a.wav", "other")]);
    }
}
