//! How smooth a list is, in numbers.

use super::{Library, tempo::TEMPO_TOLERANCE, tempo_change};

/// How smooth a list is. Steps are cosine distances from a track to the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures {
    /// The largest step. `None` for a list of fewer than two tracks, as the next two.
    pub largest_step: Option<f64>,
    /// Mean step.
    pub mean_step: Option<f64>,
    /// Mean step that the same tracks have in random order, expected over all orders: their mean pairwise distance.
    pub shuffled_step: Option<f64>,
    /// Share of the steps that change the tempo by at most 6 %, half and double tempo aside, among those with both
    /// tempi known. `None` where there are none.
    pub tempo_agreement: Option<f64>,
    /// Share of the steps between keys that mix ([`Key::compatible_with`](crate::Key::compatible_with)), among those
    /// with both keys known. `None` where there are none.
    pub key_agreement: Option<f64>,
    /// The step from each track to the next: one fewer than tracks.
    pub steps: Vec<f64>,
}

/// Measures a list. Tracks that do not exist are passed over.
pub fn measures(library: Library<'_>, tracks: &[usize]) -> Measures {
    let Library { songs, searcher } = library;
    let tracks: Vec<usize> = tracks.iter().copied().filter(|&track| track < searcher.len()).collect();
    let n = tracks.len() as f64;
    let steps: Vec<f64> = tracks.windows(2).map(|step| 1.0 - searcher.similarity(step[0], step[1])).collect();
    // The similarities of all ordered pairs add up to |sum|^2, of which each track's with itself is 1.
    let mut sum = vec![0.0; searcher.rows().dim()];
    for &track in &tracks {
        for (sum, value) in sum.iter_mut().zip(searcher.rows().vector(track)) {
            *sum += f64::from(value);
        }
    }
    let square: f64 = sum.iter().map(|value| value * value).sum();
    let some = !steps.is_empty();
    let (mut tempi, mut keys) = (Share::default(), Share::default());
    for step in tracks.windows(2) {
        let (Some(a), Some(b)) = (songs.get(step[0]), songs.get(step[1])) else { continue };
        if let (Some(a), Some(b)) = (a.bpm, b.bpm) {
            tempi.count(tempo_change(a, b).is_some_and(|change| change.abs() <= TEMPO_TOLERANCE));
        }
        if let (Some(a), Some(b)) = (a.key, b.key) {
            keys.count(a.compatible_with(b));
        }
    }
    Measures {
        largest_step: some.then(|| steps.iter().fold(0.0, |largest: f64, &step| largest.max(step))),
        mean_step: some.then(|| steps.iter().sum::<f64>() / (n - 1.0)),
        shuffled_step: some.then(|| (1.0 - (square - n) / (n * (n - 1.0))).max(0.0)),
        tempo_agreement: tempi.of_all(),
        key_agreement: keys.of_all(),
        steps,
    }
}

#[derive(Default)]
struct Share {
    agreeing: f64,
    all: f64,
}

impl Share {
    fn count(&mut self, agrees: bool) {
        self.agreeing += f64::from(u8::from(agrees));
        self.all += 1.0;
    }

    fn of_all(&self) -> Option<f64> {
        (self.all > 0.0).then(|| self.agreeing / self.all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playlist::test_library::TestLibrary;

    #[test]
    fn the_shuffled_step_is_the_mean_over_all_orders() {
        let library = TestLibrary::new(5, 4, 7);
        let mut sum = 0.0;
        let mut orders = 0.0;
        // Every ordered pair stands side by side in as many orders as any other, so pairs stand for orders.
        for a in 0..5 {
            for b in (0..5).filter(|&b| b != a) {
                sum += measures(library.get(), &[a, b]).mean_step.unwrap();
                orders += 1.0;
            }
        }
        let all = measures(library.get(), &[0, 1, 2, 3, 4]);
        assert!((all.shuffled_step.unwrap() - sum / orders).abs() < 1e-6);
        assert_eq!(all.steps.len(), 4);
        assert!((all.mean_step.unwrap() - all.steps.iter().sum::<f64>() / 4.0).abs() < 1e-12);
        assert!(all.steps.contains(&all.largest_step.unwrap()));
        assert!(all.steps.iter().all(|&step| step <= all.largest_step.unwrap()));
    }

    #[test]
    fn agreement_counts_what_is_known() {
        let mut library = TestLibrary::new(5, 2, 1);
        let known = [("120", "Am"), ("62", "C"), ("", ""), ("128", "Em"), ("150", "F#")];
        for (song, (bpm, key)) in library.songs.iter_mut().zip(known) {
            song.bpm = bpm.parse().ok();
            song.key = key.parse().ok();
        }
        let found = measures(library.get(), &[0, 1, 2, 3, 4]);
        assert_eq!((found.tempo_agreement, found.key_agreement), (Some(0.5), Some(0.5)));
        let found = measures(library.get(), &[1, 2, 3]);
        assert_eq!((found.tempo_agreement, found.key_agreement), (None, None));
    }

    #[test]
    fn a_list_of_one_has_no_steps() {
        let library = TestLibrary::new(3, 2, 1);
        assert_eq!(measures(library.get(), &[1]), Measures::default());
        assert_eq!(measures(library.get(), &[]), Measures::default());
        assert_eq!(measures(library.get(), &[9, 1]), Measures::default());
    }
}
