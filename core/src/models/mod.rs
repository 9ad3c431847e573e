//! The encoders, in burn: features in, embeddings out.

mod encoder;

pub use encoder::Encoder;
