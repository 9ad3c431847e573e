//! What a file says about itself.

use std::path::Path;

use lofty::config::ParseOptions;
use lofty::file::{AudioFile, TaggedFile, TaggedFileExt};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::LibraryTrack;
use super::text::clean_text;
use crate::TrackMeta;
use crate::audio::contain_panic;

/// More genres than this are noise.
const GENRES_LIMIT: usize = 16;

/// Why tags could not be read. Missing tags are no error.
#[derive(Debug, Error)]
pub enum TagError {
    /// The file cannot be opened or read.
    #[error("the file cannot be read")]
    Read(#[from] std::io::Error),
    /// The file or its tags are damaged, or of an unknown format.
    #[error("the tags cannot be parsed")]
    Parse(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The parser crashed; only this file is affected.
    #[error("the tag parser crashed on this file ({message})")]
    Panicked {
        /// Message of the panic.
        message: String,
    },
}

/// The tags of a file. Texts are without control characters and surrounding space, never empty, and at most 4 KiB.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tags {
    /// The title.
    pub title: Option<String>,
    /// The artist of the track.
    pub artist: Option<String>,
    /// The artist of the album.
    pub album_artist: Option<String>,
    /// The album.
    pub album: Option<String>,
    /// Genres, in order, without repetition; at most 16.
    pub genres: Vec<String>,
    /// The year of release, 1000 to 9999.
    pub year: Option<u32>,
    /// Tempo in beats per minute, above 0 and below 1000.
    pub bpm: Option<f32>,
    /// Musical key, as written.
    pub key: Option<String>,
    /// Duration that the headers claim, in seconds. Decoding tells the truth.
    pub duration_s: Option<f32>,
}

/// Reads the tags of a file, whose format is told by its content.
///
/// # Errors
/// A file that cannot be read or parsed, panics of the parser included. A file without tags gives empty [`Tags`].
pub fn read_tags(path: &Path) -> Result<Tags, TagError> {
    contain_panic(|| read(path)).unwrap_or_else(|message| Err(TagError::Panicked { message }))
}

fn read(path: &Path) -> Result<Tags, TagError> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::from(std::io::ErrorKind::IsADirectory).into());
    }
    let mut options = ParseOptions::new();
    options.read_cover_art(false);
    let parse = |e: lofty::error::FileParseError| TagError::Parse(Box::new(e));
    let file = Probe::open(path).map_err(parse)?.options(options).guess_file_type()?.read().map_err(parse)?;
    Ok(Tags::of(&file))
}

impl Tags {
    fn of(file: &TaggedFile) -> Self {
        // The format's own tag first, then whatever else is attached (ID3v1, APE).
        let primary = file.primary_tag_type();
        let mut tags: Vec<&Tag> = file.tags().iter().collect();
        tags.sort_by_key(|tag| tag.tag_type() != primary);
        let text = |keys: &[ItemKey]| {
            tags.iter().flat_map(|tag| keys.iter().filter_map(|&key| tag.get_string(key))).find_map(clean_text)
        };
        let mut genres: Vec<String> = Vec::new();
        for tag in &tags {
            let parts = tag.get_strings(ItemKey::Genre).flat_map(|text| text.split(['\0', ';'])).filter_map(clean_text);
            for genre in parts {
                if genres.len() < GENRES_LIMIT && !genres.contains(&genre) {
                    genres.push(genre);
                }
            }
        }
        let year_keys = [ItemKey::RecordingDate, ItemKey::Year, ItemKey::ReleaseDate, ItemKey::OriginalReleaseDate];
        let duration_s = file.properties().duration().as_secs_f32();
        Self {
            title: text(&[ItemKey::TrackTitle]),
            artist: text(&[ItemKey::TrackArtist, ItemKey::TrackArtists]),
            album_artist: text(&[ItemKey::AlbumArtist, ItemKey::AlbumArtists]),
            album: text(&[ItemKey::AlbumTitle]),
            genres,
            year: year_keys.iter().find_map(|&key| text(&[key]).as_deref().and_then(parse_year)),
            bpm: [ItemKey::Bpm, ItemKey::IntegerBpm]
                .iter()
                .find_map(|&key| text(&[key]).as_deref().and_then(parse_bpm)),
            key: text(&[ItemKey::InitialKey]),
            duration_s: (duration_s > 0.0).then_some(duration_s),
        }
    }

    /// What a listener sees of a track: the manifest's fields before the tags, then the playlist's name for it, then
    /// the file's stem. `duration_s` is that of the decoded audio. `path` and `audio` are left empty: publishing
    /// them is the owner's choice.
    pub fn into_meta(self, track: &LibraryTrack, duration_s: f32) -> TrackMeta {
        let tagged = self.title.is_some() || track.overrides.title.is_some();
        let hint = track.name_hint.as_deref().filter(|_| !tagged).and_then(clean_text);
        let (hinted_artist, hinted_title) = match hint.as_deref().map(|hint| hint.split_once(" - ")) {
            Some(Some((artist, title))) => (clean_text(artist), clean_text(title)),
            Some(None) => (None, hint),
            None => (None, None),
        };
        let of_file = || track.path.file_stem().and_then(|stem| clean_text(&stem.to_string_lossy()));
        let name = || track.display_name.clone().or_else(of_file);
        let overrides = &track.overrides;
        TrackMeta {
            title: overrides.title.clone().or(self.title).or(hinted_title).or_else(name).unwrap_or_default(),
            artist: overrides.artist.clone().or(self.artist).or(self.album_artist).or(hinted_artist),
            album: overrides.album.clone().or(self.album),
            year: self.year,
            bpm: self.bpm,
            key: self.key,
            duration_s,
            sub_genre: u32::try_from(track.sub_genre).unwrap_or(u32::MAX),
            ..TrackMeta::default()
        }
    }
}

/// The first four digits of a date in any usual notation.
fn parse_year(text: &str) -> Option<u32> {
    let runs = text.split(|c: char| !c.is_ascii_digit());
    let mut years = runs.filter(|run| run.len() == 4 || run.len() == 8).filter_map(|run| run.get(..4)?.parse().ok());
    years.find(|year| (1000..=9999).contains(year))
}

fn parse_bpm(text: &str) -> Option<f32> {
    let bpm: f32 = text.replace(',', ".").trim().parse().ok()?;
    (bpm > 0.0 && bpm < 1000.0).then_some(bpm)
}

#[cfg(test)]
mod tests;
