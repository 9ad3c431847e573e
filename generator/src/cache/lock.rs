//! One run at a time on a work folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

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

/// Holds the work folder until dropped. The operating system frees the lock when a process dies, however it dies.
#[derive(Debug)]
pub(crate) struct WorkLock {
    _file: File,
}

impl WorkLock {
    /// Takes the work folder, making it if needed.
    pub(crate) fn acquire(work: &Path) -> Result<Self, LockError> {
        let io_error = |source| LockError::Io { path: work.to_owned(), source };
        fs::create_dir_all(work).map_err(io_error)?;
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(work.join("lock")).map_err(io_error)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Busy(work.to_owned())),
            Err(TryLockError::Error(source)) => Err(io_error(source)),
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
}
