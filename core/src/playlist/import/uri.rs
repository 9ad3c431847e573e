//! From URIs to paths.

use super::cut_at;

/// The path of a `file:` URI, with the drive letter where there is one, or of a relative reference. Of another URI what
/// it is, decoded: its end still names the file.
#[inline(never)]
pub(super) fn path_of(uri: &str) -> String {
    let path = match cut_at(uri, "://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => {
            // A host other than this machine is a server of a Windows network.
            let local = rest.strip_prefix("localhost").filter(|rest| rest.starts_with('/')).unwrap_or(rest);
            let drive = local.strip_prefix('/').filter(|path| path.as_bytes().get(1) == Some(&b':'));
            drive.unwrap_or(local)
        }
        _ => uri,
    };
    percent_decode(path)
}

/// Replaces `%XX`. A text whose bytes would be no UTF-8 stays as it is.
#[inline(never)]
pub(in super::super) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|&byte| (byte as char).to_digit(16));
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        if let (b'%', Some(high), Some(low)) = (byte, digit(at + 1), digit(at + 2)) {
            decoded.push((16 * high + low) as u8);
            at += 3;
        } else {
            decoded.push(byte);
            at += 1;
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_become_paths() {
        for (uri, path) in [
            ("file:///home/a%20b/%C3%B6.mp3", "/home/a b/ö.mp3"),
            ("file://localhost/D:/a.mp3", "D:/a.mp3"),
            ("FILE:///D:/a.mp3", "D:/a.mp3"),
            ("file://nas/music/a.mp3", "nas/music/a.mp3"),
            ("Techno/a%23.mp3", "Techno/a#.mp3"),
            ("https://a.org/b%2Fc.mp3", "https://a.org/b/c.mp3"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%ff", "%ff"),
        ] {
            assert_eq!(path_of(uri), path, "{uri}");
        }
    }
}
