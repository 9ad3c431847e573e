//! The XML that rekordbox imports ("rekordbox xml" in its preferences), after the publisher's list of elements
//! (rekordbox.com, "For developers", `xml_format_list.pdf`, version 1.0.0).

use xxhash_rust::xxh64::xxh64;

use super::location::{self, ExportOptions};
use super::text::{Fields, hundredths_bpm, push, push_all, push_xml, seconds};
use crate::{Key, TrackMeta};

/// The tracks written so far.
#[derive(Default)]
pub(super) struct Collection {
    /// A hash of each file's location; the number of the track is its place here, from 1.
    locations: Vec<u64>,
    /// The numbers of the list's tracks, in order.
    listed: Vec<usize>,
}

impl Collection {
    /// Writes what is known of a track, unless the list holds its file already: a collection has each file once.
    pub(super) fn track(&mut self, text: &mut String, track: &TrackMeta, genre: Option<&str>, options: &ExportOptions) {
        let location = location::localhost_uri(track, options);
        let hash = xxh64(location.as_bytes(), 0);
        if let Some(known) = self.locations.iter().position(|&other| other == hash) {
            self.listed.push(known + 1);
            return;
        }
        self.locations.push(hash);
        let number = self.locations.len();
        self.listed.push(number);
        // The notation that rekordbox itself writes; a text that is no key stays as it is.
        let key = track.key.as_deref().map(|key| key.parse::<Key>().map_or_else(|_| key.to_owned(), Key::short));
        push(text, "<TRACK");
        Fields::attributes(text)
            .number("TrackID", Some(number as u64), 0)
            .text("Name", Some(&track.title))
            .text("Artist", track.artist.as_deref())
            .text("Album", track.album.as_deref())
            .text("Genre", genre)
            .number("TotalTime", seconds(track), 0)
            .number("Year", track.year.map(u64::from), 0)
            .number("AverageBpm", hundredths_bpm(track), 2)
            .text("Tonality", key.as_deref())
            .text("Location", Some(&location));
        push(text, "/>\n");
    }

    /// The whole file around the tracks.
    pub(super) fn file(&self, tracks: &str, title: &str) -> String {
        let mut text = String::from(concat!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<DJ_PLAYLISTS Version=\"1.0.0\">\n",
            "<PRODUCT Name=\"pmsl\" Version=\"",
            env!("CARGO_PKG_VERSION"),
            "\" Company=\"\"/>\n<COLLECTION Entries=\""
        ));
        push_all(&mut text, &[&self.locations.len().to_string(), "\">\n", tracks, "</COLLECTION>\n<PLAYLISTS>\n"]);
        push(&mut text, "<NODE Type=\"0\" Name=\"ROOT\" Count=\"1\">\n<NODE Type=\"1\" Name=\"");
        // A list without a name cannot be chosen in the tree.
        push_xml(&mut text, if title.trim().is_empty() { "Playlist" } else { title });
        push_all(&mut text, &["\" KeyType=\"0\" Entries=\"", &self.listed.len().to_string(), "\">\n"]);
        for number in &self.listed {
            push_all(&mut text, &["<TRACK Key=\"", &number.to_string(), "\"/>\n"]);
        }
        push(&mut text, "</NODE>\n</NODE>\n</PLAYLISTS>\n</DJ_PLAYLISTS>\n");
        text
    }
}
