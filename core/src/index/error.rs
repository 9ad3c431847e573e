//! Why an index was refused.

use thiserror::Error;

use super::{BuildId, FORMAT_VERSION};
use crate::vectors::VectorsError;

/// Why an index could not be written or read.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum IndexError {
    /// The lists to be written do not belong together.
    #[error("the index needs one {what} per track: expected {expected}, found {found}")]
    Mismatch {
        /// What there is one of per track.
        what: &'static str,
        /// Number of tracks.
        expected: usize,
        /// Number of these.
        found: usize,
    },
    /// A size is beyond what the format allows.
    #[error("the index holds {found} {what}; at most {limit} are possible")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The size declared or given.
        found: u64,
        /// The largest size allowed.
        limit: u64,
    },
    /// No chunk was given.
    #[error("the index has no chunks")]
    Empty,
    /// A chunk is something else.
    #[error("chunk {chunk} (in the order given) is not part of a pmsl index")]
    NotAnIndex {
        /// Position among the chunks given.
        chunk: usize,
    },
    /// A chunk was written by another version of the program.
    #[error(
        "the index has format version {found}, and this viewer reads version {FORMAT_VERSION}: \
             the site's files come from different versions; generate the site again"
    )]
    Version {
        /// The version found.
        found: u32,
    },
    /// A chunk is damaged.
    #[error("chunk {chunk} (in the order given) is damaged: it was cut off or changed; copy the site again")]
    Damaged {
        /// Position among the chunks given.
        chunk: usize,
    },
    /// Chunks come from different sites.
    #[error("the index mixes builds {expected} and {found}: files of two sites lie in one folder; copy the site again")]
    MixedBuilds {
        /// Build that was expected.
        expected: BuildId,
        /// Another build that was found.
        found: BuildId,
    },
    /// A chunk is not there.
    #[error("chunk {number} of {count} is missing; copy the site again")]
    MissingChunk {
        /// Number of the chunk, from 0.
        number: u32,
        /// Number of chunks in all.
        count: u32,
    },
    /// A chunk is there twice, or disagrees about how many there are.
    #[error("chunk {number} is there twice or does not belong to the others; copy the site again")]
    StrayChunk {
        /// Number of the chunk, from 0.
        number: u32,
    },
    /// The bytes are whole, but what they say is impossible.
    #[error("the {section} of the index cannot be read: {reason}")]
    Content {
        /// Part of the index.
        section: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The vectors are not unit vectors.
    #[error("the vectors of the index cannot be used")]
    Vectors(#[from] VectorsError),
}
