//! Accuracy and macro F1 of every classifier, with their intervals.

use super::intervals::{Axis, Group, Intervals, Look, Mark, Row};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::environment::percent;
use crate::render::report::{Classifier, Interval, Report};

const ACCURACY: Look = Look { ink: Ink::Accent, filled: true };
const MACRO_F1: Look = Look { ink: Ink::Muted, filled: false };

/// Draws one row per classifier; `None` where none has judged a track.
pub(crate) fn classifiers(report: &Report, layout: Layout) -> Result<Option<String>, ChartError> {
    let rows: Vec<Row<'_>> = report.measures.classifiers.iter().filter_map(row).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let chance = report.test.chance;
    let chart = Intervals {
        svg: Svg {
            id: layout.pick("chart-classifiers", "chart-classifiers-narrow").into(),
            class: layout.class(),
            title: "Accuracy and macro F1 of the classifiers".into(),
            description: "One row per classifier, each value with its 95 % interval. The table holds the numbers."
                .into(),
        },
        axis: Axis::shares(Some((chance, format!("chance {}", percent(chance))))),
        legend: vec![("accuracy", ACCURACY), ("macro F1", MACRO_F1)],
        groups: vec![Group { name: None, rows }],
    };
    chart.draw(layout).map(Some)
}

fn row(classifier: &Classifier) -> Option<Row<'_>> {
    let ends = |interval: Interval| (interval.low, interval.high);
    let accuracy = classifier.score.accuracy?;
    let words = percent(accuracy);
    let mut marks =
        vec![Mark { value: accuracy, interval: classifier.score.interval.map(ends), look: ACCURACY, words }];
    marks.extend(classifier.macro_f1.map(|value| {
        let interval = classifier.macro_f1_interval.map(ends);
        Mark { value, interval, look: MACRO_F1, words: format!("F1 {value:.2}") }
    }));
    Some(Row { name: &classifier.name, marks })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn every_classifier_has_a_row() {
        let report = sample::report();
        let svg = classifiers(&report, Layout::Wide).unwrap().unwrap();
        for classifier in &report.measures.classifiers {
            assert!(svg.contains(&classifier.name), "{}", classifier.name);
        }
        // One dot each and one in the legend.
        assert_eq!(svg.matches("<circle class=\"fill-accent\"").count(), report.measures.classifiers.len() + 1);
        assert_eq!(classifiers(&sample::bare(), Layout::Wide).unwrap(), None);
    }
}
