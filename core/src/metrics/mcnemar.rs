//! The exact test for paired shares, known as `McNemar`'s.

/// The two-sided p-value of the exact test for paired shares (Q. `McNemar`, Psychometrika 12, 1947).
///
/// Of the `a + b` tracks that one of two classifiers alone got right, `a` are the one's and `b` the other's. If both
/// were equally good, each would be either's with probability 1/2. 1 where there are none.
pub fn mcnemar_p_value(a: u32, b: u32) -> f64 {
    let (n, fewer) = (f64::from(a) + f64::from(b), a.min(b));
    // ln of n choose i, from one i to the next: the numbers themselves overflow.
    let mut ln_ways = 0.0_f64;
    let mut tail = 0.0;
    for i in 0..=fewer {
        tail += (ln_ways - n * std::f64::consts::LN_2).exp();
        ln_ways += ((n - f64::from(i)) / (f64::from(i) + 1.0)).ln();
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_binomial_test() {
        // scipy.stats.binomtest(min(a, b), a + b).pvalue, scipy 1.17.
        for (a, b, expected) in [
            (5, 15, 0.041_389_465_332_031_25),
            (15, 5, 0.041_389_465_332_031_25),
            (0, 1, 1.0),
            (0, 6, 0.031_25),
            (7, 7, 1.0),
            (0, 0, 1.0),
            (3, 0, 0.25),
        ] {
            let found = mcnemar_p_value(a, b);
            assert!((found - expected).abs() < 1e-12, "{a}, {b}: expected {expected}, found {found}");
        }
    }

    #[test]
    fn large_counts_stay_exact() {
        let (found, expected) = (mcnemar_p_value(9_900, 10_100), 0.159_383_435_984_734_27);
        assert!((found - expected).abs() < 1e-9, "{found}");
        assert!(mcnemar_p_value(0, 1_000_000) < 1e-300);
    }
}
