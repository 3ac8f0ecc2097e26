//! One PEP 740 attestation: made a Sigstore bundle, verified, and bound to one file
//! (docs/verification.md#c3, #c4).

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sigstore_verify::types::{ArtifactDigest, HashAlgorithm, KindVersion};

use super::build_level::build_level;
use super::bundle::IN_TOTO_PAYLOAD_TYPE;
use super::failure::Failure;
use super::keyless::{self, Keyless};
use super::observed::{EvidenceFacts, EvidenceKind, Publisher, Verified};
use super::predicate_types::{PROVENANCE_V1, PYPI_PUBLISH, kept};
use super::pypi_publisher;
use super::slsa;
use crate::dist::DistFilename;
use crate::evidence::pypi::PypiAttestation;
use crate::identity::PublisherKind;
use crate::trust::SigstoreRoot;

const BUNDLE_V0_3: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// A verified attestation of one file.
pub(super) struct Attested {
    pub(super) kind: EvidenceKind,
    pub(super) facts: EvidenceFacts,
    pub(super) publisher: Verified<Publisher>,
    /// The SLSA build level, where it is provenance.
    pub(super) level: Option<u8>,
}

/// A file as its index names it.
pub(super) struct Listed<'a> {
    pub(super) filename: &'a DistFilename,
    /// The SHA-256 that installers hold it to.
    pub(super) sha256: [u8; 32],
}

/// Verifies one attestation of `file`, served under the publisher object `publisher`.
///
/// # Errors
/// [`Failure`].
pub(super) fn verify(
    file: &Listed<'_>,
    publisher: &serde_json::Value,
    attestation: &PypiAttestation,
    root: &SigstoreRoot,
) -> Result<Attested, Failure> {
    if attestation.version != 1 {
        return Err(Failure::unsupported(format!(
            "an attestation object of version {}; this program reads version 1",
            attestation.version
        )));
    }
    let digest = ArtifactDigest::new(HashAlgorithm::Sha2256, file.sha256.to_vec())
        .map_err(|error| error.to_string())?;
    let judged = keyless::verify(root, &bundle_json(attestation)?, digest, |keyless| {
        let entry = keyless.bundle.entry_kind;
        if ![KindVersion::DsseV001, KindVersion::HashedRekordV002].contains(&entry) {
            return Err(Failure::Invalid(format!(
                "its log entry is of kind {}, not dsse",
                entry.kind()
            )));
        }
        keyless.statement.require_v1()?;
        require_subject(&keyless, file)?;
        let identified = pypi_publisher::identified(publisher, keyless.publisher(None))?;
        pypi_publisher::require_consistent(publisher, &identified, &keyless.claims)?;
        let judged = judge_predicate(&keyless, &identified)?;
        Ok((keyless, identified, judged))
    });
    let (keyless, identified, Judged { kind, level, note }) = judged?;
    let publisher = Verified::attest(identified);
    Ok(Attested {
        kind,
        level,
        facts: EvidenceFacts {
            digest: format!("sha256:{}", hex::encode(file.sha256)).into(),
            attestation_sha256: Some(attestation.sha256),
            predicate_type: Some(kept(&keyless.statement.predicate_type)),
            logged_at: Some(keyless.bundle.time),
            logged_by: None,
            log_index: Some(keyless.bundle.log_index),
            note: note.or_else(|| keyless::note(&keyless.bundle)),
            publisher: Some(publisher.clone()),
            source: None,
        },
        publisher,
    })
}

/// The attestation as a Sigstore bundle, v0.3 (docs/verification.md#c3). Nothing is canonicalised:
/// the signed bytes stay as served.
///
/// # Errors
/// [`Failure`] where it has not exactly one log entry, or one without any signed time.
fn bundle_json(attestation: &PypiAttestation) -> Result<String, Failure> {
    let material = &attestation.verification_material;
    let [entry] = material.transparency_entries.as_slice() else {
        return Err(format!(
            "{} transparency log entries; exactly one is required",
            material.transparency_entries.len()
        )
        .into());
    };
    let timestamps = timestamps(entry, &material.timestamps)?;
    serde_json::to_string(&Bundle {
        media_type: BUNDLE_V0_3,
        verification_material: Material {
            certificate: Certificate {
                raw_bytes: &material.certificate,
            },
            tlog_entries: [entry],
            timestamp_verification_data: TimestampData {
                rfc3161_timestamps: timestamps,
            },
        },
        dsse_envelope: Envelope {
            payload: &attestation.envelope.statement,
            payload_type: IN_TOTO_PAYLOAD_TYPE,
            signatures: [Signature {
                sig: &attestation.envelope.signature,
            }],
        },
    })
    .map_err(|error| error.to_string().into())
}

/// The timestamps that count: those beside an entry of a Rekor v2 log, whose entries carry no time of
/// their own. All others are dated by their log (docs/verification.md#c3), which a timestamp must not
/// stand in for.
///
/// # Errors
/// [`Failure::Unsupported`] where there is nothing that could date such an entry.
fn timestamps<'a>(
    entry: &RawValue,
    served: &'a [String],
) -> Result<Vec<SignedTimestamp<'a>>, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry {
        kind_version: Kind,
    }
    #[derive(Deserialize)]
    struct Kind {
        kind: String,
        version: String,
    }
    let newer = serde_json::from_str::<Entry>(entry.get()).is_ok_and(|entry| {
        let (kind, version) = (&entry.kind_version.kind, &entry.kind_version.version);
        kind == KindVersion::HashedRekordV002.kind()
            && version == KindVersion::HashedRekordV002.version()
    });
    if !newer {
        return Ok(Vec::new());
    }
    if served.is_empty() {
        return Err(Failure::unsupported(
            "it is logged in a Rekor v2 log, which dates nothing, and came without a timestamp",
        ));
    }
    Ok(served
        .iter()
        .map(|signed_timestamp| SignedTimestamp { signed_timestamp })
        .collect())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bundle<'a> {
    media_type: &'a str,
    verification_material: Material<'a>,
    dsse_envelope: Envelope<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Material<'a> {
    certificate: Certificate<'a>,
    tlog_entries: [&'a RawValue; 1],
    timestamp_verification_data: TimestampData<'a>,
}

#[derive(Serialize)]
struct TimestampData<'a> {
    #[serde(rename = "rfc3161Timestamps")]
    rfc3161_timestamps: Vec<SignedTimestamp<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignedTimestamp<'a> {
    signed_timestamp: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Certificate<'a> {
    raw_bytes: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    payload: &'a str,
    payload_type: &'a str,
    signatures: [Signature<'a>; 1],
}

#[derive(Serialize)]
struct Signature<'a> {
    sig: &'a str,
}

/// Requires the one subject to be this file: the same distribution by its parsed name, the same
/// digest.
fn require_subject(keyless: &Keyless, file: &Listed<'_>) -> Result<(), String> {
    let subject = keyless.statement.subject()?;
    let named = DistFilename::parse(&subject.name).map_err(|error| {
        format!(
            "its subject `{}` is not a distribution: {error}",
            subject.name
        )
    })?;
    if !named.same_distribution(file.filename) {
        return Err(format!(
            "it is about `{}`, not about `{}`",
            subject.name,
            file.filename.as_str()
        ));
    }
    subject.require_digest("sha256", &file.sha256)
}

/// What the signed predicate makes of an attestation.
struct Judged {
    kind: EvidenceKind,
    level: Option<u8>,
    note: Option<String>,
}

fn judge_predicate(keyless: &Keyless, publisher: &Publisher) -> Result<Judged, Failure> {
    let predicate = &keyless.statement.predicate;
    match keyless.statement.predicate_type.as_str() {
        PYPI_PUBLISH => {
            let empty =
                predicate.is_null() || predicate.as_object().is_some_and(serde_json::Map::is_empty);
            if empty {
                Ok(Judged {
                    kind: EvidenceKind::PypiPublishAttestation,
                    level: None,
                    note: None,
                })
            } else {
                Err(Failure::Invalid(
                    "its publish predicate is not empty".to_owned(),
                ))
            }
        }
        PROVENANCE_V1 if publisher.kind == PublisherKind::Google => Err(Failure::Invalid(
            "provenance signed by a Google account, not by a build".to_owned(),
        )),
        PROVENANCE_V1 => {
            let check = slsa::cross_check(PROVENANCE_V1, predicate, &keyless.claims, publisher)?;
            Ok(Judged {
                kind: EvidenceKind::SlsaProvenance,
                level: Some(build_level(check, publisher)),
                note: slsa::note(check),
            })
        }
        other => Err(Failure::unsupported(format!(
            "an attestation of the unknown type `{other}`"
        ))),
    }
}
