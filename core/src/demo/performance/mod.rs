//! Plays a song on the instruments.

mod bass;
mod drums;
mod effects;
mod parts;

use std::collections::BTreeMap;

use super::instruments::{Note, Sound};
use super::mixer::Mixer;
use super::random::Random;
use super::song::Song;
use super::sound::{Frame, Studio};

/// Renders a song: stereo samples, peak -1 dBFS.
pub(super) fn perform(song: &Song, studio: &Studio) -> Vec<Frame> {
    let mut mixer = Mixer::new(song.frames, studio.rate_hz);
    drums::play(song, studio, &mut mixer);
    bass::play(song, studio, &mut mixer);
    parts::play(song, studio, &mut mixer);
    effects::play(song, studio, &mut mixer);
    let loudness_db = song.random.fork("loudness").between(-17.5, -15.5);
    mixer.finish(song, loudness_db)
}

/// What tells two rendered notes apart, in steps finer than can be heard.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct NoteKey {
    midi: i32,
    glide_from: Option<i32>,
    gate_ms: u32,
    accent_sixteenths: u32,
    open_sixteenths: i32,
}

/// Rendered notes of one instrument: loops play the same notes again and again.
struct Notes<'a> {
    sound: Sound,
    studio: &'a Studio,
    random: Random,
    rendered: BTreeMap<NoteKey, Vec<Frame>>,
}

impl<'a> Notes<'a> {
    fn new(sound: Sound, studio: &'a Studio, random: Random) -> Self {
        Self { sound, studio, random, rendered: BTreeMap::new() }
    }

    fn get(&mut self, note: Note) -> &[Frame] {
        let key = NoteKey {
            midi: note.midi,
            glide_from: note.glide_from,
            gate_ms: (note.gate_s * 1000.0) as u32,
            accent_sixteenths: (note.accent * 16.0) as u32,
            open_sixteenths: (note.open_octaves * 16.0) as i32,
        };
        let Self { sound, studio, random, rendered } = self;
        rendered.entry(key).or_insert_with(|| {
            // Each pitch starts at other phases, or the voices of a chord would add up like one.
            let mut random = random.fork("phases").fork(&note.midi.to_string());
            sound.play(note, studio, &mut random)
        })
    }
}
