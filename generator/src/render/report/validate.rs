//! A report that contradicts itself is refused: the pages index by its numbers, and readers trust them.

use super::check::{ensure, finite, length, score, share};
use super::{REPORT_FORMAT, Report, ReportError};

impl Report {
    /// Checks that lengths and counts agree, that every index exists, and that every number is finite.
    ///
    /// # Errors
    /// [`ReportError::Format`] and [`ReportError::Contradiction`], which names the field.
    pub fn validate(&self) -> Result<(), ReportError> {
        if self.format != REPORT_FORMAT {
            return Err(ReportError::Format { found: self.format });
        }
        for (i, sub_genre) in self.sub_genres.iter().enumerate() {
            let own = || self.tracks.iter().filter(move |track| track.meta.sub_genre as usize == i).count();
            ensure(sub_genre.tracks() as usize == own(), format!("sub_genres[{i}]"), own(), sub_genre.tracks())?;
            finite(format!("sub_genres[{i}].duration_s"), sub_genre.duration_s)?;
        }
        self.validate_evaluation()?;
        self.validate_training()?;
        self.validate_map()?;
        self.validate_tracks()?;
        self.validate_measures()?;
        self.validate_systems()?;
        self.validate_advice()?;
        self.validate_descriptors()?;
        self.validate_cross_validation()
    }

    fn validate_evaluation(&self) -> Result<(), ReportError> {
        let (test, classes) = (&self.test, self.sub_genres.len());
        score("test.overall", &test.overall)?;
        share("test.chance", test.chance)?;
        if let Some(majority) = test.majority {
            share("test.majority", majority)?;
        }
        if let Some(genre) = &test.genre_overall {
            score("test.genre_overall", genre)?;
        }
        for (i, genre) in test.per_genre.iter().enumerate() {
            score(&format!("test.per_genre[{i}]"), &genre.score)?;
        }
        if let Some(validation) = &self.validation {
            score("validation", validation)?;
        }
        length("test.per_sub_genre", test.per_sub_genre.len(), classes)?;
        length("test.confusion", test.confusion.len(), classes)?;
        for (i, (own, row)) in test.per_sub_genre.iter().zip(&test.confusion).enumerate() {
            score(&format!("test.per_sub_genre[{i}]"), own)?;
            length(format!("test.confusion[{i}]"), row.len(), classes)?;
            let sum: u32 = row.iter().sum();
            ensure(sum == own.n, format!("test.confusion[{i}]"), format!("a sum of {}", own.n), sum)?;
            ensure(row[i] == own.correct, format!("test.confusion[{i}][{i}]"), own.correct, row[i])?;
        }
        let (n, correct) = test.per_sub_genre.iter().fold((0, 0), |(n, correct), s| (n + s.n, correct + s.correct));
        ensure(n == test.overall.n, "test.overall.n", n, test.overall.n)?;
        ensure(correct == test.overall.correct, "test.overall.correct", correct, test.overall.correct)
    }

    fn validate_training(&self) -> Result<(), ReportError> {
        let training = &self.training;
        for (i, epoch) in training.epochs.iter().enumerate() {
            ensure(epoch.epoch as usize == i + 1, format!("training.epochs[{i}].epoch"), i + 1, epoch.epoch)?;
            finite(format!("training.epochs[{i}].train_loss"), f64::from(epoch.train_loss))?;
            finite(format!("training.epochs[{i}].learning_rate"), epoch.learning_rate)?;
            if let Some(accuracy) = epoch.validation_accuracy {
                share(format!("training.epochs[{i}].validation_accuracy"), accuracy)?;
            }
        }
        for (i, &loss) in training.step_losses.iter().enumerate() {
            finite(format!("training.step_losses[{i}]"), f64::from(loss))?;
        }
        if let Some(best) = training.best_epoch {
            let count = training.epochs.len();
            ensure((1..=count).contains(&(best as usize)), "training.best_epoch", format!("1 to {count}"), best)?;
        }
        Ok(())
    }

    fn validate_map(&self) -> Result<(), ReportError> {
        if !(self.map.tracks.is_empty() && self.map.centroids.is_empty()) {
            length("map.tracks", self.map.tracks.len(), self.tracks.len())?;
            length("map.centroids", self.map.centroids.len(), self.sub_genres.len())?;
        }
        for (i, point) in self.map.tracks.iter().chain(&self.map.centroids).enumerate() {
            finite(format!("map point {i}"), f64::from(point[0] + point[1]))?;
        }
        Ok(())
    }

    fn validate_tracks(&self) -> Result<(), ReportError> {
        let (tracks, classes) = (self.tracks.len(), self.sub_genres.len());
        for (i, track) in self.tracks.iter().enumerate() {
            let below = |field: &str, index: u32, count: usize| {
                ensure((index as usize) < count, format!("tracks[{i}].{field}"), format!("below {count}"), index)
            };
            below("meta.sub_genre", track.meta.sub_genre, classes)?;
            below("predicted", track.predicted, classes)?;
            finite(format!("tracks[{i}].meta.duration_s"), f64::from(track.meta.duration_s))?;
            if let Some(bpm) = track.meta.bpm {
                finite(format!("tracks[{i}].meta.bpm"), f64::from(bpm))?;
            }
            if let Some(energy) = track.meta.energy {
                share(format!("tracks[{i}].meta.energy"), f64::from(energy))?;
            }
            finite(format!("tracks[{i}].similarity"), f64::from(track.similarity))?;
            finite(format!("tracks[{i}].margin"), f64::from(track.margin))?;
            if let Some(confidence) = track.confidence {
                share(format!("tracks[{i}].confidence"), f64::from(confidence))?;
            }
            for neighbour in &track.neighbours {
                below("neighbours", neighbour.track, tracks)?;
                finite(format!("tracks[{i}].neighbours"), f64::from(neighbour.similarity))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn refusal(change: impl FnOnce(&mut Report)) -> String {
        let mut report = sample::report();
        change(&mut report);
        report.validate().unwrap_err().to_string()
    }

    #[test]
    fn the_sample_is_sound() {
        sample::report().validate().unwrap();
        for report in [sample::hostile(), sample::bare(), sample::many_sub_genres(24), sample::cross_validated()] {
            report.validate().unwrap();
        }
    }

    #[test]
    fn contradictions_name_their_field() {
        assert_eq!(refusal(|r| r.tracks[3].predicted = 7), "tracks[3].predicted: expected below 7, found 7");
        assert_eq!(refusal(|r| r.test.confusion[2][2] += 1), "test.confusion[2]: expected a sum of 4, found 5");
        assert!(refusal(|r| r.test.overall.accuracy = Some(0.99)).starts_with("test.overall.accuracy: expected 0."));
        assert!(refusal(|r| r.test.per_sub_genre[0].interval = None).starts_with("test.per_sub_genre[0]: expected an"));
        assert_eq!(refusal(|r| r.map.tracks.truncate(5)), "map.tracks: expected 112 entries, found 5");
        assert_eq!(refusal(|r| r.tracks[0].margin = f32::NAN), "tracks[0].margin: expected a finite number, found NaN");
        assert_eq!(refusal(|r| r.training.best_epoch = Some(99)), "training.best_epoch: expected 1 to 24, found 99");
        assert_eq!(refusal(|r| r.sub_genres[1].train += 1), "sub_genres[1]: expected 16, found 17");
    }
}
