//! One run at a time on a work folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::store::TEMPORARY_PREFIX;

/// Why the work folder could not be taken.
#[derive(Debug, Error)]
pub(crate) enum LockError {
    /// Another run holds it.
    #[error("another run is using the work folder {0}; wait for it, or give this run its own with --work DIR")]
    Busy(PathBuf),
    /// The lock file could not be made or locked.
    #[error("could not lock the work folder {path}")]
    Io {
        /// The work folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// What the lock file holds while a run is under way. A run that finds it there took over from one that died.
const UNDER_WAY: &[u8] = b"a run is under way\n";

/// Holds the work folder until dropped. The operating system frees the lock when a process dies, however it dies.
#[derive(Debug)]
pub(crate) struct WorkLock {
    file: File,
}

impl WorkLock {
    /// Takes the work folder, making it if needed. The temporary files of a run that died are removed.
    pub(crate) fn acquire(work: &Path) -> Result<Self, LockError> {
        let io_error = |source| LockError::Io { path: work.to_owned(), source };
        fs::create_dir_all(work).map_err(io_error)?;
        let mut file =
            OpenOptions::new().create(true).truncate(false).write(true).open(work.join("lock")).map_err(io_error)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Busy(work.to_owned())),
            Err(TryLockError::Error(source)) => return Err(io_error(source)),
        }
        if file.metadata().map_err(io_error)?.len() > 0 {
            sweep(work);
        } else {
            file.write_all(UNDER_WAY).map_err(io_error)?;
        }
        Ok(Self { file })
    }
}

impl Drop for WorkLock {
    fn drop(&mut self) {
        // Left as it is, the next run looks for temporary files in vain.
        let _ = self.file.set_len(0);
    }
}

/// Removes what a run that died was writing. What cannot be looked at or removed does no harm where it is.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            sweep(&entry.path());
        } else if entry.file_name().to_string_lossy().starts_with(TEMPORARY_PREFIX) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_run_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let first = WorkLock::acquire(folder.path()).unwrap();
        assert!(matches!(WorkLock::acquire(folder.path()), Err(LockError::Busy(_))));
        drop(first);
        WorkLock::acquire(folder.path()).unwrap();
    }

    #[test]
    fn what_a_dead_run_was_writing_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let half = folder.path().join("features/ab/.tmp-x1");
        let whole = folder.path().join("features/ab/x.f16");
        fs::create_dir_all(half.parent().unwrap()).unwrap();
        fs::write(&half, "half").unwrap();
        fs::write(&whole, "whole").unwrap();
        drop(WorkLock::acquire(folder.path()).unwrap());
        assert!(half.exists(), "nothing says that a run died");
        std::mem::forget(WorkLock::acquire(folder.path()).unwrap());
        // The lock of this process is still held: what a new process finds is made by hand.
        sweep(folder.path());
        assert!(!half.exists() && whole.exists());
        assert_eq!(fs::read(folder.path().join("lock")).unwrap(), UNDER_WAY, "as a dead run leaves it");
    }
}
