//! GraphQL's envelope, and texts in its questions.

use serde::Deserialize;
use serde_json::{Map, Value};

/// Most errors of an answer that are read.
const MAX_ERRORS: usize = 2_000;

/// Longest text of GitHub's that is repeated, in characters.
const MAX_MESSAGE: usize = 300;

/// An answer: data, errors, or both, where it is an answer in part (GraphQL specification, 7.1).
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Envelope {
    /// What was had.
    #[serde(default)]
    pub data: Option<Map<String, Value>>,
    /// What was not.
    #[serde(default)]
    pub errors: Option<Vec<GraphqlError>>,
}

/// Why something was not had.
#[derive(Debug, Clone, Deserialize)]
pub struct GraphqlError {
    /// GitHub's words.
    pub message: String,
    /// GitHub's kind, such as `NOT_FOUND`.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// What it is about: aliases and numbers. None where it is about the whole question.
    #[serde(default)]
    pub path: Option<Vec<Value>>,
}

impl Envelope {
    /// The errors. Where there are too many to look at, they are one about everything.
    pub fn errors(&self) -> Vec<GraphqlError> {
        let errors = self.errors.as_deref().unwrap_or_default();
        if errors.len() <= MAX_ERRORS {
            return errors.to_vec();
        }
        vec![GraphqlError {
            message: format!("more than {MAX_ERRORS} errors"),
            kind: None,
            path: None,
        }]
    }
}

impl GraphqlError {
    /// The aliases on the way to what it is about.
    pub fn aliases(&self) -> Vec<&str> {
        let path = self.path.as_deref().unwrap_or_default();
        path.iter().map_while(Value::as_str).collect()
    }

    /// What GitHub said, for people.
    pub fn sentence(&self) -> String {
        let kind = self.kind.as_deref().unwrap_or("error");
        let text = format!("GitHub's GraphQL answered {kind}: {}", self.message);
        text.chars().take(MAX_MESSAGE).collect()
    }
}

/// `text` as a string of GraphQL, whose escapes JSON's are a part of (GraphQL specification, 2.9.4).
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
