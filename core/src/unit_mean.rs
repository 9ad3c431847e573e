//! How the vectors of a track's chunks become the vector of the track: the mean of their directions.

/// Adds a vector scaled to unit length; false if it has no direction.
pub(crate) fn add_unit(sum: &mut [f64], vector: &[f32]) -> bool {
    let norm = vector.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt();
    // Also false for NaN.
    let has_direction = norm > 1e-12 && norm.is_finite();
    if has_direction {
        sum.iter_mut().zip(vector).for_each(|(sum, &value)| *sum += f64::from(value) / norm);
    }
    has_direction
}

/// Scales a sum of unit vectors to unit length; false where they cancel each other.
pub(crate) fn scale_to_unit(sum: &mut [f64]) -> bool {
    let norm = sum.iter().map(|value| value * value).sum::<f64>().sqrt();
    let has_direction = norm >= 1e-6;
    if has_direction {
        for value in sum {
            *value /= norm;
        }
    }
    has_direction
}
