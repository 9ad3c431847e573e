//! How a run ends: the error kinds that the process's exit codes stand for.

use std::process::ExitCode;

use thiserror::Error;

use crate::render::SiteError;

/// Why a run did not end well. Each kind has its own exit code.
#[derive(Debug, Error)]
pub enum RunError {
    /// The command line or the config asks for something that cannot be done as asked. Exit code 2.
    #[error("{0:#}")]
    Usage(anyhow::Error),
    /// Something failed while running. Exit code 1.
    #[error("{0:#}")]
    Failed(anyhow::Error),
    /// Files were skipped, and `--strict` counts that as a failure. Exit code 3.
    #[error("{skipped} of {total} files could not be used; the report lists them (exit code 3 because of --strict)")]
    Strict {
        /// Files that could not be used.
        skipped: usize,
        /// Files in the library.
        total: usize,
    },
    /// The user interrupted the run. Exit code 130.
    #[error("interrupted; run the same command again to go on from here")]
    Interrupted,
}

impl RunError {
    /// Marks an error as one of usage or config.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::Usage(error.into())
    }

    /// Process exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Strict { .. } => 3,
            Self::Interrupted => 130,
        })
    }
}

impl From<SiteError> for RunError {
    /// A folder that belongs to something else was the wrong thing to ask for.
    fn from(error: SiteError) -> Self {
        match error {
            SiteError::Foreign { .. } | SiteError::Occupied { .. } => Self::usage(error),
            error => Self::Failed(error.into()),
        }
    }
}

impl From<anyhow::Error> for RunError {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}
