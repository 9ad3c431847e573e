use thiserror::Error;

/// Why a projection was refused.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ProjectError {
    /// An option is out of its range.
    #[error("{option} must be {expected}, found {found}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// Range it must lie in.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// More vectors than indices of 32 bits can name.
    #[error("can project at most {limit} vectors, found {found}", limit = u32::MAX)]
    TooMany {
        /// Vectors given.
        found: usize,
    },
}

/// An option out of its range.
pub(super) fn refuse(option: &'static str, expected: &'static str, found: String) -> Result<(), ProjectError> {
    Err(ProjectError::Option { option, expected, found })
}
