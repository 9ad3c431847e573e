//! The list of what we wrote, by which a later run knows the folder and its own files in it.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// Name of the list, at the top of the site.
pub const MARKER: &str = ".pmsl-site";

/// First line of the list.
const HEADER: &str = "pmsl site 1: the files below are replaced and removed by the next run";

/// The list of `folder`; nothing where it has none.
///
/// # Errors
/// A list that cannot be read or is not one of ours.
pub(super) fn read(folder: &Path) -> io::Result<Option<BTreeSet<String>>> {
    let text = match std::fs::read_to_string(folder.join(MARKER)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        let message = format!("{MARKER} does not begin as this version writes it");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    // A list may have been edited: what leads out of the folder is not followed.
    Ok(Some(lines.filter(|path| super::place::fault(path).is_none()).map(str::to_owned).collect()))
}

/// The bytes of a list.
pub(super) fn bytes(paths: BTreeSet<&str>) -> Vec<u8> {
    let mut text = format!("{HEADER}\n");
    for path in paths {
        text.push_str(path);
        text.push('\n');
    }
    text.into_bytes()
}
