//! The stages of a run, in order. Each reads and writes named artifacts of the work folder and says what it did.

mod classify;
mod copies;
mod describe;
mod embed;
mod evaluate;
mod export;
mod features;
mod folds;
mod frozen;
mod groups;
mod import;
mod library;
mod measure;
mod model;
mod norm;
mod predict;
mod publish;
mod render;
mod report;
mod summary;

pub(crate) use describe::describe;
pub(crate) use embed::embeddings;
pub(crate) use evaluate::evaluate;
pub(crate) use export::export;
pub(crate) use features::{UsableLibrary, features};
pub(crate) use folds::{FoldRun, splits};
pub(crate) use frozen::{frozen, untrained};
pub(crate) use import::import;
pub(crate) use library::candidates;
pub(crate) use model::model;
pub(crate) use norm::norm;
pub(crate) use predict::predict;
pub(crate) use render::render;
pub(crate) use report::report;
pub(crate) use summary::summary;
