//! npm's attestations: the publish attestation, signed by the registry, and SLSA provenance, signed
//! by the build (docs/verification.md#b).

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use sigstore_verify::crypto::sha256;
use sigstore_verify::types::{ArtifactDigest, HashAlgorithm};

use super::build_level::build_level;
use super::bundle::{self, CheckedBundle, Signer};
use super::failure::Failure;
use super::keyless;
use super::npm_signature::{MAX_SHOWN_ID, REGISTRY};
use super::observed::{EvidenceFacts, Outcome, Publisher, Verified};
use super::predicate_types::{NPM_PUBLISH, kept};
use super::shape::Unverified;
use super::slsa;
use super::statement::Statement;
use crate::identity::PublisherKind;
use crate::package::NpmPackage;
use crate::trust::{KeyUsage, NpmKey, TrustMaterial};

/// What the attestations must be about: what was asked for, and the digest that the registry gives
/// for it.
pub(super) struct Requested<'a> {
    pub(super) package: &'a NpmPackage,
    pub(super) sha512: [u8; 64],
    /// That digest, as reports write it.
    pub(super) written: &'a Arc<str>,
    /// An issuer that is accepted beside the known ones.
    pub(super) accepted: Option<&'a str>,
}

impl Requested<'_> {
    fn digest(&self) -> Result<ArtifactDigest, String> {
        ArtifactDigest::new(HashAlgorithm::Sha2512, self.sha512.to_vec())
            .map_err(|error| error.to_string())
    }

    /// Requires the statement to have this signed predicate type and to be about this package.
    fn require_subject(&self, statement: &Statement, predicate_type: &str) -> Result<(), String> {
        if statement.predicate_type != predicate_type {
            return Err(format!(
                "served as `{predicate_type}`, but signed as `{}`",
                statement.predicate_type
            ));
        }
        let subject = statement.subject()?;
        let expected = self.package_url();
        if subject.name != expected {
            return Err(format!(
                "it is about `{}`, not about `{expected}`",
                subject.name
            ));
        }
        subject.require_digest("sha512", &self.sha512)
    }

    /// The package URL as npm writes it: only a scope's `@` is percent-encoded.
    fn package_url(&self) -> String {
        let name = self.package.name.as_str();
        let version = self.package.version.as_str();
        match name.strip_prefix('@') {
            Some(scoped) => format!("pkg:npm/%40{scoped}@{version}"),
            None => format!("pkg:npm/{name}@{version}"),
        }
    }

    fn facts(
        &self,
        checked: &CheckedBundle,
        bundle_json: &str,
        predicate_type: &str,
    ) -> EvidenceFacts {
        EvidenceFacts {
            attestation_sha256: Some(*sha256(bundle_json.as_bytes()).as_bytes()),
            digest: Arc::clone(self.written),
            predicate_type: Some(kept(predicate_type)),
            logged_at: Some(checked.time),
            logged_by: None,
            log_index: Some(checked.log_index),
            note: keyless::note(checked),
            publisher: None,
            source: None,
        }
    }
}

/// A verified publish attestation dates the version: the log's time, if it verified.
pub(super) struct Publish {
    pub(super) outcome: Outcome,
    pub(super) logged_at: Option<Timestamp>,
}

/// Verifies a publish attestation: signed by a key of the registry that is for attestations and was
/// valid when the log took it in.
pub(super) fn publish(
    requested: &Requested<'_>,
    bundle_json: &str,
    trust: &TrustMaterial,
) -> Publish {
    match verify_publish(requested, bundle_json, trust) {
        Ok(checked) => Publish {
            logged_at: Some(checked.time),
            outcome: Outcome::Verified(Verified::attest(requested.facts(
                &checked,
                bundle_json,
                NPM_PUBLISH,
            ))),
        },
        Err(outcome) => Publish {
            outcome,
            logged_at: None,
        },
    }
}

/// What a publish attestation without a key comes to. Registries other than npm's sign so (pacote's
/// `lib/registry.js` asks for a key only where there is a key id). A label must not hide another kind.
fn keyless(bundle: &Unverified<'_>) -> Outcome {
    match bundle.claimed_predicate_type() {
        Some(signed) if signed != NPM_PUBLISH => Outcome::Invalid(format!(
            "served as `{NPM_PUBLISH}`, but signed as `{signed}`"
        )),
        Some(_) | None => Outcome::Unknown(
            "it is signed with a certificate, not with a key of the registry, which this program \
             does not verify"
                .to_owned(),
        ),
    }
}

fn verify_publish(
    requested: &Requested<'_>,
    bundle_json: &str,
    trust: &TrustMaterial,
) -> Result<CheckedBundle, Outcome> {
    let invalid = |error: String| Outcome::Invalid(error);
    let bundle = Unverified::of_checked(bundle_json)?;
    let package = requested.package;
    let keyring = trust.keyring(&package.name);
    let hint = bundle.key_hint().ok_or_else(|| keyless(&bundle))?;
    let Some(key) = keyring.keys.find(hint, KeyUsage::Attestations) else {
        return Err(if keyring.keys.knows(hint) {
            invalid(format!("signed with {hint}, which is not for attestations"))
        } else {
            let shown: String = hint.chars().take(MAX_SHOWN_ID).collect();
            Outcome::Unknown(format!(
                "signed with `{shown}`, a key {}",
                keyring.unknown(hint)
            ))
        });
    };
    let digest = requested.digest().map_err(invalid)?;
    let signer = Signer::Key(&key.public_key);
    let checked = bundle::check_read(&trust.sigstore, &bundle, digest, signer, |checked| {
        require_key(&checked, hint, key)?;
        require_publish(requested, &checked, keyring.is_npms())?;
        Ok(checked)
    });
    Ok(checked?)
}

/// Requires the envelope to name the key that the bundle names, and the key to have been in force.
fn require_key(checked: &CheckedBundle, hint: &str, key: &NpmKey) -> Result<(), Failure> {
    if checked.envelope_key_id.as_deref() != Some(hint) {
        return Err(Failure::Invalid(format!(
            "its envelope does not name the key {hint} that its bundle names"
        )));
    }
    if !key.valid_at(checked.time) {
        return Err(Failure::Invalid(format!(
            "signed with {hint} at {}, but the key is {}",
            checked.time,
            key.window()
        )));
    }
    Ok(())
}

/// Requires the statement to be a publish attestation of this package, and of npm's registry where a key of
/// npm signed it.
fn require_publish(
    requested: &Requested<'_>,
    checked: &CheckedBundle,
    is_npms: bool,
) -> Result<(), Failure> {
    let package = requested.package;
    let statement = keyless::statement(checked)?;
    requested.require_subject(&statement, NPM_PUBLISH)?;
    let registry = is_npms.then_some(("registry", REGISTRY));
    let fields = [
        ("name", package.name.as_str()),
        ("version", package.version.as_str()),
    ];
    for (field, expected) in fields.into_iter().chain(registry) {
        let stated = statement.predicate.get(field).and_then(Value::as_str);
        if stated != Some(expected) {
            return Err(Failure::Invalid(format!(
                "its predicate's {field} is `{}`, not `{expected}`",
                stated.unwrap_or("missing")
            )));
        }
    }
    Ok(())
}

/// A verified provenance: who built it, and the level that may be claimed.
pub(super) struct Provenance {
    pub(super) facts: EvidenceFacts,
    pub(super) publisher: Verified<Publisher>,
    pub(super) level: u8,
}

/// Verifies SLSA provenance: signed by a build of a known forge, whose predicate agrees with the
/// certificate.
///
/// # Errors
/// [`Failure`] says which step failed.
pub(super) fn provenance(
    requested: &Requested<'_>,
    predicate_type: &str,
    bundle_json: &str,
    trust: &TrustMaterial,
) -> Result<Provenance, Failure> {
    let digest = requested.digest()?;
    let judged = keyless::verify(&trust.sigstore, bundle_json, digest, |keyless| {
        requested.require_subject(&keyless.statement, predicate_type)?;
        let publisher = keyless.publisher(requested.accepted)?;
        if publisher.kind == PublisherKind::Google {
            return Err("it is signed by a Google account, not by a build"
                .to_owned()
                .into());
        }
        let check = slsa::cross_check(
            predicate_type,
            &keyless.statement.predicate,
            &keyless.claims,
            &publisher,
        )?;
        Ok((keyless, publisher, check))
    });
    let (keyless, publisher, check) = judged?;
    let level = build_level(check, &publisher);
    let publisher = Verified::attest(publisher);
    Ok(Provenance {
        facts: EvidenceFacts {
            note: slsa::note(check).or_else(|| keyless::note(&keyless.bundle)),
            publisher: Some(publisher.clone()),
            ..requested.facts(&keyless.bundle, bundle_json, predicate_type)
        },
        level,
        publisher,
    })
}
