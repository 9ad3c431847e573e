//! Baselines, calibration, hubs and the measures by sub-genre must agree with the rest of the report.

use super::check::{ensure, finite, interval, length, score, share, within};
use super::{Baselines, Calibration, Hubness, PairedDifference, Report, ReportError, SubGenreMeasures};

impl Report {
    pub(super) fn validate_systems(&self) -> Result<(), ReportError> {
        let measures = &self.measures;
        if !measures.sub_genres.is_empty() {
            length("measures.sub_genres", measures.sub_genres.len(), self.sub_genres.len())?;
        }
        for (i, own) in measures.sub_genres.iter().enumerate() {
            validate_sub_genre(&format!("measures.sub_genres[{i}]"), own)?;
        }
        measures.baselines.iter().try_for_each(validate_baselines)?;
        measures.calibration.iter().try_for_each(validate_calibration)?;
        measures.hubness.iter().try_for_each(|hubness| self.validate_hubness(hubness))
    }

    fn validate_hubness(&self, hubness: &Hubness) -> Result<(), ReportError> {
        let (chosen, tried) = (hubness.chosen, hubness.corrections.len());
        ensure((chosen as usize) < tried, "measures.hubness.chosen", format!("below {tried}"), chosen)?;
        for (i, correction) in hubness.corrections.iter().enumerate() {
            let field = format!("measures.hubness.corrections[{i}]");
            finite(format!("{field}.skewness"), correction.skewness)?;
            share(format!("{field}.orphans"), correction.orphans)?;
            for (name, value) in [("validation", correction.validation), ("test", correction.test)] {
                value.map_or(Ok(()), |value| finite(format!("{field}.{name}"), value))?;
            }
        }
        hubness.hubs.iter().try_for_each(|hub| self.track_exists("measures.hubness.hubs", hub.track))?;
        hubness.orphans.iter().try_for_each(|&track| self.track_exists("measures.hubness.orphans", track))
    }
}

fn validate_sub_genre(field: &str, own: &SubGenreMeasures) -> Result<(), ReportError> {
    score(&format!("{field}.recall"), &own.recall)?;
    score(&format!("{field}.precision"), &own.precision)?;
    for (name, value) in
        [("f1", own.f1), ("mean_average_precision", own.mean_average_precision), ("r_precision", own.r_precision)]
    {
        value.map_or(Ok(()), |value| share(format!("{field}.{name}"), value))?;
    }
    for (name, ends) in
        [("f1_interval", own.f1_interval), ("mean_average_precision_interval", own.mean_average_precision_interval)]
    {
        ends.map_or(Ok(()), |ends| interval(&format!("{field}.{name}"), ends))?;
    }
    own.silhouette.map_or(Ok(()), |value| within(format!("{field}.silhouette"), value, -1.0..=1.0))
}

fn validate_baselines(baselines: &Baselines) -> Result<(), ReportError> {
    let (systems, gains) = (&baselines.systems, &baselines.gains);
    ensure(!systems.is_empty(), "measures.baselines.systems", "the run's own system", "none")?;
    length("measures.baselines.gains", gains.len(), systems.len() - 1)?;
    for (i, system) in systems.iter().enumerate() {
        let field = format!("measures.baselines.systems[{i}]");
        score(&format!("{field}.centroid"), &system.centroid)?;
        score(&format!("{field}.k_nearest"), &system.k_nearest)?;
        system.genre_centroid.iter().try_for_each(|own| score(&format!("{field}.genre_centroid"), own))?;
        for (name, value) in [("macro_f1", system.macro_f1), ("mean_average_precision", system.mean_average_precision)]
        {
            value.map_or(Ok(()), |value| share(format!("{field}.{name}"), value))?;
        }
        let ends = system.mean_average_precision_interval;
        ends.map_or(Ok(()), |ends| interval(&format!("{field}.mean_average_precision_interval"), ends))?;
        ensure(system.centroid.n > 0, format!("{field}.centroid.n"), "at least 1", system.centroid.n)?;
    }
    for (i, gain) in gains.iter().enumerate() {
        let field = format!("measures.baselines.gains[{i}]");
        validate_difference(&format!("{field}.accuracy"), gain.accuracy)?;
        gain.mean_average_precision
            .map_or(Ok(()), |own| validate_difference(&format!("{field}.mean_average_precision"), own))?;
    }
    Ok(())
}

fn validate_difference(field: &str, own: PairedDifference) -> Result<(), ReportError> {
    for (name, value) in [("difference", own.difference), ("low", own.low), ("high", own.high)] {
        within(format!("{field}.{name}"), value, -1.0..=1.0)?;
    }
    ensure(own.low <= own.high, field, "a lower end below the upper one", format!("{own:?}"))
}

fn validate_calibration(calibration: &Calibration) -> Result<(), ReportError> {
    finite("measures.calibration.temperature", calibration.temperature)?;
    for (name, value) in [
        ("expected_calibration_error", calibration.expected_calibration_error),
        ("uncalibrated_error", calibration.uncalibrated_error),
        ("target_accuracy", calibration.target_accuracy),
        ("threshold", calibration.threshold.unwrap_or_default()),
    ] {
        share(format!("measures.calibration.{name}"), value)?;
    }
    for (i, bin) in calibration.bins.iter().enumerate() {
        let field = format!("measures.calibration.bins[{i}]");
        for (name, value) in [
            ("low", Some(bin.low)),
            ("high", Some(bin.high)),
            ("confidence", bin.confidence),
            ("accuracy", bin.accuracy),
        ] {
            value.map_or(Ok(()), |value| share(format!("{field}.{name}"), value))?;
        }
    }
    score("measures.calibration.sure", &calibration.sure)?;
    score("measures.calibration.unsure", &calibration.unsure)
}

#[cfg(test)]
mod tests {
    use crate::render::report::Measures;
    use crate::render::sample;

    fn refusal(change: impl FnOnce(&mut Measures)) -> String {
        let mut report = sample::report();
        change(&mut report.measures);
        report.validate().unwrap_err().to_string()
    }

    #[test]
    fn every_baseline_has_its_gain() {
        assert!(refusal(|m| m.baselines.as_mut().unwrap().gains.truncate(1)).contains("gains: expected 4 entries"));
        assert!(refusal(|m| m.baselines.as_mut().unwrap().systems.clear()).contains("the run's own system"));
        let crossed = |m: &mut Measures| m.baselines.as_mut().unwrap().gains[0].accuracy.low = 0.9;
        assert!(refusal(crossed).contains("gains[0].accuracy: expected a lower end"));
        let nan = |m: &mut Measures| m.baselines.as_mut().unwrap().systems[1].macro_f1 = Some(f64::NAN);
        assert!(refusal(nan).contains("systems[1].macro_f1"));
    }

    #[test]
    fn hubs_are_tracks_and_the_choice_is_one_of_those_tried() {
        assert_eq!(
            refusal(|m| m.hubness.as_mut().unwrap().chosen = 4),
            "measures.hubness.chosen: expected below 4, found 4"
        );
        assert!(refusal(|m| m.hubness.as_mut().unwrap().hubs[0].track = 400).contains("hubs: expected a track below"));
        assert!(refusal(|m| m.hubness.as_mut().unwrap().orphans[0] = 400).contains("orphans: expected a track below"));
    }

    #[test]
    fn shares_and_shapes_are_checked() {
        assert!(refusal(|m| m.sub_genres.truncate(2)).contains("measures.sub_genres: expected 7 entries"));
        assert!(refusal(|m| m.sub_genres[1].silhouette = Some(1.4)).contains("sub_genres[1].silhouette"));
        assert!(refusal(|m| m.calibration.as_mut().unwrap().threshold = Some(1.4)).contains("calibration.threshold"));
        assert!(
            refusal(|m| m.calibration.as_mut().unwrap().bins[9].accuracy = Some(-1.0)).contains("bins[9].accuracy")
        );
    }
}
