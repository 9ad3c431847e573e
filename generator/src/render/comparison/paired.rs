//! Whether two classifiers differ, told by the tracks that one got right and the other did not.

use pmsl_core::metrics::{Interval, bootstrap_mean_interval, mcnemar_p_value};
use serde::{Deserialize, Serialize};

/// Resamples of a bootstrap.
pub(in crate::render) const RESAMPLES: usize = 4000;
/// Seed of a bootstrap: the same runs give the same interval.
pub(in crate::render) const SEED: u64 = 1;
/// Two-sided level of the test, to match the 95 % interval.
const LEVEL: f64 = 0.05;

/// What may be said of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The run is better than the baseline on tracks like these.
    Better,
    /// The run is worse.
    Worse,
    /// The interval holds 0, or the test finds nothing at 5 %.
    Unclear,
}

/// One accuracy less another on the same tracks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::render) struct Paired {
    /// Tracks that the own classifier alone got right.
    pub(in crate::render) only_own: u32,
    /// Tracks that the other one alone got right.
    pub(in crate::render) only_other: u32,
    /// Own accuracy less the other, -1 to 1.
    pub(in crate::render) difference: f64,
    /// 95 % interval of the difference by the paired bootstrap over tracks (Efron 1979).
    pub(in crate::render) interval: Interval,
    /// Two-sided p-value of `McNemar`'s exact test.
    pub(in crate::render) p_value: f64,
    /// What may be said.
    pub(in crate::render) verdict: Verdict,
}

impl Paired {
    /// Takes of every track whether the own and the other classifier got it right.
    pub(in crate::render) fn of(right: impl Iterator<Item = (bool, bool)>) -> Self {
        let gains: Vec<f64> = right.map(|(own, other)| f64::from(u8::from(own)) - f64::from(u8::from(other))).collect();
        let only_own = gains.iter().filter(|&&gain| gain > 0.0).count() as u32;
        let only_other = gains.iter().filter(|&&gain| gain < 0.0).count() as u32;
        let difference = (f64::from(only_own) - f64::from(only_other)) / gains.len().max(1) as f64;
        let interval =
            bootstrap_mean_interval(&gains, RESAMPLES, SEED).unwrap_or(Interval { low: difference, high: difference });
        let p_value = mcnemar_p_value(only_own, only_other);
        Self { only_own, only_other, difference, interval, p_value, verdict: verdict(interval, p_value) }
    }
}

/// With few tracks the bootstrap's interval is too narrow, so that the exact test has to agree.
fn verdict(interval: Interval, p_value: f64) -> Verdict {
    match interval {
        _ if p_value >= LEVEL => Verdict::Unclear,
        Interval { low, .. } if low > 0.0 => Verdict::Better,
        Interval { high, .. } if high < 0.0 => Verdict::Worse,
        _ => Verdict::Unclear,
    }
}
