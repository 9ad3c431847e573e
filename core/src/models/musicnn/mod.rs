//! MusiCNN (Pons and Serra 2019), a network that tags music, and the embeddings inside it.

mod block;
mod locate;
mod model;
mod options;
mod weights;

pub use locate::locate_musicnn;
pub use model::Musicnn;
pub use options::MusicnnOptions;
pub use weights::load_musicnn;

pub use crate::musicnn_shape::MusicnnLayer;
