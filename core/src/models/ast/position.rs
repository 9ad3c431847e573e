//! Position embeddings for other chunk lengths and strides than the trained ones.

use super::PatchGrid;

/// Moves position embeddings from the grid they were trained on to another one, axis by axis, first time and then
/// frequency: along an axis that gets shorter the middle is kept, along one that gets longer the rows are
/// interpolated linearly.
///
/// This is what the authors of AST do (`src/models/ast_models.py` of <https://github.com/YuanGongND/ast>, where the
/// interpolation is PyTorch's `bilinear` with `align_corners=False`).
///
/// # Shapes
/// - embeddings: `[from.frequency * from.time, width]`, row-major
/// - output: `[to.frequency * to.time, width]`, row-major
pub(crate) fn adapt_positions(embeddings: &[f32], width: usize, from: PatchGrid, to: PatchGrid) -> Vec<f32> {
    debug_assert_eq!(embeddings.len(), from.patches() * width);
    let time = axis_weights(from.time, to.time);
    let frequency = axis_weights(from.frequency, to.frequency);
    let row = |f: usize, t: usize| &embeddings[(f * from.time + t) * width..][..width];
    let mut adapted = Vec::with_capacity(to.patches() * width);
    for &(f0, f1, f_weight) in &frequency {
        for &(t0, t1, t_weight) in &time {
            for c in 0..width {
                let along_time = |f: usize| lerp(row(f, t0)[c], row(f, t1)[c], t_weight);
                adapted.push(lerp(along_time(f0), along_time(f1), f_weight));
            }
        }
    }
    adapted
}

/// For every place on the new axis, the two places on the old one that it lies between and the second one's weight.
fn axis_weights(from: usize, to: usize) -> Vec<(usize, usize, f32)> {
    if to <= from {
        let start = from / 2 - to / 2;
        return (start..start + to).map(|i| (i, i, 0.0)).collect();
    }
    let scale = from as f32 / to as f32;
    (0..to)
        .map(|i| {
            let place = ((i as f32 + 0.5) * scale - 0.5).max(0.0);
            let below = (place as usize).min(from - 1);
            (below, (below + 1).min(from - 1), place - below as f32)
        })
        .collect()
}

fn lerp(a: f32, b: f32, weight: f32) -> f32 {
    a * (1.0 - weight) + b * weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_grid_is_left_alone() {
        let grid = PatchGrid { frequency: 2, time: 3 };
        let embeddings: Vec<f32> = (0..12).map(|v| v as f32).collect();
        assert_eq!(adapt_positions(&embeddings, 2, grid, grid), embeddings);
    }

    #[test]
    fn a_shorter_axis_keeps_the_middle() {
        let from = PatchGrid { frequency: 1, time: 7 };
        let embeddings: Vec<f32> = (0..7).map(|v| v as f32).collect();
        let cut = |time| adapt_positions(&embeddings, 1, from, PatchGrid { frequency: 1, time });
        assert_eq!(cut(3), [2.0, 3.0, 4.0]);
        assert_eq!(cut(4), [1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn a_longer_axis_is_interpolated() {
        let (from, to) = (PatchGrid { frequency: 1, time: 2 }, PatchGrid { frequency: 1, time: 4 });
        assert_eq!(adapt_positions(&[0.0, 1.0], 1, from, to), [0.0, 0.25, 0.75, 1.0]);
    }
}
