//! t-SNE as a whole: as good as the reference, reproducible, and never at a loss.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod common;

use pmsl_core::Vectors;
use pmsl_core::metrics::trustworthiness;
use pmsl_core::project::{TsneOptions, tsne};

/// Points around 8 random directions, `[n, 12]`.
fn clusters(n: usize) -> Vectors {
    let mut state = 9u64;
    let mut random = move || {
        // A congruential generator is enough for test data.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let centres: Vec<f32> = (0..8 * 12).map(|_| random()).collect();
    let data = (0..n * 12).map(|i| centres[i / 12 % 8 * 12 + i % 12] + 0.3 * random());
    Vectors::normalized(data.collect(), 12).unwrap()
}

fn bits(threads: usize, vectors: &Vectors, options: &TsneOptions, seed: u64) -> Vec<u32> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let map = pool.install(|| tsne(vectors, options, seed)).unwrap();
    map.points.as_flattened().iter().map(|v| v.to_bits()).collect()
}

#[test]
fn number_of_threads_does_not_change_a_byte() {
    let options = TsneOptions { n_iterations: 250, ..TsneOptions::default() };
    // Below and above the size from which on far points push in groups.
    for n in [300, 2100] {
        let vectors = clusters(n);
        let one = bits(1, &vectors, &options, 3);
        assert_eq!(one, bits(3, &vectors, &options, 3));
        assert_ne!(one, bits(3, &vectors, &options, 4));
    }
}

#[test]
fn as_good_as_scikit_learn() {
    let Some((vectors, _)) = common::musicnn_gtzan() else { return };
    let golden = common::golden("tsne");
    for run in golden["runs"].as_array().unwrap() {
        let perplexity = run["perplexity"].as_f64().unwrap();
        let [divergence, trust] = ["kl_divergence", "trustworthiness_15"].map(|name| run[name].as_f64().unwrap());
        let map = tsne(&vectors, &TsneOptions { perplexity, ..TsneOptions::default() }, 1).unwrap();
        let found = trustworthiness(&vectors, &map.points, 15).unwrap();
        println!("{run}: divergence {:.4}, trustworthiness {found:.4}", map.kl_divergence);
        assert!((found - trust).abs() < 0.002, "trustworthiness {found}, scikit-learn {trust}");
        assert!(map.kl_divergence < divergence * 1.05, "{}, scikit-learn {divergence}", map.kl_divergence);
        assert!(map.kl_divergence > divergence * 0.90, "{}, scikit-learn {divergence}", map.kl_divergence);
    }
}

#[test]
fn groups_that_push_as_one_keep_clusters_apart() {
    let vectors = clusters(2400);
    let map = tsne(&vectors, &TsneOptions { n_iterations: 500, ..TsneOptions::default() }, 1).unwrap();
    let trust = trustworthiness(&vectors, &map.points, 15).unwrap();
    println!("trustworthiness {trust:.4}, divergence {:.4}", map.kl_divergence);
    for i in 0..2400 {
        let squared = |j: usize| {
            let (p, q) = (map.points[i], map.points[j]);
            (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2)
        };
        let nearest = (0..2400).filter(|&j| j != i).min_by(|&a, &b| squared(a).total_cmp(&squared(b))).unwrap();
        assert_eq!(i % 8, nearest % 8, "the nearest point of {i} is {nearest}");
    }
}

#[test]
fn smallest_inputs_and_equal_vectors_have_a_picture() {
    let options = TsneOptions { n_iterations: 250, ..TsneOptions::default() };
    for n in 0..12 {
        let map = tsne(&clusters(n), &options, 0).unwrap();
        assert!(map.points.len() == n && map.points.iter().flatten().all(|v| v.is_finite()), "{n}: {map:?}");
    }
    // Steps that throw points far beyond any picture.
    for n in [40, 2100] {
        let wild = TsneOptions { learning_rate: Some(1e9), ..options.clone() };
        let map = tsne(&clusters(n), &wild, 0).unwrap();
        assert!(map.points.iter().flatten().all(|v| v.is_finite()) && map.kl_divergence.is_finite());
    }
    let equal = Vectors::normalized([0.1, 0.7, 0.2].repeat(50), 3).unwrap();
    assert!(tsne(&equal, &options, 0).unwrap().points.iter().flatten().all(|v| v.is_finite()));
}
