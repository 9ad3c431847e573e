//! Finding tracks: by sound (exact cosine search) and by words.
//!
//! The generator and the browser both rank with this code, so what the report prints is what the explorer shows.

mod exact;
mod filter;
mod fold;
mod quantized;
mod reasons;
mod rows;
mod scale;
mod searcher;
mod text;
mod top_k;

pub use exact::similarity;
pub use filter::Filter;
pub use fold::fold;
pub(crate) use fold::is_diacritic;
pub use reasons::{KeyRelation, Reasons};
pub use rows::UnitRows;
pub use scale::SimilarityScale;
pub use searcher::Searcher;
pub use text::{Found, TextIndex};
pub use top_k::Neighbour;
pub(crate) use top_k::TopK;
