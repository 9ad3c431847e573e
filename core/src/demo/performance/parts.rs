//! Chords, motifs and leads.

use super::Notes;
use crate::demo::arrangement::{Bar, Levels};
use crate::demo::harmony::voiced_chord;
use crate::demo::instruments::{Note, Sound};
use crate::demo::mixer::{Mixer, Sends};
use crate::demo::random::Random;
use crate::demo::song::{Line, Song, Tone};
use crate::demo::sound::{Place, Studio};
use crate::demo::style::{Contour, Part};

pub(super) fn play(song: &Song, studio: &Studio, mixer: &mut Mixer) {
    let mut random = song.random.fork("parts");
    let chords = random.pick(song.style.chords);
    play_part(song, chords, |levels| levels.chords, studio, mixer, &mut random.fork("chords"));
    let first = random.index(song.style.motifs.len());
    play_part(song, song.style.motifs[first], |levels| levels.motif, studio, mixer, &mut random.fork("motif"));
    // Busy tracks have a second motif that is not the first.
    if random.chance(song.density) && song.style.motifs.len() > 1 {
        let second = (first + 1 + random.index(song.style.motifs.len() - 1)) % song.style.motifs.len();
        let part = Part { gain: 0.7 * song.style.motifs[second].gain, ..song.style.motifs[second] };
        play_part(song, part, |levels| levels.motif, studio, mixer, &mut random.fork("second motif"));
    }
    if random.chance(0.8) {
        let lead = random.pick(song.style.leads);
        play_part(song, lead, |levels| levels.lead, studio, mixer, &mut random.fork("lead"));
    }
}

/// The same patch, turned a little by each track.
fn vary(sound: Sound, random: &mut Random) -> Sound {
    match sound {
        Sound::Subtractive(mut patch) => {
            patch.cutoff_hz *= (0.45 * random.signed()).exp2();
            patch.detune_cents *= random.between(0.6, 1.4);
            patch.envelope_octaves *= random.between(0.75, 1.2);
            patch.envelope_decay_s *= random.between(0.7, 1.4);
            patch.drive *= random.between(0.6, 1.4);
            patch.vowel = patch.vowel.map(|formants| {
                let size = random.between(0.88, 1.14);
                formants.map(|hz| hz * size)
            });
            Sound::Subtractive(patch)
        }
        Sound::Fm(mut patch) => {
            patch.index.0 *= random.between(0.7, 1.4);
            patch.index_decay_s *= random.between(0.7, 1.4);
            patch.tine *= random.between(0.4, 1.5);
            patch.tremolo *= random.between(0.3, 1.3);
            Sound::Fm(patch)
        }
    }
}

fn play_part(
    song: &Song,
    part: Part,
    level: impl Fn(Levels) -> f32,
    studio: &Studio,
    mixer: &mut Mixer,
    random: &mut Random,
) {
    let mut notes = Notes::new(vary(part.sound, random), studio, random.fork("clip"));
    let line = Line::draw(&part, song.density, random);
    let sends = Sends { echo: part.echo, reverb: part.reverb * random.between(0.7, 1.2) };
    let gain = part.gain * random.between(0.85, 1.15);
    let pan = if part.contour == Contour::Chord { 0.0 } else { random.between(-0.25, 0.25) };
    let mut previous: Option<i32> = None;
    for (index, bar) in song.bars.iter().enumerate() {
        let level = gain * level(song.habits.levels(*bar));
        if level <= 0.0 {
            continue;
        }
        if part.contour == Contour::Chord {
            play_chords(song, &part, &line, (index, *bar), level, sends, &mut notes, mixer);
            continue;
        }
        for tone in line.bar(song, index) {
            // Fast lines of one voice slide now and then into an accent.
            let glide_from = previous.filter(|_| tone.hit.steps > 1 && part.contour != Contour::Arpeggio);
            let note = Note { glide_from, ..note(song, *bar, tone) };
            let place =
                Place { start: song.frame(index, tone.hit.step), gain: level * (0.55 + 0.45 * tone.hit.velocity), pan };
            mixer.music(notes.get(note), place, sends);
            previous = Some(tone.midi);
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "one bar of one part; bundling them would only rename them")]
fn play_chords(
    song: &Song,
    part: &Part,
    line: &Line,
    (index, bar): (usize, Bar),
    level: f32,
    sends: Sends,
    notes: &mut Notes<'_>,
    mixer: &mut Mixer,
) {
    let centre = 12 * (part.octave + 1) + 4;
    let midis = voiced_chord(song.key, song.chord(index), song.style.chord_voices, part.octave, centre);
    let gain = level / (midis.len() as f32 / 3.0).sqrt();
    for tone in line.bar(song, index) {
        for midi in &midis {
            let note = note(song, bar, Tone { midi: *midi, ..tone });
            let place = Place::at(song.frame(index, tone.hit.step), gain * (0.6 + 0.4 * tone.hit.velocity));
            mixer.music(notes.get(note), place, sends);
        }
    }
}

fn note(song: &Song, bar: Bar, tone: Tone) -> Note {
    Note {
        midi: tone.midi,
        glide_from: None,
        gate_s: song.step_s() * (tone.hit.steps as f32 - 0.15),
        accent: tone.hit.velocity,
        open_octaves: song.open_octaves(bar),
    }
}
