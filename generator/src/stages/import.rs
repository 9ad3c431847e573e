//! Embeddings made elsewhere, in place of audio: each row is a track.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use pmsl_core::library::{LibraryTrack, Overrides, clean_text};
use pmsl_core::npy::Array;
use pmsl_core::track::{SubGenre, TrackMeta};

use super::copies::Copies;
use super::features::UsableLibrary;
use super::library::Candidate;
use crate::cache::{FeatureStore, FileStamp, KeyBuilder};
use crate::config::EmbeddingsConfig;
use crate::outcome::RunError;
use crate::plan::Plan;
use crate::stopwatch::Worked;

/// What is known of a row besides its values.
#[derive(Debug, Default, PartialEq)]
struct Row {
    genre: Option<String>,
    sub_genre: String,
    title: Option<String>,
    artist: Option<String>,
    album: Option<String>,
    split: Option<String>,
    fold: Option<String>,
    year: Option<u32>,
    bpm: Option<f32>,
    bpm_heard: bool,
    key: Option<String>,
    key_heard: bool,
    energy: Option<f32>,
    duration_s: f32,
}

/// Reads embeddings and their labels.
///
/// # Errors
/// Files that cannot be read, that do not belong together, or that hold values that are no embedding.
pub(crate) fn import(plan: &Plan, files: &EmbeddingsConfig) -> Result<Worked<UsableLibrary>, RunError> {
    let library = read(plan, files).map_err(RunError::Failed)?;
    let tracks = library.tracks.len();
    Ok(Worked::new(library, tracks, 0))
}

fn read(plan: &Plan, files: &EmbeddingsConfig) -> anyhow::Result<UsableLibrary> {
    let name = files.embeddings.display();
    let (all, dim) = Array::open(&files.embeddings)
        .and_then(Array::into_matrix)
        .with_context(|| format!("{name} cannot be used"))?;
    if dim == 0 || all.is_empty() {
        bail!("{name} holds no embeddings");
    }
    let rows = labels(&files.labels).with_context(|| format!("{} cannot be used", files.labels.display()))?;
    if rows.len() != all.len() / dim {
        bail!("{name} has {} rows, and {} has {}", all.len() / dim, files.labels.display(), rows.len());
    }
    let (mut sub_genres, mut numbers) = (Vec::<SubGenre>::new(), BTreeMap::<(Option<String>, String), usize>::new());
    let (mut entries, mut values) = (Vec::new(), Vec::new());
    let mut kept = BTreeMap::<usize, usize>::new();
    for (number, (row, vector)) in rows.into_iter().zip(all.chunks_exact(dim)).enumerate() {
        if !vector.iter().all(|value| value.is_finite()) || vector.iter().all(|&value| value == 0.0) {
            bail!("{name}: row {number} (counted from 0) is no embedding: all values must be finite, and not all 0");
        }
        let sub_genre = *numbers.entry((row.genre.clone(), row.sub_genre.clone())).or_insert_with(|| {
            sub_genres.push(SubGenre { genre: row.genre.clone(), name: row.sub_genre.clone() });
            sub_genres.len() - 1
        });
        let count = kept.entry(sub_genre).or_default();
        *count += 1;
        if plan.limit.is_none_or(|limit| *count <= limit) {
            entries.push((number, sub_genre, row, vector));
        }
    }
    // The library's order: by sub-genre, then as the rows come.
    entries.sort_by_key(|&(number, sub_genre, ..)| (sub_genre, number));
    let (mut tracks, mut metas, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for (number, sub_genre, row, vector) in entries {
        let bytes: Vec<u8> = vector.iter().flat_map(|value| value.to_le_bytes()).collect();
        let key = KeyBuilder::new("imported", 1).bytes("values", &bytes).finish();
        metas.push(TrackMeta {
            title: row.title.clone().unwrap_or_else(|| format!("{} {}", row.sub_genre, number + 1)),
            artist: row.artist.clone(),
            album: row.album.clone(),
            year: row.year,
            bpm: row.bpm,
            bpm_heard: row.bpm_heard && row.bpm.is_some(),
            key_heard: row.key_heard && row.key.is_some(),
            key: row.key,
            energy: row.energy,
            duration_s: row.duration_s,
            sub_genre: sub_genre as u32,
            ..TrackMeta::default()
        });
        let entry = LibraryTrack {
            path: files.embeddings.clone(),
            relative_path: format!("row {number}"),
            sub_genre,
            overrides: Overrides { artist: row.artist, title: row.title, album: row.album },
            name_hint: None,
            display_name: None,
            split: row.split,
            fold: row.fold,
        };
        tracks.push(Candidate { entry, stamp: FileStamp::of_content(*blake3::hash(&bytes).as_bytes()) });
        keys.push(key);
        values.extend_from_slice(vector);
    }
    let copies = Copies::find(&tracks, &[]);
    let descriptors = vec![None; tracks.len()];
    Ok(UsableLibrary {
        sub_genres,
        tracks,
        metas,
        keys,
        features: FeatureStore::ready(&values, dim),
        descriptors,
        copies,
        clips: Vec::new(),
        failures: Vec::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
    })
}

/// The labels of all rows, from a NumPy or a CSV file.
fn labels(path: &Path) -> anyhow::Result<Vec<Row>> {
    let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    if is_csv {
        return table(&std::fs::read(path)?);
    }
    let labels = Array::open(path)?.into_labels()?.into_iter().enumerate();
    labels
        .map(|(row, label)| {
            let sub_genre = clean_text(&label).with_context(|| format!("row {row} (counted from 0) has no label"))?;
            Ok(Row { sub_genre, ..Row::default() })
        })
        .collect()
}

fn table(bytes: &[u8]) -> anyhow::Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(bytes);
    let header = reader.headers()?.clone();
    let column = |names: &[&str]| header.iter().position(|name| names.iter().any(|n| n.eq_ignore_ascii_case(name)));
    let Some(label) = column(&["sub_genre", "label"]) else {
        bail!("it has no column `sub_genre` or `label`, but: {}", header.iter().collect::<Vec<_>>().join(", "));
    };
    let texts = ["genre", "title", "artist", "album", "split", "fold", "key"].map(|name| column(&[name]));
    let numbers = ["year", "bpm", "energy", "duration_s"].map(|name| (name, column(&[name])));
    let marks = ["bpm_heard", "key_heard"].map(|name| column(&[name]));
    let mut rows = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let record = record?;
        let field = |column: Option<usize>| record.get(column?).filter(|text| !text.is_empty()).map(str::to_owned);
        let text = |column: Option<usize>| field(column).as_deref().and_then(clean_text);
        let Some(sub_genre) = text(Some(label)) else { bail!("line {} has no label", number + 2) };
        let [genre, title, artist, album, split, fold, key] = texts.map(text);
        let mut values = [None; 4];
        for (value, (name, column)) in values.iter_mut().zip(numbers) {
            let Some(text) = field(column) else { continue };
            let parsed = text.parse().ok().filter(|number: &f32| number.is_finite() && *number >= 0.0);
            *value = Some(parsed.with_context(|| {
                format!("line {}, column `{name}`: expected a number from 0 on, found `{text}`", number + 2)
            })?);
        }
        let [year, bpm, energy, duration_s] = values;
        let [bpm_heard, key_heard] = marks.map(|column| field(column).is_some_and(|text| text == "true"));
        let (year, bpm) = (year.map(|year| year as u32), bpm.filter(|&bpm| bpm > 0.0));
        let duration_s = duration_s.unwrap_or_default();
        let named = Row { genre, sub_genre, title, artist, album, split, fold, key, ..Row::default() };
        rows.push(Row { year, bpm, bpm_heard, key_heard, energy, duration_s, ..named });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_gives_tempo_key_and_more() {
        let rows = table(b"label,bpm,bpm_heard,key,year,duration_s,energy\na,128.5,true,8A,1999,61.5,0.25\na,,,,,,\n");
        let rows = rows.unwrap();
        assert_eq!((rows[0].bpm, rows[0].bpm_heard, rows[0].key.as_deref()), (Some(128.5), true, Some("8A")));
        assert_eq!((rows[0].year, rows[0].energy, rows[0].duration_s), (Some(1999), Some(0.25), 61.5));
        assert_eq!(rows[1], Row { sub_genre: "a".into(), ..Row::default() });
        for (wrong, found) in [("fast", "fast"), ("NaN", "NaN"), ("-1", "-1")] {
            let message = table(format!("label,bpm\na,120\nb,{wrong}\n").as_bytes()).unwrap_err().to_string();
            assert!(message.contains("line 3, column `bpm`") && message.contains(found), "{message}");
        }
    }

    #[test]
    fn a_table_gives_labels_and_names() {
        let rows = table(b"Title,LABEL,fold\n\"a, b\", techno ,1\n,goa,\n").unwrap();
        assert_eq!((rows[0].title.as_deref(), rows[0].sub_genre.as_str()), (Some("a, b"), "techno"));
        assert_eq!((rows[0].fold.as_deref(), rows[1].fold.as_deref(), &rows[1].title), (Some("1"), None, &None));
        let missing = table(b"title,artist\nx,y\n").unwrap_err().to_string();
        assert!(missing.contains("no column `sub_genre` or `label`, but: title, artist"), "{missing}");
        assert!(table(b"label\n\n\"\"\n").unwrap_err().to_string().contains("line"));
    }
}
