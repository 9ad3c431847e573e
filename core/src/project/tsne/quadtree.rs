//! Groups of points that push as one, the farther away the larger (Barnes and Hut 1986; van der Maaten 2014,
//! "Accelerating t-SNE using tree-based algorithms").

/// A group pushes as one where it is at least twice as far away as it is wide (scikit-learn's `angle` of 0.5).
const ANGLE: f64 = 0.5;
/// Points that are not divided further.
const LEAF: usize = 8;

/// Nested groups, each followed by those it consists of.
pub(super) struct Quadtree {
    groups: Vec<Group>,
    /// The points, those of a group next to each other.
    points: Vec<[f64; 2]>,
}

struct Group {
    /// The mean of its points.
    middle: [f64; 2],
    /// Its points: where they start, and how many there are.
    first: u32,
    count: u32,
    /// The square of the distance from which on it pushes as one.
    far: f64,
    /// The group that follows when this one is not looked into.
    next: u32,
    /// Whether it is not divided further.
    is_leaf: bool,
}

impl Quadtree {
    /// Divides the points by the middle of the box that holds them, and so on.
    pub(super) fn of(points: &[[f64; 2]]) -> Self {
        let mut tree = Self { groups: Vec::with_capacity(points.len()), points: points.to_vec() };
        let mut spare = points.to_vec();
        tree.divide(0, points.len(), &mut spare);
        tree
    }

    /// Adds the group of the points from `first` on.
    fn divide(&mut self, first: usize, count: usize, spare: &mut [[f64; 2]]) {
        let points = &self.points[first..first + count];
        if points.is_empty() {
            return;
        }
        let [low, high] = [f64::min, f64::max].map(|of: fn(f64, f64) -> f64| {
            points[1..].iter().fold(points[0], |end, p| [of(end[0], p[0]), of(end[1], p[1])])
        });
        let sum = points.iter().fold([0.0; 2], |sum, p| [sum[0] + p[0], sum[1] + p[1]]);
        let width = (high[0] - low[0]).max(high[1] - low[1]);
        let group = self.groups.len();
        self.groups.push(Group {
            middle: sum.map(|sum| sum / count as f64),
            first: first as u32,
            count: count as u32,
            far: (width / ANGLE).powi(2),
            next: 0,
            // Points at one place push as one from everywhere: dividing them would not end.
            is_leaf: count <= LEAF || width.is_nan() || width <= 0.0,
        });
        if !self.groups[group].is_leaf {
            let middle = [f64::midpoint(low[0], high[0]), f64::midpoint(low[1], high[1])];
            let quarter = |p: &[f64; 2]| usize::from(p[0] > middle[0]) + 2 * usize::from(p[1] > middle[1]);
            let mut ends = [0; 4];
            let mut filled = 0;
            for (q, end) in ends.iter_mut().enumerate() {
                for p in points.iter().filter(|p| quarter(p) == q) {
                    spare[filled] = *p;
                    filled += 1;
                }
                *end = filled;
            }
            self.points[first..first + count].copy_from_slice(&spare[..count]);
            let mut start = 0;
            for end in ends {
                self.divide(first + start, end - start, spare);
                start = end;
            }
        }
        self.groups[group].next = self.groups.len() as u32;
    }

    /// The force on a point of the tree, and its sum of `q`, the point itself included.
    pub(super) fn forces(&self, [x, y]: [f64; 2]) -> ([f64; 2], f64) {
        let (mut force, mut sum) = ([0.0; 2], 0.0);
        let mut push = |from: [f64; 2], count: f64| {
            let (dx, dy) = (x - from[0], y - from[1]);
            let q = 1.0 / (1.0 + dx * dx + dy * dy);
            let weight = count * q;
            sum += weight;
            force[0] += weight * q * dx;
            force[1] += weight * q * dy;
        };
        let mut next = 0;
        while let Some(group) = self.groups.get(next) {
            let (dx, dy) = (x - group.middle[0], y - group.middle[1]);
            if dx * dx + dy * dy >= group.far {
                push(group.middle, f64::from(group.count));
            } else if group.is_leaf {
                let first = group.first as usize;
                self.points[first..first + group.count as usize].iter().for_each(|&point| push(point, 1.0));
            } else {
                next += 1;
                continue;
            }
            next = group.next as usize;
        }
        (force, sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_in_one_leaf() {
        let points: Vec<[f64; 2]> = (0..500).map(|i| [f64::from(i * i % 97), f64::from(i % 31)]).collect();
        let tree = Quadtree::of(&points);
        let mut sorted = tree.points.clone();
        let mut expected = points.clone();
        let order = |a: &[f64; 2], b: &[f64; 2]| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1]));
        sorted.sort_by(order);
        expected.sort_by(order);
        assert_eq!(sorted, expected);
        let leaves = tree.groups.iter().filter(|group| group.is_leaf).map(|group| group.count).sum::<u32>();
        assert_eq!(leaves, 500);
        assert!(tree.groups.iter().enumerate().all(|(i, group)| group.next as usize > i));
    }

    #[test]
    fn points_at_one_place_do_not_push() {
        let (force, sum) = Quadtree::of(&vec![[2.0, 3.0]; 5000]).forces([2.0, 3.0]);
        assert!(force.iter().all(|f| f.abs() < f64::EPSILON) && (sum - 5000.0).abs() < 1e-12);
    }
}
