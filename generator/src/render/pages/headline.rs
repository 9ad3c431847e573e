//! The result of a run in one sentence.

use crate::render::environment::{number, percent, plural};
use crate::render::report::{Evaluation, Score};

/// The two halves of the sentence: what was counted, and what it is worth.
pub(super) struct Headline {
    pub(super) counted: String,
    pub(super) worth: String,
}

pub(super) fn parts(test: &Evaluation) -> Headline {
    let Score { correct, n, accuracy: Some(accuracy), interval: Some(interval) } = test.overall else {
        return Headline {
            counted: "No track was held out".into(),
            worth: "nothing here says how well the sub-genres can be told apart".into(),
        };
    };
    let tracks = plural(u64::from(n), "held-out track");
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
pub fn headline(test: &Evaluation) -> String {
    let Headline { counted, worth } = parts(test);
    format!("{counted}: {worth}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{self, wilson};

    #[test]
    fn the_sentence_is_whole() {
        let sentence = |test: &Evaluation| headline(test).replace('\u{a0}', " ");
        let mut test = sample::report().test;
        assert_eq!(
            sentence(&test),
            "27 of 28 held-out tracks land nearest their own sub-genre: 96 % (82 % to 99 %), chance 14 %"
        );
        test.overall = Score::new(1, 1, wilson);
        assert_eq!(
            sentence(&test),
            "1 of 1 held-out track lands nearest their own sub-genre: 100 % (21 % to 100 %), chance 14 %"
        );
        test.overall = Score::new(0, 0, wilson);
        assert_eq!(
            sentence(&test),
            "No track was held out: nothing here says how well the sub-genres can be told apart"
        );
    }
}
