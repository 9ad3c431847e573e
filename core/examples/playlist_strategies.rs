//! Compares the playlist strategies with random lists and plain nearest neighbours, as one Markdown table.
//!
//! ```text
//! cargo run --release -p pmsl-core --no-default-features --example playlist_strategies -- EMBEDDINGS.npy TRACKS
//! cargo run --release -p pmsl-core --no-default-features --example playlist_strategies -- --made-up 100000
//! ```
//!
//! `EMBEDDINGS.npy` and `tracks.csv` are what `pmsl-generate --export DIR` writes; a `.npy` of labels serves as well.
//! Where the table has no tempo, a title such as `128bpm_house_01` tells it.
#![allow(clippy::print_stdout, missing_docs, reason = "an example talks to its user")]

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use pmsl_core::npy::Array;
use pmsl_core::playlist::{
    Constraints, GrowOptions, Library, Locked, MixOptions, SetLength, SetOptions, Songs, Spacing, grow, measures, mix,
    order, path, set,
};
use pmsl_core::search::Searcher;
use pmsl_core::{Key, TrackMeta, Vectors};

/// Lists per strategy, each from tracks of its own.
const QUESTIONS: usize = 100;
/// Tracks per list.
const LENGTH: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let data = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--made-up", tracks] => Data::made_up(tracks.parse()?)?,
        [embeddings, tracks] => Data::read(Path::new(embeddings), Path::new(tracks))?,
        _ => return Err("usage: playlist_strategies EMBEDDINGS.npy TRACKS.csv | --made-up TRACKS".into()),
    };
    Benchmark::new(&data).print();
    Ok(())
}

/// A library with a genre for every track.
struct Data {
    searcher: Searcher,
    songs: Songs,
    genres: Vec<u32>,
}

impl Data {
    fn read(embeddings: &Path, tracks: &Path) -> Result<Self, Box<dyn Error>> {
        let (values, dim) = Array::open(embeddings)?.into_matrix()?;
        let vectors = Vectors::normalized(values, dim)?;
        let mut metas = Vec::new();
        let mut labels = Vec::new();
        if tracks.extension().is_some_and(|extension| extension == "npy") {
            labels = Array::open(tracks)?.into_labels()?;
            // Nothing but their number is known of such tracks.
            metas.extend((0..labels.len()).map(|i| TrackMeta { title: format!("track {i}"), ..TrackMeta::default() }));
        } else {
            for row in csv::Reader::from_path(tracks)?.deserialize() {
                let row: Row = row?;
                labels.push(row.sub_genre.clone());
                metas.push(row.meta());
            }
        }
        if metas.len() != vectors.len() {
            return Err(format!("{} tracks and {} vectors", metas.len(), vectors.len()).into());
        }
        let mut names = labels.clone();
        names.sort();
        names.dedup();
        let genres = labels.iter().map(|label| names.partition_point(|name| name < label) as u32).collect();
        Ok(Self { searcher: Searcher::new(vectors), songs: Songs::new(&metas), genres })
    }

    /// Tracks of 128 values around as many centres as a large library has playlists, with everything tagged.
    fn made_up(tracks: usize) -> Result<Self, Box<dyn Error>> {
        const DIM: usize = 128;
        const GENRES: usize = 200;
        let mut random = Random(1);
        let centres: Vec<f32> = (0..GENRES * DIM).map(|_| random.normal()).collect();
        let keys: Vec<String> = Key::all().map(Key::camelot).collect();
        let mut data = Vec::with_capacity(tracks * DIM);
        let mut metas = Vec::new();
        let mut genres = Vec::new();
        for track in 0..tracks {
            let genre = random.below(GENRES);
            let centre = &centres[genre * DIM..(genre + 1) * DIM];
            data.extend(centre.iter().map(|value| value + 0.8 * random.normal()));
            genres.push(genre as u32);
            metas.push(TrackMeta {
                title: format!("title {track}"),
                artist: Some(format!("artist {}", genre * tracks / 1000 + random.below(tracks / 1000 + 1))),
                album: Some(format!("album {}", random.below(tracks / 10 + 1))),
                duration_s: 180.0 + random.below(240_000) as f32 / 1000.0,
                bpm: Some(90.0 + (genre % 20) as f32 * 4.0 + random.normal()),
                key: Some(keys[random.below(24)].clone()),
                energy: Some(random.below(1001) as f32 / 1000.0),
                ..TrackMeta::default()
            });
        }
        let vectors = Vectors::normalized(data, DIM)?;
        Ok(Self { searcher: Searcher::new(vectors), songs: Songs::new(&metas), genres })
    }
}

/// What is read of a line of `tracks.csv`.
#[derive(serde::Deserialize)]
struct Row {
    title: String,
    artist: Option<String>,
    album: Option<String>,
    sub_genre: String,
    duration_s: f32,
    bpm: Option<f32>,
    key: Option<String>,
}

impl Row {
    fn meta(self) -> TrackMeta {
        let in_title = self.title.split_once("bpm").and_then(|(bpm, _)| bpm.parse().ok());
        TrackMeta {
            bpm: self.bpm.or(in_title),
            title: self.title,
            artist: self.artist,
            album: self.album,
            duration_s: self.duration_s,
            key: self.key,
            ..TrackMeta::default()
        }
    }
}

/// A strategy: from a question's number and tracks to a list.
type Strategy<'a> = Box<dyn Fn(usize, &[usize]) -> Vec<usize> + 'a>;

struct Benchmark<'a> {
    data: &'a Data,
    library: Library<'a>,
    /// Pairs of tracks of different genres.
    questions: Vec<[usize; 2]>,
}

impl<'a> Benchmark<'a> {
    fn new(data: &'a Data) -> Self {
        let mut random = Random(7);
        let n = data.genres.len();
        let mut questions = Vec::new();
        while questions.len() < QUESTIONS {
            let (a, b) = (random.below(n), random.below(n));
            if data.genres[a] != data.genres[b] {
                questions.push([a, b]);
            }
        }
        Self { data, library: Library { songs: &data.songs, searcher: &data.searcher }, questions }
    }

    fn print(&self) {
        println!(
            "| strategy | largest step | mean step | of shuffled | genre kept | lesser genre | tempo | key | \
             artist again | time |"
        );
        println!("|---|---|---|---|---|---|---|---|---|---|");
        let mut unit = None;
        for (name, asked, strategy) in self.strategies() {
            self.print_row(name, asked, &strategy, &mut unit);
        }
    }

    fn strategies(&self) -> Vec<(&'static str, usize, Strategy<'_>)> {
        let (library, data) = (self.library, self.data);
        let n = data.searcher.len();
        let plain = Constraints::default();
        let rest = move |question: usize, asked: &[usize]| {
            let mut random = Random(question as u64);
            let mut list = asked[..1].to_vec();
            while list.len() < LENGTH {
                let next = random.below(n);
                if !list.contains(&next) {
                    list.insert(1, next);
                }
            }
            list
        };
        let nearest = move |_: usize, asked: &[usize]| {
            let near = data.searcher.neighbours(asked[0], LENGTH - 1);
            [asked[..1].to_vec(), near.iter().map(|near| near.track).collect()].concat()
        };
        let middle = move |_: usize, asked: &[usize]| {
            let [a, b] = [asked[0], asked[1]].map(|track| data.searcher.rows().vector(track));
            let middle: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
            data.searcher.nearest(&middle, LENGTH, |_| false).iter().map(|near| near.track).collect()
        };
        let similar = |loyalty: f64, temperature: f64| {
            move |seed: usize, asked: &[usize]| {
                let constraints = Constraints { temperature, seed: seed as u64, ..Constraints::default() };
                grow(library, asked[0], &GrowOptions { length: LENGTH, loyalty }, &constraints).tracks
            }
        };
        let both = plain.clone();
        let mixed = move |_: usize, asked: &[usize]| {
            mix(library, asked, &[], &MixOptions { length: LENGTH, ..MixOptions::default() }, &both).tracks
        };
        let led = plain.clone();
        let way = move |_: usize, asked: &[usize]| path(library, asked, LENGTH, &led).tracks;
        let sets = |course: bool| {
            move |_: usize, asked: &[usize]| {
                let bpm = data.songs.get(asked[0]).and_then(|song| song.bpm).filter(|_| course);
                let options = SetOptions {
                    length: SetLength::Tracks(LENGTH),
                    bpm: bpm.map(|bpm| [bpm, 1.1 * bpm]),
                    energy: if course { vec![0.3, 0.9, 0.5] } else { Vec::new() },
                    ..SetOptions::default()
                };
                let constraints = Constraints {
                    spacing: Spacing::default(),
                    locked: vec![Locked { place: 0, track: asked[0] }],
                    ..Constraints::default()
                };
                set(library, &asked[..1], &options, &constraints).tracks
            }
        };
        vec![
            ("plain k-NN", 1, Box::new(nearest)),
            ("random", 1, Box::new(rest)),
            ("k-NN, ordered", 1, Box::new(move |i, asked| order(library, &nearest(i, asked), false))),
            ("similar, loyalty 1", 1, Box::new(similar(1.0, 0.0))),
            ("similar, loyalty 0.5", 1, Box::new(similar(0.5, 0.0))),
            ("similar, loyalty 0", 1, Box::new(similar(0.0, 0.0))),
            ("similar, temperature 1", 1, Box::new(similar(0.5, 1.0))),
            ("set", 1, Box::new(sets(false))),
            ("set, tempo + 10 %, energy up and down", 1, Box::new(sets(true))),
            ("k-NN of the point between", 2, Box::new(middle)),
            ("mix", 2, Box::new(mixed)),
            ("path", 2, Box::new(way)),
        ]
    }

    fn print_row(&self, name: &str, asked: usize, strategy: &Strategy<'_>, unit: &mut Option<Duration>) {
        let mut means = [Mean::default(); 8];
        let mut times = Vec::new();
        for (number, question) in self.questions.iter().enumerate() {
            let start = Instant::now();
            let tracks = strategy(number, question);
            times.push(start.elapsed());
            for (mean, value) in means.iter_mut().zip(self.figures(&tracks, &question[..asked])) {
                mean.add(value);
            }
        }
        times.sort();
        // The middle, for a machine that is busy with other things stretches some of them.
        let time = times[times.len() / 2];
        let unit = unit.get_or_insert(time);
        let [largest, step, shuffled, kept, lesser, tempo, key, again] = means;
        let ratio = time.as_secs_f64() / unit.as_secs_f64();
        println!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} | {ratio:.1} ({:.1} ms) |",
            largest.number(),
            step.number(),
            shuffled.number(),
            kept.percent(),
            lesser.percent(),
            tempo.percent(),
            key.percent(),
            again.percent(),
            time.as_secs_f64() * 1000.0,
        );
    }

    /// What is printed of a list, in the order of the columns.
    fn figures(&self, tracks: &[usize], asked: &[usize]) -> [Option<f64>; 8] {
        let found = measures(self.library, tracks);
        let others: Vec<u32> =
            tracks.iter().filter(|track| !asked.contains(track)).map(|&track| self.data.genres[track]).collect();
        let share = |track: &usize| {
            let genre = self.data.genres[*track];
            others.iter().filter(|&&other| other == genre).count() as f64 / others.len().max(1) as f64
        };
        let shares: Vec<f64> = asked.iter().map(share).collect();
        let artist = |track: usize| self.data.songs.get(track).and_then(|song| song.artist);
        let known = tracks.iter().filter(|&&track| artist(track).is_some()).count();
        let again = (0..tracks.len()).filter(|&place| {
            let before = &tracks[place.saturating_sub(Spacing::default().artist)..place];
            artist(tracks[place]).is_some() && before.iter().any(|&other| artist(other) == artist(tracks[place]))
        });
        [
            found.largest_step,
            found.mean_step,
            found.mean_step.zip(found.shuffled_step).map(|(step, shuffled)| step / shuffled),
            Some(shares.iter().sum()),
            (asked.len() > 1).then(|| shares.iter().copied().fold(1.0, f64::min)),
            found.tempo_agreement,
            found.key_agreement,
            (known > 0).then(|| again.count() as f64 / known as f64),
        ]
    }
}

#[derive(Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.sum += value;
            self.count += 1.0;
        }
    }

    fn number(self) -> String {
        if self.count > 0.0 { format!("{:.3}", self.sum / self.count) } else { "–".into() }
    }

    fn percent(self) -> String {
        if self.count > 0.0 { format!("{:.0} %", 100.0 * self.sum / self.count) } else { "–".into() }
    }
}

/// Numbers for made-up data: a linear congruential generator (Knuth's MMIX constants), its upper bits.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n
    }

    /// Nearly normal: the sum of twelve uniform numbers, less its mean.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.next() as f32 / (1_u64 << 31) as f32).sum::<f32>() - 6.0
    }
}
