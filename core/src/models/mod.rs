//! The encoders, in burn: features in, embeddings out.

mod ast;
mod audio_encoder;
mod backbone;
mod cnn;
mod dense;
mod device;
mod embeddings;
mod encoder;
pub(crate) mod init;
mod layers;
mod musicnn;
mod ops;
mod options;
mod projection;
mod resnet18;
mod weights;

pub use ast::{Ast, AstConfig, AstOptions, AstOptionsError, AstPreset, PatchGrid};
pub use audio_encoder::AudioEncoder;
pub use backbone::Backbone;
pub use cnn::{Cnn, CnnOptions};
pub use dense::{Activation, Dense, DenseOptions};
pub use device::{Device, DeviceError, DeviceKind, OnBackend, Precision};
pub use embeddings::{Embeddings, EmbeddingsOptions};
pub use encoder::Encoder;
pub use musicnn::{Musicnn, MusicnnLayer, MusicnnOptions, load_musicnn, locate_musicnn};
pub use options::{EncoderError, EncoderOptions};
pub use projection::{Projection, ProjectionError, ProjectionKind, ProjectionOptions};
pub use resnet18::{Resnet18, Resnet18Options};
pub use weights::{
    Checkpoint, NamedTensor, PretrainedAst, TensorProblem, TensorProblems, WeightsError, load_module,
    load_module_tensors, load_pretrained, locate_pretrained, module_tensors, parameter_ids, parameter_names,
    save_module,
};
