//! The JSON schema of `report.json`.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::Report;

impl Report {
    /// The JSON schema of `report.json`, with the meaning of every property.
    pub fn json_schema() -> Value {
        let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(plain_description));
        settings.into_generator().into_root_schema_for::<Self>().to_value()
    }
}

/// Descriptions are doc comments, whose links lead nowhere outside of the code's documentation.
fn plain_description(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.replace("[`", "`").replace("`]", "`").replace('\n', " ");
    }
}

/// What [`pmsl_core::SubGenre`] looks like: the light core, which travels to browsers, knows nothing of schemas.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
pub(super) struct SubGenre {
    /// The genre above it; `null` where the library has one level.
    genre: Option<String>,
    /// The name of the playlist, with its ordering prefix stripped.
    name: String,
}

/// What [`pmsl_core::TrackMeta`] looks like.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
pub(super) struct TrackMeta {
    /// The title tag, or what stands in for it.
    title: String,
    /// The artist tag.
    #[serde(default)]
    artist: Option<String>,
    /// The album tag.
    #[serde(default)]
    album: Option<String>,
    /// The year of release.
    #[serde(default)]
    year: Option<u32>,
    /// Tempo in beats per minute, as tagged; as heard where `bpm_heard` is true.
    #[serde(default)]
    bpm: Option<f32>,
    /// Whether the tempo was measured, because no tag tells it.
    #[serde(default)]
    bpm_heard: bool,
    /// Musical key, as tagged; as heard where `key_heard` is true.
    #[serde(default)]
    key: Option<String>,
    /// Whether the key was measured, because no tag tells it.
    #[serde(default)]
    key_heard: bool,
    /// How energetic the track is within its library, as heard: 0 for the calmest, 1 for the most energetic.
    #[serde(default)]
    energy: Option<f32>,
    /// Duration of the audio, in seconds.
    duration_s: f32,
    /// The track's sub-genre, as an index into the report's list.
    sub_genre: u32,
    /// Path relative to the library, with forward slashes. Only in private sites.
    #[serde(default)]
    path: Option<String>,
    /// Where the site itself plays the track from, relative to the page. Only where audio is published.
    #[serde(default)]
    audio: Option<String>,
    /// What a tagging encoder hears in the track, strongest first.
    #[serde(default)]
    tags: Vec<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    fn properties(schema: &Value) -> BTreeSet<String> {
        schema["properties"].as_object().unwrap().keys().cloned().collect()
    }

    /// The names of an object's fields.
    fn fields(value: &Value) -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_shared_types_have_the_fields_that_are_written() {
        let meta = pmsl_core::TrackMeta {
            artist: Some("a".into()),
            album: Some("a".into()),
            year: Some(2001),
            bpm: Some(120.0),
            bpm_heard: true,
            key: Some("8A".into()),
            key_heard: true,
            energy: Some(0.5),
            path: Some("a".into()),
            audio: Some("a".into()),
            tags: vec!["a".into()],
            ..pmsl_core::TrackMeta::default()
        };
        let schema = Report::json_schema();
        assert_eq!(properties(&schema["$defs"]["TrackMeta"]), fields(&serde_json::to_value(meta).unwrap()));
        let sub_genre = pmsl_core::SubGenre { genre: None, name: "a".into() };
        assert_eq!(properties(&schema["$defs"]["SubGenre"]), fields(&serde_json::to_value(sub_genre).unwrap()));
    }

    #[test]
    fn every_property_is_described_and_no_link_is_left() {
        let schema = Report::json_schema();
        let definitions = schema["$defs"].as_object().unwrap().values().chain([&schema]);
        for (name, property) in definitions.filter_map(|d| d["properties"].as_object()).flatten() {
            let description = property["description"].as_str().unwrap_or_default();
            assert!(!description.is_empty() && !description.contains("[`"), "{name}: {description}");
        }
        assert_eq!(schema["properties"]["format"]["const"], json!(super::super::REPORT_FORMAT));
        assert_eq!(schema["additionalProperties"], json!(false));
    }

    #[test]
    fn only_what_may_be_absent_is_optional() {
        let schema = Report::json_schema();
        let required = |definition: &str| -> BTreeSet<&str> {
            schema["$defs"][definition]["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
        };
        assert!(required("TrackMeta").contains("title") && !required("TrackMeta").contains("artist"));
        assert!(required("Score").contains("n") && !required("Score").contains("accuracy"));
    }
}
