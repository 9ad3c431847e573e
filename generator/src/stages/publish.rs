//! What of a track may be seen by others.

use pmsl_core::track::TrackMeta;

use super::features::UsableLibrary;
use crate::config::{Share, SiteAudio};
use crate::plan::Plan;
use crate::render::SiteFile;

/// What the site says of a track: with `share = "public"` no path and no file name.
pub(crate) fn published_meta(plan: &Plan, library: &UsableLibrary, track: usize) -> TrackMeta {
    let mut meta = library.metas[track].clone();
    match plan.config.site.share {
        Share::Private => meta.path = Some(library.tracks[track].entry.relative_path.clone()),
        Share::Public if library.tracks[track].has_title() => {}
        Share::Public => {
            let sub_genre = meta.sub_genre;
            let number = library.metas[..=track].iter().filter(|other| other.sub_genre == sub_genre).count();
            let name = &library.sub_genres[sub_genre as usize].name;
            meta.title = format!("{name} {number}");
        }
    }
    meta.audio = audio_path(plan, library, track);
    meta
}

/// Tracks that have no title of their own: the name of their file stands in for it.
pub(crate) fn untitled(library: &UsableLibrary) -> impl Iterator<Item = usize> {
    (0..library.tracks.len()).filter(|&track| !library.tracks[track].has_title())
}

/// The audio files that the site carries.
pub(crate) fn audio_files(plan: &Plan, library: &UsableLibrary) -> Vec<SiteFile> {
    let mut files: Vec<SiteFile> = (0..library.tracks.len())
        .filter_map(|track| {
            audio_path(plan, library, track).map(|path| SiteFile::copy(path, library.tracks[track].entry.path.clone()))
        })
        .collect();
    // Copies of one recording share one file.
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    files
}

/// A neutral name: the hash of the content, and the extension that tells players the format.
fn audio_path(plan: &Plan, library: &UsableLibrary, track: usize) -> Option<String> {
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
