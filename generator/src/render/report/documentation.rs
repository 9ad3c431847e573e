//! `docs/report.md` says what `report.json` holds, and its tables are made from the schema.

use std::fmt::Write as _;
use std::fs;

use serde_json::{Map, Value};

use super::Report;

/// From here on the page is made by the test below.
const MARK: &str = "<!-- Made from the schema: PMSL_WRITE_DOCS=1 cargo test -p pmsl-generator report_layout -->\n";
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/report.md");

#[test]
fn the_page_on_the_report_layout_holds_every_property() {
    let page = fs::read_to_string(PAGE).unwrap();
    let (prose, tables) = page.split_once(MARK).expect("the mark");
    let made = tables_of(&Report::json_schema());
    if std::env::var_os("PMSL_WRITE_DOCS").is_some() {
        fs::write(PAGE, format!("{prose}{MARK}{made}")).unwrap();
        return;
    }
    assert!(tables == made, "docs/report.md is behind the schema; write it anew with PMSL_WRITE_DOCS=1");
    for name in property_names(&Report::json_schema()) {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

/// The names of all properties of a schema, wherever they are.
fn property_names(schema: &Value) -> Vec<String> {
    let own = schema["properties"].as_object().into_iter().flat_map(Map::keys).cloned();
    let inner = match schema {
        Value::Object(fields) => fields.values().flat_map(property_names).collect::<Vec<_>>(),
        Value::Array(items) => items.iter().flat_map(property_names).collect(),
        _ => Vec::new(),
    };
    own.chain(inner).collect()
}

/// One table per object, the report first and the others by name.
fn tables_of(schema: &Value) -> String {
    let mut text = String::new();
    table("Report", schema, &mut text);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        table(name, definition, &mut text);
    }
    text
}

fn table(name: &str, definition: &Value, text: &mut String) {
    let description = definition["description"].as_str().unwrap_or_default();
    let _ = write!(text, "\n## {name}\n\n{description}\n");
    if let Some(variants) = definition["oneOf"].as_array() {
        let _ = write!(text, "\n| value | meaning |\n|---|---|\n");
        for variant in variants {
            let _ = writeln!(text, "| `{}` | {} |", variant["const"].as_str().unwrap(), cell(&variant["description"]));
        }
    }
    let Some(properties) = definition["properties"].as_object() else { return };
    let required: Vec<&str> =
        definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let _ = write!(text, "\n| property | type | meaning |\n|---|---|---|\n");
    for (name, property) in properties {
        let may_be_absent = if required.contains(&name.as_str()) { "" } else { ", may be absent" };
        let _ = writeln!(text, "| `{name}` | {}{may_be_absent} | {} |", kind(property), cell(&property["description"]));
    }
}

fn cell(description: &Value) -> String {
    description.as_str().unwrap_or_default().replace('|', "\\|")
}

/// The type of a value in words, with a link where it has a table of its own.
fn kind(schema: &Value) -> String {
    let linked = |reference: &str| {
        let name = reference.rsplit('/').next().unwrap();
        format!("[{name}](#{})", name.to_lowercase())
    };
    if let Some(reference) = schema["$ref"].as_str() {
        return linked(reference);
    }
    if !schema["const"].is_null() {
        return format!("always {}", schema["const"]);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        return any.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return "any JSON".into(),
    };
    let words = names.iter().map(|&name| match name {
        "array" => match schema["maxItems"].as_u64() {
            Some(count) => format!("list of {count}: {}", kind(&schema["items"])),
            None => format!("list of {}", kind(&schema["items"])),
        },
        name => name.to_owned(),
    });
    words.collect::<Vec<_>>().join(" or ")
}
