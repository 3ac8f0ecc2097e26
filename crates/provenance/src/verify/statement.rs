//! in-toto statements: the signed bytes, and what they must say about the artifact.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::failure::Failure;
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
    /// [`Failure`]; a version of the type that is not known accuses nobody (docs/verification.md#p5).
    pub(super) fn read(payload: &[u8]) -> Result<Self, Failure> {
        let statement: Self = json::from_slice(payload)
            .map_err(|error| format!("its statement is unreadable: {error}"))?;
        if !STATEMENT_TYPES.contains(&statement.version.as_str()) {
            let version = &statement.version;
            return Err(if is_another_version(version) {
                Failure::unsupported(format!(
                    "a statement of the type `{version}`, which this program does not know"
                ))
            } else {
                Failure::Invalid(format!("its statement is of type `{version}`"))
            });
        }
        if statement.subject.len() != 1 {
            return Err(Failure::Invalid(format!(
                "its statement is about {} subjects; exactly one is required",
                statement.subject.len()
            )));
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

/// Whether this could be the type of a statement that is newer than this program.
fn is_another_version(text: &str) -> bool {
    text.strip_prefix("https://in-toto.io/Statement/v")
        .is_some_and(|version| {
            version
                .split('.')
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        })
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
