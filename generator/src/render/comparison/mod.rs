//! Several runs on the same held-out tracks, side by side: written as `comparison.json`, and its page is made from it
//! alone.

mod difference;
mod error;
mod paired;
mod run;
mod same;

use pmsl_core::SubGenre;
use serde::{Deserialize, Serialize};

pub use difference::Difference;
pub use error::ComparisonError;
pub use paired::Verdict;
pub(in crate::render) use paired::{Paired, RESAMPLES, SEED};
pub(in crate::render) use run::leaves;
pub use run::{ComparedClassifier, ComparedClusters, ComparedRun, Setting};

use super::report::Report;

/// Version of the layout of `comparison.json`. A reader refuses any other.
pub const COMPARISON_FORMAT: u32 = 1;

/// Runs that judged the same tracks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Comparison {
    /// Version of this layout: [`COMPARISON_FORMAT`].
    pub format: u32,
    /// Tracks that every run was judged on.
    pub judged: u32,
    /// Tracks of the library.
    pub tracks: u32,
    /// The sub-genres, in the order of the library.
    pub sub_genres: Vec<SubGenre>,
    /// Accuracy of naming a sub-genre at random.
    pub chance: f64,
    /// The runs, in the order given. The first is the one that the others are compared with.
    pub runs: Vec<ComparedRun>,
    /// What sets runs apart on the same tracks.
    pub differences: Vec<Difference>,
    /// Settings that are not the same in all runs.
    pub settings: Vec<Setting>,
}

impl Comparison {
    /// Sets runs side by side: (name, report). Equal names get a number.
    ///
    /// # Errors
    /// Refuses what cannot be compared track by track: a single run, runs without classifiers, of other tracks or
    /// sub-genres, or judged on other tracks.
    pub fn of(runs: &[(String, Report)]) -> Result<Self, ComparisonError> {
        let names = distinct(runs.iter().map(|(name, _)| name.as_str()));
        let runs: Vec<(&str, &Report)> =
            names.iter().map(String::as_str).zip(runs.iter().map(|(_, report)| report)).collect();
        let [first, others @ ..] = &runs[..] else { return Err(ComparisonError::TooFew { found: 0 }) };
        if others.is_empty() {
            return Err(ComparisonError::TooFew { found: 1 });
        }
        for &(name, report) in &runs {
            report.validate().map_err(|source| ComparisonError::Report { run: name.to_owned(), source })?;
            if report.measures.tracks.is_empty() || report.measures.classifiers.is_empty() {
                return Err(ComparisonError::NothingJudged { run: name.to_owned() });
            }
        }
        for &other in others {
            same::check(*first, other)?;
        }
        let report = first.1;
        Ok(Self {
            format: COMPARISON_FORMAT,
            judged: report.measures.tracks.len() as u32,
            tracks: report.tracks.len() as u32,
            sub_genres: report.sub_genres.iter().map(|summary| summary.sub_genre.clone()).collect(),
            chance: report.test.chance,
            runs: runs.iter().map(|&(name, report)| ComparedRun::of(name, report)).collect(),
            differences: difference::differences(&runs),
            settings: run::settings(&runs),
        })
    }

    /// The names of all classifiers, each once, in the order of the runs.
    pub fn classifiers(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for classifier in self.runs.iter().flat_map(|run| &run.classifiers) {
            if !names.contains(&classifier.name.as_str()) {
                names.push(&classifier.name);
            }
        }
        names
    }

    /// The most accurate classifier and its run, the first of equals.
    pub fn most_accurate(&self) -> Option<(&ComparedRun, &ComparedClassifier)> {
        let all = self.runs.iter().flat_map(|run| run.classifiers.iter().map(move |classifier| (run, classifier)));
        all.reduce(|best, other| if other.1.score.correct > best.1.score.correct { other } else { best })
    }

    /// The bytes of `comparison.json`: compact JSON with a final newline.
    ///
    /// # Errors
    /// Those of `serde_json`.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// The names, with a number behind every repetition: `a`, `b`, `a (2)`.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|candidate| !all.contains(candidate));
        all.extend(free);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn runs_are_set_side_by_side() {
        let comparison = sample::comparison();
        let names: Vec<&str> = comparison.runs.iter().map(|run| run.name.as_str()).collect();
        assert_eq!(names, ["ast", "musicnn", "tile2vec", "musicnn (2)"]);
        assert_eq!((comparison.judged, comparison.tracks), (28, 112));
        assert_eq!(
            comparison.classifiers(),
            ["Nearest centroid", "Logistic regression", "MLP", "k-nearest neighbours", "Network"]
        );
        let (run, classifier) = comparison.most_accurate().unwrap();
        let most = comparison.runs.iter().flat_map(|run| &run.classifiers).map(|c| c.score.correct).max().unwrap();
        assert_eq!(classifier.score.correct, most, "{}", run.name);
    }

    #[test]
    fn a_comparison_survives_its_json() {
        let comparison = sample::comparison();
        let bytes = comparison.to_json().unwrap();
        let read: Comparison = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read, comparison);
        assert_eq!(sample::comparison().to_json().unwrap(), bytes, "the same runs give the same bytes");
    }

    #[test]
    fn equal_names_are_numbered() {
        assert_eq!(distinct(["a", "b", "a", "a (2)", "a"].into_iter()), ["a", "b", "a (2)", "a (2) (2)", "a (3)"]);
    }

    fn refusal(change: impl FnOnce(&mut Report)) -> String {
        let mut other = sample::report();
        change(&mut other);
        Comparison::of(&[("one".into(), sample::report()), ("two".into(), other)]).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let alone = Comparison::of(&[("one".into(), sample::report())]).unwrap_err();
        assert_eq!(alone.to_string(), "expected at least two runs to compare, found 1");
        assert!(matches!(Comparison::of(&[]), Err(ComparisonError::TooFew { found: 0 })));
        assert_eq!(refusal(|r| *r = sample::bare()), "two judged no track, so there is nothing to compare");
        assert_eq!(refusal(|r| r.format = 1), "the report of two is not sound");
        assert_eq!(
            refusal(|r| r.tracks[3].meta.title = "Other".into()),
            "one and two are of different tracks: track 4 is \"Orbit Lantern\" by Harbour Unit in Emotional Techno for \
             one, \"Other\" by Harbour Unit in Emotional Techno for two"
        );
        assert_eq!(
            refusal(|r| r.sub_genres[2].sub_genre.name = "Deep House".into()),
            "one and two have different sub-genres: number 3 is \"Chill House\" for one, \"Deep House\" for two"
        );
        assert_eq!(
            refusal(|r| *r = sample::library(32)),
            "one and two are of different tracks: one has 112, two has 224"
        );
        assert_eq!(
            refusal(|r| *r = sample::cross_validated()),
            "one and two were judged on different tracks, 28 and 112: the first one that only two judged is \
             \"Amber Signal\" in Emotional Techno. Use the same folds or the same split and seed for both"
        );
    }
}
