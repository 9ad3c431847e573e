//! Files that are either whole or absent.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::seal::{read_sealed, write_sealed};

/// How the names of files begin that are being written.
pub(super) const TEMPORARY_PREFIX: &str = ".tmp-";

/// Writes a file under a temporary name beside its place, syncs it, and renames it. Makes the folder if needed.
pub(crate) fn write_atomic(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let attempt = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut temporary = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder)?;
        {
            let mut buffered = io::BufWriter::with_capacity(1 << 16, temporary.as_file_mut());
            write(&mut buffered)?;
            buffered.flush()?;
        }
        temporary.as_file().sync_all()?;
        temporary.persist(path)?;
        // The rename itself is durable once the folder is synced. Not every system can sync a folder.
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    };
    attempt().with_context(|| format!("could not write {}", path.display()))
}

/// Writes a value as a line of JSON with its seal behind it, atomically.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> anyhow::Result<()> {
    let mut bytes = serde_json::to_vec(value).with_context(|| format!("could not write {} as JSON", path.display()))?;
    bytes.push(b'\n');
    write_sealed(path, &bytes)
}

/// Reads a value from JSON. `None` when there is no such file, or when it is damaged or of another version and does not
/// parse: a cache is then made anew.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Option<T>> {
    Ok(read_sealed(path)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Reads a file. `None` when there is no such file.
pub(crate) fn read_if_present(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_rubbish() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.json");
        write_json(&path, &vec![1, 2, 3]).unwrap();
        let failed = write_atomic(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("the disk is full"))
        });
        let message = format!("{:#}", failed.unwrap_err());
        assert!(message.contains("b.json") && message.contains("the disk is full"), "{message}");
        assert_eq!(read_json::<Vec<i32>>(&path).unwrap(), Some(vec![1, 2, 3]));
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
    }

    #[test]
    fn what_does_not_parse_counts_as_absent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        assert_eq!(read_json::<Vec<i32>>(&path).unwrap(), None);
        write_json(&path, &serde_json::json!({"other": true})).unwrap();
        assert_eq!(read_json::<Vec<i32>>(&path).unwrap(), None);
        fs::write(&path, "[1]").unwrap();
        assert_eq!(read_json::<Vec<i32>>(&path).unwrap(), None, "without a seal");
    }
}
