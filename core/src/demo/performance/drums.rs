//! Kick, backbeat, hats and percussion.

use crate::demo::arrangement::Section;
use crate::demo::harmony::midi_hz;
use crate::demo::instruments::{Backbeat, Hat, KickSound, backbeat, hat, kick, percussion};
use crate::demo::mixer::{Mixer, Sends};
use crate::demo::random::Random;
use crate::demo::rhythm::{BACKBEATS, FOUR_ON_THE_FLOOR, Hit, KICK_FILLS, OFFBEAT_OPEN, PERCUSSION, STEPS, hits};
use crate::demo::song::Song;
use crate::demo::sound::{Frame, Place, Studio};

pub(super) fn play(song: &Song, studio: &Studio, mixer: &mut Mixer) {
    play_kick(song, studio, mixer);
    play_backbeat(song, studio, mixer);
    play_hats(song, studio, mixer);
    play_percussion(song, studio, mixer);
}

/// Hits are never equally loud.
fn human(hit: Hit, random: &mut Random) -> f32 {
    hit.velocity * random.between(0.9, 1.06)
}

fn play_kick(song: &Song, studio: &Studio, mixer: &mut Mixer) {
    let drums = &song.style.drums;
    let mut random = song.random.fork("kick");
    let vary = |value: f32, by: f32, random: &mut Random| value * (1.0 + by * random.signed());
    let sound = KickSound {
        pitch_hz: (vary(drums.kick.pitch_hz.0, 0.2, &mut random), vary(drums.kick.pitch_hz.1, 0.08, &mut random)),
        sweep_s: vary(drums.kick.sweep_s, 0.3, &mut random),
        decay_s: vary(drums.kick.decay_s, 0.25, &mut random),
        click: drums.kick.click * (0.6 + 0.8 * song.brightness),
        drive: vary(drums.kick.drive, 0.25, &mut random),
        length_s: drums.kick.length_s,
    };
    let fill = random.pick(KICK_FILLS);
    let plain = kick(sound, studio, &mut random.fork("clip"));
    let mut tuned: Vec<(i32, Vec<Frame>)> = Vec::new();
    for (index, bar) in song.bars.iter().enumerate() {
        let level = song.habits.levels(*bar).kick;
        if level <= 0.0 {
            continue;
        }
        let chord = song.chord(index);
        if drums.tuned_kick && !tuned.iter().any(|(degree, _)| *degree == chord) {
            // The root between 41 and 78 Hz.
            let root_hz = midi_hz((28 + (song.key.midi(chord, 0) - 28).rem_euclid(12)) as f32);
            let sound = KickSound { pitch_hz: (sound.pitch_hz.0, root_hz), ..sound };
            tuned.push((chord, kick(sound, studio, &mut random.fork("clip"))));
        }
        let clip = tuned.iter().find(|(degree, _)| *degree == chord).map_or(&plain, |(_, clip)| clip);
        let pattern = if bar.last && bar.section == Section::Drop { fill } else { FOUR_ON_THE_FLOOR[0] };
        for hit in hits(pattern) {
            let place = Place::at(song.frame(index, hit.step), drums.kick_gain * level * human(hit, &mut random));
            mixer.kick(clip, place, song.duck * level);
        }
    }
}

fn play_backbeat(song: &Song, studio: &Studio, mixer: &mut Mixer) {
    let drums = &song.style.drums;
    let mut random = song.random.fork("backbeat");
    let clip = backbeat(random.pick(drums.backbeat), song.brightness, studio, &mut random);
    let pattern = random.pick(BACKBEATS);
    let gain = drums.backbeat_gain * random.between(0.8, 1.15);
    let sends = Sends { echo: 0.0, reverb: 0.18 };
    for (index, bar) in song.bars.iter().enumerate() {
        let level = gain * song.habits.levels(*bar).backbeat;
        if level > 0.0 {
            for hit in hits(pattern) {
                let place = Place::at(song.frame(index, hit.step), level * human(hit, &mut random));
                mixer.drum(&clip, place, sends);
            }
        }
    }
    if drums.roll {
        play_rolls(song, studio, mixer, &mut random);
    }
}

/// Eighths, then sixteenths, louder and louder until the drop.
fn play_rolls(song: &Song, studio: &Studio, mixer: &mut Mixer, random: &mut Random) {
    let clip = backbeat(Backbeat::Snare, song.brightness, studio, random);
    for (index, bar) in song.bars.iter().enumerate().filter(|(_, bar)| bar.section == Section::Build) {
        let spacing = if bar.last { 1 } else { 2 };
        for step in (0..STEPS).step_by(spacing) {
            let rise = 0.5 * bar.progress + 0.5 * step as f32 / STEPS as f32;
            let gain = song.style.drums.backbeat_gain * (0.2 + 0.55 * rise);
            mixer.drum(&clip, Place::at(song.frame(index, step), gain), Sends { echo: 0.0, reverb: 0.2 });
        }
    }
}

fn play_hats(song: &Song, studio: &Studio, mixer: &mut Mixer) {
    let drums = &song.style.drums;
    let mut random = song.random.fork("hats");
    let metal = (drums.hat_metal + 0.3 * random.signed()).clamp(0.0, 1.0);
    let tone = (song.brightness + 0.15 * random.signed()).clamp(0.0, 1.0);
    let closed = hat(Hat::Closed, tone, metal, studio, &mut random);
    let open = hat(Hat::Open, tone, metal, studio, &mut random);
    let closed_pattern = random.pick(drums.hats);
    let open_pattern = random.pick(OFFBEAT_OPEN);
    let loudness = 0.7 + 0.6 * song.brightness;
    let side = random.between(-0.15, 0.15);
    let sends = Sends { echo: 0.0, reverb: 0.05 };
    for (index, bar) in song.bars.iter().enumerate() {
        let level = loudness * song.habits.levels(*bar).hats;
        for hit in hits(closed_pattern) {
            let gain = drums.hats_gain * level * human(hit, &mut random);
            mixer.drum(&closed, Place { start: song.frame(index, hit.step), gain, pan: side }, sends);
        }
        if matches!(bar.section, Section::Drop | Section::Outro) {
            for hit in hits(open_pattern) {
                let gain = drums.open_hat_gain * level * human(hit, &mut random);
                mixer.drum(&open, Place { start: song.frame(index, hit.step), gain, pan: -side }, sends);
            }
        }
    }
}

fn play_percussion(song: &Song, studio: &Studio, mixer: &mut Mixer) {
    let drums = &song.style.drums;
    let mut random = song.random.fork("percussion");
    let loops = 1 + (song.density * 2.4) as usize;
    for _ in 0..loops {
        let kind = random.pick(drums.percussion);
        let pitches = [random.unit(), random.unit()];
        let clips = pitches.map(|pitch| percussion(kind, pitch, studio, &mut random));
        let pattern = random.pick(PERCUSSION);
        let pan = random.between(-0.7, 0.7);
        let sends = Sends { echo: random.between(0.0, 0.2), reverb: 0.15 };
        let share = drums.percussion_gain * random.between(0.7, 1.2);
        for (index, bar) in song.bars.iter().enumerate() {
            let level = share * song.habits.levels(*bar).percussion;
            if level > 0.0 {
                for (order, hit) in hits(pattern).enumerate() {
                    let gain = level * human(hit, &mut random);
                    let place = Place { start: song.frame(index, hit.step), gain, pan };
                    mixer.drum(&clips[(order + index) % 2], place, sends);
                }
            }
        }
    }
}
