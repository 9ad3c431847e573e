//! Which tracks are one recording.

use pmsl_core::dataset::group_ids;

use super::library::Candidate;

/// The recording of every track: equal for files of the same content.
pub(crate) fn recordings(tracks: &[Candidate]) -> Vec<Option<u64>> {
    let contents: Vec<String> = tracks.iter().map(|track| track.stamp.content_hex()).collect();
    group_ids(contents.iter().map(|content| Some(content.as_str())))
}
