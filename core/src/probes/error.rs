use thiserror::Error;

use crate::vectors::VectorsError;

/// Why a probe cannot be fitted or asked.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ProbeError {
    /// The rows do not have the dimension they should have.
    #[error("expected rows of {dim} values, found {values} values, which is no multiple")]
    Shape {
        /// Values given.
        values: usize,
        /// Values per row.
        dim: usize,
    },
    /// Not one label per row.
    #[error("expected one label per row, found {labels} labels for {rows} rows")]
    Labels {
        /// Rows given.
        rows: usize,
        /// Labels given.
        labels: usize,
    },
    /// A label that names no class.
    #[error("row {row}: expected a label below {classes}, found {label}")]
    Label {
        /// Index of the row.
        row: usize,
        /// Its label.
        label: usize,
        /// Number of classes.
        classes: usize,
    },
    /// A value is NaN or infinite.
    #[error("row {row} holds a value that is not finite")]
    NotFinite {
        /// Index of the row.
        row: usize,
    },
    /// There is nothing to learn from.
    #[error("expected at least one row to fit on, found none")]
    Empty,
    /// An option is out of range.
    #[error("`{field}`: expected {expected}, found {found}")]
    Option {
        /// Name of the field in the configuration.
        field: &'static str,
        /// The values that are allowed.
        expected: &'static str,
        /// The value found.
        found: String,
    },
    /// Rows that have to be scaled to unit length cannot be.
    #[error("the rows cannot be compared by direction")]
    Direction(#[from] VectorsError),
    /// The classes do not vary within themselves in some direction, so that no covariance can be inverted.
    #[error("the covariance of the classes is singular; use a `shrinkage` above 0, or more rows per class")]
    Singular,
    /// There is nothing that tells the classes apart.
    #[error("the classes have the same mean, or there is only one; at least two with different means are needed")]
    EqualMeans,
    /// Training ended in values that are not finite.
    #[error("training diverged in epoch {epoch}; use a smaller `learning_rate`, or standardize the rows")]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
    },
}
