//! Exact nearest neighbours on all cores.

use crate::metrics::NearestNeighbors;
use crate::metrics::neighbors::Panels;
use crate::vectors::Vectors;
use rayon::prelude::*;

/// [`crate::metrics::nearest_neighbors`] on rayon's current thread pool, with exactly the same result.
pub fn nearest_neighbors_parallel(vectors: &Vectors, k: usize) -> NearestNeighbors {
    let k = k.min(vectors.len().saturating_sub(1));
    let panels = Panels::new(vectors);
    let blocks: Vec<_> = panels.blocks().collect();
    let found: Vec<_> = blocks.into_par_iter().map(|block| panels.neighbors_of(block, k)).collect();
    NearestNeighbors::from_blocks(k, found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::nearest_neighbors;
    use crate::metrics::random::Stream;

    #[test]
    fn equals_the_serial_search() {
        let stream = Stream::new(1, 0);
        let data = (0..300 * 7).map(|i| stream.symmetric(i) as f32).collect();
        let vectors = Vectors::normalized(data, 7).unwrap();
        assert_eq!(nearest_neighbors_parallel(&vectors, 9), nearest_neighbors(&vectors, 9));
    }
}
