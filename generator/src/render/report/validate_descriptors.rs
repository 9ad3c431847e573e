//! Descriptors must cover the sub-genres, and their quantiles must ascend.

use super::check::{ensure, finite, length, score};
use super::{Report, ReportError};

/// Positions on the Camelot wheel.
const KEYS: usize = 24;

impl Report {
    pub(super) fn validate_descriptors(&self) -> Result<(), ReportError> {
        for (i, own) in self.tracks.iter().enumerate().filter_map(|(i, t)| Some((i, t.descriptors.as_ref()?))) {
            let measured = [own.tempo_bpm, own.tempo_confidence, own.key_confidence, own.loudness_lufs];
            let more = [own.loudness_range_lu, own.true_peak_dbtp, Some(own.energy), Some(own.onset_density_hz)];
            for value in measured.into_iter().chain(more).flatten() {
                finite(format!("tracks[{i}].descriptors"), f64::from(value))?;
            }
        }
        let Some(summary) = &self.descriptors else { return Ok(()) };
        let classes = self.sub_genres.len();
        for (i, distribution) in summary.distributions.iter().enumerate() {
            let field = format!("descriptors.distributions[{i}].sub_genres");
            length(&field, distribution.sub_genres.len(), classes)?;
            for (j, own) in distribution.sub_genres.iter().enumerate().filter_map(|(j, own)| Some((j, own.as_ref()?))) {
                let numbers = [own.min, own.q1, own.median, own.q3, own.max];
                // Also false where one is not a number.
                let ascend = numbers.windows(2).all(|pair| pair[0] <= pair[1]);
                ensure(ascend, format!("{field}[{j}]"), "numbers that ascend", format!("{numbers:?}"))?;
                finite(format!("{field}[{j}]"), own.max - own.min)?;
            }
        }
        length("descriptors.keys", summary.keys.len(), classes)?;
        for (i, keys) in summary.keys.iter().enumerate() {
            length(format!("descriptors.keys[{i}]"), keys.len(), KEYS)?;
        }
        let tags = [
            ("tempo_tags", &summary.tempo_tags),
            ("tempo_tags_octave", &summary.tempo_tags_octave),
            ("key_tags", &summary.key_tags),
        ];
        tags.into_iter()
            .filter_map(|(name, own)| Some((name, own.as_ref()?)))
            .try_for_each(|(name, own)| score(&format!("descriptors.{name}"), own))
    }
}

#[cfg(test)]
mod tests {
    use crate::render::report::{DescriptorSummary, Report};
    use crate::render::sample;

    fn refusal(change: impl FnOnce(&mut DescriptorSummary)) -> String {
        let mut report = sample::report();
        change(report.descriptors.as_mut().unwrap());
        report.validate().unwrap_err().to_string()
    }

    #[test]
    fn distributions_cover_the_sub_genres_and_ascend() {
        assert!(refusal(|d| d.distributions[2].sub_genres.truncate(3)).contains("expected 7 entries, found 3"));
        let crossed = |d: &mut DescriptorSummary| d.distributions[0].sub_genres[1].as_mut().unwrap().q1 = 999.0;
        assert!(refusal(crossed).starts_with("descriptors.distributions[0].sub_genres[1]: expected numbers that asc"));
        let nan = |d: &mut DescriptorSummary| d.distributions[0].sub_genres[1].as_mut().unwrap().median = f64::NAN;
        assert!(refusal(nan).contains("numbers that ascend"));
        assert!(refusal(|d| d.keys[0].truncate(12)).starts_with("descriptors.keys[0]: expected 24 entries"));
        assert!(refusal(|d| d.tempo_tags.as_mut().unwrap().n = 3).starts_with("descriptors.tempo_tags"));
    }

    #[test]
    fn a_tracks_descriptors_are_numbers() {
        let mut report: Report = sample::report();
        report.tracks[4].descriptors.as_mut().unwrap().energy = f32::NAN;
        assert!(report.validate().unwrap_err().to_string().starts_with("tracks[4].descriptors: expected a finite"));
    }
}
