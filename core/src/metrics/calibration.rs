//! Whether a stated confidence can be believed.

/// Expected calibration error (Naeini et al. 2015; Guo et al. 2017): predictions fall into `bins` equally wide bins of
/// confidence, and the gaps between mean confidence and accuracy are averaged, weighted by the size of the bin. A bin
/// is open below and closed above, `(i / bins, (i + 1) / bins]`, and the first also holds 0. `None` without
/// predictions or bins.
///
/// # Panics
/// When the slices differ in length or a confidence is not in `[0, 1]`.
pub fn expected_calibration_error(confidence: &[f64], correct: &[bool], bins: usize) -> Option<f64> {
    assert_eq!(confidence.len(), correct.len(), "one confidence per prediction");
    if confidence.is_empty() || bins == 0 {
        return None;
    }
    // Of each bin the confidences less the right answers: |sum| / n is the bin's weighted gap.
    let mut gaps = vec![0.0f64; bins];
    for (&confidence, &correct) in confidence.iter().zip(correct) {
        assert!((0.0..=1.0).contains(&confidence), "a confidence must be in [0, 1], found {confidence}");
        let bin = ((confidence * bins as f64).ceil() as usize).saturating_sub(1);
        gaps[bin] += confidence - f64::from(u8::from(correct));
    }
    Some(gaps.iter().map(|gap| gap.abs()).sum::<f64>() / confidence.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_hand_calculation() {
        // Bin (0.5, 1]: confidences 0.9, 0.7, accuracy 1/2: gap 0.3, weight 1/2. Bin [0, 0.5]: 0.5, 0.1, accuracy 1/2:
        // gap 0.2, weight 1/2.
        let error = expected_calibration_error(&[0.9, 0.7, 0.5, 0.1], &[true, false, true, false], 2).unwrap();
        assert!((error - 0.25).abs() < 1e-12);
        // One bin sees only the means: 0.55 against 0.5.
        let error = expected_calibration_error(&[0.9, 0.7, 0.5, 0.1], &[true, false, true, false], 1).unwrap();
        assert!((error - 0.05).abs() < 1e-12);
    }

    #[test]
    fn certainty_that_is_right_costs_nothing() {
        assert_eq!(expected_calibration_error(&[1.0, 0.0], &[true, false], 10), Some(0.0));
        assert_eq!(expected_calibration_error(&[1.0, 0.0], &[false, true], 10), Some(1.0));
        assert_eq!(expected_calibration_error(&[], &[], 10), None);
    }
}
