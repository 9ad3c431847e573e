//! The result of a run in one sentence.

use crate::render::environment::{number, percent, plural};
use crate::render::report::{Report, Score};

/// The two halves of the sentence: what was counted, and what it is worth.
pub(super) struct Headline {
    pub(super) counted: String,
    pub(super) worth: String,
}

pub(super) fn parts(report: &Report) -> Headline {
    let test = &report.test;
    let Score { correct, n, accuracy: Some(accuracy), interval: Some(interval) } = test.overall else {
        return Headline {
            counted: "No track was held out".into(),
            worth: "nothing here says how well the sub-genres can be told apart".into(),
        };
    };
    let tracks = if report.cross_validation.is_some() {
        format!("{}, each held out once,", plural(u64::from(n), "track"))
    } else {
        plural(u64::from(n), "held-out track")
    };
    let verb = if correct == 1 { "lands" } else { "land" };
    Headline {
        counted: format!("{} of {tracks} {verb} nearest their own sub-genre", number(u64::from(correct))),
        worth: format!(
            "{} ({} to {}), chance {}",
            percent(accuracy),
            percent(interval.low),
            percent(interval.high),
            percent(test.chance)
        ),
    }
}

/// The result in one sentence, with its 95 % interval and chance:
/// `27 of 28 held-out tracks land nearest their own sub-genre: 96 % (82 % to 99 %), chance 14 %`.
pub fn headline(report: &Report) -> String {
    let Headline { counted, worth } = parts(report);
    format!("{counted}: {worth}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{self, wilson};

    #[test]
    fn the_sentence_is_whole() {
        let sentence = |report: &Report| headline(report).replace('\u{a0}', " ");
        let mut report = sample::report();
        assert_eq!(
            sentence(&report),
            "27 of 28 held-out tracks land nearest their own sub-genre: 96 % (82 % to 99 %), chance 14 %"
        );
        report.test.overall = Score::new(1, 1, wilson);
        assert_eq!(
            sentence(&report),
            "1 of 1 held-out track lands nearest their own sub-genre: 100 % (21 % to 100 %), chance 14 %"
        );
        report.test.overall = Score::new(0, 0, wilson);
        assert_eq!(
            sentence(&report),
            "No track was held out: nothing here says how well the sub-genres can be told apart"
        );
        assert_eq!(
            sentence(&sample::cross_validated()),
            "111 of 112 tracks, each held out once, land nearest their own sub-genre: 99 % (95 % to 99.8 %), \
             chance 14 %"
        );
    }
}
