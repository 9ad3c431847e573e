//! Risers, impacts and the texture.

use crate::demo::arrangement::Section;
use crate::demo::instruments::{impact, riser, texture};
use crate::demo::mixer::{Mixer, Sends};
use crate::demo::song::Song;
use crate::demo::sound::{Place, Studio};

const RISER_GAIN: f32 = 0.24;
const IMPACT_GAIN: f32 = 0.28;

pub(super) fn play(song: &Song, studio: &Studio, mixer: &mut Mixer) {
    let mut random = song.random.fork("effects");
    let strength = random.between(0.5, 1.0) * (0.5 + song.density);
    for (index, bar) in song.bars.iter().enumerate() {
        let start = song.frame(index, 0);
        if bar.first && bar.section == Section::Build {
            let bars = song.bars[index..].iter().take_while(|bar| bar.section == Section::Build).count();
            let seconds = bars as f32 * 16.0 * song.step_s();
            let clip = riser(seconds, song.brightness, studio, &mut random);
            mixer.drum(&clip, Place::at(start, RISER_GAIN * strength), Sends { echo: 0.0, reverb: 0.3 });
        }
        if bar.first && bar.section == Section::Drop && index > 0 {
            let clip = impact(song.brightness, studio, &mut random);
            mixer.drum(&clip, Place::at(start, IMPACT_GAIN * strength), Sends { echo: 0.0, reverb: 0.4 });
        }
    }
    play_texture(song, studio, mixer);
}

/// The texture runs through; its level glides from bar to bar.
fn play_texture(song: &Song, studio: &Studio, mixer: &mut Mixer) {
    let mut random = song.random.fork("texture");
    let gain = song.style.texture_gain * random.between(0.5, 1.5);
    let clip = texture(random.pick(song.style.textures), song.frames, song.brightness, studio, &mut random);
    let levels: Vec<f32> = song.bars.iter().map(|bar| song.habits.levels(*bar).texture).collect();
    let bar_frames = song.frame(1, 0).max(1);
    for (position, (target, frame)) in mixer.music_bus().iter_mut().zip(&clip).enumerate() {
        let place = position as f32 / bar_frames as f32;
        let bar = (place as usize).min(levels.len() - 1);
        let next = (bar + 1).min(levels.len() - 1);
        let share = (place - bar as f32).clamp(0.0, 1.0);
        let level = gain * (levels[bar] + (levels[next] - levels[bar]) * share);
        target[0] += level * frame[0];
        target[1] += level * frame[1];
    }
}
