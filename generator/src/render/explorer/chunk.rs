//! Bytes as classic scripts, the one form of data that every browser also loads from `file://`.

use base64::{Engine, engine::general_purpose::STANDARD};

/// A script that hands the bytes to the loader. `id` is a plain name, without quotes or backslashes.
pub(super) fn script(id: &str, bytes: &[u8]) -> Vec<u8> {
    format!("pmsl.chunk(\"{id}\",\"{}\");\n", STANDARD.encode(bytes)).into_bytes()
}
