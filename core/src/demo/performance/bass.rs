//! The bass line.

use super::Notes;
use crate::demo::instruments::{Note, Sound};
use crate::demo::mixer::{Mixer, Sends};
use crate::demo::rhythm::hits;
use crate::demo::song::Song;
use crate::demo::sound::{Place, Studio};

/// The lowest note a bass plays: E1, 41 Hz. The roots of all keys lie within the octave above.
const LOWEST: i32 = 28;

pub(super) fn play(song: &Song, studio: &Studio, mixer: &mut Mixer) {
    let bass = &song.style.bass;
    let mut random = song.random.fork("bass");
    let mut patch = bass.patch;
    patch.cutoff_hz *= random.between(0.75, 1.35);
    patch.envelope_decay_s *= random.between(0.75, 1.35);
    patch.drive *= random.between(0.6, 1.4);
    let mut notes = Notes::new(Sound::Subtractive(patch), studio, random.fork("clip"));
    let patterns = [random.pick(bass.lines), random.pick(bass.lines)];
    // The leaps are drawn once, so that the line repeats.
    let leaps: Vec<i32> =
        (0..32).map(|_| if random.chance(bass.leaps) { random.pick(&[12, 12, 7, -2]) } else { 0 }).collect();
    for (index, bar) in song.bars.iter().enumerate() {
        let level = bass.gain * song.habits.levels(*bar).bass;
        if level <= 0.0 {
            continue;
        }
        let root = LOWEST + (song.key.midi(song.chord(index), 1) - LOWEST).rem_euclid(12);
        let side = usize::from(index % 4 == 3);
        for (order, hit) in hits(patterns[side]).enumerate() {
            let note = Note {
                midi: root + leaps[(16 * side + order) % 32],
                glide_from: None,
                gate_s: song.step_s() * (hit.steps as f32 - 0.12),
                accent: hit.velocity,
                // The bass follows the moment less than the rest: the low end stays.
                open_octaves: (2.0 * song.open_octaves(*bar)).round() / 4.0,
            };
            let place = Place::at(song.frame(index, hit.step), level * (0.6 + 0.4 * hit.velocity));
            mixer.music(notes.get(note), place, Sends::default());
        }
    }
}
