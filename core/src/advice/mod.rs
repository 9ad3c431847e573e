//! What a collector can do about a library: one kind of advice per file.
//!
//! Pure functions over plain slices, so that they run wherever the measures do. Tracks are indices into the library,
//! labels are sub-genre indices `0..classes`. Every threshold is a field of an options struct or a constant with its
//! reason. Lengths that do not belong together are a bug of the caller and panic. The order of all lists is fixed.

mod blurred;
mod calibrated_centroids;
mod calibration;
mod distribution;
mod margins;
mod misfiled;
mod outliers;
mod timeline;
mod versions;

pub use blurred::{BlurredPair, BlurredPairs, Swaps, blurred_pairs};
pub use calibrated_centroids::{CalibratedCentroids, Filing};
pub use calibration::{Temperature, UnsureThreshold};
pub use distribution::{FiveNumbers, five_numbers_by_class};
pub use margins::leave_one_out_margins;
pub use misfiled::{FilingEvidence, Misfiled, MisfiledOptions, NeighborVote, misfiled};
pub use outliers::{Outlier, OutlierOptions, local_outlier_factors, outliers};
pub use timeline::{Segment, SegmentLabel, Timeline, TimelineOptions, TimelineRun, timeline};
pub use versions::{VersionGroup, VersionKind, version_groups};
