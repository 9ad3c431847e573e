//! Writes the explorer of a made-up library, for benches and for looking at: `explorer_site TRACKS DIM OUT`.
//!
//! Tracks lie in clusters like those of a trained embedding (the similarity to a track's neighbours is about 0.8), have
//! names of everyday lengths, and a tempo, key, energy and year each but for one in ten.

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use pmsl_core::index::{BuildId, IndexInput};
use pmsl_core::{SubGenre, TrackMeta, Vectors};
use pmsl_generator::render::explorer::{self, ExplorerInput};
use pmsl_generator::render::{Assets, Renderer, Site};

const SUB_GENRES: [(&str, &str); 12] = [
    ("Techno", "Emotional Techno"),
    ("Techno", "Dark Techno"),
    ("Techno", "Hard Techno"),
    ("House", "Chill House"),
    ("House", "Party House"),
    ("House", "Deep House"),
    ("Goa", "Chill Goa"),
    ("Goa", "Party Goa"),
    ("Hardstyle", "Zyzz Hardstyle"),
    ("Ambient", "Night Ambient"),
    ("Drum and Bass", "Liquid"),
    ("Drum and Bass", "Neurofunk"),
];
const WORDS: [&str; 32] = [
    "Night", "Silver", "Glass", "Café", "Hollow", "Velvet", "Solar", "Paper", "Drive", "Horizon", "Letters", "Rain",
    "Machines", "Signal", "Ritual", "Echo", "Mirror", "Concrete", "Aurora", "Lantern", "Tide", "Ember", "Orbit",
    "Marble", "Winter", "Vapour", "Copper", "Meridian", "Ölberg", "Señal", "Dust", "Harbour",
];
/// How far a track is from the middle of its cluster, in units of the middle's own length.
const SPREAD: f32 = 0.5;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [tracks, dim, out] = &arguments[..] else { bail!("usage: explorer_site TRACKS DIM OUT") };
    let tracks: usize = tracks.parse().context("TRACKS must be a number")?;
    let dim: usize = dim.parse().context("DIM must be a number")?;

    let mut random = Random(1);
    let metas: Vec<TrackMeta> = (0..tracks).map(|i| track(i, &mut random)).collect();
    let centres: Vec<f32> = (0..SUB_GENRES.len() * dim).map(|_| random.normal()).collect();
    let values = metas.iter().flat_map(|meta| {
        let centre = &centres[meta.sub_genre as usize * dim..][..dim];
        centre.iter().map(|value| value + SPREAD * random.normal()).collect::<Vec<_>>()
    });
    let vectors = Vectors::normalized(values.collect(), dim)?;
    let positions: Vec<[f32; 2]> = metas.iter().map(|meta| place(meta.sub_genre, &mut random)).collect();
    let sub_genres = SUB_GENRES.map(|(genre, name)| SubGenre { genre: Some(genre.to_owned()), name: name.to_owned() });
    let index = IndexInput {
        build_id: BuildId([7; 16]),
        tracks: &metas,
        sub_genres: &sub_genres,
        vectors: &vectors,
        positions: &positions,
    };
    write(Path::new(out), &index)
}

fn write(out: &Path, index: &IndexInput<'_>) -> Result<()> {
    let explorer = explorer::files(&ExplorerInput { index, encoder: None })?;
    let mut assets = Assets::shared();
    explorer.register(&mut assets);
    let site = Site { title: "Nachtarchiv".into(), version: "0".into(), explorer: true, ..Site::default() };
    let mut renderer = Renderer::new(assets, site)?;
    renderer.add_template("explorer.html", explorer::TEMPLATE)?;
    let page = renderer.render("explorer.html", "explorer", &explorer.context)?;
    fs::create_dir_all(out.join("assets"))?;
    for (path, bytes) in explorer.files.into_iter().chain(renderer.assets().clone().into_files()) {
        fs::write(out.join(path), bytes)?;
    }
    Ok(fs::write(out.join("explorer.html"), page)?)
}

fn track(i: usize, random: &mut Random) -> TrackMeta {
    let title = format!("{} {} {i}", random.word(), random.word());
    let album = format!("{} {}", random.word(), random.word());
    let artist = format!("{} {}", WORDS[i / 40 % WORDS.len()], WORDS[i / 7 % WORDS.len()]);
    let sub_genre = random.below(SUB_GENRES.len());
    let bpm = 90.0 + 7.0 * sub_genre as f32 + random.below(12) as f32;
    let key = format!("{}{}", 1 + random.below(12), if random.below(3) == 0 { 'B' } else { 'A' });
    TrackMeta {
        title,
        artist: Some(artist),
        album: Some(album),
        year: random.known().then(|| 1988 + random.below(38) as u32),
        bpm: random.known().then_some(bpm),
        bpm_heard: i.is_multiple_of(3),
        key: random.known().then_some(key),
        key_heard: i.is_multiple_of(3),
        energy: random.known().then(|| random.below(1000) as f32 / 999.0),
        duration_s: 150.0 + random.below(300) as f32,
        sub_genre: sub_genre as u32,
        tags: if i.is_multiple_of(4) { vec!["techno".to_owned(), "synth".to_owned()] } else { Vec::new() },
        ..TrackMeta::default()
    }
}

/// Somewhere around the middle of the sub-genre on a map.
fn place(sub_genre: u32, random: &mut Random) -> [f32; 2] {
    let (row, column) = (sub_genre / 4, sub_genre % 4);
    [4.0 * column as f32 + random.normal(), 4.0 * row as f32 + random.normal()]
}

/// Knuth's linear congruential generator.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, bound: usize) -> usize {
        self.next() as usize % bound
    }

    /// Nine times in ten.
    fn known(&mut self) -> bool {
        self.below(10) > 0
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len())]
    }

    /// About normal, with mean 0 and variance 1: the sum of twelve uniform numbers.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.next() as f32 / (1_u64 << 31) as f32).sum::<f32>() - 6.0
    }
}
