//! Weights: those that Hugging Face keeps, and pmsl's own checkpoints.

mod checkpoint;
mod error;
mod hub;
mod hugging_face;
mod parameters;
mod tensors;

pub use crate::named_tensor::NamedTensor;
pub use checkpoint::{Checkpoint, load_module, save_module};
pub use error::{TensorProblem, TensorProblems, WeightsError};
pub use hub::locate_pretrained;
pub use hugging_face::{PretrainedAst, load_pretrained};
pub use parameters::{load_module_tensors, module_tensors, parameter_ids, parameter_names};
