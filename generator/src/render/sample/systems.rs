//! Made-up baselines, calibration and hubs.

use super::{Noise, wilson};
use crate::render::report::{
    Baselines, Calibration, Gain, Hub, HubCorrection, Hubness, Interval, PairedDifference, ReliabilityBin, Report,
    Score, Split, SubGenreMeasures, System,
};

/// Simple systems: name, method, values, share right, mean average precision.
const SYSTEMS: [(&str, &str, u32, f64, f64); 4] = [
    ("MFCC statistics, standardised", "mean and deviation of 20 MFCCs over the track", 40, 0.68, 0.51),
    ("Frozen encoder", "the encoder before training", 192, 0.79, 0.66),
    ("Frozen encoder, standardised", "every value to mean 0 and deviation 1 over training tracks", 192, 0.86, 0.71),
    (
        "Frozen encoder, shrinkage LDA",
        "the closed-form discriminant of training tracks (Ledoit, Wolf 2004)",
        6,
        0.93,
        0.8,
    ),
];

/// The run's own system against [`SYSTEMS`]; it gains `gain` over the best of them.
pub(super) fn baselines(report: &Report, gain: f64) -> Baselines {
    let n = report.test.overall.n;
    let score = |share: f64| Score::new((share * f64::from(n)).round() as u32, n, wilson);
    let around = |value: f64| Interval { low: (value - 0.07).max(0.0), high: (value + 0.06).min(1.0) };
    let system = |name: &str, method: &str, dim, centroid: Score, map: f64| System {
        name: name.into(),
        method: method.into(),
        dim,
        genre_centroid: report.test.genre_overall.map(|_| score(0.97)),
        k_nearest: score((map + 0.12).min(1.0)),
        macro_f1: centroid.accuracy.map(|accuracy| (accuracy - 0.01).max(0.0)),
        mean_average_precision: Some(map),
        mean_average_precision_interval: Some(around(map)),
        centroid,
    };
    let own = system("This run", "the trained model, mean over segments", 128, report.test.overall, 0.8762);
    let others = SYSTEMS.map(|(name, method, dim, right, map)| system(name, method, dim, score(right), map));
    let best = SYSTEMS[SYSTEMS.len() - 1].3;
    let paired =
        |difference: f64, half: f64| PairedDifference { difference, low: difference - half, high: difference + half };
    let gains = SYSTEMS.map(|(_, _, _, right, map)| Gain {
        accuracy: paired(best - right + gain, 0.09),
        mean_average_precision: Some(paired(0.8762 - map, 0.05)),
    });
    Baselines {
        gallery: "the held-out tracks".into(),
        map_depth: 10,
        neighbours: 5,
        systems: std::iter::once(own).chain(others).collect(),
        gains: gains.into(),
    }
}

pub(super) fn by_sub_genre(report: &Report) -> Vec<SubGenreMeasures> {
    let confusion = &report.test.confusion;
    let measures = |(i, recall): (usize, &Score)| {
        let taken = confusion.iter().map(|row| row[i]).sum();
        let precision = Score::new(recall.correct, taken, wilson);
        let f1 = recall.accuracy.map(|_| 2.0 * f64::from(recall.correct) / f64::from((recall.n + taken).max(1)));
        SubGenreMeasures {
            recall: *recall,
            precision,
            f1,
            f1_interval: f1.map(|f1| Interval { low: (f1 - 0.2).max(0.0), high: (f1 + 0.1).min(1.0) }),
            queries: recall.n,
            mean_average_precision: Some(0.9 - 0.03 * (i % 7) as f64),
            mean_average_precision_interval: Some(Interval { low: 0.7 - 0.03 * (i % 7) as f64, high: 0.95 }),
            r_precision: Some(0.8 - 0.04 * (i % 7) as f64),
            silhouette: Some(0.45 - 0.09 * (i % 7) as f64),
        }
    };
    report.test.per_sub_genre.iter().enumerate().map(measures).collect()
}

/// Confidences of the held-out tracks; those below the threshold are unsure. Sets them in the report too.
pub(super) fn calibration(report: &mut Report) -> Calibration {
    const THRESHOLD: f64 = 0.6;
    let mut noise = Noise(23);
    for track in &mut report.tracks {
        let confidence = if track.is_right() { 0.5 + 0.5 * noise.next() } else { 0.2 + 0.4 * noise.next() };
        track.confidence = Some(confidence as f32);
        track.unsure = confidence < THRESHOLD;
    }
    let held_out = || report.tracks.iter().filter(|track| track.split == Split::Test);
    let score = |unsure: bool| {
        let own = || held_out().filter(move |track| track.unsure == unsure);
        Score::new(own().filter(|track| track.is_right()).count() as u32, own().count() as u32, wilson)
    };
    let bins = (0..10).map(|bin| {
        let (low, high) = (f64::from(bin) / 10.0, f64::from(bin + 1) / 10.0);
        let confidence = |track: &crate::render::report::TrackRow| f64::from(track.confidence.unwrap_or_default());
        let own: Vec<_> = held_out().filter(|track| (low..high).contains(&confidence(track))).collect();
        let mean = |sum: f64| (!own.is_empty()).then(|| sum / own.len() as f64);
        ReliabilityBin {
            low,
            high,
            n: own.len() as u32,
            confidence: mean(own.iter().map(|track| confidence(track)).sum()),
            accuracy: mean(own.iter().filter(|track| track.is_right()).count() as f64),
        }
    });
    Calibration {
        fitted_on: "14 validation tracks".into(),
        temperature: 0.083,
        expected_calibration_error: 0.061,
        uncalibrated_error: 0.712,
        bins: bins.collect(),
        target_accuracy: 0.95,
        threshold: Some(THRESHOLD),
        sure: score(false),
        unsure: score(true),
    }
}

pub(super) fn hubness(tracks: usize) -> Hubness {
    let correction = |name: &str, skewness, orphans, largest, validation, test| HubCorrection {
        name: name.into(),
        skewness,
        orphans,
        largest,
        validation: Some(validation),
        test: Some(test),
    };
    let last = tracks as u32 - 1;
    Hubness {
        k: 10,
        tracks: tracks as u32,
        gallery: "all tracks".into(),
        corrections: vec![
            correction("none", 1.82, 0.071, 44, 0.861, 0.852),
            correction("centring", 1.21, 0.036, 37, 0.864, 0.857),
            correction("mutual proximity", 0.44, 0.0, 21, 0.872, 0.861),
            correction("CSLS", 0.61, 0.009, 24, 0.869, 0.863),
        ],
        chosen: 2,
        chosen_on: "MAP@10 of 14 validation tracks".into(),
        hubs: vec![Hub { track: 3, occurrences: 44 }, Hub { track: 40.min(last), occurrences: 33 }],
        orphans: vec![0, 5, 17.min(last)],
    }
}
