//! Filters that pass over an array: the operation that all convolutions here are made of.

/// Filters that are computed together.
const FILTERS: usize = 4;
/// Places that are computed together: two registers of four values.
pub(super) const PLACES: usize = 8;

/// Filters of as many taps each.
///
/// A convolution of any number of axes and channels is such a filter over the flat array: its taps lie at fixed
/// distances from the place, whatever the place. So no windows are copied, and one loop, which the compiler turns into
/// SIMD everywhere, serves every layer.
#[derive(Clone, Debug)]
pub(super) struct FilterBank {
    filters: usize,
    taps: usize,
    /// `[filters / FILTERS, taps]`, the last group filled up with zeros.
    weights: Vec<[f32; FILTERS]>,
}

impl FilterBank {
    /// # Shapes
    /// - weights: `[filters, taps]`
    pub(super) fn new(weights: &[f32], taps: usize) -> Self {
        let filters = weights.len() / taps.max(1);
        let mut packed = vec![[0.0; FILTERS]; filters.div_ceil(FILTERS) * taps];
        for (filter, row) in weights.chunks_exact(taps.max(1)).enumerate() {
            for (tap, &weight) in row.iter().enumerate() {
                packed[filter / FILTERS * taps + tap][filter % FILTERS] = weight;
            }
        }
        Self { filters, taps, weights: packed }
    }

    /// Number of filters.
    pub(super) fn filters(&self) -> usize {
        self.filters
    }

    /// `output[f][p]` becomes the sum over taps `t` of `weight[f][t] * input[offsets[t] + p]`, in ascending order of the
    /// taps.
    ///
    /// # Shapes
    /// - offsets: `[taps]`
    /// - output: `[filters, width]`, `width` a multiple of [`PLACES`]
    ///
    /// # Panics
    /// When the input does not reach `width` values beyond the largest offset, or the other lengths do not fit.
    pub(super) fn correlate(&self, input: &[f32], offsets: &[usize], width: usize, output: &mut [f32]) {
        assert_eq!((offsets.len(), output.len()), (self.taps, self.filters * width), "taps and places");
        assert!(width.is_multiple_of(PLACES), "{width} places");
        let groups = self.weights.chunks_exact(self.taps).zip(output.chunks_mut(FILTERS * width));
        for (weights, output) in groups {
            for place in (0..width).step_by(PLACES) {
                let sums = tile(weights, offsets, &input[place..]);
                for (row, sums) in output.chunks_exact_mut(width).zip(&sums) {
                    row[place..place + PLACES].copy_from_slice(sums);
                }
            }
        }
    }
}

/// The sums of a few filters at a few places, which stay in registers.
#[inline]
fn tile(weights: &[[f32; FILTERS]], offsets: &[usize], input: &[f32]) -> [[f32; PLACES]; FILTERS] {
    let mut sums = [[0.0; PLACES]; FILTERS];
    for (weights, &offset) in weights.iter().zip(offsets) {
        let values = &input[offset..offset + PLACES];
        for (sums, weight) in sums.iter_mut().zip(weights) {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += weight * value;
            }
        }
    }
    sums
}

/// Places rounded up to what [`FilterBank::correlate`] computes at a time.
pub(super) fn whole_tiles(places: usize) -> usize {
    places.next_multiple_of(PLACES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_definition() {
        // Small whole numbers, so that every order of adding gives the same.
        let number = |i: usize| ((i * 37) % 11) as f32 - 5.0;
        for (filters, taps, places) in [(1, 1, 1), (3, 5, 8), (4, 9, 17), (9, 2, 30)] {
            let width = whole_tiles(places);
            let weights: Vec<f32> = (0..filters * taps).map(number).collect();
            let offsets: Vec<usize> = (0..taps).map(|tap| (tap * 7) % 13).collect();
            let input: Vec<f32> = (0..13 + width).map(|i| number(i + 3)).collect();
            let mut found = vec![f32::NAN; filters * width];
            let bank = FilterBank::new(&weights, taps);
            assert_eq!(bank.filters(), filters);
            bank.correlate(&input, &offsets, width, &mut found);
            for filter in 0..filters {
                for place in 0..width {
                    let terms = (0..taps).map(|tap| weights[filter * taps + tap] * input[offsets[tap] + place]);
                    let (sum, found) = (terms.sum::<f32>(), found[filter * width + place]);
                    assert!((sum - found).abs() < 1e-6, "{filters} {taps} {places}: {found} for {sum}");
                }
            }
        }
    }
}
