//! Style sheets, scripts and pictures under names that hold a hash of their content, so that a browser never mixes an
//! old one with a new page.

use std::collections::BTreeMap;

/// Hex digits of the hash in a name.
const HASH_DIGITS: usize = 12;

/// The assets of a site, by the name that templates ask for.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    entries: BTreeMap<String, Asset>,
}

#[derive(Clone, Debug)]
struct Asset {
    path: String,
    bytes: Vec<u8>,
}

impl Assets {
    /// What every page needs: the tokens, the shared style sheet, the sorting of tables and the icon.
    pub fn shared() -> Self {
        let mut assets = Self::default();
        assets.insert("tokens.css", include_bytes!("../../../templates/assets/tokens.css").to_vec());
        assets.insert("site.css", include_bytes!("../../../templates/assets/site.css").to_vec());
        assets.insert("tables.js", include_bytes!("../../../templates/assets/tables.js").to_vec());
        assets.insert("icon.svg", include_bytes!("../../../templates/assets/icon.svg").to_vec());
        assets
    }

    /// Adds an asset under a name such as `explorer.js`, or replaces it. Templates reach it by `asset('explorer.js')`.
    pub fn insert(&mut self, name: &str, bytes: Vec<u8>) {
        let hash = blake3::hash(&bytes).to_hex();
        let hash = &hash[..HASH_DIGITS];
        let path = match name.rsplit_once('.') {
            Some((stem, extension)) => format!("assets/{stem}.{hash}.{extension}"),
            None => format!("assets/{name}.{hash}"),
        };
        self.entries.insert(name.to_owned(), Asset { path, bytes });
    }

    /// Where the asset lies, relative to the pages.
    pub fn path(&self, name: &str) -> Option<&str> {
        self.entries.get(name).map(|asset| asset.path.as_str())
    }

    /// What the asset holds.
    pub fn content(&self, name: &str) -> Option<&[u8]> {
        self.entries.get(name).map(|asset| asset.bytes.as_slice())
    }

    /// All assets as (path relative to the site, bytes), by name.
    pub fn into_files(self) -> impl Iterator<Item = (String, Vec<u8>)> {
        self.entries.into_values().map(|asset| (asset.path, asset.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_content() {
        let mut assets = Assets::default();
        assets.insert("a.b.js", b"1".to_vec());
        let first = assets.path("a.b.js").unwrap().to_owned();
        let hash = first.strip_prefix("assets/a.b.").and_then(|rest| rest.strip_suffix(".js"));
        assert!(hash.is_some_and(|hash| hash.len() == HASH_DIGITS), "{first}");
        assets.insert("a.b.js", b"2".to_vec());
        assert_ne!(assets.path("a.b.js").unwrap(), first);
        assert_eq!(assets.path("c"), None);
        assert_eq!(assets.into_files().count(), 1);
    }
}
