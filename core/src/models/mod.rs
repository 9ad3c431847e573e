//! The encoders, in burn: features in, embeddings out.

mod ast;
mod audio_encoder;
mod device;
mod encoder;
pub(crate) mod init;
mod ops;
mod projection;
mod weights;

pub use ast::{Ast, AstConfig, AstOptions, AstOptionsError, AstPreset, PatchGrid};
pub use audio_encoder::AudioEncoder;
pub use device::{Device, DeviceError, DeviceKind, OnBackend, Precision};
pub use encoder::Encoder;
pub use projection::{Projection, ProjectionError, ProjectionKind, ProjectionOptions};
pub use weights::{
    Checkpoint, NamedTensor, PretrainedAst, TensorProblem, TensorProblems, WeightsError, load_module,
    load_module_tensors, load_pretrained, locate_pretrained, module_tensors, parameter_ids, parameter_names,
    save_module,
};
