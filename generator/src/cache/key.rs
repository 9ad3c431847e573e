//! Cache keys: the content, the options and the versions that an artifact was made from.

use std::fmt;

use serde::Serialize;

/// Names an artifact by everything it depends on. Printed as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key([u8; 16]);

impl Key {
    /// The key as bytes.
    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// A key from its bytes.
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// Collects the dependencies of an artifact. Every part is written with its name and length, so that two different
/// lists of parts never look alike.
pub(crate) struct KeyBuilder(blake3::Hasher);

impl KeyBuilder {
    /// Starts the key of an artifact of `kind`, whose making is at `version`.
    pub(crate) fn new(kind: &str, version: u32) -> Self {
        Self(blake3::Hasher::new()).bytes("kind", kind.as_bytes()).bytes("version", &version.to_le_bytes())
    }

    /// Adds named bytes.
    #[must_use]
    pub(crate) fn bytes(mut self, name: &str, value: &[u8]) -> Self {
        for part in [name.as_bytes(), value] {
            self.0.update(&(part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
        self
    }

    /// Adds a named text.
    #[must_use]
    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.bytes(name, value.as_bytes())
    }

    /// Adds named options by their JSON, whose fields stand in declaration order.
    ///
    /// # Errors
    /// When the options cannot be written as JSON.
    pub(crate) fn options(self, name: &str, value: &impl Serialize) -> serde_json::Result<Self> {
        Ok(self.bytes(name, &serde_json::to_vec(value)?))
    }

    /// The key.
    pub(crate) fn finish(self) -> Key {
        let mut short = [0; 16];
        short.copy_from_slice(&self.0.finalize().as_bytes()[..16]);
        Key(short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let key = |a: &str, b: &str| KeyBuilder::new("test", 1).text("a", a).text("b", b).finish();
        assert_eq!(key("x", "y"), key("x", "y"));
        assert_ne!(key("xy", ""), key("x", "y"));
        assert_ne!(key("x", "y"), key("y", "x"));
        assert_ne!(KeyBuilder::new("test", 1).finish(), KeyBuilder::new("test", 2).finish());
        assert_eq!(key("x", "y").to_string().len(), 32);
    }
}
