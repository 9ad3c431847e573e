//! Damage: what disks, cables and people do to files, the same for every run.

/// Numbers that headers are made to declare.
const SIZES: [u64; 10] =
    [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 40, 0x7fff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff];
/// Texts that formats give a meaning to.
const TEXTS: [&[u8]; 14] = [
    b"\0",
    b"\n",
    b"\"",
    b"<",
    b"{",
    b"[",
    b"../",
    b"%",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"1e999",
    b"-1",
    b"null",
    b"\xe2\x80\xae",
];

/// Makes inputs from seeds, which it gives unchanged first.
pub struct Mutator {
    seeds: Vec<Vec<u8>>,
    given: usize,
    state: u64,
}

impl Mutator {
    pub fn new(seeds: Vec<Vec<u8>>, seed: u64) -> Self {
        Self { seeds, given: 0, state: seed }
    }

    pub fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    /// The next input.
    pub fn next(&mut self) -> Vec<u8> {
        let number = self.given;
        self.given += 1;
        if let Some(seed) = self.seeds.get(number) {
            return seed.clone();
        }
        let mut input = self.seeds[number % self.seeds.len()].clone();
        for _ in 0..=self.below(4) {
            self.damage(&mut input);
        }
        input
    }

    fn damage(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let to = (at + self.below(64)).min(input.len());
        match self.below(9) {
            0 => input.truncate(at),
            1 => drop(input.drain(at..to)),
            2 => {
                let part = input[at..to].to_vec();
                let times = 1 + self.below(16);
                input.splice(at..at, part.repeat(times));
            }
            3 => {
                let size = SIZES[self.below(SIZES.len())].to_le_bytes();
                let width = [1, 2, 4, 8][self.below(4)];
                overwrite(input, at, &size[..width]);
            }
            4 => {
                let size = SIZES[self.below(SIZES.len())].to_be_bytes();
                let width = [1, 2, 4, 8][self.below(4)];
                overwrite(input, at, &size[8 - width..]);
            }
            5 => {
                let text = TEXTS[self.below(TEXTS.len())];
                let end = if self.below(2) == 0 { at } else { (at + text.len()).min(input.len()) };
                input.splice(at..end, text.iter().copied());
            }
            6 => {
                let noise: Vec<u8> = (at..to).map(|_| self.below(256) as u8).collect();
                overwrite(input, at, &noise);
            }
            _ => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
            }
        }
    }

    /// A number below `limit`, which is above 0 (Knuth's linear congruential generator).
    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.state >> 33) % limit as u64) as usize
    }
}

fn overwrite(input: &mut [u8], at: usize, with: &[u8]) {
    let end = (at + with.len()).min(input.len());
    input[at..end].copy_from_slice(&with[..end - at]);
}
