//! What is remembered of files that could not be used.

use serde::{Deserialize, Serialize};

/// A track that could not be used, remembered until its file changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    /// The stage that failed.
    pub(crate) stage: String,
    /// Why.
    pub(crate) reason: String,
    /// For a file that took too long, what it was granted, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time_limit_s: Option<f64>,
}

impl Remembered {
    /// Whether there is no use in trying again: a file that took too long may be done within a longer time.
    pub(crate) fn stands(&self, time_limit_s: f64) -> bool {
        self.time_limit_s.is_none_or(|granted| granted >= time_limit_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_time_is_a_reason_to_try_again() {
        let failed = |time_limit_s| Remembered { stage: "audio".into(), reason: "x".into(), time_limit_s };
        assert!(failed(None).stands(1e6));
        assert!(failed(Some(60.0)).stands(60.0) && failed(Some(60.0)).stands(5.0));
        assert!(!failed(Some(60.0)).stands(61.0));
        let old: Remembered = serde_json::from_str(r#"{"stage": "audio", "reason": "x"}"#).unwrap();
        assert_eq!(old, failed(None));
    }
}
