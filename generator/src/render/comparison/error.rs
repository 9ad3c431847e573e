//! Why runs are not compared.

use thiserror::Error;

use crate::render::report::ReportError;

/// Why runs were not compared.
#[derive(Debug, Error)]
pub enum ComparisonError {
    /// A single run, or none.
    #[error("expected at least two runs to compare, found {found}")]
    TooFew {
        /// Runs given.
        found: usize,
    },
    /// A report contradicts itself.
    #[error("the report of {run} is not sound")]
    Report {
        /// The run.
        run: String,
        /// What is wrong with it.
        #[source]
        source: ReportError,
    },
    /// A run without held-out tracks or classifiers.
    #[error("{run} judged no track, so there is nothing to compare")]
    NothingJudged {
        /// The run.
        run: String,
    },
    /// The libraries have other sub-genres.
    #[error("{first} and {other} have different sub-genres: {what}")]
    SubGenres {
        /// The first run.
        first: String,
        /// The run that differs from it.
        other: String,
        /// The first difference.
        what: String,
    },
    /// The libraries have other tracks.
    #[error("{first} and {other} are of different tracks: {what}")]
    Tracks {
        /// The first run.
        first: String,
        /// The run that differs from it.
        other: String,
        /// The first difference.
        what: String,
    },
    /// The runs held out other tracks.
    #[error(
        "{first} and {other} were judged on different tracks, {what}. Use the same folds or the same split and seed \
         for both"
    )]
    Judged {
        /// The first run.
        first: String,
        /// The run that differs from it.
        other: String,
        /// How many tracks each judged, and the first difference.
        what: String,
    },
}
