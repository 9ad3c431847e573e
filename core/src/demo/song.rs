//! The plan of one track: everything that its seed decides before a sound is made.

use super::arrangement::{Bar, Habits, lay_out};
use super::harmony::Key;
use super::random::Random;
use super::rhythm::{Hit, STEPS, hits};
use super::style::{Contour, Part, Style};

/// A track to be performed.
pub(super) struct Song {
    pub(super) style: &'static Style,
    pub(super) random: Random,
    pub(super) tempo_bpm: f32,
    pub(super) key: Key,
    pub(super) progression: &'static [i32],
    pub(super) chord_bars: usize,
    /// 0 dark to 1 bright.
    pub(super) brightness: f32,
    /// 0 sparse to 1 busy.
    pub(super) density: f32,
    pub(super) drive: f32,
    pub(super) reverb_s: f32,
    pub(super) swing: f32,
    pub(super) duck: f32,
    pub(super) habits: Habits,
    pub(super) bars: Vec<Bar>,
    pub(super) frames: usize,
    step_frames: f64,
}

impl Song {
    /// Draws a track of the style.
    pub(super) fn draw(style: &'static Style, seed: u64, frames: usize, rate_hz: f32) -> Self {
        let random = Random::new(seed);
        let mut draw = random.fork("plan");
        let tempo_bpm = style.tempo.draw(&mut draw).round();
        let key = Key { root: draw.index(12) as u8, mode: draw.pick(style.modes) };
        let step_frames = 60.0 * f64::from(rate_hz) / f64::from(tempo_bpm) / 4.0;
        let bars = (frames as f64 / (step_frames * STEPS as f64)).ceil() as usize;
        Self {
            style,
            tempo_bpm,
            key,
            progression: draw.pick(style.progressions),
            chord_bars: draw.pick(style.chord_bars),
            brightness: style.brightness.draw(&mut draw),
            density: style.density.draw(&mut draw),
            drive: style.drive.draw(&mut draw),
            reverb_s: style.reverb_s.draw(&mut draw),
            swing: style.swing.draw(&mut draw),
            duck: style.duck.draw(&mut draw),
            habits: Habits::draw(&mut draw),
            bars: lay_out(draw.pick(style.forms), bars),
            frames,
            step_frames,
            random,
        }
    }

    /// The sample at which a step of a bar starts, swing included.
    pub(super) fn frame(&self, bar: usize, step: usize) -> usize {
        let late = if step % 2 == 1 { f64::from(self.swing) } else { 0.0 };
        (((bar * STEPS + step) as f64 + late) * self.step_frames).round() as usize
    }

    /// Seconds in a step.
    pub(super) fn step_s(&self) -> f32 {
        15.0 / self.tempo_bpm
    }

    /// The scale degree of the chord in a bar.
    pub(super) fn chord(&self, bar: usize) -> i32 {
        self.progression[bar / self.chord_bars % self.progression.len()]
    }

    /// Octaves by which filters open for this track in this bar, in steps of a quarter so that sounds can be reused.
    pub(super) fn open_octaves(&self, bar: Bar) -> f32 {
        (4.0 * (2.2 * (self.brightness - 0.5) + bar.open_octaves())).round() / 4.0
    }
}

/// A note of a line, before it is rendered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tone {
    pub(super) hit: Hit,
    /// MIDI note.
    pub(super) midi: i32,
}

/// The line that a part plays: an answer-and-question pair of rhythms with fixed steps, bent to each bar's chord.
pub(super) struct Line {
    contour: Contour,
    octave: i32,
    rhythms: [Vec<Hit>; 2],
    /// What each hit does, by contour: a place in the chord or a step in the scale.
    moves: [Vec<i32>; 2],
    /// Which of the two rhythms each bar of a phrase of four uses.
    phrase: [usize; 4],
}

impl Line {
    pub(super) fn draw(part: &Part, density: f32, random: &mut Random) -> Self {
        let keep = 0.65 + 0.45 * density;
        let rhythms = [0, 1].map(|_| {
            let pattern = random.pick(part.rhythms);
            let thin = part.contour != Contour::Chord;
            hits(pattern).filter(|hit| !thin || hit.velocity > 0.9 || random.chance(keep)).collect::<Vec<_>>()
        });
        let moves = [0, 1].map(|side: usize| match part.contour {
            Contour::Arpeggio => arpeggio(rhythms[side].len(), random),
            Contour::Obsessive => {
                let favourites = [0, 0, 0, 7, 7, random.pick(&[1, 2, 3]), random.pick(&[-1, 4, 5])];
                rhythms[side].iter().map(|_| random.pick(&favourites)).collect()
            }
            Contour::Melody => rhythms[side].iter().map(|_| random.pick(&[-3, -2, -1, -1, 0, 1, 1, 2, 3])).collect(),
            Contour::Chord => vec![0; rhythms[side].len()],
        });
        let phrase = random.pick(&[[0, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1], [0, 1, 1, 0]]);
        Self { contour: part.contour, octave: part.octave, rhythms, moves, phrase }
    }

    /// The notes of a bar. For [`Contour::Chord`] each tone is the root of a chord.
    pub(super) fn bar(&self, song: &Song, bar: usize) -> Vec<Tone> {
        let side = self.phrase[bar % 4];
        let chord = song.chord(bar);
        let mut place = chord;
        self.rhythms[side]
            .iter()
            .zip(&self.moves[side])
            .map(|(hit, step)| {
                let degree = match self.contour {
                    Contour::Arpeggio => chord + [0, 2, 4, 7, 9, 11, 14][*step as usize % 7],
                    Contour::Obsessive | Contour::Chord => chord + step,
                    Contour::Melody => {
                        place = (place + step).clamp(chord - 4, chord + 7);
                        if hit.velocity > 0.9 || hit.steps > 2 {
                            place = nearest_chord_tone(place, chord);
                        }
                        place
                    }
                };
                Tone { hit: *hit, midi: song.key.midi(degree, self.octave) }
            })
            .collect()
    }
}

/// The degree of the triad on `chord` that lies nearest to `degree`, in any octave.
fn nearest_chord_tone(degree: i32, chord: i32) -> i32 {
    (degree - 2..=degree + 2)
        .filter(|candidate| matches!((candidate - chord).rem_euclid(7), 0 | 2 | 4))
        .min_by_key(|candidate| (candidate - degree).abs())
        .unwrap_or(degree)
}

/// Places in the chord: up, down, both, or broken.
fn arpeggio(count: usize, random: &mut Random) -> Vec<i32> {
    let width = 3 + random.index(3) as i32;
    let kind = random.index(4);
    (0..count as i32)
        .map(|index| match kind {
            0 => index % width,
            1 => width - 1 - index % width,
            2 => {
                let turn = index % (2 * width - 2);
                turn.min(2 * width - 2 - turn)
            }
            _ => random.index(width as usize) as i32,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Song, nearest_chord_tone};
    use crate::demo::styles::STYLES;

    #[test]
    fn the_grid_follows_the_tempo() {
        for style in &STYLES {
            let song = Song::draw(style, 5, 32_000 * 24, 32_000.0);
            assert!((style.tempo.0 - 0.5..=style.tempo.1 + 0.5).contains(&song.tempo_bpm));
            let beat = song.frame(7, 4) - song.frame(7, 0);
            assert!((beat as f32 - 60.0 * 32_000.0 / song.tempo_bpm).abs() <= 1.0);
            assert!(song.frame(song.bars.len(), 0) >= song.frames, "the bars cover the track");
            assert!(song.frame(song.bars.len() - 1, 0) < song.frames, "no bar lies beyond it");
        }
    }

    #[test]
    fn melodies_rest_on_chord_tones() {
        assert_eq!(nearest_chord_tone(8, 0), 7);
        assert_eq!(nearest_chord_tone(4, 0), 4);
        assert_eq!(nearest_chord_tone(-2, 0), -3);
    }
}
