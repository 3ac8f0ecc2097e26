//! What a spec installs in place of dependencies, as the report has it.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::records::{EvidenceRecord, PublisherRecord};
use crate::finding::Location;
use package_provenance::verify::Status;
use untrusted_text::quoted;

/// What the spec installs in place of a dependency: an entry of `spec.overrides` or
/// `spec.constraints`.
#[derive(Debug, Clone, Serialize)]
pub struct OverrideRecord {
    /// The package as the spec writes it; all of the entry where it is not understood. Untrusted
    /// text.
    pub package: String,
    /// The version, or the range of versions, as the spec writes it: untrusted text.
    pub version: Option<String>,
    /// What came of it.
    pub status: OverrideStatus,
    /// Its publisher, from the certificate.
    pub publisher: Option<Arc<PublisherRecord>>,
    /// Each piece of evidence about it.
    pub evidence: Vec<EvidenceRecord>,
    /// Where it stands.
    pub location: Location,
}

/// What came of an override.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverrideStatus {
    /// An exact version, looked up as the package is.
    Of(Status),
    /// A range of versions: what is installed of it is not looked at.
    NotJudged,
    /// Not a plain requirement of another package of the registry.
    Refused,
}

impl OverrideStatus {
    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Of(status) => status.as_str(),
            Self::NotJudged => "not-judged",
            Self::Refused => "refused",
        }
    }

    /// The status of a word that an override can have.
    pub fn from_word(word: &str) -> Option<Self> {
        let of_package = Status::ALL.into_iter().filter(|status| {
            !matches!(
                status,
                Status::Pinned | Status::Malformed | Status::NotApplicable
            )
        });
        of_package
            .map(Self::Of)
            .chain([Self::NotJudged, Self::Refused])
            .find(|status| status.as_str() == word)
    }
}

impl Serialize for OverrideStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for OverrideStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Cow::<str>::deserialize(deserializer)?;
        Self::from_word(&word).ok_or_else(|| {
            D::Error::custom(format_args!(
                "unknown status of an override: {}",
                quoted(&word)
            ))
        })
    }
}
