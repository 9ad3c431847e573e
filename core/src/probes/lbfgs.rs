//! Minimisation of smooth functions.

use std::collections::VecDeque;

use crate::matrix::dot;

/// Steps that are remembered.
const MEMORY: usize = 20;
/// Of the decrease that the slope promises, the part that a step must reach.
const DECREASE: f64 = 1e-4;
/// Of the slope, the part that a step may leave.
const CURVATURE: f64 = 0.9;
/// Relative error that a value may have, in which the gradient alone decides.
const ROUNDING: f64 = 16.0 * f64::EPSILON;
/// Trials per step: more than halvings of a double's mantissa help nothing.
const TRIALS: usize = 60;

/// Where a search ended.
#[derive(Clone, Debug)]
pub(super) struct Minimum {
    /// The place.
    pub(super) x: Vec<f64>,
    /// Steps taken.
    pub(super) iterations: usize,
    /// Whether no component of the gradient is above the tolerance.
    pub(super) converged: bool,
}

/// Limited-memory BFGS (Nocedal and Wright 2006, algorithm 7.5) from `x`, with steps that satisfy the weak Wolfe
/// conditions, found by bisection (Lewis and Overton 2013). Ends where no component of the gradient exceeds
/// `tolerance`, after `max_iterations`, or where rounding lets no step lower the value.
///
/// `objective` writes the gradient at a place into its second argument and returns the value. `precondition` multiplies
/// by an estimate of the inverse Hessian, symmetric and positive definite, up to a factor: the nearer it comes, the
/// fewer steps are needed.
pub(super) fn minimize(
    mut x: Vec<f64>,
    tolerance: f64,
    max_iterations: usize,
    precondition: impl Fn(&mut [f64]),
    mut objective: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Minimum {
    let mut gradient = vec![0.0; x.len()];
    let mut value = objective(&x, &mut gradient);
    let mut history: VecDeque<Correction> = VecDeque::with_capacity(MEMORY);
    let (mut trial, mut trial_gradient) = (x.clone(), gradient.clone());
    let mut iterations = 0;
    loop {
        let converged = gradient.iter().all(|g| g.abs() <= tolerance);
        if converged || iterations == max_iterations {
            return Minimum { x, iterations, converged };
        }
        let direction = direction(&gradient, &history, &precondition);
        let slope = dot(&gradient, &direction);
        let mut step = 1.0;
        let (mut low, mut high) = (0.0, f64::INFINITY);
        let mut found = None;
        for _ in 0..TRIALS {
            for ((trial, &x), &d) in trial.iter_mut().zip(&x).zip(&direction) {
                *trial = x + step * d;
            }
            let trial_value = objective(&trial, &mut trial_gradient);
            // Near the minimum the decrease drowns in the rounding of the values.
            let most = value + DECREASE * step * slope + ROUNDING * value.abs();
            if trial_value > most || trial_value.is_nan() {
                high = step;
            } else if dot(&trial_gradient, &direction) < CURVATURE * slope {
                low = step;
            } else {
                found = Some(trial_value);
                break;
            }
            step = if high.is_finite() { f64::midpoint(low, high) } else { 2.0 * low };
        }
        let Some(new_value) = found else { return Minimum { x, iterations, converged: false } };
        let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
        let (moved, turned) = (difference(&trial, &x), difference(&trial_gradient, &gradient));
        let curvature = dot(&moved, &turned);
        if curvature > 0.0 {
            if history.len() == MEMORY {
                history.pop_front();
            }
            history.push_back(Correction { moved, turned, curvature });
        }
        std::mem::swap(&mut x, &mut trial);
        std::mem::swap(&mut gradient, &mut trial_gradient);
        value = new_value;
        iterations += 1;
    }
}

/// What a step has taught of the curvature.
struct Correction {
    /// Change of place.
    moved: Vec<f64>,
    /// Change of the gradient.
    turned: Vec<f64>,
    /// Their product, above 0.
    curvature: f64,
}

/// The negative gradient times the estimate of the inverse Hessian, by the two-loop recursion.
fn direction(gradient: &[f64], history: &VecDeque<Correction>, precondition: &impl Fn(&mut [f64])) -> Vec<f64> {
    let add = |to: &mut [f64], factor: f64, values: &[f64]| {
        to.iter_mut().zip(values).for_each(|(to, v)| *to += factor * v);
    };
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut weights = Vec::with_capacity(history.len());
    for step in history.iter().rev() {
        let weight = dot(&step.moved, &direction) / step.curvature;
        add(&mut direction, -weight, &step.turned);
        weights.push(weight);
    }
    precondition(&mut direction);
    if let Some(last) = history.back() {
        let mut expected = last.turned.clone();
        precondition(&mut expected);
        let scale = last.curvature / dot(&last.turned, &expected);
        for d in &mut direction {
            *d *= scale;
        }
    }
    for (step, weight) in history.iter().zip(weights.into_iter().rev()) {
        let correction = weight - dot(&step.turned, &direction) / step.curvature;
        add(&mut direction, correction, &step.moved);
    }
    direction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_minimum_of_a_bad_valley() {
        // Rosenbrock 1960: minimum 0 at (1, 1), reached along a curved valley.
        let found = minimize(
            vec![-1.2, 1.0],
            1e-8,
            200,
            |_| (),
            |x, gradient| {
                let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
                gradient.copy_from_slice(&[-2.0 * a - 400.0 * x[0] * b, 200.0 * b]);
                a * a + 100.0 * b * b
            },
        );
        assert!(found.converged && found.iterations < 60, "{found:?}");
        assert!((found.x[0] - 1.0).abs() < 1e-7 && (found.x[1] - 1.0).abs() < 1e-7, "{found:?}");
    }

    #[test]
    fn says_when_it_did_not_arrive() {
        // Falls for ever.
        let found = minimize(
            vec![0.0],
            1e-8,
            5,
            |_| (),
            |x, gradient| {
                gradient[0] = -1.0;
                -x[0]
            },
        );
        assert!(!found.converged);
        let nowhere = minimize(
            vec![0.0],
            1e-8,
            5,
            |_| (),
            |_, gradient| {
                gradient[0] = 1.0;
                f64::NAN
            },
        );
        assert!(!nowhere.converged && nowhere.iterations == 0);
    }
}
