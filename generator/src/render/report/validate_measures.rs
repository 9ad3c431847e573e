//! The measures must agree with the tracks they were taken of.

use super::check::{ensure, finite, interval, length, score, share, within};
use super::measures::{Classifier, Clusters, Pairs, Retrieval, Segments};
use super::{AVERAGE_PRECISION_BINS, Report, ReportError, Split};

impl Report {
    pub(super) fn validate_measures(&self) -> Result<(), ReportError> {
        let (measures, classes) = (&self.measures, self.sub_genres.len());
        let mut previous = None;
        for (i, &index) in measures.tracks.iter().enumerate() {
            let field = format!("measures.tracks[{i}]");
            ensure(previous.is_none_or(|previous| previous < index), &field, "ascending indices", index)?;
            previous = Some(index);
            let split = self.tracks.get(index as usize).map(|track| track.split);
            let found = split.map_or("no such track", Split::label);
            ensure(split == Some(Split::Test), field, "a track that was held out", format!("{index}, {found}"))?;
        }
        for (i, classifier) in measures.classifiers.iter().enumerate() {
            let field = format!("measures.classifiers[{i}]");
            let earlier = &measures.classifiers[..i];
            let unique = earlier.iter().all(|other| other.name != classifier.name);
            ensure(unique, format!("{field}.name"), "a name of its own", &classifier.name)?;
            self.validate_classifier(&field, classifier)?;
        }
        if let Some(centroid) = measures.classifiers.first() {
            let (found, expected) = (centroid.score, self.test.overall);
            let counts = |score: super::Score| format!("{} of {}", score.correct, score.n);
            let same = (found.correct, found.n) == (expected.correct, expected.n);
            ensure(
                same,
                "measures.classifiers[0].score",
                format!("test.overall, {}", counts(expected)),
                counts(found),
            )?;
        }
        measures.segments.iter().try_for_each(validate_segments)?;
        measures.retrieval.iter().try_for_each(|retrieval| validate_retrieval(retrieval, classes))?;
        measures.clusters.iter().try_for_each(|clusters| validate_clusters(clusters, classes))?;
        measures.pairs.iter().try_for_each(validate_pairs)
    }

    fn validate_classifier(&self, field: &str, classifier: &Classifier) -> Result<(), ReportError> {
        let (tracks, classes) = (&self.measures.tracks, self.sub_genres.len());
        length(format!("{field}.predicted"), classifier.predicted.len(), tracks.len())?;
        let mut correct = 0_u32;
        for (i, (&track, &predicted)) in tracks.iter().zip(&classifier.predicted).enumerate() {
            let exists = (predicted as usize) < classes;
            ensure(exists, format!("{field}.predicted[{i}]"), format!("below {classes}"), predicted)?;
            correct += u32::from(self.tracks[track as usize].meta.sub_genre == predicted);
        }
        score(&format!("{field}.score"), &classifier.score)?;
        let n = classifier.score.n;
        ensure(n as usize == tracks.len(), format!("{field}.score.n"), tracks.len(), n)?;
        let told = classifier.score.correct;
        ensure(told == correct, format!("{field}.score.correct"), format!("{correct}, by its predictions"), told)?;
        for (name, value) in
            [("macro_f1", classifier.macro_f1), ("macro_average_precision", classifier.macro_average_precision)]
        {
            value.map_or(Ok(()), |value| share(format!("{field}.{name}"), value))?;
        }
        classifier.macro_f1_interval.map_or(Ok(()), |ends| interval(&format!("{field}.macro_f1_interval"), ends))?;
        let loss = classifier.log_loss.unwrap_or_default();
        ensure(loss.is_finite() && loss >= 0.0, format!("{field}.log_loss"), "a finite loss of at least 0", loss)
    }

    pub(super) fn validate_cross_validation(&self) -> Result<(), ReportError> {
        let Some(folds) = &self.cross_validation else { return Ok(()) };
        ensure(folds.folds >= 2, "cross_validation.folds", "at least 2", folds.folds)?;
        ensure(!folds.repeats.is_empty(), "cross_validation.repeats", "at least one repeat", "none")?;
        for (i, &accuracy) in folds.repeats.iter().enumerate() {
            share(format!("cross_validation.repeats[{i}]"), accuracy)?;
        }
        let kept = self.tracks.iter().position(|track| track.split != Split::Test);
        let expected = "a track that was held out, as all are in a cross-validation";
        kept.map_or(Ok(()), |i| ensure(false, format!("tracks[{i}].split"), expected, self.tracks[i].split.label()))
    }
}

fn validate_segments(segments: &Segments) -> Result<(), ReportError> {
    ensure(segments.count > 0, "measures.segments.count", "at least 1", segments.count)?;
    share("measures.segments.accuracy", segments.accuracy)?;
    interval("measures.segments.accuracy_interval", segments.accuracy_interval)?;
    share("measures.segments.macro_f1", segments.macro_f1)?;
    share("measures.segments.macro_average_precision", segments.macro_average_precision)
}

fn validate_retrieval(retrieval: &Retrieval, classes: usize) -> Result<(), ReportError> {
    let mut previous = 0;
    for (i, at) in retrieval.mean_average_precision.iter().enumerate() {
        let field = format!("measures.retrieval.mean_average_precision[{i}]");
        ensure(at.k > previous, format!("{field}.k"), format!("above {previous}"), at.k)?;
        previous = at.k;
        share(format!("{field}.value"), at.value)?;
        share(format!("{field}.with_query"), at.with_query)?;
    }
    length("measures.retrieval.curves", retrieval.curves.len(), classes)?;
    let depth = retrieval.depth();
    for (i, curve) in retrieval.curves.iter().enumerate().filter(|(_, curve)| !curve.is_empty()) {
        length(format!("measures.retrieval.curves[{i}]"), curve.len(), depth)?;
        for (j, &value) in curve.iter().enumerate() {
            share(format!("measures.retrieval.curves[{i}][{j}]"), f64::from(value))?;
        }
    }
    let counts = &retrieval.average_precision_counts;
    length("measures.retrieval.average_precision_counts", counts.len(), AVERAGE_PRECISION_BINS)?;
    let queries: u64 = counts.iter().map(|&count| u64::from(count)).sum();
    let expected = format!("at most {} queries", retrieval.tracks);
    let field = "measures.retrieval.average_precision_counts";
    ensure(queries <= u64::from(retrieval.tracks), field, expected, queries)?;
    length("measures.retrieval.similarity", retrieval.similarity.len(), classes)?;
    for (i, row) in retrieval.similarity.iter().enumerate() {
        length(format!("measures.retrieval.similarity[{i}]"), row.len(), classes)?;
        for (j, value) in row.iter().enumerate().filter_map(|(j, value)| Some((j, (*value)?))) {
            within(format!("measures.retrieval.similarity[{i}][{j}]"), f64::from(value), -1.0..=1.0)?;
        }
    }
    Ok(())
}

fn validate_clusters(clusters: &Clusters, classes: usize) -> Result<(), ReportError> {
    share("measures.clusters.purity", clusters.purity)?;
    share("measures.clusters.normalized_mutual_information", clusters.normalized_mutual_information)?;
    within("measures.clusters.adjusted_rand_index", clusters.adjusted_rand_index, -1.0..=1.0)?;
    let silhouette = clusters.silhouette;
    silhouette.map_or(Ok(()), |value| within("measures.clusters.silhouette", value, -1.0..=1.0))?;
    for (i, row) in clusters.table.iter().enumerate() {
        length(format!("measures.clusters.table[{i}]"), row.len(), classes)?;
    }
    Ok(())
}

fn validate_pairs(pairs: &Pairs) -> Result<(), ReportError> {
    finite("measures.pairs.threshold", pairs.threshold)?;
    share("measures.pairs.balanced_accuracy", pairs.balanced_accuracy)?;
    ensure(pairs.pairs > 0, "measures.pairs.pairs", "at least 1", pairs.pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::report::Measures;
    use crate::render::sample;

    fn refusal(change: impl FnOnce(&mut Measures)) -> String {
        let mut report = sample::report();
        change(&mut report.measures);
        report.validate().unwrap_err().to_string()
    }

    fn retrieval(measures: &mut Measures) -> &mut Retrieval {
        measures.retrieval.as_mut().unwrap()
    }

    #[test]
    fn judged_tracks_are_held_out_and_named_once() {
        assert_eq!(
            refusal(|m| m.tracks[0] = 0),
            "measures.tracks[0]: expected a track that was held out, found 0, training"
        );
        assert!(refusal(|m| m.tracks[1] = m.tracks[0]).starts_with("measures.tracks[1]: expected ascending indices"));
        assert!(refusal(|m| *m.tracks.last_mut().unwrap() = 4000).ends_with("found 4000, no such track"));
    }

    #[test]
    fn classifiers_count_what_they_predict() {
        let logistic = "measures.classifiers[1]";
        assert!(refusal(|m| m.classifiers[1].predicted.truncate(3)).starts_with(logistic));
        assert_eq!(
            refusal(|m| m.classifiers[1].predicted[2] = 7),
            format!("{logistic}.predicted[2]: expected below 7, found 7")
        );
        let right = |m: &mut Measures| m.classifiers[1].predicted[0] = (m.classifiers[1].predicted[0] + 1) % 7;
        assert!(refusal(right).starts_with(&format!("{logistic}.score.correct: expected ")));
        let twin = |m: &mut Measures| m.classifiers[1].name = m.classifiers[0].name.clone();
        assert!(refusal(twin).starts_with(&format!("{logistic}.name: expected a name of its own")));
        assert_eq!(
            refusal(|m| m.classifiers[1].log_loss = Some(f64::NAN)),
            format!("{logistic}.log_loss: expected a finite loss of at least 0, found NaN")
        );
        assert!(refusal(|m| m.classifiers[2].macro_f1 = Some(1.2)).contains("macro_f1: expected a share"));
        assert!(refusal(|m| m.classifiers.swap(0, 1)).starts_with("measures.classifiers[0].score: expected test."));
    }

    #[test]
    fn retrieval_has_the_shape_of_the_library() {
        let twice = |m: &mut Measures| retrieval(m).mean_average_precision[1].k = 1;
        assert_eq!(refusal(twice), "measures.retrieval.mean_average_precision[1].k: expected above 10, found 1");
        assert!(refusal(|m| retrieval(m).curves.truncate(2)).contains("curves: expected 7 entries"));
        assert!(refusal(|m| retrieval(m).curves[3].truncate(2)).contains("curves[3]: expected"));
        assert!(refusal(|m| retrieval(m).curves[3][1] = f32::NAN).contains("curves[3][1]: expected a share"));
        assert!(refusal(|m| retrieval(m).average_precision_counts[4] += 9000).contains("expected at most 112 queries"));
        assert!(
            refusal(|m| retrieval(m).similarity[2][1] = Some(-1.5)).contains("similarity[2][1]: expected a number")
        );
        assert!(refusal(|m| retrieval(m).similarity[2].truncate(2)).contains("similarity[2]: expected 7 entries"));
    }

    #[test]
    fn the_other_measures_stay_in_their_ranges() {
        assert!(refusal(|m| m.segments.as_mut().unwrap().count = 0).contains("segments.count"));
        let crossed = |m: &mut Measures| m.segments.as_mut().unwrap().accuracy_interval.low = 1.0;
        assert!(refusal(crossed).contains("accuracy_interval: expected a lower end below"));
        assert!(refusal(|m| m.clusters.as_mut().unwrap().purity = -0.1).contains("purity: expected a share"));
        assert!(refusal(|m| m.clusters.as_mut().unwrap().table[6].truncate(3)).contains("table[6]: expected 7"));
        assert!(refusal(|m| m.clusters.as_mut().unwrap().silhouette = Some(2.0)).contains("silhouette"));
        assert!(refusal(|m| m.pairs.as_mut().unwrap().threshold = f64::INFINITY).contains("threshold: expected a"));
    }

    #[test]
    fn a_cross_validation_holds_every_track_out() {
        let refusal = |change: fn(&mut Report)| {
            let mut report = sample::cross_validated();
            report.validate().unwrap();
            change(&mut report);
            report.validate().unwrap_err().to_string()
        };
        assert!(refusal(|r| r.cross_validation.as_mut().unwrap().folds = 1).starts_with("cross_validation.folds"));
        assert!(refusal(|r| r.cross_validation.as_mut().unwrap().repeats.clear()).contains("at least one repeat"));
        assert!(refusal(|r| r.cross_validation.as_mut().unwrap().repeats[0] = 1.5).contains("repeats[0]"));
        let trained = |r: &mut Report| {
            r.measures.tracks.clear();
            r.measures.classifiers.clear();
            r.tracks[5].split = Split::Train;
            r.sub_genres[0].train += 1;
            r.sub_genres[0].test -= 1;
        };
        assert!(refusal(trained).starts_with("tracks[5].split: expected a track that was held out"));
    }
}
