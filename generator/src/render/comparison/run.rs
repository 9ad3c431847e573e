//! What a comparison holds of one run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::render::report::{AtDepth, Build, Classifier, Clusters, CrossValidation, Interval, Report, Score, Segments};

/// Depth of the mean average precision that is compared.
const DEPTH: u32 = 10;

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparedRun {
    /// Its name, different from those of the other runs.
    pub name: String,
    /// The title of its site.
    pub title: String,
    /// Versions and settings that decide its numbers.
    pub build: Build,
    /// How tracks were held out.
    pub protocol: String,
    /// The folds of a cross-validation; absent where one split was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cross_validation: Option<CrossValidation>,
    /// All parameters of the model.
    pub parameters: u64,
    /// Parameters that training changed; 0 where nothing was trained.
    pub trained_parameters: u64,
    /// Its classifiers, in the order of the report.
    pub classifiers: Vec<ComparedClassifier>,
    /// The network's own classifier on single chunks; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<Segments>,
    /// Mean average precision at depth 10; absent where it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map_at_10: Option<AtDepth>,
    /// Groups found without labels, against the playlists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<ComparedClusters>,
}

/// A classifier of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparedClassifier {
    /// Its name: equal names in several runs stand for the same method.
    pub name: String,
    /// How it was made, in one line.
    pub method: String,
    /// How many it got right.
    pub score: Score,
    /// Mean of the sub-genres' F1 scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macro_f1: Option<f64>,
    /// 95 % bootstrap interval of the macro F1, over tracks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macro_f1_interval: Option<Interval>,
    /// Mean of the sub-genres' average precisions of the predicted probabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macro_average_precision: Option<f64>,
    /// Mean of `-ln` of the probability given to the truth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_loss: Option<f64>,
}

/// How well the groups that k-means finds agree with the playlists.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparedClusters {
    /// Share of tracks in groups whose most frequent sub-genre is theirs.
    pub purity: f64,
    /// Normalised mutual information, arithmetic mean.
    pub normalized_mutual_information: f64,
    /// Adjusted Rand index.
    pub adjusted_rand_index: f64,
    /// Mean silhouette of the playlists themselves, by cosine distance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silhouette: Option<f64>,
}

impl ComparedRun {
    pub(super) fn of(name: &str, report: &Report) -> Self {
        let (measures, trained) = (&report.measures, !report.training.epochs.is_empty());
        let depths = measures.retrieval.iter().flat_map(|retrieval| &retrieval.mean_average_precision);
        Self {
            name: name.to_owned(),
            title: report.title.clone(),
            build: report.build.clone(),
            protocol: measures.protocol.clone(),
            cross_validation: report.cross_validation.clone(),
            parameters: report.training.parameters,
            trained_parameters: if trained { report.training.trainable_parameters } else { 0 },
            classifiers: measures.classifiers.iter().map(ComparedClassifier::of).collect(),
            segments: measures.segments.clone(),
            map_at_10: depths.copied().find(|at| at.k == DEPTH),
            clusters: measures.clusters.as_ref().map(ComparedClusters::of),
        }
    }
}

impl ComparedClassifier {
    fn of(classifier: &Classifier) -> Self {
        Self {
            name: classifier.name.clone(),
            method: classifier.method.clone(),
            score: classifier.score,
            macro_f1: classifier.macro_f1,
            macro_f1_interval: classifier.macro_f1_interval,
            macro_average_precision: classifier.macro_average_precision,
            log_loss: classifier.log_loss,
        }
    }
}

impl ComparedClusters {
    fn of(clusters: &Clusters) -> Self {
        Self {
            purity: clusters.purity,
            normalized_mutual_information: clusters.normalized_mutual_information,
            adjusted_rand_index: clusters.adjusted_rand_index,
            silhouette: clusters.silhouette,
        }
    }
}

/// A setting that is not the same in all runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Where it is in the configuration, such as `train.epochs`.
    pub path: String,
    /// Its value in each run; `null` where a run has no such setting.
    pub values: Vec<Option<Value>>,
}

/// The settings that are not the same in all runs, by path.
pub(super) fn settings(runs: &[(&str, &Report)]) -> Vec<Setting> {
    let mut all: BTreeMap<String, Vec<Option<Value>>> = BTreeMap::new();
    for (i, (_, report)) in runs.iter().enumerate() {
        leaves(String::new(), &report.config, &mut |path, value| {
            all.entry(path).or_insert_with(|| vec![None; runs.len()])[i] = Some(value.clone());
        });
    }
    let differing = all.into_iter().filter(|(_, values)| values.iter().any(|value| *value != values[0]));
    differing.map(|(path, values)| Setting { path, values }).collect()
}

/// Visits the values of a tree of objects; lists count as values.
pub(in crate::render) fn leaves(path: String, value: &Value, visit: &mut impl FnMut(String, &Value)) {
    let Value::Object(fields) = value else { return visit(path, value) };
    for (name, value) in fields {
        let separator = if path.is_empty() { "" } else { "." };
        leaves(format!("{path}{separator}{name}"), value, visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;
    use serde_json::json;

    #[test]
    fn settings_that_differ_are_listed_by_path() {
        let mut reports = [sample::report(), sample::report(), sample::report()];
        reports[0].config = json!({"seed": 1, "model": {"kind": "ast", "frames": [1, 2]}, "title": "a"});
        reports[1].config = json!({"seed": 1, "model": {"kind": "musicnn", "frames": [1, 2]}, "title": "a"});
        reports[2].config = json!({"seed": 1, "model": {"kind": "ast", "frames": [1, 3], "layers": 2}, "title": "a"});
        let runs: Vec<(&str, &Report)> = reports.iter().map(|report| ("", report)).collect();
        let found: Vec<(String, Value)> =
            settings(&runs).into_iter().map(|setting| (setting.path, json!(setting.values))).collect();
        assert_eq!(
            found,
            [
                ("model.frames".into(), json!([[1, 2], [1, 2], [1, 3]])),
                ("model.kind".into(), json!(["ast", "musicnn", "ast"])),
                ("model.layers".into(), json!([null, null, 2])),
            ]
        );
        assert_eq!(settings(&runs[..1]), []);
    }

    #[test]
    fn a_run_that_trained_nothing_says_so() {
        let mut report = sample::report();
        assert!(ComparedRun::of("a", &report).trained_parameters > 0);
        report.training.epochs.clear();
        assert_eq!(ComparedRun::of("a", &report).trained_parameters, 0);
        assert_eq!(ComparedRun::of("a", &report).map_at_10.unwrap().k, 10);
    }
}
