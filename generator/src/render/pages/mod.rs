//! The pages that are made from a report or a comparison.

mod comparison;
mod headline;
mod heard;
mod measures;
mod pair;
mod report;
mod timings;
mod tracks;

#[cfg(test)]
mod check;

pub use comparison::comparison_pages;
pub use headline::headline;
pub use report::report_pages;
pub use timings::timings_page;
