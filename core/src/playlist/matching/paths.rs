//! Published paths, by what they end in.

use super::table::Table;
use super::words::{Words, exact};
use crate::random::mix;

/// Tracks with equal ends that are told apart, so that no library of files of one name takes long.
const MOST_HITS: usize = 256;

/// A path of a file, whatever its separators: the folded names of its folders and of the file without its ending, as
/// hashes from the last to the first, and the file's name letter for letter.
pub(super) struct Path {
    parts: Vec<u64>,
    exact: u32,
}

/// Takes paths apart. Files of one folder follow each other: the last one's folders are remembered.
#[derive(Default)]
pub(super) struct PathReader {
    folders: String,
    parts: Vec<u64>,
}

impl PathReader {
    /// `None` where the path names no file.
    #[inline(never)]
    pub(super) fn read(&mut self, path: &str) -> Option<Path> {
        let (folders, file) = last_name(path)?;
        if folders != self.folders {
            folders.clone_into(&mut self.folders);
            self.parts.clear();
            let mut rest = folders;
            while let Some((before, folder)) = last_name(rest) {
                self.parts.extend(Words::of(folder).whole());
                rest = before;
            }
        }
        let mut parts = vec![Words::of(stem(file)).whole()?];
        parts.extend_from_slice(&self.parts);
        Some(Path { parts, exact: exact(file) })
    }
}

/// The last folder or file that a path names, and what stands before it.
#[inline(never)]
pub(super) fn last_name(path: &str) -> Option<(&str, &str)> {
    let mut rest = path;
    while !rest.is_empty() {
        let start = rest.bytes().rposition(|byte| byte == b'/' || byte == b'\\').map_or(0, |at| at + 1);
        let name = &rest[start..];
        rest = &rest[..start.saturating_sub(1)];
        if !name.trim().is_empty() && name != "." {
            return Some((rest, name));
        }
    }
    None
}

/// The name of a file without its ending. What follows the last dot is an ending where it is short and of plain letters
/// and digits.
#[inline(never)]
pub(super) fn stem(file: &str) -> &str {
    let bytes = file.as_bytes();
    let ending = bytes.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let dot = bytes.len().saturating_sub(ending + 1);
    if (1..=5).contains(&ending) && dot > 0 && bytes[dot] == b'.' { &file[..dot] } else { file }
}

/// The paths of a library.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths {
    /// Tracks by the name of their file; those of one name by their folders, from the last.
    files: Table,
    /// Per track, where its folders are in `chains`, and how many: tracks that follow each other share them.
    folders: Vec<(u32, u32)>,
    /// Names of folders, each path's from the last.
    chains: Vec<u64>,
    /// Per track, its file's name letter for letter.
    exact: Vec<u32>,
}

/// What the end of a path agrees with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hit {
    /// The track.
    pub(super) track: u32,
    /// What remains before the common end, on both sides: the same for all files of one folder that was picked.
    pub(super) alignment: u64,
    /// Whether nothing remains on one side.
    pub(super) complete: bool,
    /// Whether the file's name agrees letter for letter.
    pub(super) exact: bool,
}

/// Paths being read.
#[derive(Default)]
pub(super) struct PathsBuilder {
    paths: Paths,
    files: Vec<(u64, u32)>,
    reader: PathReader,
}

impl PathsBuilder {
    /// Reads the path of the next track.
    pub(super) fn push(&mut self, path: Option<&str>) {
        let paths = &mut self.paths;
        let track = paths.folders.len() as u32;
        let Some(Path { parts, exact }) = path.and_then(|path| self.reader.read(path)) else {
            paths.folders.push((0, 0));
            paths.exact.push(0);
            return;
        };
        self.files.push((parts[0], track));
        paths.exact.push(exact);
        let chain = &parts[1..];
        let before = paths.folders.last().copied().unwrap_or_default();
        if paths.chain_at(before) == chain {
            paths.folders.push(before);
        } else {
            paths.folders.push((paths.chains.len() as u32, chain.len() as u32));
            paths.chains.extend_from_slice(chain);
        }
    }

    /// Sorts what was read.
    pub(super) fn finish(self) -> Paths {
        let mut paths = self.paths;
        paths.files = Table::new(self.files, &|a, b| paths.chain(a).cmp(paths.chain(b)));
        paths
    }
}

impl Paths {
    fn chain_at(&self, (start, length): (u32, u32)) -> &[u64] {
        &self.chains[start as usize..(start + length) as usize]
    }

    fn chain(&self, track: u32) -> &[u64] {
        self.chain_at(self.folders[track as usize])
    }

    /// The tracks whose paths share the longest end with this one, at least the file's name, and the number of folders
    /// that they share. Empty where none does.
    #[inline(never)]
    pub(super) fn longest(&self, path: &Path) -> (Vec<Hit>, usize) {
        let mut rows = self.files.of(path.parts[0]);
        let mut common = 0;
        for &folder in &path.parts[1..] {
            // Those without such a folder come first.
            let place = |row: &(u64, u32)| self.chain(row.1).get(common).copied();
            let from = rows.partition_point(|row| place(row) < Some(folder));
            let count = rows[from..].partition_point(|row| place(row) == Some(folder));
            if count == 0 {
                break;
            }
            rows = &rows[from..from + count];
            common += 1;
        }
        let before = &path.parts[1 + common..];
        let hit = |row: &(u64, u32)| {
            let remaining = &self.chain(row.1)[common..];
            Hit {
                track: row.1,
                alignment: mix(digest(before)).wrapping_add(digest(remaining)),
                complete: before.is_empty() || remaining.is_empty(),
                exact: self.exact[row.1 as usize] == path.exact,
            }
        };
        (rows.iter().take(MOST_HITS).map(hit).collect(), common)
    }
}

fn digest(parts: &[u64]) -> u64 {
    parts.iter().fold(parts.len() as u64, |digest, part| mix(digest ^ part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(library: &[&str]) -> Paths {
        let mut builder = PathsBuilder::default();
        for path in library {
            builder.push(Some(path));
        }
        builder.finish()
    }

    fn found(library: &[&str], path: &str) -> Vec<(u32, bool, bool)> {
        let paths = paths(library);
        let (hits, _) = PathReader::default().read(path).map(|path| paths.longest(&path)).unwrap_or_default();
        hits.iter().map(|hit| (hit.track, hit.complete, hit.exact)).collect()
    }

    #[test]
    fn the_longest_common_end_wins() {
        let library = ["House/Deep/a.wav", "Techno/a.wav", "Deep/a.wav", "a.wav", "Deep/b.wav"];
        assert_eq!(found(&library, "Music/House/Deep/a.wav"), [(0, true, true)]);
        assert_eq!(found(&library, "Deep/a.wav"), [(2, true, true), (0, true, true)]);
        assert_eq!(found(&library, "D:\\Music\\techno\\A.MP3"), [(1, true, false)]);
        assert_eq!(found(&library, "Music/Trance/b.wav"), [(4, false, true)]);
        assert_eq!(found(&library, "a.wav").len(), 4);
        assert_eq!(found(&library, "c.wav"), []);
        for nothing in ["", "/", "./", "\\ \\"] {
            assert_eq!(found(&library, nothing), [], "{nothing}");
        }
    }

    #[test]
    fn files_of_one_folder_have_one_alignment() {
        let paths = paths(&["House/Deep/a.wav", "House/b.wav", "Techno/c.wav"]);
        let alignment = |path| paths.longest(&PathReader::default().read(path).unwrap()).0[0].alignment;
        assert_eq!(alignment("My Music/House/Deep/a.wav"), alignment("My Music/Techno/c.wav"));
        assert_ne!(alignment("My Music/Techno/c.wav"), alignment("Music/House/b.wav"));
        assert_eq!(alignment("New House/Deep/a.wav"), alignment("New House/b.wav"));
    }

    #[test]
    fn endings_are_short_and_plain() {
        for (file, expected) in
            [("a.mp3", "a"), ("a.b.flac", "a.b"), (".mp3", ".mp3"), ("Vol. 2", "Vol. 2"), ("a.", "a."), ("a", "a")]
        {
            assert_eq!(stem(file), expected);
        }
    }
}
