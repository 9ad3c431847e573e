//! How all points push each other apart.

use rayon::prelude::*;

use super::quadtree::Quadtree;

/// Points up to which all pairs are computed.
const EXACT: usize = 2000;
/// Pairs computed side by side.
const LANES: usize = 4;

/// The sums over all other points that the gradient needs.
pub(super) struct Repulsion {
    /// Of each point the sum of `q^2 (y_i - y_j)` with `q = 1 / (1 + d^2)`: `[n, 2]`.
    pub(super) forces: Vec<[f64; 2]>,
    /// The sum of `q` over all pairs of different points, in both directions.
    pub(super) normalizer: f64,
}

impl Repulsion {
    /// Exact for few points, by groups for many.
    pub(super) fn of(points: &[[f64; 2]]) -> Self {
        if points.len() <= EXACT { Self::exact(points) } else { Self::grouped(points) }
    }

    fn exact(points: &[[f64; 2]]) -> Self {
        let columns = Columns::of(points);
        Self::sum(points.par_iter().map(|&point| columns.forces(point)).collect())
    }

    fn grouped(points: &[[f64; 2]]) -> Self {
        let tree = Quadtree::of(points);
        Self::sum(points.par_iter().map(|&point| tree.forces(point)).collect())
    }

    /// Adds up in the order of the points, whichever thread computed them.
    fn sum(of_points: Vec<([f64; 2], f64)>) -> Self {
        // The pair of a point with itself has q = 1 and no force; what it leaves of the rest has this rounding.
        let rounding = f64::EPSILON * of_points.len() as f64;
        let normalizer = of_points.iter().map(|(_, q)| q - 1.0).sum::<f64>().max(rounding);
        Self { forces: of_points.into_iter().map(|(force, _)| force).collect(), normalizer }
    }
}

/// Points by axis, side by side.
struct Columns {
    x: Vec<[f64; LANES]>,
    y: Vec<[f64; LANES]>,
}

impl Columns {
    /// The last block is filled up with points so far away that they push nobody.
    fn of(points: &[[f64; 2]]) -> Self {
        const FAR: f64 = 1e200;
        let column = |axis: usize| {
            let block = |block: &[[f64; 2]]| {
                let mut lanes = [FAR; LANES];
                lanes.iter_mut().zip(block).for_each(|(lane, point)| *lane = point[axis]);
                lanes
            };
            points.chunks(LANES).map(block).collect()
        };
        Self { x: column(0), y: column(1) }
    }

    /// The force on a point, and its sum of `q`, the point itself included.
    fn forces(&self, [x, y]: [f64; 2]) -> ([f64; 2], f64) {
        let (mut along_x, mut along_y, mut sum) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for (xs, ys) in self.x.iter().zip(&self.y) {
            for lane in 0..LANES {
                let (dx, dy) = (x - xs[lane], y - ys[lane]);
                let q = 1.0 / (1.0 + dx * dx + dy * dy);
                sum[lane] += q;
                along_x[lane] += q * q * dx;
                along_y[lane] += q * q * dy;
            }
        }
        let total = |lanes: [f64; LANES]| lanes.iter().sum::<f64>();
        ([total(along_x), total(along_y)], total(sum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::random::Stream;

    fn spiral(n: u64) -> Vec<[f64; 2]> {
        let stream = Stream::new(3, 0);
        let radius = |i: u64| 40.0 * (i as f64 / n as f64).sqrt();
        let point = |i: u64| {
            let (sin, cos) = (i as f64 * 0.7).sin_cos();
            [radius(i) * cos + stream.symmetric(2 * i), radius(i) * sin + stream.symmetric(2 * i + 1)]
        };
        (0..n).map(point).collect()
    }

    #[test]
    fn exact_sums_equal_their_definition() {
        let points = spiral(13);
        let found = Repulsion::exact(&points);
        let mut normalizer = 0.0;
        for (i, p) in points.iter().enumerate() {
            let mut force = [0.0; 2];
            for (_, r) in points.iter().enumerate().filter(|&(j, _)| j != i) {
                let q = 1.0 / (1.0 + (p[0] - r[0]).powi(2) + (p[1] - r[1]).powi(2));
                normalizer += q;
                force[0] += q * q * (p[0] - r[0]);
                force[1] += q * q * (p[1] - r[1]);
            }
            assert!((0..2).all(|axis| (force[axis] - found.forces[i][axis]).abs() < 1e-12));
        }
        assert!((normalizer - found.normalizer).abs() < 1e-12);
    }

    #[test]
    fn groups_push_nearly_as_their_points_do() {
        let points = spiral(3000);
        let (exact, grouped) = (Repulsion::exact(&points), Repulsion::grouped(&points));
        let ratio = grouped.normalizer / exact.normalizer;
        assert!((ratio - 1.0).abs() < 0.02, "{ratio}");
        let length = |v: [f64; 2]| v[0].hypot(v[1]);
        let error = |i: usize| {
            let (a, b) = (exact.forces[i], grouped.forces[i]);
            length([a[0] - b[0], a[1] - b[1]])
        };
        let errors = (0..3000).map(error).sum::<f64>();
        let forces = exact.forces.iter().map(|&force| length(force)).sum::<f64>();
        assert!(errors < 0.04 * forces, "{}", errors / forces);
    }
}
