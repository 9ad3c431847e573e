//! The charts of the report, drawn by plotters as SVG that stands in the page itself: readable without scripts, in both
//! colour schemes and in print, each with its numbers in a table beside it.

mod accuracy;
mod boxes;
mod calibration;
mod canvas;
mod classifiers;
mod comparison;
mod confusion;
mod curves;
mod histogram;
mod ink;
mod intervals;
mod keys;
mod map;
mod matrix;
mod similarity;
mod svg;
mod systems;
mod timeline;
mod training;

use plotters::drawing::DrawingAreaErrorKind;
use thiserror::Error;

pub(crate) use accuracy::accuracy;
pub(crate) use boxes::boxes;
pub(crate) use calibration::calibration;
pub(crate) use classifiers::classifiers;
pub(crate) use comparison::{compared_accuracy, differences};
pub(crate) use confusion::confusion;
pub(crate) use curves::{curves, curves_are_named};
pub(crate) use histogram::histogram;
pub(crate) use keys::keys;
pub(crate) use map::{MAP_MARKS, map};
pub(crate) use matrix::draws_matrix;
pub(crate) use similarity::{similarity, similarity_range};
pub(crate) use systems::{gains, systems};
pub(crate) use timeline::timeline;
pub(crate) use training::training;

/// Why a chart was not drawn.
#[derive(Debug, Error)]
pub enum ChartError {
    /// Plotters failed.
    #[error("plotters could not draw the chart")]
    Plotters(#[from] DrawingAreaErrorKind<std::io::Error>),
    /// A colour that the style sheet does not know.
    #[error("the chart uses the colour {0}, which stands for no part of it")]
    Colour(String),
    /// The drawing is not of the form that plotters writes.
    #[error("the drawing cannot stand in a page: {0}")]
    Drawing(&'static str),
}

/// The width a chart is drawn for. Both are in the page, and the style sheet shows one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Tablets, desktops and paper.
    Wide,
    /// Phones.
    Narrow,
}

impl Layout {
    /// One of two values.
    pub(crate) fn pick<T>(self, wide: T, narrow: T) -> T {
        match self {
            Self::Wide => wide,
            Self::Narrow => narrow,
        }
    }

    /// Width of the drawing, in CSS pixels.
    pub(crate) fn width(self) -> f64 {
        self.pick(720.0, 328.0)
    }

    /// Classes of the chart's root.
    pub(crate) fn class(self) -> &'static str {
        self.pick("chart chart-wide", "chart chart-narrow")
    }
}
