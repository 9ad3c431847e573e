//! What is known of every file of the library, so that a run with nothing changed reads none of them again.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pmsl_core::library::{Tags, read_tags};
use serde::{Deserialize, Serialize};

use super::store::{read_json, write_json};
use crate::limits::{OutOfTime, within};

/// Version of what is kept of a file; stamps of another version are made anew.
const VERSION: u32 = 1;

/// What is known of one file, as long as its size and modification time stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileStamp {
    size: u64,
    modified_ns: u128,
    /// BLAKE3 hash of the content.
    pub(crate) content: [u8; 32],
    /// The file's tags. Empty where it has none or they cannot be read.
    pub(crate) tags: Tags,
    /// Why the tags could not be read.
    pub(crate) tag_error: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
struct Stored {
    version: u32,
    files: BTreeMap<PathBuf, FileStamp>,
}

/// The stamps of all files seen with a work folder.
#[derive(Debug)]
pub(crate) struct Stamps {
    path: PathBuf,
    files: BTreeMap<PathBuf, FileStamp>,
    changed: bool,
}

impl Stamps {
    /// Reads the stamps of a work folder.
    pub(crate) fn open(work: &Path) -> anyhow::Result<Self> {
        let path = work.join("stamps.json");
        let stored = read_json::<Stored>(&path)?.filter(|stored| stored.version == VERSION).unwrap_or_default();
        Ok(Self { path, files: stored.files, changed: false })
    }

    /// The stamp of a file, if the file has not changed since.
    ///
    /// # Errors
    /// When the file is not there or may not be looked at.
    pub(crate) fn current(&self, path: &Path) -> io::Result<Option<&FileStamp>> {
        let (size, modified_ns) = identity(&fs::metadata(path)?);
        Ok(self.files.get(path).filter(|stamp| (stamp.size, stamp.modified_ns) == (size, modified_ns)))
    }

    /// Remembers a stamp.
    pub(crate) fn insert(&mut self, path: PathBuf, stamp: FileStamp) {
        self.changed |= self.files.get(&path) != Some(&stamp);
        self.files.insert(path, stamp);
    }

    /// Writes the stamps, if any is new.
    pub(crate) fn save(&mut self) -> anyhow::Result<()> {
        if self.changed {
            let stored = Stored { version: VERSION, files: std::mem::take(&mut self.files) };
            write_json(&self.path, &stored)?;
            self.files = stored.files;
            self.changed = false;
        }
        Ok(())
    }
}

impl FileStamp {
    /// The stamp of a track that has no file of its own.
    pub(crate) fn of_content(content: [u8; 32]) -> Self {
        Self { size: 0, modified_ns: 0, content, tags: Tags::default(), tag_error: None }
    }

    /// Reads a file once for its content hash, and its tags, each for at most `limit`.
    ///
    /// # Errors
    /// When the file cannot be read in time. Unreadable tags are no error: they are left empty and the reason is kept.
    pub(crate) fn read(path: &Path, limit: Duration, cancel: &AtomicBool) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::other("expected a file, found something else of that name"));
        }
        let (size, modified_ns) = identity(&metadata);
        let late = |_| io::Error::new(io::ErrorKind::TimedOut, format!("not read within {} s", limit.as_secs_f64()));
        let owned = path.to_owned();
        let hashed = within(limit, cancel, move |stop| hash(&owned, stop)).map_err(io::Error::other)?;
        let content = hashed.map_err(late)??;
        let owned = path.to_owned();
        let (tags, tag_error) = match within(limit, cancel, move |_| read_tags(&owned)).map_err(io::Error::other)? {
            Ok(Ok(tags)) => (tags, None),
            Ok(Err(error)) => (Tags::default(), Some(error.to_string())),
            Err(OutOfTime) => (Tags::default(), Some(format!("not parsed within {} s", limit.as_secs_f64()))),
        };
        Ok(Self { size, modified_ns, content, tags, tag_error })
    }

    /// Short name of the content.
    pub(crate) fn content_hex(&self) -> String {
        blake3::Hash::from_bytes(self.content).to_hex().to_string()
    }
}

/// The BLAKE3 hash of a file, unless `stop` is set before it is read.
fn hash(path: &Path, stop: &AtomicBool) -> io::Result<[u8; 32]> {
    let mut file = fs::File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "stopped"));
        }
        match file.read(&mut piece) {
            Ok(0) => return Ok(*hasher.finalize().as_bytes()),
            Ok(count) => hasher.update(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
    }
}

fn identity(metadata: &Metadata) -> (u64, u128) {
    let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    (metadata.len(), modified.duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos()))
}
