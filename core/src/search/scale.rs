//! What a similarity means within one library.

use super::UnitRows;
use crate::random::SplitMix64;

/// Pairs looked at. All of them up to 362 tracks; a fixed sample above, which places a percentile to about 0.2 points
/// (1.96 standard errors of a share of one half: 0.0038).
const PAIRS: usize = 1 << 16;

/// How similar two tracks of the library are as a rule: similarities of its pairs, sorted.
///
/// Trained embeddings crowd: 0.95 can be close in one library and far in another. The share of pairs that are less
/// similar says which.
pub struct SimilarityScale {
    sorted: Vec<f32>,
}

impl SimilarityScale {
    /// Measures the pairs of these rows. The same rows always give the same scale.
    pub fn new(rows: &UnitRows) -> Self {
        let n = rows.len();
        let pairs = n * n.saturating_sub(1) / 2;
        let score = |a: usize, b: usize| rows.similarity(a, b) as f32;
        let mut sorted: Vec<f32> = if pairs <= PAIRS {
            (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).map(|(a, b)| score(a, b)).collect()
        } else {
            let mut random = SplitMix64 { state: n as u64 };
            (0..PAIRS)
                .map(|_| {
                    let a = below(&mut random, n);
                    // Any other one, each as likely.
                    let b = (a + 1 + below(&mut random, n - 1)) % n;
                    score(a, b)
                })
                .collect()
        };
        sorted.sort_unstable_by(f32::total_cmp);
        Self { sorted }
    }

    /// The percentage of the library's pairs that are less similar than this, those equally similar counting half:
    /// 0 to 100, and 100 where there are no pairs.
    pub fn percentile(&self, similarity: f64) -> f64 {
        if self.sorted.is_empty() {
            return 100.0;
        }
        let similarity = similarity as f32;
        let below = self.sorted.partition_point(|&s| s < similarity);
        let not_above = self.sorted.partition_point(|&s| s <= similarity);
        50.0 * (below + not_above) as f64 / self.sorted.len() as f64
    }
}

/// Uniform in `0..bound`; `bound` fits 32 bits, so the bias is below 2^-32. The sequence is part of what a scale is.
fn below(random: &mut SplitMix64, bound: usize) -> usize {
    (((random.next() >> 32) * bound as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vectors;

    fn circle(n: usize) -> UnitRows {
        let data =
            (0..n).map(|i| i as f32 / n as f32 * std::f32::consts::PI).flat_map(|a| [a.cos(), a.sin()]).collect();
        Vectors::normalized(data, 2).unwrap().into()
    }

    #[test]
    fn a_percentile_counts_the_pairs_below() {
        // Similarities of the three pairs: 0, 0.6, 0.8.
        let scale = SimilarityScale::new(&Vectors::normalized(vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8], 2).unwrap().into());
        let near = |a: f64, b: f64| (a - b).abs() < 1e-4;
        assert!(near(scale.percentile(-0.5), 0.0));
        assert!(near(scale.percentile(0.0), 100.0 / 6.0));
        assert!(near(scale.percentile(0.7), 200.0 / 3.0));
        assert!(near(scale.percentile(1.0), 100.0));
    }

    #[test]
    fn a_sample_tells_what_all_pairs_tell() {
        // Angles between points spread over a half circle: the share of pairs further apart than pi/3 is (2/3)^2.
        let scale = SimilarityScale::new(&circle(3000));
        let share = scale.percentile((std::f64::consts::PI / 3.0).cos());
        assert!((share - 100.0 * 4.0 / 9.0).abs() < 1.0, "{share}");
        assert_eq!(scale.sorted.len(), PAIRS);
    }

    #[test]
    fn a_library_without_pairs_still_answers() {
        assert!(SimilarityScale::new(&UnitRows::default()).percentile(0.5) >= 100.0);
        assert!(SimilarityScale::new(&circle(1)).percentile(0.5) >= 100.0);
    }
}
