//! The audio spectrogram transformer.

mod block;
mod model;
mod options;
mod patches;
mod position;

pub(crate) use block::Block;
pub use model::Ast;
pub(crate) use model::LAYER_NORM_EPSILON;
pub use options::{AstConfig, AstOptions, AstOptionsError, AstPreset, PatchGrid};
pub(crate) use position::adapt_positions;
