
mod headline;
mod heard;
mod measures;
mod pair;
mod report;
mod timings;
mod tracks;

#[cfg(test)]
mod check;

pub use headline::headline;
pub use report::report_pages;
pub use timings::timings_page;
