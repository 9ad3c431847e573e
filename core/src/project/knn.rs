//! Exact nearest neighbours on all cores.

use crate::metrics::{Gallery, HubnessCorrection, NearestNeighbors};
use crate::vectors::Vectors;

/// [`crate::metrics::nearest_neighbors`] on rayon's current thread pool, with exactly the same result.
pub fn nearest_neighbors_parallel(vectors: &Vectors, k: usize) -> NearestNeighbors {
    let all: Vec<usize> = (0..vectors.len()).collect();
    Gallery::new(vectors, &all, HubnessCorrection::None).neighbors_parallel(vectors, &all, k)
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
        let (queries, gallery): (Vec<usize>, Vec<usize>) = (0..300).partition(|i| i % 3 == 0);
        for correction in HubnessCorrection::ALL {
            let gallery = Gallery::new(&vectors, &gallery, correction);
            let parallel = gallery.neighbors_parallel(&vectors, &queries, 9);
            assert_eq!(parallel, gallery.neighbors(&vectors, &queries, 9), "{correction:?}");
        }
    }
}
