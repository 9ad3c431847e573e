//! What a set asks for at each place, and what missing it costs.

use super::{SetOptions, Song, songs::Songs, tempo::TEMPO_TOLERANCE, tempo_change};

/// Energy this far from the curve still counts as on it.
pub(super) const ENERGY_TOLERANCE: f64 = 0.2;
/// What is unknown costs as much as what is just acceptable, neither good nor bad.
const UNKNOWN: f64 = 1.0;
/// Costs grow with the square of what is off, in tolerances; beyond two everything is equally wrong.
const MOST: f64 = 4.0;

// Weights of the parts of a set's cost. A step of the mean distance between its candidates costs 1. What was asked for
// in words weighs more than what sounds alike, so that it is given up only where nothing else is near.
const TASTE: f64 = 1.0;
const TEMPO: f64 = 1.0;
const TEMPO_STEP: f64 = 0.2;
const KEY: f64 = 2.0;
const ENERGY: f64 = 1.0;

/// What is asked for at each place of a set with so many.
pub(super) struct Demand<'a> {
    options: &'a SetOptions,
    places: usize,
}

impl<'a> Demand<'a> {
    pub(super) fn new(options: &'a SetOptions, places: usize) -> Self {
        Self { options, places }
    }

    /// The tempo that is due at a place, in beats per minute.
    pub(super) fn bpm(&self, place: usize) -> Option<f32> {
        let [from, to] = self.options.bpm?;
        Some(from + (to - from) * self.share(place))
    }

    /// The energy that is due at a place: the curve's points, joined by straight lines.
    pub(super) fn energy(&self, place: usize) -> Option<f32> {
        let curve = &self.options.energy;
        let at = self.share(place) * curve.len().saturating_sub(1) as f32;
        let (before, after) = (curve.get(at as usize)?, curve.get(at as usize + 1).or(curve.last())?);
        Some(before + (after - before) * (at - at.floor()))
    }

    /// What a track costs at a place, by itself: 0 for what is ideal. `merit` is how well it fits the seeds, up to 1.
    pub(super) fn cost(&self, place: usize, song: &Song, merit: f64) -> f64 {
        let mut cost = TASTE * (1.0 - merit);
        if let Some(due) = self.bpm(place) {
            cost += TEMPO * tempo(due, song.bpm);
        }
        if let Some(due) = self.energy(place) {
            let off = song.energy.map(|energy| f64::from((energy - due).abs()) / ENERGY_TOLERANCE);
            cost += ENERGY * off.map_or(UNKNOWN, |off| (off * off).min(MOST));
        }
        cost
    }

    /// What a step from a track to another costs, given its share of the mean distance.
    pub(super) fn step(&self, songs: &Songs, from: usize, to: usize, distance: f64) -> f64 {
        let (Some(from), Some(to)) = (songs.get(from), songs.get(to)) else { return distance };
        let mut cost = distance + TEMPO_STEP * from.bpm.map_or(UNKNOWN, |bpm| tempo(bpm, to.bpm));
        if self.options.keys {
            cost += KEY * mixes(from, to).map_or(0.5 * UNKNOWN, |mixes| if mixes { 0.0 } else { 1.0 });
        }
        cost
    }

    fn share(&self, place: usize) -> f32 {
        place as f32 / self.places.saturating_sub(1).max(1) as f32
    }
}

/// Whether the keys of two songs mix, where both are known.
pub(super) fn mixes(from: &Song, to: &Song) -> Option<bool> {
    Some(from.key?.compatible_with(to.key?))
}

/// What a tempo costs where another is due.
fn tempo(due: f32, bpm: Option<f32>) -> f64 {
    let change = bpm.and_then(|bpm| tempo_change(due, bpm));
    change.map_or(UNKNOWN, |change| (change * change / (TEMPO_TOLERANCE * TEMPO_TOLERANCE)).min(MOST))
}
