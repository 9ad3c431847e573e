//! A small made-up site.

use std::fs;
use std::path::{Path, PathBuf};

use pmsl_core::index::{BuildId, IndexInput};
use pmsl_core::playlist::{Library, Songs};
use pmsl_core::search::Searcher;
use pmsl_core::{SubGenre, TrackMeta, Vectors};
use pmsl_generator::render::explorer::{self, ExplorerInput};
use pmsl_generator::render::{Assets, Renderer, Site};
use tempfile::TempDir;

pub(super) const TRACKS: usize = 120;
const DIM: usize = 24;
/// Genre and name.
const SUB_GENRES: [(&str, &str); 4] =
    [("Techno", "Émotional Techno"), ("Techno", "Dark Techno"), ("House", "Chill House"), ("House", "Party House")];

/// Catches what goes wrong before any other script runs, for browsers whose driver does not tell; and takes away the
/// storage where the address asks for that, as browsers do that are told to keep nothing.
const WATCHER: &str = "
window.problems = [];
const note = (kind) => (event) => window.problems.push(`${kind}: ${event.message || event.reason || event.violatedDirective || event.target.src + ' ' + event.target.error?.message}`);
addEventListener('error', note('error'), true);
addEventListener('unhandledrejection', note('rejection'));
addEventListener('securitypolicyviolation', note('policy'));
for (const level of ['error', 'warn']) {
  const tell = console[level];
  console[level] = (...words) => { window.problems.push(`${level}: ${words.join(' ')}`); tell(...words); };
}
if (location.search === '?without-storage') {
  Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError'); } });
}
";

/// A site on disk, and what was put into it.
pub(super) struct Built {
    folder: TempDir,
    pub(super) root: PathBuf,
    pub(super) tracks: Vec<TrackMeta>,
    pub(super) sub_genres: Vec<SubGenre>,
    pub(super) songs: Songs,
    pub(super) searcher: Searcher,
}

impl Built {
    /// Writes a site whose vectors are made from `seed`.
    pub(super) fn new(seed: u64) -> Self {
        Self::sized(seed, TRACKS, DIM)
    }

    /// As [`Built::new`], of so many tracks with vectors of so many numbers.
    pub(super) fn sized(seed: u64, count: usize, dim: usize) -> Self {
        let mut random = Random(seed);
        Self::place((0..count).map(|i| track(i, count, &mut random)).collect(), sub_genres(), seed, dim)
    }

    /// A site of these tracks in these sub-genres.
    pub(super) fn of(tracks: Vec<TrackMeta>, sub_genres: Vec<SubGenre>) -> Self {
        Self::place(tracks, sub_genres, 1, DIM)
    }

    fn place(tracks: Vec<TrackMeta>, sub_genres: Vec<SubGenre>, seed: u64, dim: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("my site, with spaces");
        Self::write(folder, root, tracks, sub_genres, seed, dim)
    }

    /// Writes a later build over this one: the same tracks in the opposite order, with other vectors.
    pub(super) fn rebuild(self) -> Self {
        let tracks = self.tracks.into_iter().rev().collect();
        Self::write(self.folder, self.root, tracks, self.sub_genres, 2, DIM)
    }

    fn write(
        folder: TempDir,
        root: PathBuf,
        tracks: Vec<TrackMeta>,
        sub_genres: Vec<SubGenre>,
        seed: u64,
        dim: usize,
    ) -> Self {
        let mut random = Random(seed ^ 0x5EED);
        let centres: Vec<f32> = (0..sub_genres.len() * dim).map(|_| random.signed()).collect();
        let near = |track: &TrackMeta, at: usize, random: &mut Random| {
            centres[track.sub_genre as usize * dim + at] + 0.6 * random.signed()
        };
        let data =
            tracks.iter().flat_map(|t| (0..dim).map(|at| near(t, at, &mut random)).collect::<Vec<_>>()).collect();
        let vectors = Vectors::normalized(data, dim).unwrap();
        let positions: Vec<[f32; 2]> = vectors.rows().map(|row| [row[0], row[1]]).collect();
        let index = IndexInput {
            build_id: BuildId([seed as u8; 16]),
            tracks: &tracks,
            sub_genres: &sub_genres,
            vectors: &vectors,
            positions: &positions,
        };
        write(&root, &index);
        let (songs, searcher) = (Songs::new(&tracks), Searcher::new(vectors));
        Self { folder, root, tracks, sub_genres, songs, searcher }
    }

    /// What the core makes playlists from.
    pub(super) fn library(&self) -> Library<'_> {
        Library { songs: &self.songs, searcher: &self.searcher }
    }

    /// Artist and title, as the page writes them.
    pub(super) fn label(&self, track: usize) -> String {
        let TrackMeta { artist, title, .. } = &self.tracks[track];
        artist.as_ref().map_or_else(|| title.clone(), |artist| format!("{artist} – {title}"))
    }

    /// Writes a folder of music beside the site: these paths, each a second of silence.
    pub(super) fn music(&self, paths: &[&str]) -> PathBuf {
        let music = self.root.with_file_name("Music");
        for path in paths {
            let file = music.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, silence()).unwrap();
        }
        music
    }

    /// The one file whose path begins so.
    pub(super) fn file(&self, beginning: &str) -> PathBuf {
        let (folder, name) = beginning.rsplit_once('/').unwrap();
        let entries = fs::read_dir(self.root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        let mut found = entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(name));
        let file = found.next().unwrap();
        assert_eq!(found.next(), None);
        file
    }
}

fn sub_genres() -> Vec<SubGenre> {
    SUB_GENRES.map(|(genre, name)| SubGenre { genre: Some(genre.into()), name: name.into() }).into()
}

fn write(root: &Path, index: &IndexInput<'_>) {
    let explorer = explorer::files(&ExplorerInput { index, encoder: None }).unwrap();
    let mut assets = Assets::shared();
    explorer.register(&mut assets);
    assets.insert("watcher.js", WATCHER.into());
    let site = Site { title: "Nachtarchiv".into(), version: "0".into(), explorer: true, ..Site::default() };
    let mut renderer = Renderer::new(assets, site).unwrap();
    renderer.add_template("explorer.html", explorer::TEMPLATE).unwrap();
    renderer.add_template(explorer::SINGLE_FILE, explorer::SINGLE_FILE_TEMPLATE).unwrap();
    let single = explorer::SingleFile::new(&ExplorerInput { index, encoder: None }).unwrap();
    let page_alone = renderer.render(explorer::SINGLE_FILE, "explorer", &single).unwrap();
    let page = renderer.render("explorer.html", "explorer", &explorer.context).unwrap();
    let watcher = format!("<head>\n<script src=\"{}\"></script>", renderer.assets().path("watcher.js").unwrap());
    let page = page.replacen("<head>", &watcher, 1);
    fs::create_dir_all(root.join("assets")).unwrap();
    for (path, bytes) in explorer.files.into_iter().chain(renderer.assets().clone().into_files()) {
        fs::write(root.join(path), bytes).unwrap();
    }
    fs::write(root.join("explorer.html"), page).unwrap();
    // Where nothing else lies that it could load.
    fs::create_dir_all(root.join("alone")).unwrap();
    fs::write(root.join("alone").join(explorer::SINGLE_FILE), page_alone).unwrap();
    fs::create_dir_all(root.join("audio")).unwrap();
    fs::write(root.join("audio/tone 1.wav"), silence()).unwrap();
}

fn track(i: usize, count: usize, random: &mut Random) -> TrackMeta {
    const FIRST: [&str; 8] = ["Night", "Silver", "Glass", "Café", "Hollow", "Velvet", "Solar", "Paper"];
    const SECOND: [&str; 8] = ["Drive", "Horizon", "Letters", "Rain", "Machines", "Signal", "Ritual", "Echo"];
    const ARTISTS: [&str; 6] = ["Lena Vogel", "Marek Novák", "Søren Hallén", "Tegel System", "Ánna & Sons", "Otto"];
    const KEYS: [&str; 6] = ["8A", "9A", "C", "10A", "3B", "F#m"];
    const TAGS: [&str; 3] = ["warm", "dense", "fast"];
    let edition = if i % 10 == 9 { " - Radio Edit" } else { "" };
    let number = if edition.is_empty() { i } else { i - 1 };
    let word = |words: &[&'static str], n: usize| words[n % words.len()];
    // Some are counted in half time.
    let bpm = (116 + i % 22) as f32 / if i % 10 == 4 { 2.0 } else { 1.0 };
    TrackMeta {
        title: format!("{} {} {number}{edition}", word(&FIRST, number), word(&SECOND, number / 8)),
        artist: (i % 7 != 3).then(|| word(&ARTISTS, number).into()),
        album: (i.is_multiple_of(3)).then(|| "Transmissions".into()),
        year: (i % 4 != 3).then_some(1985 + i as u32 % 40),
        bpm: (i.is_multiple_of(2)).then_some(bpm),
        bpm_heard: i.is_multiple_of(6),
        key: (i.is_multiple_of(2)).then(|| word(&KEYS, i / 2).into()),
        key_heard: i.is_multiple_of(8),
        energy: (i % 5 != 4).then_some((i * 37 % 101) as f32 / 100.0),
        duration_s: 200.0 + 100.0 * random.signed(),
        sub_genre: (i * SUB_GENRES.len() / count) as u32,
        path: (i.is_multiple_of(4)).then(|| format!("Techno/{i:03} Ä #1.wav")),
        audio: (i == 1).then(|| "audio/tone 1.wav".into()),
        tags: match i {
            5 => vec!["harpsichord".into(), "no vocal".into()],
            _ if i.is_multiple_of(3) => vec![word(&TAGS, i / 3).into()],
            _ => Vec::new(),
        },
    }
}

/// A second of silence: 8-bit mono WAV at 8 kHz.
fn silence() -> Vec<u8> {
    let samples = 8000_u32;
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + samples).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    for (value, bytes) in [(16, 4), (1, 2), (1, 2), (8000, 4), (8000, 4), (1, 2), (8_u32, 2)] {
        wav.extend(&value.to_le_bytes()[..bytes]);
    }
    wav.extend(b"data");
    wav.extend(samples.to_le_bytes());
    wav.resize(wav.len() + samples as usize, 128);
    wav
}

/// Knuth's linear congruential generator.
struct Random(u64);

impl Random {
    /// Uniform in -1 to 1.
    fn signed(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
    }
}
