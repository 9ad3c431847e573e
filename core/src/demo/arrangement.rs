//! The form of a track: which part plays how loud in which bar.

use super::random::Random;

/// A part of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Intro,
    Build,
    Drop,
    Break,
    Outro,
}

/// A form as sections and their weight in bars for a track of a dozen bars; other lengths are scaled.
pub(super) type Form = &'static [(Section, usize)];

use Section::{Break, Build, Drop, Intro, Outro};

/// The club form: drums first.
const CLUB: Form = &[(Intro, 2), (Build, 2), (Drop, 4), (Break, 2), (Drop, 3), (Outro, 1)];
/// Opens with the break.
const SONG: Form = &[(Break, 2), (Build, 2), (Drop, 4), (Break, 2), (Build, 1), (Drop, 3)];
/// Short of breath: two drops.
const PEAK: Form = &[(Intro, 1), (Drop, 4), (Break, 2), (Build, 2), (Drop, 4)];
/// A long drift.
const JOURNEY: Form = &[(Intro, 2), (Drop, 3), (Break, 3), (Drop, 4), (Outro, 1)];

pub(super) const CALM_FORMS: &[Form] = &[CLUB, SONG, JOURNEY];
pub(super) const PARTY_FORMS: &[Form] = &[CLUB, SONG, PEAK];
pub(super) const DRIVING_FORMS: &[Form] = &[CLUB, JOURNEY, PEAK];

/// One bar of a track.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bar {
    pub(super) section: Section,
    /// How far the section has come at this bar's start, 0 to 1.
    pub(super) progress: f32,
    /// Is it the last of its section?
    pub(super) last: bool,
    /// Is it the first of its section?
    pub(super) first: bool,
}

/// The gains of the parts in one bar, 0 to 1.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Levels {
    pub(super) kick: f32,
    pub(super) backbeat: f32,
    pub(super) hats: f32,
    pub(super) percussion: f32,
    pub(super) bass: f32,
    pub(super) chords: f32,
    pub(super) motif: f32,
    pub(super) lead: f32,
    pub(super) texture: f32,
}

/// Lays a form out over `bars` bars; every section keeps at least one as long as there are enough.
pub(super) fn lay_out(form: Form, bars: usize) -> Vec<Bar> {
    let weight: usize = form.iter().map(|(_, weight)| weight).sum();
    let mut laid = Vec::with_capacity(bars);
    let mut passed = 0;
    for (section, share) in form {
        let start = (passed * bars + weight / 2) / weight;
        passed += share;
        let end = (passed * bars + weight / 2) / weight;
        for bar in start..end {
            laid.push(Bar {
                section: *section,
                progress: (bar - start) as f32 / (end - start) as f32,
                last: bar + 1 == end,
                first: bar == start,
            });
        }
    }
    laid
}

/// Habits of one track's arrangement, so that the same form does not always sound the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    /// The intro starts with chords instead of drums.
    melodic_intro: bool,
    /// The break keeps a quiet beat.
    beat_in_break: bool,
    /// The lead waits for the second half of a drop.
    late_lead: bool,
}

impl Habits {
    pub(super) fn draw(random: &mut Random) -> Self {
        Self { melodic_intro: random.chance(0.4), beat_in_break: random.chance(0.4), late_lead: random.chance(0.35) }
    }

    pub(super) fn levels(self, bar: Bar) -> Levels {
        let rise = bar.progress;
        match bar.section {
            Section::Intro if self.melodic_intro => {
                Levels { kick: 0.8, hats: 0.4, chords: 0.9, motif: 0.6, bass: 0.4, texture: 1.0, ..Levels::default() }
            }
            Section::Intro => Levels {
                kick: 1.0,
                backbeat: 0.6,
                hats: 0.8,
                percussion: 0.8,
                bass: 0.7 * rise.ceil(),
                chords: 0.45,
                motif: 0.35,
                texture: 1.0,
                ..Levels::default()
            },
            Section::Build => Levels {
                kick: if bar.last { 0.0 } else { 0.9 },
                backbeat: 0.5,
                hats: 0.4 + 0.4 * rise,
                percussion: 0.5,
                bass: if bar.last { 0.0 } else { 0.6 },
                chords: 0.75 + 0.25 * rise,
                motif: 0.6 + 0.4 * rise,
                lead: 0.3,
                texture: 1.0,
            },
            Section::Drop => Levels {
                kick: 1.0,
                backbeat: 1.0,
                hats: 1.0,
                percussion: 1.0,
                bass: 1.0,
                chords: 1.0,
                motif: 1.0,
                lead: if self.late_lead && rise < 0.5 { 0.0 } else { 1.0 },
                texture: 0.6,
            },
            Section::Break => Levels {
                kick: if self.beat_in_break && !bar.last { 0.55 } else { 0.0 },
                backbeat: if self.beat_in_break { 0.4 } else { 0.0 },
                hats: 0.35,
                percussion: 0.3,
                bass: 0.35,
                chords: 1.0,
                motif: 0.8,
                lead: 1.0,
                texture: 1.3,
            },
            Section::Outro => Levels {
                kick: 1.0,
                backbeat: 0.7,
                hats: 0.7,
                percussion: 0.7,
                bass: 0.6,
                chords: 0.5,
                motif: 0.4,
                texture: 1.0,
                ..Levels::default()
            },
        }
    }
}

impl Bar {
    /// Octaves by which the filters are opened in this bar.
    pub(super) fn open_octaves(self) -> f32 {
        match self.section {
            Section::Intro => -1.1 + 0.5 * self.progress,
            Section::Build => -0.9 + 1.0 * self.progress,
            Section::Drop => 0.15 * self.progress,
            Section::Break => -0.5 + 0.4 * self.progress,
            Section::Outro => -0.6 - 0.4 * self.progress,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_is_laid_out_and_every_section_sounds() {
        for form in [CLUB, SONG, PEAK, JOURNEY] {
            for bars in [9, 12, 13, 15, 37, 77] {
                let laid = lay_out(form, bars);
                assert_eq!(laid.len(), bars);
                assert!(laid.iter().any(|bar| bar.section == Drop) && laid.iter().any(|bar| bar.section == Break));
                assert_eq!(laid.iter().filter(|bar| bar.first).count(), laid.iter().filter(|bar| bar.last).count());
            }
        }
    }
}
