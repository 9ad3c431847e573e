//! Made-up measures that agree with the tracks of a made-up report.

use pmsl_core::metrics::{ConfusionMatrix, macro_f1};

use super::{Noise, wilson};
use crate::render::report::{
    AVERAGE_PRECISION_BINS, AtDepth, Classifier, Clusters, Interval, Measures, Pairs, RecallAt, Report, Retrieval,
    Score, Segments, Split,
};

/// Depths of the curves.
const DEPTH: usize = 50;

/// Classifiers besides the nearest centroid: name, method, share of mistakes.
const CLASSIFIERS: [(&str, &str, f64); 4] = [
    ("Logistic regression", "on standardised embeddings, L2 penalty 1", 0.03),
    ("MLP", "one hidden layer of 100 with ReLU, Adam", 0.05),
    ("k-nearest neighbours", "the 5 most similar training tracks vote", 0.1),
    ("Network", "the mean of the probabilities that the network's own layer gives to the segments", 0.08),
];

const TAGS: [[&str; 4]; 7] = [
    ["techno", "electronic", "slow", "strings"],
    ["techno", "electronic", "beat", "loud"],
    ["ambient", "electronic", "synth", "slow"],
    ["dance", "electronic", "beat", "female vocal"],
    ["trance", "new age", "sitar", "electronic"],
    ["trance", "beat", "fast", "electronic"],
    ["loud", "fast", "techno", "male vocal"],
];

/// Measures of the held-out tracks, as if the encoder were good but not perfect; `mistakes` makes it worse.
pub(super) fn measures(report: &Report, seed: u64, mistakes: f64) -> Measures {
    let mut noise = Noise(seed);
    let (tracks, classes) = (&report.tracks, report.sub_genres.len());
    let judged: Vec<u32> = (0..tracks.len()).filter(|&i| tracks[i].split == Split::Test).map(|i| i as u32).collect();
    let truth: Vec<u32> = judged.iter().map(|&i| tracks[i as usize].meta.sub_genre).collect();
    let centroid = judged.iter().map(|&i| tracks[i as usize].predicted).collect();
    let mut classifiers = vec![Classifier {
        macro_average_precision: None,
        log_loss: None,
        ..classifier("Nearest centroid", "by cosine; centroids are means of training tracks", &truth, centroid, classes)
    }];
    for (name, method, own_mistakes) in CLASSIFIERS {
        let predicted = truth
            .iter()
            .map(|&own| if noise.next() < own_mistakes * mistakes { (own + 1) % classes as u32 } else { own })
            .collect();
        classifiers.push(classifier(name, method, &truth, predicted, classes));
    }
    Measures {
        protocol: "one split, 28 tracks held out, grouped by artist".into(),
        tracks: judged,
        classifiers,
        baselines: None,
        sub_genres: Vec::new(),
        calibration: None,
        hubness: None,
        segments: Some(Segments {
            count: 812,
            accuracy: 0.871,
            accuracy_interval: Interval { low: 0.8, high: 0.93 },
            macro_f1: 0.868,
            macro_average_precision: 0.921,
        }),
        retrieval: Some(retrieval(tracks.len(), classes, &mut noise)),
        clusters: Some(Clusters {
            gallery: "all tracks".into(),
            purity: 0.8571,
            normalized_mutual_information: 0.8132,
            adjusted_rand_index: 0.7441,
            silhouette: Some(0.412),
            table: (0..classes)
                .map(|group| {
                    let count = |class| if class == group { 13 } else { u32::from((class + 1) % classes == group) * 2 };
                    (0..classes).map(count).collect()
                })
                .collect(),
        }),
        pairs: Some(Pairs { threshold: 0.3162, balanced_accuracy: 0.9113, pairs: 378 }),
    }
}

fn classifier(name: &str, method: &str, truth: &[u32], predicted: Vec<u32>, classes: usize) -> Classifier {
    let correct = truth.iter().zip(&predicted).filter(|(truth, predicted)| truth == predicted).count();
    let classes_of = |labels: &[u32]| labels.iter().map(|&label| label as usize).collect::<Vec<_>>();
    let f1 = macro_f1(&ConfusionMatrix::of(&classes_of(truth), &classes_of(&predicted), classes));
    Classifier {
        name: name.into(),
        method: method.into(),
        score: Score::new(correct as u32, truth.len() as u32, wilson),
        macro_f1: f1,
        macro_f1_interval: f1.map(|f1| Interval { low: (f1 - 0.08).max(0.0), high: (f1 + 0.06).min(1.0) }),
        balanced_accuracy: f1,
        macro_average_precision: f1.map(|f1| (f1 + 0.02).min(1.0)),
        log_loss: f1.map(|f1| 1.4 - 1.3 * f1),
        predicted,
    }
}

fn retrieval(tracks: usize, classes: usize, noise: &mut Noise) -> Retrieval {
    let curves = (0..classes).map(|class| {
        let start = 0.97 - 0.04 * (class % 7) as f32;
        let fall = 0.1 + 0.5 * noise.next() as f32;
        (0..DEPTH).map(|k| start - fall * (k as f32 / DEPTH as f32).powf(1.3)).collect()
    });
    let mut counts: Vec<u32> = (0..AVERAGE_PRECISION_BINS as u32).map(|bin| (bin * bin) / 60).collect();
    let rest = (tracks as u32).saturating_sub(counts.iter().sum());
    if let Some(last) = counts.last_mut() {
        *last += rest;
    }
    let similarity = |row: usize, column: usize| match row.abs_diff(column) {
        0 => 0.82 - 0.02 * (row % 5) as f32,
        1 => 0.44,
        apart => 0.31 - 0.05 * (apart % 9) as f32,
    };
    Retrieval {
        gallery: "all tracks".into(),
        tracks: tracks as u32,
        mean_average_precision: vec![
            AtDepth { k: 10, value: 0.8762, with_query: 0.8944 },
            AtDepth { k: 25, value: 0.8231, with_query: 0.8372 },
            AtDepth { k: 50, value: 0.7113, with_query: 0.7208 },
        ],
        recall: vec![RecallAt { k: 1, value: 0.91 }, RecallAt { k: 10, value: 0.99 }],
        r_precision: Some(0.712),
        genre_mean_average_precision: None,
        curves: curves.collect(),
        average_precision_counts: counts,
        similarity: (0..classes)
            .map(|row| (0..classes).map(|column| Some(similarity(row, column))).collect())
            .collect(),
    }
}

/// What a tagging encoder might hear in track `i` of a sub-genre.
pub(super) fn tags(class: usize, i: usize) -> Vec<String> {
    let own = TAGS[class % TAGS.len()];
    (0..4).map(|k| own[(k + usize::from(i % 5 == 4)) % 4].to_owned()).collect()
}
