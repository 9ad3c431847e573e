//! What a run may take: time for one file, and memory.

mod bytes;
mod memory;
mod time;

pub use bytes::Bytes;
pub(crate) use memory::{MemoryWatch, in_use, shares};
pub(crate) use time::{OutOfTime, within};
