//! Whether the run is better than something simple, in words.

use std::fmt::Write as _;

use serde::Serialize;

use crate::render::environment::points;
use crate::render::report::{Baselines, PairedDifference, Report, System};

/// The answer and what it rests on.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    /// `good`, `unclear` or `bad`.
    kind: &'static str,
    answer: &'static str,
    reason: String,
}

/// The answer; `None` where nothing was compared.
pub(super) fn verdict(report: &Report) -> Option<Verdict> {
    let baselines = report.measures.baselines.as_ref()?;
    let trained = !report.training.epochs.is_empty();
    let others = others(baselines);
    let best = *others.iter().max_by(|a, b| accuracy(a.0).total_cmp(&accuracy(b.0)))?;
    let (kind, answer, reason) = if let Some((system, gain)) = worst(&others) {
        let end = if trained { " Training did not pay off: the simpler system does better." } else { "" };
        let reason = format!("{} is better on the same tracks: the difference is {}.{end}", system.name, words(gain));
        ("bad", "No.", reason)
    } else if others.iter().all(|(_, gain)| gain.is_better()) {
        let (system, gain) = best;
        let reason = format!(
            "It is better than {} on the same tracks. {}, {}, it gains {}.",
            if others.len() == 1 { "the simple system" } else { "every simple system" },
            if others.len() == 1 { "Over it" } else { "Over the best of them" },
            system.name,
            words(gain)
        );
        ("good", "Yes.", reason)
    } else {
        ("unclear", "Not clearly.", unclear(&others, trained))
    };
    Some(Verdict { kind, answer, reason: reason + &ranking(baselines) })
}

/// The system that ranks better than the run beyond chance, by most, in a sentence; nothing where none does.
fn ranking(baselines: &Baselines) -> String {
    let gains = baselines.systems.iter().skip(1).zip(&baselines.gains);
    let ranked = gains.filter_map(|(system, gain)| Some((system, gain.mean_average_precision?)));
    let better = ranked.filter(|(_, gain)| gain.is_worse());
    let Some((system, gain)) = better.min_by(|a, b| a.1.difference.total_cmp(&b.1.difference)) else {
        return String::new();
    };
    let depth = baselines.map_depth;
    format!(" In ranking, {} is better: MAP@{depth} differs by {}.", system.name, words(gain))
}

fn unclear(others: &[(&System, PairedDifference)], trained: bool) -> String {
    let (clear, open): (Vec<_>, Vec<_>) = others.iter().copied().partition(|(_, gain)| gain.is_better());
    let mut reason = String::new();
    if let Some(&(system, gain)) = open.iter().max_by(|a, b| accuracy(a.0).total_cmp(&accuracy(b.0))) {
        reason = format!(
            "Against {} the difference is {}, which chance alone could make.{}",
            system.name,
            words(gain),
            if trained { " Training is not shown to have helped beyond it." } else { "" }
        );
    }
    if !clear.is_empty() {
        let names: Vec<&str> = clear.iter().map(|(system, _)| system.name.as_str()).collect();
        let _ = write!(reason, " It is clearly better than: {}.", names.join("; "));
    }
    reason
}

/// The simple systems, each with what the run gains over it.
fn others(baselines: &Baselines) -> Vec<(&System, PairedDifference)> {
    baselines.systems.iter().skip(1).zip(baselines.gains.iter().map(|gain| gain.accuracy)).collect()
}

/// The system that beats the run by most, where one does beyond chance.
fn worst<'a>(others: &[(&'a System, PairedDifference)]) -> Option<(&'a System, PairedDifference)> {
    let beaten_by = others.iter().filter(|(_, gain)| gain.is_worse());
    beaten_by.min_by(|a, b| a.1.difference.total_cmp(&b.1.difference)).copied()
}

fn accuracy(system: &System) -> f64 {
    system.centroid.accuracy.unwrap_or_default()
}

fn words(gain: PairedDifference) -> String {
    let PairedDifference { difference, low, high } = gain;
    format!("{} percentage points ({} to {})", points(difference, 1), points(low, 1), points(high, 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn said(report: &Report) -> (String, String) {
        let Verdict { answer, reason, .. } = verdict(report).unwrap();
        (answer.to_owned(), reason)
    }

    #[test]
    fn the_answer_is_honest() {
        let (answer, reason) = said(&sample::beaten());
        assert_eq!(answer, "No.");
        assert_eq!(
            reason,
            "Frozen encoder, shrinkage LDA is better on the same tracks: the difference is −20.0 percentage points \
             (−29.0 to −11.0). Training did not pay off: the simpler system does better."
        );
        let (answer, reason) = said(&sample::in_vain());
        assert_eq!(answer, "Not clearly.");
        assert_eq!(
            reason,
            "Against Frozen encoder, shrinkage LDA the difference is 0.0 percentage points (−9.0 to +9.0), which \
             chance alone could make. Training is not shown to have helped beyond it. It is clearly better than: MFCC \
             statistics, standardised; Frozen encoder."
        );
        let mut report = sample::report();
        for gain in &mut report.measures.baselines.as_mut().unwrap().gains {
            gain.accuracy = PairedDifference { difference: 0.1, low: 0.02, high: 0.2 };
        }
        let (answer, reason) = said(&report);
        assert_eq!(answer, "Yes.");
        assert_eq!(
            reason,
            "It is better than every simple system on the same tracks. Over the best of them, Frozen encoder, \
             shrinkage LDA, it gains +10.0 percentage points (+2.0 to +20.0)."
        );
        let ranked = PairedDifference { difference: -0.09, low: -0.12, high: -0.06 };
        report.measures.baselines.as_mut().unwrap().gains[0].mean_average_precision = Some(ranked);
        assert!(said(&report).1.ends_with(
            " In ranking, MFCC statistics, standardised is better: MAP@10 differs by −9.0 percentage points (−12.0 to \
             −6.0)."
        ));
        report.training.epochs.clear();
        report.measures.baselines.as_mut().unwrap().gains[3].accuracy.low = -0.02;
        assert!(!said(&report).1.contains("Training"), "nothing was trained");
        assert!(verdict(&sample::bare()).is_none());
    }
}
