//! Project status markers (PEP 792). They are unsigned: they warn, and clear nothing.

use serde_json::Value;

/// Longest reason of a withdrawal that is kept, in characters.
pub(super) const MAX_REASON: usize = 300;

/// Longest status word that is kept, in characters.
const MAX_WORD: usize = 40;

/// A status other than `active`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectStatus {
    /// Which.
    pub word: StatusWord,
    /// Why, where the index says so. Untrusted text.
    pub reason: Option<String>,
}

/// The words of PEP 792, and others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusWord {
    /// No further releases are expected.
    Archived,
    /// It is obsolete, perhaps replaced by another project.
    Deprecated,
    /// It is not safe to use; the index gives out none of its files.
    Quarantined,
    /// A word that this program does not know, or what else stands there. Untrusted text.
    Other(String),
}

impl ProjectStatus {
    /// Reads the index's `project-status`, as JSON. Nothing for an active project, which is one without
    /// a status too.
    pub(super) fn read(json: Option<&str>) -> Option<Self> {
        let value: Value = serde_json::from_str(json?).unwrap_or_default();
        if value.is_null() {
            return None;
        }
        let marker = value.as_object();
        let status = match marker {
            Some(marker) => marker.get("status")?,
            None => &value,
        };
        let text = status
            .as_str()
            .map_or_else(|| status.to_string(), str::to_owned);
        let word = match text.trim().to_lowercase().as_str() {
            "active" => return None,
            "archived" => StatusWord::Archived,
            "deprecated" => StatusWord::Deprecated,
            "quarantined" => StatusWord::Quarantined,
            _ => StatusWord::Other(text.chars().take(MAX_WORD).collect()),
        };
        let reason = marker.and_then(|marker| marker.get("reason"));
        let reason = reason
            .and_then(Value::as_str)
            .filter(|reason| !reason.trim().is_empty())
            .map(|reason| reason.chars().take(MAX_REASON).collect());
        Some(Self { word, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<ProjectStatus> {
        ProjectStatus::read(Some(json))
    }

    #[test]
    fn an_active_project_has_nothing_to_tell() {
        for active in ["null", "{}", r#"{"status":"active"}"#, r#"{"reason":"x"}"#] {
            assert_eq!(read(active), None, "{active}");
        }
        assert_eq!(ProjectStatus::read(None), None);
    }

    #[test]
    fn words_and_reasons_are_read() {
        let archived = read(r#"{"status":"archived","reason":"done"}"#).unwrap();
        assert_eq!(archived.word, StatusWord::Archived);
        assert_eq!(archived.reason.as_deref(), Some("done"));
        let quarantined = read(r#"{"status":" Quarantined","reason":null}"#).unwrap();
        assert_eq!(quarantined.word, StatusWord::Quarantined);
        assert_eq!(quarantined.reason, None);
    }

    /// What is not understood is told, not passed over.
    #[test]
    fn unknown_words_and_shapes_are_told() {
        for (json, told) in [
            (r#"{"status":"sunset"}"#, "sunset"),
            (r#"{"status":7}"#, "7"),
            (r#"{"status":null}"#, "null"),
            ("[1]", "[1]"),
        ] {
            let status = read(json).unwrap();
            assert_eq!(status.word, StatusWord::Other(told.to_owned()), "{json}");
        }
        let plain = read(r#""quarantined""#).unwrap();
        assert_eq!(plain.word, StatusWord::Quarantined);
        let long = format!(r#"{{"status":"{}"}}"#, "x".repeat(1000));
        assert_eq!(
            read(&long).unwrap().word,
            StatusWord::Other("x".repeat(MAX_WORD))
        );
    }
}
