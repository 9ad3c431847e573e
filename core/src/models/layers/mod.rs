//! Layers that the convolutional encoders share.

mod batch_norm;
mod buffer;
mod conv;
mod pool;

pub(crate) use batch_norm::{BatchNorm, BatchNormConfig};
pub(crate) use buffer::Buffer;
pub(crate) use conv::Conv;
pub(crate) use pool::{global_average, max_pool};
