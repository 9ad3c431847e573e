//! The stages of a run, in order. Each reads and writes named artifacts of the work folder and says what it did.

mod describe;
mod embed;
mod evaluate;
mod features;
mod library;
mod model;
mod publish;
mod render;
mod report;
mod split;
mod summary;

pub(crate) use describe::describe;
pub(crate) use embed::embeddings;
pub(crate) use evaluate::evaluate;
pub(crate) use features::features;
pub(crate) use library::candidates;
pub(crate) use model::model;
pub(crate) use render::render;
pub(crate) use report::report;
pub(crate) use split::split;
pub(crate) use summary::summary;
