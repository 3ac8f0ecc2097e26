//! in-toto statements: the signed bytes, and what they must say about the artifact.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::json;

/// The statement type that PEP 740 asks for, and npm uses today.
const STATEMENT_V1: &str = "https://in-toto.io/Statement/v1";
/// Statement types that npm and PyPI use.
const STATEMENT_TYPES: [&str; 2] = ["https://in-toto.io/Statement/v0.1", STATEMENT_V1];

/// A statement whose envelope was verified.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Statement {
    #[serde(rename = "_type")]
    version: String,
    subject: Vec<Subject>,
    /// The signed predicate type.
    #[serde(rename = "predicateType")]
    pub(super) predicate_type: String,
    /// The predicate; `null` where there is none.
    #[serde(default)]
    pub(super) predicate: serde_json::Value,
}

/// What a statement is about.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Subject {
    /// Its name: a package URL for npm, a file name for PyPI.
    pub(super) name: String,
    digest: BTreeMap<String, String>,
}

impl Statement {
    /// Reads the payload of a verified envelope: strict JSON, a known type, exactly one subject.
    ///
    /// # Errors
    /// The sentence that says what is wrong. May hold untrusted text.
    pub(super) fn read(payload: &[u8]) -> Result<Self, String> {
        let statement: Self = json::from_slice(payload)
            .map_err(|error| format!("its statement is unreadable: {error}"))?;
        if !STATEMENT_TYPES.contains(&statement.version.as_str()) {
            return Err(format!("its statement is of type `{}`", statement.version));
        }
        if statement.subject.len() != 1 {
            return Err(format!(
                "its statement is about {} subjects; exactly one is required",
                statement.subject.len()
            ));
        }
        Ok(statement)
    }

    /// Requires version 1 of the statement type.
    ///
    /// # Errors
    /// The sentence that says which type it is.
    pub(super) fn require_v1(&self) -> Result<(), String> {
        if self.version == STATEMENT_V1 {
            Ok(())
        } else {
            Err(format!(
                "its statement is of type `{}`, not `{STATEMENT_V1}`",
                self.version
            ))
        }
    }

    /// The one subject.
    ///
    /// # Errors
    /// Never, for a statement that was read; the caller need not know.
    pub(super) fn subject(&self) -> Result<&Subject, String> {
        self.subject
            .first()
            .ok_or_else(|| "its statement has no subject".to_owned())
    }
}

impl Subject {
    /// Requires the subject's digest to be exactly `expected`, compared as bytes.
    ///
    /// # Errors
    /// The sentence that says what differs.
    pub(super) fn require_digest(&self, algorithm: &str, expected: &[u8]) -> Result<(), String> {
        let stated = self
            .digest
            .get(algorithm)
            .ok_or_else(|| format!("its subject has no {algorithm} digest"))?;
        let bytes = hex::decode(stated).map_err(|error| {
            format!("its subject's {algorithm} digest is not hexadecimal ({error})")
        })?;
        if bytes == expected {
            Ok(())
        } else {
            Err(format!(
                "its subject has another {algorithm} digest than the package"
            ))
        }
    }
}
