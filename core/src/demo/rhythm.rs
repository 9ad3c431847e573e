//! Rhythms of one bar in sixteen steps, written as text.

/// Steps in a bar.
pub(super) const STEPS: usize = 16;

/// A hit of a pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hit {
    /// 0 to 15.
    pub(super) step: usize,
    /// Length in steps, ties included.
    pub(super) steps: usize,
    /// 0 to 1.
    pub(super) velocity: f32,
}

/// Reads a pattern of 16 characters: `X` accent, `x` normal, `o` soft, `-` holds the hit before it, the rest silent.
pub(super) fn hits(pattern: &str) -> impl Iterator<Item = Hit> + '_ {
    let bytes = pattern.as_bytes();
    bytes.iter().take(STEPS).enumerate().filter_map(move |(step, byte)| {
        let velocity = match byte {
            b'X' => 1.0,
            b'x' => 0.75,
            b'o' => 0.45,
            _ => return None,
        };
        let steps = 1 + bytes[step + 1..].iter().take_while(|next| **next == b'-').count();
        Some(Hit { step, steps, velocity })
    })
}

pub(super) const FOUR_ON_THE_FLOOR: &[&str] = &["X...X...X...X..."];
/// The last bar of a phrase.
pub(super) const KICK_FILLS: &[&str] =
    &["X...X...X.......", "X...X...X..x..x.", "X...X...X...X.xx", "X...X.....x.X...", "X...X...X...X..."];
pub(super) const BACKBEATS: &[&str] = &["....X.......X...", "....X.......X..o", "....X..o....X...", "....X.......X.o."];
pub(super) const OFFBEAT_OPEN: &[&str] = &["..x...x...x...x.", "..X...x...X...x."];

pub(super) const TECHNO_HATS: &[&str] =
    &["o.x.o.x.o.x.o.x.", "oxxxoxxxoxxxoxxx", "x.xox.xox.xox.xo", "o.xoo.x.o.xoo.xx", "xoxoxoxoxoxoxoxo"];
pub(super) const HOUSE_HATS: &[&str] =
    &["x.xox.xox.xox.xo", "..xo..xo..xo..xo", "oxxooxxooxxooxxo", "x.x.x.xox.x.x.xo", "..x...x...x..ox."];
pub(super) const GOA_HATS: &[&str] =
    &["oxXxoxXxoxXxoxXx", "..Xx..Xx..Xx..Xx", "xoXoxoXoxoXoxoXo", "o.Xoo.Xoo.Xoo.Xo", "..X...X...X...Xx"];
pub(super) const HARD_HATS: &[&str] = &["..X...X...X...X.", "..Xo..Xo..Xo..Xo", "x.X.x.X.x.X.x.X.", "..X.o.X...X.o.X."];

pub(super) const PERCUSSION: &[&str] = &[
    "..x..x...x..x...",
    "x..x..x..x..x.x.",
    "...x..x....x..x.",
    ".x..x..x.x..x..x",
    "..xx...x..x....x",
    "x.....x..x....x.",
    "....x..x.....x.x",
    ".o.x.o.x.o.x.oxx",
];

pub(super) const ROLLING_BASS_LINES: &[&str] =
    &["..xx.xxx..xx.xxx", ".xxx.xxx.xxx.xxx", "..x-.xx-..x-.xx.", "..x...x...x.x.x.", "..xo..xo.xxo..xo"];
pub(super) const DARK_BASS_LINES: &[&str] =
    &[".xxx.xxx.xxx.xxx", "..Xo..Xo..Xo..Xo", ".oXo.oXo.oXo.oXX", "...x..x...x..x.x", ".xoX.xoX.xoX.xoX"];
pub(super) const DEEP_BASS_LINES: &[&str] =
    &["x--..x-.x-..x...", "x-....x-..x-..x.", "x--x..x-....x.x.", "..x-..x-..x-..xx", "x-.x-.x-.x..x-.."];
pub(super) const PUNCHY_BASS_LINES: &[&str] =
    &["..X...X...X...X.", "..X.x.X...X.x.X.", "x.X.x.X.x.X.x.X.", "..Xx..X...Xx..Xx", "x..X..X.x..X.xX."];
pub(super) const PSY_BASS_LINES: &[&str] =
    &[".xxx.xxx.xxx.xxx", ".xxX.xxX.xxX.xxX", ".xXx.xXx.xXx.xXx", "..xx..xx..xx..xx"];
pub(super) const REVERSE_BASS_LINES: &[&str] = &["..X-..X-..X-..X-", "..X-..X-..X-..Xx", ".xx-.xx-.xx-.xx-"];

pub(super) const SUSTAINED: &[&str] = &["X---------------"];
pub(super) const HALVES: &[&str] = &["X-------x-------", "X-----------x---", "X---------x-----"];
pub(super) const DUB_STABS: &[&str] =
    &["...x..........x.", "......x.........", "..x.......x.....", "...x......x.....", "......x......x.."];
pub(super) const KEYS_STABS: &[&str] =
    &["x--...x--.......", "x--..x-...x-....", "..x-....x--..x..", "x-....x-..x-....", "x----.x-....x-.."];
pub(super) const PIANO_STABS: &[&str] =
    &["X..X..X..X..X.X.", "X-.X-.X-..X-.X-.", "..X-..X-..X-..X-", "X.x..Xx.X.x..Xx.", "X--X--X-X--X--X-"];
pub(super) const HARD_CHORDS: &[&str] =
    &["X-----X-----X---", "X--X--X-X--X--X-", "X---X---X---X---", "X--X--X---X-X---"];

pub(super) const ARPEGGIOS: &[&str] =
    &["x.x.x.x.x.x.x.x.", "x..x..x..x..x.x.", "xx.xx.xxxx.xx.xx", "x.xx.xx.x.xx.xx.", "x..x..xx.x..x..x"];
pub(super) const RUNNING: &[&str] = &["XxxxXxxxXxxxXxxx", "xxxXxxXxxxxXxxXx", "X.xxX.xxX.xxX.xx", "xxXx.xXxxxXx.xXx"];
pub(super) const ACID_LINES: &[&str] =
    &["Xx-xxXx.xx-Xx.xX", "x.Xxx-xX.xx.Xx-x", "xxX-xx.XxxX-xx.x", "X.xx-XxxX.xx-Xxx", "xx.X-x.xxx.X-xXx"];
pub(super) const SPARSE: &[&str] =
    &["x......x..x.....", "..x.....x.....x.", "x.....x.........", "...x.....x..x...", "x..x............"];

pub(super) const LONG_PHRASES: &[&str] =
    &["X-------x---x---", "X-----------x---", "X---x---X-------", "..X---x-X-------", "X-----x---x-x---"];
pub(super) const FLOWING_PHRASES: &[&str] =
    &["X--x--x-x---x---", "x-x-X---x-x-x---", "..x-x-X-----x-x-", "X---x-x-X--x--x-", "X-----xxX---x---"];
pub(super) const ANTHEM_PHRASES: &[&str] =
    &["X--X--X-X--X--X-", "X---X-X-X---X-X-", "X--X--X---X-X-X-", "X-X-X---X-X-X---", "X--X--X-X-X-X---"];
pub(super) const CHOPS: &[&str] =
    &["X..x..X...x.....", "..X..x..X-..x...", "X-.x-.X-........", "x.x..X....x..X..", "...X..X-..x.X-.."];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_lengthen_and_accents_count() {
        let read: Vec<Hit> = hits("X--x..o.........").collect();
        assert_eq!(
            read,
            [
                Hit { step: 0, steps: 3, velocity: 1.0 },
                Hit { step: 3, steps: 1, velocity: 0.75 },
                Hit { step: 6, steps: 1, velocity: 0.45 },
            ]
        );
    }

    #[test]
    fn every_pattern_is_one_bar_long_and_plays() {
        let tables = [
            FOUR_ON_THE_FLOOR,
            KICK_FILLS,
            BACKBEATS,
            OFFBEAT_OPEN,
            TECHNO_HATS,
            HOUSE_HATS,
            GOA_HATS,
            HARD_HATS,
            PERCUSSION,
            ROLLING_BASS_LINES,
            DARK_BASS_LINES,
            DEEP_BASS_LINES,
            PUNCHY_BASS_LINES,
            PSY_BASS_LINES,
            REVERSE_BASS_LINES,
            SUSTAINED,
            HALVES,
            DUB_STABS,
            KEYS_STABS,
            PIANO_STABS,
            HARD_CHORDS,
            ARPEGGIOS,
            RUNNING,
            ACID_LINES,
            SPARSE,
            LONG_PHRASES,
            FLOWING_PHRASES,
            ANTHEM_PHRASES,
            CHOPS,
        ];
        for pattern in tables.into_iter().flatten() {
            assert_eq!(pattern.len(), STEPS, "{pattern}");
            assert!(hits(pattern).count() > 0, "{pattern}");
            assert!(pattern.bytes().all(|byte| b"Xxo-.".contains(&byte)), "{pattern}");
        }
    }
}
