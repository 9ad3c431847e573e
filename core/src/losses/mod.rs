//! What training minimises, one objective per file.

mod distance;
mod objective;
mod triplet;

pub use distance::Distance;
pub use objective::{LossOutput, ObjectiveOptions};
pub use triplet::{Margin, SoftMargin, TripletOptions};
