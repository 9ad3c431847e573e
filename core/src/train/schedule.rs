//! The learning rate over time.

use super::options::{Schedule, TrainPlan};

/// The learning rate of the head in a step, from 0 to `total - 1`: it rises linearly over the warm-up steps to the full
/// rate, then stays, falls along half a cosine to the lowest rate in the last step (Loshchilov and Hutter 2017, "SGDR"),
/// or falls exponentially, as Keras' `ExponentialDecay` does.
pub(super) fn learning_rate(plan: &TrainPlan, step: u64, total: u64) -> f64 {
    let options = plan.options();
    let warmup = options.warmup_steps;
    if step < warmup {
        return options.learning_rate * (step + 1) as f64 / (warmup + 1) as f64;
    }
    match options.schedule {
        Schedule::Constant => options.learning_rate,
        Schedule::Exponential { factor, every } => {
            let rate = options.learning_rate * factor.powf((step - warmup) as f64 / every as f64);
            rate.max(options.min_learning_rate)
        }
        Schedule::Cosine => {
            let last = total.saturating_sub(warmup + 1).max(1);
            let progress = ((step - warmup) as f64 / last as f64).min(1.0);
            let share = f64::midpoint(1.0, (std::f64::consts::PI * progress).cos());
            options.min_learning_rate + (options.learning_rate - options.min_learning_rate) * share
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::TrainOptions;

    fn rates(schedule: Schedule) -> Vec<f64> {
        let plan = TrainOptions {
            learning_rate: 1.0,
            min_learning_rate: 0.1,
            warmup_steps: 3,
            schedule,
            ..TrainOptions::default()
        }
        .validate()
        .unwrap();
        (0..8).map(|step| learning_rate(&plan, step, 8)).collect()
    }

    #[test]
    fn rises_then_follows_half_a_cosine() {
        let expected = [0.25, 0.5, 0.75, 1.0, 0.868_198_051, 0.55, 0.231_801_948, 0.1];
        for (rate, expected) in rates(Schedule::Cosine).into_iter().zip(expected) {
            assert!((rate - expected).abs() < 1e-8, "{rate} != {expected}");
        }
        assert_eq!(rates(Schedule::Constant)[2..], [0.75, 1.0, 1.0, 1.0, 1.0, 1.0]);
        let expected = [0.25, 0.5, 0.75, 1.0, 0.5, 0.25, 0.125, 0.1];
        for (rate, expected) in rates(Schedule::Exponential { factor: 0.25, every: 2 }).into_iter().zip(expected) {
            assert!((rate - expected).abs() < 1e-12, "{rate} != {expected}");
        }
    }
}
