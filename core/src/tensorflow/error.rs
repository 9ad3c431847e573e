use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a TensorFlow checkpoint could not be read.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// One of its files cannot be read.
    #[error("{} cannot be read; a checkpoint has an .index and a .data-00000-of-00001 of the same name", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// One of its files is larger than any checkpoint that is meant to be read.
    #[error("expected at most {limit} bytes of checkpoint {part}, found {found}")]
    TooLarge {
        /// `index` or `data`.
        part: &'static str,
        /// Most bytes that are read.
        limit: u64,
        /// Bytes found.
        found: u64,
    },
    /// The index does not hold what its format demands.
    #[error("the checkpoint's index is damaged: {what}; copy or download it again")]
    Damaged {
        /// What is wrong.
        what: &'static str,
    },
    /// A checksum does not match.
    #[error("the checksum of {what} does not match; the checkpoint is damaged: copy or download it again")]
    Checksum {
        /// The tensor, or the part of the index.
        what: String,
    },
    /// A checkpoint of a kind that is not read.
    #[error("{what} cannot be read; save the checkpoint again as one uncompressed, little-endian shard")]
    Unsupported {
        /// What is found and not supported.
        what: &'static str,
    },
    /// No tensor of that name.
    #[error("the checkpoint holds no tensor `{name}` among its {count}; it belongs to another network")]
    Missing {
        /// The name asked for.
        name: String,
        /// Tensors in the checkpoint.
        count: usize,
    },
    /// A tensor of another type.
    #[error("expected `{name}` to hold 32-bit floats (type 1), found TensorFlow's type {found}")]
    Type {
        /// Name of the tensor.
        name: String,
        /// Number of the type found (`tensorflow/core/framework/types.proto`).
        found: u64,
    },
    /// The shape of a tensor, its bytes and the data file do not agree.
    #[error("the shape of `{name}`, its size and the length of the data file do not agree; the checkpoint is damaged")]
    Size {
        /// Name of the tensor.
        name: String,
    },
}

/// Why the weights of the `musicnn` package could not be read.
#[derive(Debug, Error)]
pub enum MusicnnError {
    /// The path leads to no such weights.
    #[error(
        "no MusiCNN weights at {}: expected musicnn-0.1.0-py3-none-any.whl, a folder that holds it, or the folder of \
         the package; get it by `pip download --no-deps musicnn==0.1.0`",
        path.display()
    )]
    NotFound {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The wheel cannot be opened.
    #[error("{} cannot be opened; check that it exists and may be read", path.display())]
    Open {
        /// The wheel, or a folder that was searched for it.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The wheel is no archive, or a damaged one.
    #[error("{} is no wheel, or a damaged one; download it again", path.display())]
    Archive {
        /// The wheel.
        path: PathBuf,
        /// What the reader of archives said.
        #[source]
        source: zip::result::ZipError,
    },
    /// A file of the wheel cannot be unpacked.
    #[error("{entry} in {} cannot be unpacked; the wheel is damaged: download it again", path.display())]
    Unpack {
        /// The wheel.
        path: PathBuf,
        /// The file in it.
        entry: String,
        /// What the reader of archives said.
        #[source]
        source: io::Error,
    },
    /// The checkpoint in it cannot be read.
    #[error("the weights of MusiCNN at {} cannot be read", path.display())]
    Checkpoint {
        /// The wheel or the folder.
        path: PathBuf,
        /// What is wrong with the checkpoint.
        #[source]
        source: CheckpointError,
    },
}
