//! The stages of a run, in order. Each reads and writes named artifacts of the work folder and says what it did.

mod embed;
mod evaluate;
mod features;
mod library;
mod model;
mod render;
mod split;

pub use embed::embeddings;
pub use evaluate::{Evaluation, evaluate};
pub use features::{UsableLibrary, features};
pub use library::{Candidate, CandidateLibrary, FailedTrack, candidates};
pub use model::{ModelKey, TrainedModel, model_key, train};
pub use render::render;
pub use split::split;
