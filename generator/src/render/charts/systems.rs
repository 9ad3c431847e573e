//! The run beside simple systems, and what it gains over each of them.

use super::canvas::ticks;
use super::intervals::{Axis, Group, Intervals, Look, Mark, Row};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::environment::{percent, points};
use crate::render::report::{Report, System};

const OWN: Look = Look { ink: Ink::Accent, filled: true };
const OTHER: Look = Look { ink: Ink::Text, filled: true };
const RANKED: Look = Look { ink: Ink::Muted, filled: false };
const UNCLEAR: Look = Look { ink: Ink::Muted, filled: false };

/// Draws accuracy and mean average precision of every system; `None` where the run was compared with none.
pub(crate) fn systems(report: &Report, layout: Layout) -> Result<Option<String>, ChartError> {
    let Some(baselines) = &report.measures.baselines else { return Ok(None) };
    let rows = baselines
        .systems
        .iter()
        .enumerate()
        .map(|(i, system)| Row { name: &system.name, marks: marks(system, if i == 0 { OWN } else { OTHER }) });
    let chance = report.test.chance;
    let chart = Intervals {
        svg: Svg {
            id: layout.pick("chart-systems", "chart-systems-narrow").into(),
            class: layout.class(),
            title: "Accuracy and mean average precision of each system".into(),
            description: "The run's own system is the first row, the others need no training. The table holds the \
                          numbers."
                .into(),
        },
        axis: Axis::shares(Some((chance, format!("chance {}", percent(chance))))),
        legend: vec![("accuracy, this run", OWN), ("the others", OTHER), ("MAP", RANKED)],
        groups: vec![Group { name: None, rows: rows.collect() }],
    };
    chart.draw(layout).map(Some)
}

fn marks(system: &System, look: Look) -> Vec<Mark> {
    let accuracy = system.centroid.accuracy.map(|value| Mark {
        value,
        interval: system.centroid.interval.map(|interval| (interval.low, interval.high)),
        look,
        words: percent(value),
    });
    let map = system.mean_average_precision.map(|value| Mark {
        value,
        interval: system.mean_average_precision_interval.map(|interval| (interval.low, interval.high)),
        look: RANKED,
        words: format!("{value:.2}"),
    });
    accuracy.into_iter().chain(map).collect()
}

/// Draws what the run gains over every other system; `None` where there is none.
pub(crate) fn gains(report: &Report, layout: Layout) -> Result<Option<String>, ChartError> {
    let Some(baselines) = report.measures.baselines.as_ref().filter(|found| !found.gains.is_empty()) else {
        return Ok(None);
    };
    let reach = baselines.gains.iter().map(|gain| gain.accuracy.low.abs().max(gain.accuracy.high.abs()));
    // To the next five points, the same on both sides of nothing.
    let reach = ((reach.fold(0.05_f64, f64::max) * 20.0).ceil() / 20.0).min(1.0);
    let rows = baselines.systems.iter().skip(1).zip(&baselines.gains).map(|(system, gain)| {
        let own = gain.accuracy;
        let look = if own.is_better() || own.is_worse() { OWN } else { UNCLEAR };
        let interval = Some((own.low, own.high));
        let mark = Mark { value: own.difference, interval, look, words: points(own.difference, 1) };
        Row { name: &system.name, marks: vec![mark] }
    });
    let chart = Intervals {
        svg: Svg {
            id: layout.pick("chart-gains", "chart-gains-narrow").into(),
            class: layout.class(),
            title: "What this run gains over simple systems, in percentage points of accuracy".into(),
            description: "Right of the broken line this run is better. The table holds the numbers.".into(),
        },
        axis: Axis {
            low: -reach,
            high: reach,
            ticks: ticks(-reach, reach, layout.pick(7, 5)).into_iter().map(|tick| (tick, points(tick, 0))).collect(),
            reference: Some((0.0, "no difference".into())),
        },
        legend: vec![("beyond chance", OWN), ("not clear", UNCLEAR)],
        groups: vec![Group { name: None, rows: rows.collect() }],
    };
    chart.draw(layout).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn every_system_has_a_row_and_a_gain() {
        let report = sample::report();
        let (systems, gains) =
            (systems(&report, Layout::Wide).unwrap().unwrap(), gains(&report, Layout::Narrow).unwrap().unwrap());
        for system in &report.measures.baselines.as_ref().unwrap().systems[1..] {
            assert!(systems.contains("MFCC") && gains.contains("MFCC"), "{}", system.name);
        }
        assert_eq!(super::systems(&sample::bare(), Layout::Wide).unwrap(), None);
        assert_eq!(super::gains(&sample::bare(), Layout::Wide).unwrap(), None);
    }
}
