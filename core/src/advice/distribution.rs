//! How a descriptor is spread.

use serde::{Deserialize, Serialize};

use crate::metrics::quantile;

/// The five numbers of a box plot (Tukey 1977), with NumPy's linear quartiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FiveNumbers {
    /// Values.
    pub n: usize,
    /// The least.
    pub min: f64,
    /// A quarter of the values lies below.
    pub q1: f64,
    /// Half of them.
    pub median: f64,
    /// Three quarters.
    pub q3: f64,
    /// The greatest.
    pub max: f64,
}

impl FiveNumbers {
    /// Of the values that are finite; `None` without any.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Some(Self {
            n: sorted.len(),
            min: *sorted.first()?,
            q1: quantile(&sorted, 0.25)?,
            median: quantile(&sorted, 0.5)?,
            q3: quantile(&sorted, 0.75)?,
            max: *sorted.last()?,
        })
    }
}

/// [`FiveNumbers`] of a descriptor by sub-genre, `[classes]`. `values` `[n]` has none for tracks without the
/// descriptor; a sub-genre without values has no numbers.
///
/// # Panics
/// When the slices differ in length or a label is not below `classes`.
pub fn five_numbers_by_class(values: &[Option<f64>], labels: &[usize], classes: usize) -> Vec<Option<FiveNumbers>> {
    assert_eq!(values.len(), labels.len(), "one value per track");
    let mut by_class: Vec<Vec<f64>> = vec![Vec::new(); classes];
    for (value, &label) in values.iter().zip(labels) {
        by_class[label].extend(value);
    }
    by_class.into_iter().map(FiveNumbers::of).collect()
}

/// The median; `None` without values.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    quantile(&values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_numpy() {
        // numpy.percentile([120, 124, 126, 127, 128, 140], [25, 50, 75]) = 124.5, 126.5, 127.75.
        let values = [128.0, 140.0, 120.0, 126.0, 127.0, 124.0].map(Some);
        let found = five_numbers_by_class(&values, &[1; 6], 2);
        let expected = FiveNumbers { n: 6, min: 120.0, q1: 124.5, median: 126.5, q3: 127.75, max: 140.0 };
        assert_eq!(found, [None, Some(expected)]);
        let missing = five_numbers_by_class(&[None, Some(f64::NAN), Some(3.0)], &[0; 3], 1)[0].unwrap();
        assert_eq!((missing.n, missing.q1, missing.max), (1, 3.0, 3.0));
    }
}
