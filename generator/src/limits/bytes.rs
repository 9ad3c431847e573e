//! Amounts of memory as people write them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

const UNITS: [(&str, u64); 6] =
    [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)];

/// An amount of memory, written as a number and a unit: `"4 GiB"`, `"500 MB"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bytes(pub u64);

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("expected an amount of memory like \"4 GiB\" or \"500 MB\", found \"{text}\"");
        let (number, unit) = UNITS
            .iter()
            .find_map(|(name, unit)| Some((text.trim().strip_suffix(name)?.trim_end(), unit)))
            .ok_or_else(refused)?;
        let number: f64 = number.parse().map_err(|_| refused())?;
        let bytes = number * *unit as f64;
        if (1.0..=1e18).contains(&bytes) { Ok(Self(bytes as u64)) } else { Err(refused()) }
    }
}

impl TryFrom<String> for Bytes {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Bytes> for String {
    fn from(bytes: Bytes) -> Self {
        bytes.to_string()
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS.iter().find(|(_, unit)| self.0.is_multiple_of(*unit) && self.0 > 0);
        match whole {
            Some((name, unit)) => write!(f, "{} {name}", self.0 / unit),
            None => write!(f, "{:.1} MiB", self.0 as f64 / f64::from(1 << 20)),
        }
    }
}

impl JsonSchema for Bytes {
    fn schema_name() -> Cow<'static, str> {
        "Bytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An amount of memory, as a number and a unit: \"4 GiB\", \"500 MB\".",
            "type": "string",
            "pattern": "^\\s*[0-9]+(\\.[0-9]+)?\\s*([KMG]i?B)\\s*$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_written() {
        for (text, bytes) in [("4 GiB", 4 << 30), ("1.5MiB", 3 << 19), ("500 MB", 500_000_000), (" 8 KiB ", 8192)] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
            assert_eq!(Bytes(bytes).to_string().parse(), Ok(Bytes(bytes)), "{text}");
        }
        assert_eq!(Bytes(4 << 30).to_string(), "4 GiB");
        assert_eq!(Bytes(2_200_000_001).to_string(), "2098.1 MiB");
        for text in ["", "4", "GiB", "-1 GiB", "NaN GiB", "1e30 GiB", "4 TB", "0 MB"] {
            let message = text.parse::<Bytes>().unwrap_err();
            assert!(message.contains("like \"4 GiB\""), "{message}");
        }
    }
}
