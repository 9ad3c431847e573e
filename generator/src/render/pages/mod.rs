//! The pages that are made from a report or a comparison.

mod advice;
mod boxes;
mod comparison;
mod headline;
mod heard;
mod lists;
mod measures;
mod pair;
mod places;
mod report;
mod sections;
mod timings;
mod tracks;
mod verdict;

#[cfg(test)]
mod check;

/// No page is larger: phones on slow lines read them too.
const PAGE_LIMIT_BYTES: usize = 300_000;

pub use comparison::comparison_pages;
pub use headline::headline;
pub use report::report_pages;
pub use timings::timings_page;
