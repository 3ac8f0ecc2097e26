//! The schema of `[[require]]` and `[[exempt]]` (docs/policy.md).

use serde_json::{Value, json};

use dockyard_report::finding::RuleId;
use dockyard_report::finding::exemptable::{Exemptable, exemptable};
use dockyard_report::policy::require::EvidenceLevel;

fn list(items: &Value, description: &str) -> Value {
    json!({ "type": "array", "minItems": 1, "items": items, "description": description })
}

/// A text that is not blank.
fn text(description: &str) -> Value {
    json!({ "type": "string", "pattern": "\\S", "description": description })
}

/// `[[require]]`.
pub(super) fn require() -> Value {
    let pattern = json!({ "type": "string", "pattern": "\\S" });
    let package = json!({ "type": "string", "pattern": "^(npm|pypi|go|git):." });
    let word = json!({ "type": "string", "pattern": "^[^\\s*?\\[{]+$" });
    let levels = EvidenceLevel::ALL.map(EvidenceLevel::as_str);
    json!({
        "description": "What packages must have. Every block that holds for a spec must be met.",
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "paths": list(&pattern, "It holds for specs whose path any of these matches"),
                "except": list(&pattern, "It does not hold for specs whose path any of these matches"),
                "packages": list(&package, "It holds for packages that any of these matches"),
                "new": {
                    "type": "boolean",
                    "description": "It holds for specs that a pull request adds, or whose package it changes",
                },
                "evidence": {
                    "enum": levels,
                    "default": EvidenceLevel::Verified.as_str(),
                    "description": "The least evidence, as far as the ecosystem has it",
                },
                "evidence-strict": {
                    "type": "boolean",
                    "description": "Ask for it also where the ecosystem can prove less",
                },
                "min-age": {
                    "type": "string",
                    "pattern": "^[0-9]+ (minute|hour|day|week)s?$",
                    "description": "How long the version must have been published",
                },
                "slsa": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 3,
                    "description": "The lowest SLSA build level",
                },
                "publishers": list(&pattern, "Who may have built it, as in github.com/acme/*"),
                "workflows": list(&pattern, "By which workflows, as in .github/workflows/release*.yml"),
                "refs": list(&pattern, "From which refs, as in refs/tags/**"),
                "triggers": list(&word, "Which events may have started the build"),
                "runners": list(&word, "On which kinds of runners"),
            },
        },
    })
}

/// `[[exempt]]`.
pub(super) fn exempt() -> Value {
    let rules: Vec<&str> = RuleId::ALL
        .iter()
        .filter(|rule| exemptable(**rule) != Exemptable::No)
        .map(|rule| rule.as_str())
        .collect();
    let rule = json!({ "enum": rules });
    json!({
        "description": "Findings that are accepted until a day.",
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["path", "package", "rules", "reason", "owner", "expires"],
            "properties": {
                "path": {
                    "type": "string",
                    "pattern": "^[^*?\\[\\]{}\\\\]+$",
                    "description": "The spec, relative to the root; one file",
                },
                "package": {
                    "type": "string",
                    "pattern": "^(npm|pypi|go|git):.",
                    "description": "Its package; where the spec pins another, the exemption does not hold",
                },
                "version": text("The one version that it is for"),
                "rules": list(&rule, "Whose findings are accepted"),
                "reason": text("Why"),
                "owner": text("Who answers for it"),
                "expires": {
                    "description": "The last day on which it holds, UTC: a date of TOML, without quotes",
                },
            },
        },
    })
}
