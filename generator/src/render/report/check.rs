//! The single checks that a report must pass, each naming the field that fails.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::{Interval, ReportError, Score};

/// What arithmetic may leave between a value and the end of the range it belongs to.
const ROUNDING: f64 = 1e-6;

pub(super) fn ensure(
    holds: bool,
    field: impl Into<String>,
    expected: impl Display,
    found: impl Display,
) -> Result<(), ReportError> {
    if holds {
        return Ok(());
    }
    Err(ReportError::Contradiction { field: field.into(), expected: expected.to_string(), found: found.to_string() })
}

pub(super) fn length(field: impl Into<String>, found: usize, expected: usize) -> Result<(), ReportError> {
    ensure(found == expected, field, format!("{expected} entries"), found)
}

pub(super) fn finite(field: impl Into<String>, value: f64) -> Result<(), ReportError> {
    ensure(value.is_finite(), field, "a finite number", value)
}

pub(super) fn within(field: impl Into<String>, value: f64, range: RangeInclusive<f64>) -> Result<(), ReportError> {
    let (low, high) = range.into_inner();
    let inside = (low - ROUNDING..=high + ROUNDING).contains(&value);
    ensure(inside, field, format!("a number from {low} to {high}"), value)
}

pub(super) fn share(field: impl Into<String>, value: f64) -> Result<(), ReportError> {
    let inside = (-ROUNDING..=1.0 + ROUNDING).contains(&value);
    ensure(inside, field, "a share between 0 and 1", value)
}

/// A bootstrap interval need not hold the value of the whole sample, so only its ends are checked.
pub(super) fn interval(field: &str, interval: Interval) -> Result<(), ReportError> {
    share(format!("{field}.low"), interval.low)?;
    share(format!("{field}.high"), interval.high)?;
    ensure(interval.low <= interval.high, field, "a lower end below the upper one", format!("{interval:?}"))
}

pub(super) fn score(field: &str, score: &Score) -> Result<(), ReportError> {
    ensure(score.correct <= score.n, format!("{field}.correct"), format!("at most n = {}", score.n), score.correct)?;
    let judged = score.n > 0;
    let told = score.accuracy.is_some() && score.interval.is_some();
    let untold = score.accuracy.is_none() && score.interval.is_none();
    let expected = if judged { "an accuracy with its interval" } else { "no accuracy" };
    ensure(if judged { told } else { untold }, field, expected, format!("{score:?}"))?;
    let (Some(accuracy), Some(around)) = (score.accuracy, score.interval) else { return Ok(()) };
    let expected = f64::from(score.correct) / f64::from(score.n);
    ensure((accuracy - expected).abs() < 1e-9, format!("{field}.accuracy"), expected, accuracy)?;
    interval(&format!("{field}.interval"), around)?;
    // The ends may differ from the accuracy by rounding where all or none are right.
    let holds = around.low <= accuracy + ROUNDING && accuracy <= around.high + ROUNDING;
    ensure(holds, format!("{field}.interval"), format!("an interval around {accuracy}"), format!("{around:?}"))
}
