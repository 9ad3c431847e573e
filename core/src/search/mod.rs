//! Finding tracks: by sound (exact cosine search) and by words.
//!
//! The generator and the browser both rank with this code, so what the report prints is what the explorer shows.

mod exact;
mod fold;
mod quantized;
mod scale;
mod searcher;
mod text;
mod top_k;

pub use exact::{brute_force, similarity};
pub use fold::fold;
pub use scale::SimilarityScale;
pub use searcher::Searcher;
pub use text::TextIndex;
pub use top_k::Neighbour;
pub(crate) use top_k::TopK;
