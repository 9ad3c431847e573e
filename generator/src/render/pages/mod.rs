//! The pages that are made from the report.

mod headline;
mod report;
mod timings;
mod tracks;

pub use headline::headline;
pub use report::report_pages;
pub use timings::timings_page;
