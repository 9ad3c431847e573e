//! Bytes as text in scripts and pages, the one form of data that every browser also loads from `file://`.

use base64::{Engine, engine::general_purpose::STANDARD};
use miniz_oxide::deflate::compress_to_vec_zlib;

/// As hosts compress.
const LEVEL: u8 = 9;

/// Bytes as zlib (RFC 1950), whose checksum tells damage, in base64. They are deflated first because base64 hides from a
/// host that compresses what repeats: the viewer would take 30 % more on the way.
pub(super) fn text(bytes: &[u8]) -> String {
    STANDARD.encode(compress_to_vec_zlib(bytes, LEVEL))
}

/// A script that hands the bytes to the loader. `id` is a plain name, without quotes or backslashes.
pub(super) fn script(id: &str, bytes: &[u8]) -> Vec<u8> {
    format!("pmsl.chunk(\"{id}\",\"{}\");\n", text(bytes)).into_bytes()
}
