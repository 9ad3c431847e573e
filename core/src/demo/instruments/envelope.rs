//! Envelopes.

/// Attack, decay, sustain and release, in seconds and as a level.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Adsr {
    pub(in crate::demo) attack_s: f32,
    pub(in crate::demo) decay_s: f32,
    pub(in crate::demo) sustain: f32,
    pub(in crate::demo) release_s: f32,
}

impl Adsr {
    pub(in crate::demo) const fn new(attack_s: f32, decay_s: f32, sustain: f32, release_s: f32) -> Self {
        Self { attack_s, decay_s, sustain, release_s }
    }

    /// The envelope's run over a note held for `gate_s`.
    pub(super) fn start(&self, gate_s: f32, rate_hz: f32) -> Run {
        let per_sample = |time_s: f32| (-1.0 / (time_s.max(1e-4) * rate_hz)).exp();
        Run {
            level: 0.0,
            attack: 1.0 / (self.attack_s.max(5e-4) * rate_hz),
            decay: per_sample(self.decay_s),
            sustain: self.sustain,
            // -40 dB at the end of the release.
            release: per_sample(self.release_s / 4.6),
            gate: (gate_s * rate_hz) as usize,
            position: 0,
            attacking: true,
        }
    }
}

/// A running envelope.
pub(super) struct Run {
    level: f32,
    attack: f32,
    decay: f32,
    sustain: f32,
    release: f32,
    gate: usize,
    position: usize,
    attacking: bool,
}

impl Run {
    pub(super) fn tick(&mut self) -> f32 {
        if self.position >= self.gate {
            self.level *= self.release;
        } else if self.attacking {
            self.level += self.attack;
            if self.level >= 1.0 {
                self.level = 1.0;
                self.attacking = false;
            }
        } else {
            self.level = self.sustain + (self.level - self.sustain) * self.decay;
        }
        self.position += 1;
        self.level
    }
}
