//! The mixing desk: buses, echo, reverb, ducking and the master.

use fundsp::prelude32::{dcblock_hz, highpass_hz, highshelf_hz, lowpass_hz, lowpole_hz, reverb3_stereo};

use super::song::Song;
use super::sound::{Frame, Place, add, tuned};

/// The peak of every finished track, -1 dBFS.
const PEAK: f32 = 0.891;
/// Seconds over which the end of a track fades.
const FADE_OUT_S: f32 = 1.2;

/// How much of a sound goes to the effects.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sends {
    pub(super) echo: f32,
    pub(super) reverb: f32,
}

/// The desk while a track is performed.
pub(super) struct Mixer {
    rate_hz: f32,
    /// Drums: the kick does not duck them.
    drums: Vec<Frame>,
    /// Everything else.
    music: Vec<Frame>,
    echo: Vec<Frame>,
    reverb: Vec<Frame>,
    kicks: Vec<(usize, f32)>,
}

impl Mixer {
    pub(super) fn new(frames: usize, rate_hz: f32) -> Self {
        let silence = vec![[0.0; 2]; frames];
        Self {
            rate_hz,
            drums: silence.clone(),
            music: silence.clone(),
            echo: silence.clone(),
            reverb: silence,
            kicks: Vec::new(),
        }
    }

    /// Plays a kick, which the music then makes room for.
    pub(super) fn kick(&mut self, clip: &[Frame], place: Place, depth: f32) {
        self.kicks.push((place.start, depth));
        add(&mut self.drums, clip, place);
    }

    pub(super) fn drum(&mut self, clip: &[Frame], place: Place, sends: Sends) {
        add(&mut self.drums, clip, place);
        self.send(clip, place, sends);
    }

    pub(super) fn music(&mut self, clip: &[Frame], place: Place, sends: Sends) {
        add(&mut self.music, clip, place);
        self.send(clip, place, sends);
    }

    fn send(&mut self, clip: &[Frame], place: Place, sends: Sends) {
        if sends.echo > 0.0 {
            add(&mut self.echo, clip, Place { gain: place.gain * sends.echo, ..place });
        }
        if sends.reverb > 0.0 {
            add(&mut self.reverb, clip, Place { gain: place.gain * sends.reverb, ..place });
        }
    }

    /// Direct access for what changes its level from sample to sample.
    pub(super) fn music_bus(&mut self) -> &mut [Frame] {
        &mut self.music
    }

    /// Runs the effects and the master, and returns the finished track: peak -1 dBFS, no direct current.
    pub(super) fn finish(mut self, song: &Song, loudness_db: f32) -> Vec<Frame> {
        self.run_echo(song);
        self.run_reverb(song);
        let shelf_gain = (0.5 * (song.brightness - 0.5)).exp2();
        let mut shelves = [0, 1].map(|_| tuned(highshelf_hz(3_500.0, 0.7, shelf_gain), self.rate_hz));
        let mut rumble = [0, 1].map(|_| tuned(highpass_hz(27.0, 0.7), self.rate_hz));
        let duck = self.duck_envelope(song);
        let mut mix = self.drums;
        for ((frame, music), gain) in mix.iter_mut().zip(&self.music).zip(&duck) {
            for channel in 0..2 {
                let sum = frame[channel] + gain * music[channel];
                frame[channel] = shelves[channel].filter_mono(rumble[channel].filter_mono(sum));
            }
        }
        master(&mut mix, song.drive, loudness_db, self.rate_hz);
        mix
    }

    /// The gain of the music at every sample: down at each kick, back up before the next.
    fn duck_envelope(&self, song: &Song) -> Vec<f32> {
        let mut envelope = vec![1.0_f32; song.frames];
        let release = (song.step_s() * 3.2 * self.rate_hz) as usize;
        for (start, depth) in &self.kicks {
            let Some(target) = envelope.get_mut(*start..) else { continue };
            for (index, gain) in target.iter_mut().take(release).enumerate() {
                let recovery = index as f32 / release as f32;
                *gain = gain.min(1.0 - depth * (1.0 - recovery * recovery * (3.0 - 2.0 * recovery)));
            }
        }
        envelope
    }

    /// An echo of three sixteenths that swaps sides, a little duller at every turn.
    fn run_echo(&mut self, song: &Song) {
        let delay = (3.0 * song.step_s() * self.rate_hz).round().max(1.0) as usize;
        let mut low = [0, 1].map(|_| tuned(lowpass_hz(3_600.0, 0.6), self.rate_hz));
        let mut high = [0, 1].map(|_| tuned(highpass_hz(320.0, 0.6), self.rate_hz));
        let mut line = vec![[0.0_f32; 2]; delay];
        for (position, (input, music)) in self.echo.iter().zip(&mut self.music).enumerate() {
            let slot = &mut line[position % delay];
            let wet = *slot;
            let swapped = [wet[1], wet[0]];
            let centre = 0.5 * (input[0] + input[1]);
            for channel in 0..2 {
                // Enters on the left only: the turns then walk from side to side.
                let entry = if channel == 0 { centre } else { 0.3 * centre };
                let turn = entry + 0.48 * swapped[channel];
                slot[channel] = high[channel].filter_mono(low[channel].filter_mono(turn));
                music[channel] += wet[channel];
                self.reverb[position][channel] += 0.2 * wet[channel];
            }
        }
    }

    fn run_reverb(&mut self, song: &Song) {
        let damping_hz = (2_600.0 * (1.6 * song.brightness).exp2()).min(0.4 * self.rate_hz);
        let mut reverb = tuned(reverb3_stereo(song.reverb_s, 0.6, lowpole_hz(damping_hz)), self.rate_hz);
        let mut clear = [0, 1].map(|_| tuned(highpass_hz(220.0, 0.6), self.rate_hz));
        for (input, music) in self.reverb.iter().zip(&mut self.music) {
            let left = clear[0].filter_mono(input[0]);
            let right = clear[1].filter_mono(input[1]);
            let (left, right) = reverb.filter_stereo(left, right);
            music[0] += left;
            music[1] += right;
        }
    }
}

/// Loudness, saturation, peak and fades.
fn master(mix: &mut [Frame], drive: f32, loudness_db: f32, rate_hz: f32) {
    let power = mix.iter().flatten().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / (2 * mix.len()) as f64;
    let gain = 10.0_f32.powf(loudness_db / 20.0) / (power.sqrt() as f32).max(1e-6);
    let mut blockers = [0, 1].map(|_| tuned(dcblock_hz(8.0), rate_hz));
    let knee = 0.85 - 0.45 * drive;
    let (fade_in, fade_out) = ((0.004 * rate_hz).max(1.0), (FADE_OUT_S * rate_hz).max(1.0));
    let count = mix.len();
    let mut peak = 1e-6_f32;
    for (position, frame) in mix.iter_mut().enumerate() {
        let rise = (position as f32 / fade_in).min(1.0);
        let fall = ((count - 1 - position) as f32 / fade_out).min(1.0);
        for (sample, blocker) in frame.iter_mut().zip(&mut blockers) {
            *sample = rise * fall * blocker.filter_mono(soft_clip(gain * *sample, knee));
            peak = peak.max(sample.abs());
        }
    }
    for sample in mix.iter_mut().flatten() {
        *sample *= PEAK / peak;
    }
}

/// Linear up to the knee, then bends towards 1.
fn soft_clip(sample: f32, knee: f32) -> f32 {
    let over = sample.abs() - knee;
    if over <= 0.0 { sample } else { sample.signum() * (knee + (1.0 - knee) * (over / (1.0 - knee)).tanh()) }
}

#[cfg(test)]
mod tests {
    use super::soft_clip;

    #[test]
    fn the_clip_is_linear_below_its_knee_and_never_passes_one() {
        assert!((soft_clip(0.3, 0.5) - 0.3).abs() < 1e-7);
        assert!((soft_clip(-0.3, 0.5) + 0.3).abs() < 1e-7);
        for step in 0..1000 {
            let clipped = soft_clip(step as f32 * 0.01, 0.5);
            assert!(clipped <= 1.0 && clipped >= soft_clip((step as f32 - 1.0) * 0.01, 0.5));
        }
    }
}
