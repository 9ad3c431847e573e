use thiserror::Error;

/// Why features could not be computed or read back.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum FeatureError {
    /// An option of a front end is out of range.
    #[error("`{field}` must be {expected}, found {found}")]
    Option {
        /// Name of the field in the configuration.
        field: &'static str,
        /// The values that are allowed.
        expected: &'static str,
        /// The value found.
        found: String,
    },
    /// The chunk is shorter than one frame.
    #[error("a chunk needs at least {needed} samples (one frame), found {found}")]
    TooShort {
        /// Samples of one frame.
        needed: usize,
        /// Samples given.
        found: usize,
    },
    /// A feature came out as NaN or infinite: the samples were not sound.
    #[error("frame {frame} holds a feature that is not finite; the samples are NaN, infinite or absurdly loud")]
    NotFinite {
        /// Index of the frame.
        frame: usize,
    },
    /// Stored half-precision values end in the middle of a value.
    #[error("expected an even number of bytes of half-precision values, found {found}; the file is damaged")]
    OddBytes {
        /// Bytes given.
        found: usize,
    },
}
