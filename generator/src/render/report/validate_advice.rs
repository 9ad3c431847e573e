//! Advice must be about tracks and sub-genres that there are.

use super::check::{ensure, finite, interval, share};
use super::{Report, ReportError};

impl Report {
    pub(super) fn validate_advice(&self) -> Result<(), ReportError> {
        let (advice, count) = (&self.advice, self.tracks.len());
        ensure(advice.judged as usize <= count, "advice.judged", format!("at most {count}"), advice.judged)?;
        for (i, own) in advice.misfiled.iter().enumerate() {
            let field = format!("advice.misfiled[{i}]");
            self.track_exists(&field, own.track)?;
            self.sub_genre_exists(&format!("{field}.suggested"), own.suggested)?;
            share(format!("{field}.confidence"), own.confidence)?;
            finite(format!("{field}.margin"), own.margin)?;
            let expected = |asked: u32| format!("at most {asked}");
            let (agreeing, asked) = (own.neighbours_agreeing, own.neighbours);
            ensure(agreeing <= asked, format!("{field}.neighbours_agreeing"), expected(asked), agreeing)?;
            let (agreeing, asked) = (own.classifiers_agreeing, own.classifiers);
            ensure(agreeing <= asked, format!("{field}.classifiers_agreeing"), expected(asked), agreeing)?;
        }
        for (i, pair) in advice.blurred.iter().enumerate() {
            let field = format!("advice.blurred[{i}]");
            self.sub_genre_exists(&format!("{field}.a"), pair.a)?;
            self.sub_genre_exists(&format!("{field}.b"), pair.b)?;
            share(format!("{field}.confused"), pair.confused)?;
            share(format!("{field}.mixed_neighbours"), pair.mixed_neighbours)?;
            interval(&format!("{field}.interval"), pair.interval)?;
        }
        for (i, copies) in advice.copies.iter().enumerate() {
            let field = format!("advice.copies[{i}].tracks");
            ensure(copies.tracks.len() >= 2, &field, "at least two tracks", copies.tracks.len())?;
            copies.tracks.iter().try_for_each(|&track| self.track_exists(&field, track))?;
        }
        for (i, outlier) in advice.outliers.iter().enumerate() {
            let field = format!("advice.outliers[{i}]");
            self.track_exists(&field, outlier.track)?;
            finite(format!("{field}.factor"), outlier.factor)?;
            finite(format!("{field}.nearest"), outlier.nearest)?;
        }
        self.validate_mixes()
    }

    fn validate_mixes(&self) -> Result<(), ReportError> {
        for (i, mix) in self.advice.mixes.iter().enumerate() {
            self.track_exists(&format!("advice.mixes[{i}]"), mix.track)?;
            let mut previous_s = 0.0;
            for (j, segment) in mix.segments.iter().enumerate() {
                let field = format!("advice.mixes[{i}].segments[{j}]");
                let (start_s, end_s) = (segment.start_s, segment.end_s);
                ensure(start_s >= previous_s, format!("{field}.start_s"), format!("from {previous_s} on"), start_s)?;
                ensure(
                    end_s > start_s && end_s.is_finite(),
                    format!("{field}.end_s"),
                    "an end after the start",
                    end_s,
                )?;
                self.sub_genre_exists(&format!("{field}.sub_genre"), segment.sub_genre)?;
                share(format!("{field}.confidence"), segment.confidence)?;
                previous_s = start_s;
            }
        }
        Ok(())
    }

    pub(super) fn track_exists(&self, field: &str, track: u32) -> Result<(), ReportError> {
        let count = self.tracks.len();
        ensure((track as usize) < count, field, format!("a track below {count}"), track)
    }

    pub(super) fn sub_genre_exists(&self, field: &str, sub_genre: u32) -> Result<(), ReportError> {
        let count = self.sub_genres.len();
        ensure((sub_genre as usize) < count, field, format!("a sub-genre below {count}"), sub_genre)
    }
}

#[cfg(test)]
mod tests {
    use crate::render::report::Advice;
    use crate::render::sample;

    fn refusal(change: impl FnOnce(&mut Advice)) -> String {
        let mut report = sample::report();
        change(&mut report.advice);
        report.validate().unwrap_err().to_string()
    }

    #[test]
    fn advice_is_about_what_there_is() {
        assert_eq!(refusal(|a| a.misfiled[1].track = 112), "advice.misfiled[1]: expected a track below 112, found 112");
        assert!(refusal(|a| a.misfiled[0].suggested = 7).starts_with("advice.misfiled[0].suggested: expected a sub-g"));
        assert!(refusal(|a| a.misfiled[0].neighbours_agreeing = 11).contains("expected at most 10, found 11"));
        assert!(refusal(|a| a.blurred[0].b = 9).starts_with("advice.blurred[0].b"));
        assert!(refusal(|a| a.copies[0].tracks.truncate(1)).contains("expected at least two tracks"));
        assert_eq!(refusal(|a| a.judged = 113), "advice.judged: expected at most 112, found 113");
        assert!(refusal(|a| a.outliers[0].factor = f64::NAN).starts_with("advice.outliers[0].factor"));
    }

    #[test]
    fn a_mix_runs_forward() {
        assert!(refusal(|a| a.mixes[0].segments[1].end_s = 0.0).contains("an end after the start"));
        assert!(refusal(|a| a.mixes[0].segments.swap(0, 1)).contains("start_s: expected from"));
        assert!(refusal(|a| a.mixes[1].segments[2].sub_genre = 7).contains("segments[2].sub_genre"));
    }
}
