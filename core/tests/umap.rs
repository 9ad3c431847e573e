//! UMAP as a whole: faithful, reproducible, and never at a loss.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod common;

use pmsl_core::Vectors;
use pmsl_core::metrics::trustworthiness;
use pmsl_core::project::{Initialization, UmapOptions, umap};
use proptest::prelude::*;

/// Points around `clusters` random directions, `[clusters * size, dim]`, one cluster after the other.
fn clusters(clusters: usize, size: usize, dim: usize, noise: f32) -> Vectors {
    let mut state = 9u64;
    let mut random = move || {
        // An additive generator is enough for test data.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let centres: Vec<f32> = (0..clusters * dim).map(|_| random()).collect();
    let data = (0..clusters * size * dim).map(|i| centres[i / (size * dim) * dim + i % dim] + noise * random());
    Vectors::normalized(data.collect(), dim).unwrap()
}

fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn number_of_threads_does_not_change_a_byte() {
    let vectors = clusters(5, 140, 24, 0.6);
    let options = UmapOptions { n_epochs: Some(60), ..UmapOptions::default() };
    for initialization in [Initialization::Spectral, Initialization::Pca] {
        let options = UmapOptions { initialization, ..options.clone() };
        let bits = |threads, seed| -> Vec<u32> {
            let points = in_pool(threads, || umap(&vectors, &options, seed)).unwrap();
            points.as_flattened().iter().map(|v| v.to_bits()).collect()
        };
        let one = bits(1, 3);
        assert_eq!(one, bits(2, 3));
        assert_eq!(one, bits(7, 3));
        assert_ne!(one, bits(1, 4));
    }
}

#[test]
fn separate_clusters_stay_separate() {
    let vectors = clusters(6, 60, 16, 0.15);
    for initialization in [Initialization::Spectral, Initialization::Pca] {
        let options = UmapOptions { initialization, ..UmapOptions::default() };
        let points = umap(&vectors, &options, 1).unwrap();
        for (i, p) in points.iter().enumerate() {
            let squared = |q: &[f32; 2]| (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2);
            let others = points.iter().enumerate().filter(|&(j, _)| j != i);
            let nearest = others.min_by(|a, b| squared(a.1).total_cmp(&squared(b.1))).unwrap().0;
            assert_eq!(i / 60, nearest / 60, "{initialization:?}: the nearest point of {i} is {nearest}");
        }
    }
}

#[test]
fn as_trustworthy_as_umap_learn() {
    let Some((vectors, _)) = common::musicnn_gtzan() else { return };
    let golden: Vec<f64> = serde_json::from_value(common::golden("umap")["trustworthiness_15"].clone()).unwrap();
    let reference = golden.iter().sum::<f64>() / golden.len() as f64;
    for initialization in [Initialization::Spectral, Initialization::Pca] {
        for seed in 0..3 {
            let options = UmapOptions { initialization, ..UmapOptions::default() };
            let found = trustworthiness(&vectors, &umap(&vectors, &options, seed).unwrap(), 15).unwrap();
            println!("{initialization:?}, seed {seed}: {found:.4}, umap-learn {reference:.4}");
            assert!((found - reference).abs() < 0.01, "{initialization:?}: {found}, umap-learn {reference}");
        }
    }
}

#[test]
fn smallest_inputs_have_a_picture() {
    let options = UmapOptions::default();
    assert_eq!(umap(&Vectors::default(), &options, 0).unwrap(), Vec::<[f32; 2]>::new());
    for n in 1..20 {
        let points = umap(&clusters(1, n, 3, 0.5), &options, 0).unwrap();
        assert_eq!(points.len(), n);
        assert!(points.iter().flatten().all(|v| v.is_finite()), "{n}: {points:?}");
    }
}

#[test]
fn equal_vectors_and_graphs_in_pieces_have_a_picture() {
    let equal = Vectors::normalized([0.1, 0.7, 0.2].repeat(50), 3).unwrap();
    assert!(umap(&equal, &UmapOptions::default(), 0).unwrap().iter().flatten().all(|v| v.is_finite()));
    // Three sets of equal vectors, each larger than a neighbourhood.
    let mut data = Vec::new();
    for axis in 0..3 {
        data.extend((0..3).map(|d| f32::from(u8::from(d == axis))).collect::<Vec<_>>().repeat(30));
    }
    let points = umap(&Vectors::normalized(data, 3).unwrap(), &UmapOptions::default(), 0).unwrap();
    assert!(points.iter().flatten().all(|v| v.is_finite()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_input_has_a_finite_picture(
        data in (2usize..60, 1usize..6).prop_flat_map(|(n, dim)| {
            // Few distinct values, so that duplicates and opposites are common.
            (prop::collection::vec(prop_oneof![Just(-1.0f32), Just(0.5), Just(1.0), -1.0f32..-0.01], n * dim), Just(dim))
        }),
        n_neighbors in 2usize..30,
        part in 0.0f64..=1.0,
        negative_sample_rate in 0usize..8,
        pca in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let vectors = Vectors::normalized(data.0, data.1).unwrap();
        let initialization = if pca { Initialization::Pca } else { Initialization::Spectral };
        let options = UmapOptions {
            n_neighbors, min_dist: part, spread: 1.0, n_epochs: Some(30), negative_sample_rate, initialization,
        };
        let points = umap(&vectors, &options, seed).unwrap();
        prop_assert_eq!(points.len(), vectors.len());
        prop_assert!(points.iter().flatten().all(|v| v.is_finite()));
    }
}
