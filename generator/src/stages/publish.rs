//! What of a track may be seen by others.

use pmsl_core::track::TrackMeta;

use super::features::UsableLibrary;
use super::heard::{fill_in, ranked};
use crate::cache::Key;
use crate::config::{Share, SiteAudio};
use crate::plan::Plan;
use crate::render::SiteFile;

/// What the site says of each track: with `share = "public"` no path and no file name; tempo, key and energy as heard
/// where nothing else tells them.
pub(crate) fn published_metas(plan: &Plan, library: &UsableLibrary) -> Vec<TrackMeta> {
    let mut numbers = vec![0; library.sub_genres.len()];
    let heard = || library.metas.iter().zip(&library.descriptors);
    let energies: Vec<Option<f32>> =
        heard().map(|(meta, heard)| heard.as_ref().map_or(meta.energy, |heard| Some(heard.energy))).collect();
    let places = ranked(&energies);
    let published = library.metas.iter().zip(&library.tracks).enumerate().map(|(index, (meta, track))| {
        let mut meta = meta.clone();
        let sub_genre = meta.sub_genre as usize;
        numbers[sub_genre] += 1;
        match plan.config.site.share {
            Share::Private => meta.path = Some(track.entry.relative_path.clone()),
            Share::Public if track.has_title() => {}
            Share::Public => meta.title = format!("{} {}", library.sub_genres[sub_genre].name, numbers[sub_genre]),
        }
        if let Some(heard) = &library.descriptors[index] {
            fill_in(&mut meta, heard);
        }
        meta.energy = places[index];
        meta.audio = audio_path(plan, library, index);
        meta
    });
    published.collect()
}

/// Tracks that have no title of their own: the name of their file stands in for it.
pub(crate) fn untitled(library: &UsableLibrary) -> impl Iterator<Item = usize> {
    (0..library.tracks.len()).filter(|&track| !library.tracks[track].has_title())
}

/// The audio files and clips that the site carries.
pub(crate) fn audio_files(plan: &Plan, library: &UsableLibrary) -> Vec<SiteFile> {
    let mut files: Vec<SiteFile> = (0..library.tracks.len())
        .filter_map(|track| {
            let from = match clip(library, track) {
                Some(key) => plan.clip_path(key),
                None => library.tracks[track].entry.path.clone(),
            };
            Some(SiteFile::copy(audio_path(plan, library, track)?, from))
        })
        .collect();
    // Copies of one recording share one file.
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    files
}

/// The clip of a track, where the site has one.
fn clip(library: &UsableLibrary, track: usize) -> Option<Key> {
    library.clips.get(track).copied().flatten()
}

/// A neutral name: the hash of the content, for a clip with how it was cut, and the extension that tells players the
/// format.
fn audio_path(plan: &Plan, library: &UsableLibrary, track: usize) -> Option<String> {
    if let Some(key) = clip(library, track) {
        return Some(format!("clips/{}.mp3", &key.to_string()[..16]));
    }
    (plan.config.site.audio == SiteAudio::Copy).then(|| {
        let track = &library.tracks[track];
        let extension = track
            .entry
            .path
            .extension()
            .map_or_else(String::new, |extension| format!(".{}", extension.to_string_lossy().to_lowercase()));
        format!("audio/{}{extension}", &track.stamp.content_hex()[..16])
    })
}
