//! What can go wrong while a demo library is made.

use std::io;
use std::path::PathBuf;

/// Why no demo library was made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// An option is out of its range.
    #[error("demo option `{field}`: expected {expected}, found {found}")]
    Option {
        /// The option's name.
        field: &'static str,
        /// The range it must lie in.
        expected: &'static str,
        /// The value given.
        found: f64,
    },
    /// The folder holds files that no demo library put there.
    #[error("{} holds files that are not of a demo library; name a folder that is empty or does not exist", .path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// The folder's manifest cannot be read.
    #[error("{} is not the manifest of a demo library; remove the folder or name another", .path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// The file system refused.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The FLAC encoder refused.
    #[error("cannot encode {track} as FLAC: {reason}")]
    Encode {
        /// The track's title.
        track: String,
        /// What the encoder said.
        reason: String,
    },
    /// The caller asked to stop. Finished files stay and are reused next time.
    #[error("the synthesis of the demo library was cancelled; run it again to go on where it stopped")]
    Cancelled,
}
