//! Why a site was not written.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

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

/// Gives the cause of a failure its place.
pub(super) fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SiteError {
    move |source| SiteError::Io { action, path: path.to_owned(), source }
}
