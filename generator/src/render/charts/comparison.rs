//! Accuracies of several runs, and their differences on the same tracks.

use super::canvas::ticks;
use super::intervals::{Axis, Group, Intervals, Look, Mark, Row};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::comparison::{Comparison, Difference, Verdict};
use crate::render::environment::{percent, percent_to, points};

const CLEAR: Look = Look { ink: Ink::Accent, filled: true };
const UNCLEAR: Look = Look { ink: Ink::Muted, filled: false };

/// Draws the accuracy of every classifier of every run, by run; a classifier has the same colour everywhere.
pub(crate) fn compared_accuracy(comparison: &Comparison, layout: Layout) -> Result<String, ChartError> {
    let names = comparison.classifiers();
    let groups = comparison.runs.iter().map(|run| {
        let rows = run.classifiers.iter().filter_map(|classifier| {
            let value = classifier.score.accuracy?;
            let colour = names.iter().position(|name| *name == classifier.name).unwrap_or_default();
            let look = Look { ink: Ink::Sub(colour), filled: true };
            let interval = classifier.score.interval.map(|interval| (interval.low, interval.high));
            let mark = Mark { value, interval, look, words: percent_to(value, 1) };
            Some(Row { name: &classifier.name, marks: vec![mark] })
        });
        Group { name: Some(run.name.clone()), rows: rows.collect() }
    });
    let chance = comparison.chance;
    let chart = Intervals {
        svg: Svg {
            id: layout.pick("chart-compared", "chart-compared-narrow").into(),
            class: layout.class(),
            title: "Accuracy by run and classifier".into(),
            description: "One row per classifier, in groups by run, each with its 95 % interval. The table holds the \
                          numbers."
                .into(),
        },
        axis: Axis::shares(Some((chance, format!("chance {}", percent(chance))))),
        legend: Vec::new(),
        groups: groups.collect(),
    };
    chart.draw(layout)
}

/// Draws the differences by classifier; `None` where there are none.
pub(crate) fn differences(comparison: &Comparison, layout: Layout) -> Result<Option<String>, ChartError> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for difference in &comparison.differences {
        let name = difference.heading();
        let row = row(difference);
        match groups.last_mut().filter(|group| group.name.as_ref() == Some(&name)) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { name: Some(name), rows: vec![row] }),
        }
    }
    let reach = |difference: &Difference| difference.interval.low.abs().max(difference.interval.high.abs());
    let Some(reach) = comparison.differences.iter().map(reach).reduce(f64::max) else { return Ok(None) };
    // To the next five points, the same on both sides of nothing.
    let reach = ((reach * 20.0).ceil() / 20.0).max(0.05);
    let chart = Intervals {
        svg: Svg {
            id: layout.pick("chart-differences", "chart-differences-narrow").into(),
            class: layout.class(),
            title: "Differences of accuracy on the same tracks, in percentage points".into(),
            description: "Right of the broken line a run is more accurate than the one it is compared with. The table \
                          holds the numbers."
                .into(),
        },
        axis: Axis {
            low: -reach,
            high: reach,
            ticks: ticks(-reach, reach, layout.pick(7, 5)).into_iter().map(|tick| (tick, points(tick, 0))).collect(),
            reference: Some((0.0, "no difference".into())),
        },
        legend: vec![("clear", CLEAR), ("not clear", UNCLEAR)],
        groups,
    };
    chart.draw(layout).map(Some)
}

fn row(difference: &Difference) -> Row<'_> {
    let look = if difference.verdict == Verdict::Unclear { UNCLEAR } else { CLEAR };
    let interval = Some((difference.interval.low, difference.interval.high));
    let words = points(difference.difference, 1);
    Row { name: &difference.run, marks: vec![Mark { value: difference.difference, interval, look, words }] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn a_classifier_has_one_colour_in_all_runs() {
        let comparison = sample::comparison();
        let svg = compared_accuracy(&comparison, Layout::Wide).unwrap();
        for (i, name) in comparison.classifiers().into_iter().enumerate() {
            let own = comparison.runs.iter().flat_map(|run| &run.classifiers).filter(|c| c.name == name).count();
            assert_eq!(svg.matches(&format!("<circle class=\"fill-sub-{i}\"")).count(), own, "{name}");
        }
    }

    #[test]
    fn differences_stand_by_classifier_around_nothing() {
        let comparison = sample::comparison();
        let svg = differences(&comparison, Layout::Wide).unwrap().unwrap();
        assert_eq!(svg.matches("Logistic regression, against ast").count(), 1);
        let clear = comparison.differences.iter().filter(|d| d.verdict != Verdict::Unclear).count();
        assert!(clear > 0 && clear < comparison.differences.len());
        assert_eq!(svg.matches("<circle class=\"fill-accent\"").count(), clear + 1, "one in the legend");
    }
}
