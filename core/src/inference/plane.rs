//! Planes of several channels, and convolutions and pooling over them with the padding of TensorFlow's `SAME`.

use super::filter_bank::{FilterBank, PLACES, whole_tiles};
use super::norm::Norm;

/// `[channels, rows, columns]` values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Planes {
    pub(super) values: Vec<f32>,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl Planes {
    fn channels(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.rows * self.columns)
    }

    /// The mean of every channel.
    pub(super) fn average(&self) -> Vec<f32> {
        self.channels().map(|channel| channel.iter().sum::<f32>() / channel.len() as f32).collect()
    }

    /// Adds other planes, value by value.
    pub(super) fn add(&mut self, other: &Self) {
        self.values.iter_mut().zip(&other.values).for_each(|(value, other)| *value += other);
    }

    /// No value below zero.
    pub(super) fn relu(&mut self) {
        for value in &mut self.values {
            *value = value.max(0.0);
        }
    }

    /// The largest value of every `side x side` window; padding is never the largest.
    pub(super) fn max_pool(&self, side: usize, stride: usize) -> Self {
        let (rows, columns) = (self.rows.div_ceil(stride), self.columns.div_ceil(stride));
        let (top, left) = (before(self.rows, side, stride), before(self.columns, side, stride));
        let window = |place: usize, before: usize, length: usize| {
            let start = place * stride;
            start.saturating_sub(before)..(start + side).saturating_sub(before).min(length)
        };
        let mut values = Vec::with_capacity(self.channels().len() * rows * columns);
        for channel in self.channels() {
            for row in 0..rows {
                let inside = window(row, top, self.rows);
                for column in 0..columns {
                    let across = window(column, left, self.columns);
                    let lines = inside.clone().map(|row| &channel[row * self.columns..][across.clone()]);
                    values.push(lines.flatten().copied().fold(f32::NEG_INFINITY, f32::max));
                }
            }
        }
        Self { values, rows, columns }
    }
}

/// Padding before an axis; the odd one of the padding goes to the end.
fn before(length: usize, side: usize, stride: usize) -> usize {
    ((length.div_ceil(stride) - 1) * stride + side).saturating_sub(length) / 2
}

/// A square convolution without bias, and the batch norm that follows.
#[derive(Clone, Debug)]
pub(super) struct Conv {
    pub(super) filters: FilterBank,
    pub(super) norm: Norm,
    pub(super) side: usize,
    pub(super) stride: usize,
}

impl Conv {
    /// # Shapes
    /// - input: `[channels, rows, columns]`
    /// - output: `[filters, ceil(rows / stride), ceil(columns / stride)]`
    pub(super) fn forward(&self, input: &Planes) -> Planes {
        let phases = Phases::of(input, self.side, self.stride);
        let (rows, columns) = (input.rows.div_ceil(self.stride), input.columns.div_ceil(self.stride));
        // One row after the other as if they were one, with what lies between two rows computed in vain.
        let width = whole_tiles((rows - 1) * phases.columns + columns);
        let mut sums = vec![0.0; self.filters.filters() * width];
        self.filters.correlate(&phases.values, &phases.offsets, width, &mut sums);
        let mut values = Vec::with_capacity(self.filters.filters() * rows * columns);
        for (sums, [scale, shift]) in sums.chunks_exact(width).zip(self.norm.channels()) {
            for row in 0..rows {
                let line = &sums[row * phases.columns..][..columns];
                values.extend(line.iter().map(|sum| sum * scale + shift));
            }
        }
        Planes { values, rows, columns }
    }
}

/// Padded planes, of which every `stride`-th row and column make a plane of their own: then neighbours in the output of
/// a convolution see neighbours in memory.
struct Phases {
    values: Vec<f32>,
    /// Columns of every plane.
    columns: usize,
    /// Where the taps lie that the first place of the output sees: channel by channel, row by row.
    offsets: Vec<usize>,
}

impl Phases {
    fn of(input: &Planes, side: usize, stride: usize) -> Self {
        // A kernel smaller than the stride never sees the other phases.
        let phases = side.min(stride);
        let [rows, columns] = [input.rows, input.columns].map(|length| length.div_ceil(stride) + (side - 1) / stride);
        let (top, left) = (before(input.rows, side, stride), before(input.columns, side, stride));
        let plane = rows * columns;
        let channels = input.channels().len();
        let mut values = vec![0.0; channels * phases * phases * plane + PLACES];
        for (channel, source) in input.channels().enumerate() {
            for (row, line) in source.chunks_exact(input.columns).enumerate() {
                let (row_phase, row) = ((row + top) % stride, (row + top) / stride);
                if row_phase >= phases || row >= rows {
                    continue;
                }
                let first = (channel * phases + row_phase) * phases * plane + row * columns;
                for (column, &value) in line.iter().enumerate() {
                    let (phase, column) = ((column + left) % stride, (column + left) / stride);
                    if phase < phases && column < columns {
                        values[first + phase * plane + column] = value;
                    }
                }
            }
        }
        let taps = (0..channels)
            .flat_map(|channel| (0..side).flat_map(move |row| (0..side).map(move |column| [channel, row, column])));
        let offsets = taps.map(|[channel, row, column]| {
            let phase = (channel * phases + row % stride) * phases + column % stride;
            phase * plane + row / stride * columns + column / stride
        });
        Self { offsets: offsets.collect(), values, columns }
    }
}
