//! The JSON Schema of the configuration file (`docs/config.schema.json`), for editors.

mod blocks;

use serde_json::{Map, Value, json};

use super::definition::{Definition, Group as _, InFile, Kind};
use super::file::{EXEMPT, REQUIRE, SEVERITY};
use super::options::Options;
use dockyard_report::finding::{RuleId, Severity};

/// The schema (draft 2020-12). It describes the file as TOML's values.
pub fn config_schema() -> Value {
    let definitions = Options::definitions();
    let keys = definitions.iter().filter(|option| option.is_key());
    let properties: Map<String, Value> = keys
        .map(|option| (option.name().to_owned(), property(option)))
        .chain([
            (SEVERITY.to_owned(), severity()),
            (REQUIRE.to_owned(), blocks::require()),
            (EXEMPT.to_owned(), blocks::exempt()),
        ])
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id(),
        "title": "dockyard-provenance.toml",
        "description": "The configuration of dockyard-provenance; docs/configuration.md describes it.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// Where editors find it: beside the release of the present major version.
fn id() -> String {
    let raw = env!("CARGO_PKG_REPOSITORY").replace("//github.com/", "//raw.githubusercontent.com/");
    format!("{raw}/v1/docs/config.schema.json")
}

fn property(option: &Definition) -> Value {
    let value = match option.kind() {
        Kind::Switch | Kind::Bool => json!({ "type": "boolean" }),
        Kind::Number => match option.sources.file {
            InFile::AtMost(most) => json!({ "type": "integer", "minimum": 1, "maximum": most }),
            InFile::No | InFile::Yes => json!({ "type": "integer", "minimum": 1 }),
        },
        Kind::Path | Kind::Text => match option.words() {
            words if words.is_empty() => json!({ "type": "string", "pattern": "\\S" }),
            words => json!({ "enum": words }),
        },
    };
    let value = if option.is_list() {
        let list = json!({ "type": "array", "items": value, "minItems": 1 });
        json!({ "anyOf": [value, list] })
    } else {
        value
    };
    let described = json!({ "description": option.sentence() });
    let parts = [described, value].into_iter();
    let parts = parts.filter_map(|part| part.as_object().cloned());
    parts.flatten().collect::<Map<String, Value>>().into()
}

fn severity() -> Value {
    let words = [Severity::Error, Severity::Warning, Severity::Note].map(Severity::as_str);
    let rule = |rule: &RuleId| {
        let default = rule.default_severity().as_str();
        let property = json!({ "enum": words, "default": default });
        (rule.as_str().to_owned(), property)
    };
    let rules: Map<String, Value> = RuleId::ALL.iter().map(rule).collect();
    json!({
        "description": "The severity of each rule. Rules can be lowered, not switched off.",
        "type": "object",
        "additionalProperties": false,
        "properties": rules,
    })
}
