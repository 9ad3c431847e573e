//! Made-up reports for the tests: plausible ones to look at and hostile ones to break the pages with.

mod advice;
mod descriptors;
mod measures;
mod systems;

use pmsl_core::{SubGenre, TrackMeta};
use serde_json::json;

use super::comparison::Comparison;
use super::report::{
    Advice, Build, CrossValidation, Epoch, Evaluation, Failure, GenreScore, Grouping, Interval, Map, Measures,
    Neighbour, REPORT_FORMAT, Report, Score, Skipped, Split, SubGenreSummary, TrackRow, Training,
};
use super::timings::{StageTiming, Timings};

/// Sub-genres of the sample, each with its genre.
const SUB_GENRES: [(&str, &str); 7] = [
    ("Techno", "Emotional Techno"),
    ("Techno", "Dark Techno"),
    ("House", "Chill House"),
    ("House", "Party House"),
    ("Goa", "Chill Goa"),
    ("Goa", "Party Goa"),
    ("Hardstyle", "Zyzz Hardstyle"),
];

const WORDS: [&str; 16] = [
    "Amber", "Signal", "Night", "Harbour", "Glass", "Meridian", "Velvet", "Static", "Cobalt", "Drift", "Lantern",
    "Mirror", "Parallel", "Ember", "Tide", "Orbit",
];

/// A small fixed generator (`SplitMix64`), uniform in 0 to 1.
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// Wilson's interval with z = 1.96.
pub(crate) fn wilson(correct: u32, n: u32) -> (f64, f64) {
    let (n, z) = (f64::from(n), 1.959_964);
    let p = f64::from(correct) / n;
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// Seven sub-genres with sixteen tracks each: 27 of 28 held-out tracks are right.
pub(crate) fn report() -> Report {
    library(16)
}

/// As [`report`], with `per_class` tracks in each sub-genre.
pub(crate) fn library(per_class: usize) -> Report {
    let mut noise = Noise(7);
    let count = SUB_GENRES.len() * per_class;
    let mut tracks = Vec::new();
    let mut points = Vec::new();
    let centroids: Vec<[f32; 2]> = (0..SUB_GENRES.len())
        .map(|i| {
            let angle = std::f64::consts::TAU * (i as f64 + 0.35 * (i % 2) as f64) / 7.0;
            [(6.0 * angle.cos()) as f32, (4.0 * angle.sin()) as f32]
        })
        .collect();
    for (class, centroid) in centroids.iter().enumerate() {
        for i in 0..per_class {
            let split = match i * 16 / per_class {
                0..10 => Split::Train,
                10..12 => Split::Validation,
                _ => Split::Test,
            };
            let wrong = class == 4 && i == per_class - 1;
            let index = class * per_class + i;
            let neighbours = (1..=10)
                .map(|k| Neighbour {
                    track: (if k < 9 { class * per_class + (i + k) % per_class } else { (index + k * 17) % count })
                        as u32,
                    similarity: 0.985 - 0.021 * k as f32,
                })
                .collect();
            tracks.push(TrackRow {
                meta: TrackMeta {
                    title: format!("{} {}", WORDS[(i * 5 + class) % 16], WORDS[(i * 3 + class * 7 + 1) % 16]),
                    artist: Some(format!("{} {}", WORDS[(i + class * 3) % 16], ["Unit", "System", "Trio"][i % 3])),
                    bpm: Some(120.0 + class as f32 * 5.0 + (i % 4) as f32),
                    key: Some("F minor".into()),
                    duration_s: 180.0 + (noise.next() * 200.0) as f32,
                    sub_genre: class as u32,
                    tags: measures::tags(class, i),
                    ..TrackMeta::default()
                },
                split,
                predicted: if wrong { 5 } else { class as u32 },
                similarity: 0.9 + (noise.next() * 0.09) as f32,
                margin: if wrong { -0.0312 } else { 0.1 + (noise.next() * 0.3) as f32 },
                confidence: None,
                unsure: false,
                neighbours,
                descriptors: None,
            });
            points.push([centroid[0] + noise.normal() as f32 * 0.55, centroid[1] + noise.normal() as f32 * 0.5]);
        }
    }
    let mut report = Report {
        format: REPORT_FORMAT,
        title: "Seven rooms".into(),
        build: Build {
            pmsl: "0.1.0".into(),
            front_end: "ast_fbank 1".into(),
            model: "ast-tiny 1".into(),
            index_format: 1,
            device: "cpu".into(),
            backend: "flex".into(),
            seed: 17,
            embedding_dim: 128,
            weights: Some("an encoder of somebody else's; BSD 3-Clause licence".into()),
            data: None,
        },
        sub_genres: summaries(&tracks),
        test: evaluation(&tracks, SUB_GENRES.len()),
        validation: Some(Score::new(14, 14, wilson)),
        measures: Measures::default(),
        cross_validation: None,
        training: training(),
        advice: Advice::default(),
        descriptors: None,
        grouping: Grouping { artists: 9, releases: 3, recordings: 0, divided: 0 },
        map: Map {
            trustworthiness: Some(0.964),
            method: "UMAP, 15 neighbours, minimum distance 0.1".into(),
            tracks: points,
            centroids,
        },
        tracks,
        failures: vec![
            Failure {
                file: "Chill House, file 9".into(),
                stage: "decode".into(),
                reason: "the stream ends after 0.4 s, at least 1 s is needed".into(),
            },
            Failure { file: "Dark Techno, file 3".into(), stage: "read".into(), reason: "permission denied".into() },
        ],
        skipped: vec![Skipped { reason: "not an audio file".into(), count: 12 }],
        warnings: vec![
            "9 tracks carry no artist tag: they were split one by one, so an artist may stand on both sides.".into(),
        ],
        config: json!({
            "library": {"kind": "demo", "tracks_per_sub_genre": 16},
            "model": {"preset": "ast-tiny", "embedding_dim": 128},
            "training": {"epochs": 40, "margin": 0.2, "loss": "triplet", "miner": "batch_hard"},
        }),
    };
    complete(&mut report, 11, 1.0);
    report
}

/// Fills in what is derived from the tracks.
fn complete(report: &mut Report, seed: u64, mistakes: f64) {
    report.measures = Measures::default();
    let calibration = systems::calibration(report);
    report.measures = measures::measures(report, seed, mistakes);
    report.measures.calibration = Some(calibration);
    report.measures.baselines = Some(systems::baselines(report, 0.035));
    report.measures.sub_genres = systems::by_sub_genre(report);
    report.measures.hubness = Some(systems::hubness(report.tracks.len()));
    report.advice = advice::advice(report, 1);
    report.descriptors = Some(descriptors::descriptors(report));
}

/// [`report`] where training gained nothing over the best of the simple systems.
pub(crate) fn in_vain() -> Report {
    let mut report = report();
    report.measures.baselines = Some(systems::baselines(&report, 0.0));
    report
}

/// [`report`] where a simple system is better.
pub(crate) fn beaten() -> Report {
    let mut report = report();
    report.measures.baselines = Some(systems::baselines(&report, -0.2));
    report
}

/// A large library with much to say about it.
pub(crate) fn big() -> Report {
    let mut report = library(1600);
    report.advice = advice::advice(&report, 60);
    let failure = |i: usize| Failure { file: format!("Chill House, file {i}"), ..report.failures[0].clone() };
    report.failures = (0..180).map(failure).collect();
    report
}

/// Four runs on the same tracks, of which two share a name; only the networks of those two classify.
pub(crate) fn comparison() -> Comparison {
    let run = |name: &str, front_end: &str, seed, mistakes| {
        let mut report = report();
        let mut noise = Noise(seed);
        for track in report.tracks.iter_mut().filter(|track| track.split == Split::Test) {
            let own = track.meta.sub_genre;
            track.predicted = if noise.next() < 0.08 * mistakes { (own + 1) % 7 } else { own };
        }
        report.test = evaluation(&report.tracks, SUB_GENRES.len());
        complete(&mut report, seed, mistakes);
        if name != "musicnn" {
            report.measures.classifiers.truncate(4);
            report.measures.segments = None;
        }
        report.build.front_end = front_end.into();
        report.build.model = format!("{name} 1");
        report.config["model"]["preset"] = name.into();
        report.config["seed"] = seed.into();
        (name.to_owned(), report)
    };
    let mut runs = vec![
        run("ast", "ast_fbank 1", 2, 1.0),
        run("musicnn", "musicnn_mel 1", 3, 0.4),
        run("tile2vec", "log_mel 1", 4, 8.0),
        run("musicnn", "musicnn_mel 1", 5, 0.6),
    ];
    runs[1].1.training = Training::default();
    runs[2].1.measures.clusters = None;
    Comparison::of(&runs).unwrap()
}

/// [`report`] by cross-validation: every track was held out once in each of three repeats.
pub(crate) fn cross_validated() -> Report {
    let mut report = report();
    for track in &mut report.tracks {
        track.split = Split::Test;
    }
    report.sub_genres = summaries(&report.tracks);
    report.test = evaluation(&report.tracks, SUB_GENRES.len());
    report.validation = None;
    complete(&mut report, 11, 1.0);
    report.measures.protocol = "5 folds, each held out once, repeated 3 times".into();
    report.cross_validation = Some(CrossValidation {
        folds: 5,
        official: false,
        repeats: vec![report.test.overall.accuracy.unwrap_or_default(), 0.9732, 0.9821],
    });
    report
}

fn summaries(tracks: &[TrackRow]) -> Vec<SubGenreSummary> {
    let count = |class: usize, split| {
        tracks.iter().filter(|t| t.meta.sub_genre as usize == class && t.split == split).count() as u32
    };
    SUB_GENRES
        .iter()
        .enumerate()
        .map(|(i, (genre, name))| SubGenreSummary {
            sub_genre: SubGenre { genre: Some((*genre).into()), name: (*name).into() },
            train: count(i, Split::Train),
            validation: count(i, Split::Validation),
            test: count(i, Split::Test),
            duration_s: tracks
                .iter()
                .filter(|t| t.meta.sub_genre as usize == i)
                .map(|t| f64::from(t.meta.duration_s))
                .sum(),
        })
        .collect()
}

fn evaluation(tracks: &[TrackRow], classes: usize) -> Evaluation {
    let mut confusion = vec![vec![0; classes]; classes];
    for track in tracks.iter().filter(|t| t.split == Split::Test) {
        confusion[track.meta.sub_genre as usize][track.predicted as usize] += 1;
    }
    let sum = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| -> u32 {
        confusion[rows].iter().flat_map(|row| &row[columns.clone()]).sum()
    };
    let per_sub_genre: Vec<Score> =
        (0..classes).map(|i| Score::new(confusion[i][i], sum(i..i + 1, 0..classes), wilson)).collect();
    let n = sum(0..classes, 0..classes);
    let per_genre: Vec<GenreScore> = [("Techno", 0..2), ("House", 2..4), ("Goa", 4..6), ("Hardstyle", 6..7)]
        .into_iter()
        .map(|(genre, own)| GenreScore {
            genre: genre.into(),
            score: Score::new(sum(own.clone(), own.clone()), sum(own, 0..classes), wilson),
        })
        .collect();
    let correct = per_sub_genre.iter().map(|s| s.correct).sum();
    Evaluation {
        overall: Score::new(correct, n, wilson),
        chance: 1.0 / classes as f64,
        majority: Some(1.0 / 7.0),
        per_sub_genre,
        genre_overall: Some(Score::new(per_genre.iter().map(|g| g.score.correct).sum(), n, wilson)),
        per_genre,
        confusion,
    }
}

fn training() -> Training {
    let mut noise = Noise(3);
    let (epochs, steps) = (24_u32, 12_u32);
    let curve = |x: f64| 0.04 + 0.66 * (-x / 6.0).exp();
    let step_losses = (0..epochs * steps)
        .map(|i| (curve(f64::from(i) / f64::from(steps)) * (0.85 + 0.3 * noise.next())) as f32)
        .collect();
    let epochs = (1..=epochs)
        .map(|epoch| Epoch {
            epoch,
            train_loss: curve(f64::from(epoch) - 0.5) as f32,
            validation_accuracy: Some((f64::from((epoch * 3).min(14) - u32::from(epoch % 5 == 2))) / 14.0),
            learning_rate: 3e-4 * (0.5 + 0.5 * (std::f64::consts::PI * f64::from(epoch) / 40.0).cos()),
        })
        .collect();
    Training {
        parameters: 5_524_352,
        trainable_parameters: 5_524_352,
        planned_epochs: 40,
        steps_per_epoch: steps,
        epochs,
        step_losses,
        best_epoch: Some(16),
        stopped_early: Some("no gain in 8 epochs".into()),
    }
}

/// Every string of the report tries to leave its place.
pub(crate) const HOSTILE: &str = r#"</script><b onload="x">'&amp;"#;

/// [`report`] with [`HOSTILE`] in every string that comes from a library.
pub(crate) fn hostile() -> Report {
    let mut report = report();
    report.title = HOSTILE.into();
    for sub_genre in &mut report.sub_genres {
        sub_genre.sub_genre = SubGenre { genre: Some(HOSTILE.into()), name: HOSTILE.into() };
    }
    for track in &mut report.tracks {
        track.meta.title = HOSTILE.into();
        track.meta.artist = Some(HOSTILE.into());
        track.meta.key = Some(HOSTILE.into());
        track.meta.tags = vec![HOSTILE.into(); 4];
    }
    report.failures[0] = Failure { file: HOSTILE.into(), stage: HOSTILE.into(), reason: HOSTILE.into() };
    report.skipped[0].reason = HOSTILE.into();
    report.warnings[0] = HOSTILE.into();
    report.map.method = HOSTILE.into();
    report.training.stopped_early = Some(HOSTILE.into());
    report.test.per_genre[0].genre = HOSTILE.into();
    report.measures.protocol = HOSTILE.into();
    for (i, classifier) in report.measures.classifiers.iter_mut().enumerate() {
        classifier.name = format!("{HOSTILE}{i}");
        classifier.method = HOSTILE.into();
    }
    report.measures.retrieval.iter_mut().for_each(|retrieval| retrieval.gallery = HOSTILE.into());
    for system in &mut report.measures.baselines.as_mut().unwrap().systems {
        (system.name, system.method) = (HOSTILE.into(), HOSTILE.into());
    }
    for distribution in &mut report.descriptors.as_mut().unwrap().distributions {
        (distribution.name, distribution.unit, distribution.method) = (HOSTILE.into(), HOSTILE.into(), HOSTILE.into());
    }
    for track in &mut report.tracks {
        let descriptors = track.descriptors.as_mut().unwrap();
        (descriptors.key, descriptors.camelot) = (Some(HOSTILE.into()), Some(HOSTILE.into()));
    }
    report.config = json!({ HOSTILE: HOSTILE });
    report
}

/// A library whose test split is empty, that was neither trained nor mapped.
pub(crate) fn bare() -> Report {
    let mut report = report();
    for track in &mut report.tracks {
        track.split = Split::Train;
        track.meta.tags.clear();
        (track.confidence, track.unsure, track.descriptors) = (None, false, None);
    }
    report.sub_genres = summaries(&report.tracks);
    report.test = evaluation(&report.tracks, SUB_GENRES.len());
    report.test.majority = None;
    report.test.genre_overall = None;
    report.test.per_genre.clear();
    report.validation = None;
    report.measures = Measures::default();
    report.training = Training::default();
    report.map = Map::default();
    report.advice = Advice::default();
    report.descriptors = None;
    report.grouping = Grouping::default();
    report.failures.clear();
    report.skipped.clear();
    report.warnings.clear();
    report
}

/// More sub-genres than there are colours, with long names.
pub(crate) fn many_sub_genres(count: usize) -> Report {
    let mut report = library(64);
    let mut noise = Noise(5);
    report.sub_genres = (0..count)
        .map(|i| SubGenreSummary {
            sub_genre: SubGenre {
                genre: None,
                name: format!("{} {} of the {} room", WORDS[i % 16], WORDS[(i * 7 + 3) % 16], WORDS[(i * 3 + 1) % 16]),
            },
            train: 0,
            validation: 0,
            test: 0,
            duration_s: 0.0,
        })
        .collect();
    report.map.centroids = (0..count).map(|i| [(i % 6) as f32 * 2.0 - 5.0, (i / 6) as f32 * 2.0 - 3.0]).collect();
    for (i, track) in report.tracks.iter_mut().enumerate() {
        let own = i * count / 448;
        track.meta.sub_genre = own as u32;
        track.predicted = if noise.next() < 0.7 { own } else { (own + (noise.next() * 5.0) as usize) % count } as u32;
        let summary = &mut report.sub_genres[own];
        summary.duration_s += f64::from(track.meta.duration_s);
        *match track.split {
            Split::Train => &mut summary.train,
            Split::Validation => &mut summary.validation,
            Split::Test => &mut summary.test,
        } += 1;
    }
    report.test = evaluation(&report.tracks, count);
    report.test.genre_overall = None;
    report.test.per_genre.clear();
    complete(&mut report, 11, 1.0);
    report
}

/// Timings of a run on two cores.
pub(crate) fn timings() -> Timings {
    let stage = |name: &str, seconds, done, reused, unit: &str| StageTiming {
        name: name.into(),
        seconds,
        done,
        reused,
        unit: unit.into(),
    };
    Timings {
        threads: 2,
        peak_memory_bytes: Some(912_000_000),
        stages: vec![
            stage("Features", 41.3, 112, 0, "tracks"),
            stage("Training", 188.25, 288, 0, "steps"),
            stage("Embedding", 3.4, 112, 0, "tracks"),
            stage("Map", 0.62, 112, 0, "points"),
        ],
    }
}

#[test]
fn the_interval_of_the_sample_is_wilsons() {
    // 27 of 28, from R's prop.test(27, 28, correct = FALSE).
    let (low, high) = wilson(27, 28);
    let interval = Interval { low, high };
    assert!((interval.low - 0.8229).abs() < 1e-3 && (interval.high - 0.9937).abs() < 1e-3, "{interval:?}");
}
