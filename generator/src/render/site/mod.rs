//! Putting a site in place.
//!
//! A folder swap would look atomic but breaks where the folder is a mount point, is being served, or holds files of
//! its owner. Instead every new file is first written and synced beside its place, inside of the folder; then all are
//! renamed in an order that keeps each page whole: assets and data, whose names hold their hash, before the pages that
//! name them, the landing page last; and only then what is stale is removed. What did not change is not touched.

mod carried;
mod difference;
mod error;
mod marker;
mod place;
mod staging;
mod write;

pub use carried::Carried;
pub use error::SiteError;
pub use marker::MARKER;
pub use place::{SiteFile, Source};
pub use write::{SiteWritten, check_place, is_current, write_site};
