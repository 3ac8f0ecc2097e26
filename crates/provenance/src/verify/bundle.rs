//! One Sigstore bundle: the cryptography of `sigstore-verify`, and everything that crate leaves to
//! its caller (docs/decisions/0001-sigstore-crates.md).
//!
//! The steps, in order; each fails closed:
//! 1. strict JSON, exactly one kind of verification material, a media type that is stated;
//! 2. exactly one transparency log entry, so that neither an unproven nor a repeated one counts;
//! 3. the log entry is inside, where the log signed it, of the kind that it is said to be outside, and
//!    of one that a signature like the bundle's can have: what the next step would call unsupported is
//!    then no relabelled entry;
//! 4. `sigstore-verify`: signature, certificate path at every verified time, SCT, log entry against
//!    bundle, inclusion proof, checkpoint, inclusion promise, artifact digest among the subjects;
//! 5. at least one verified time, none of them after the log's end;
//! 6. an inclusion proof, unless the log entry is older than [`PROOF_REQUIRED_SINCE`]: the media
//!    type is unsigned, so it cannot decide (a relabelled bundle would shed its proof);
//! 7. a checkpoint of the very log that the entry names: origin and key, not just any trusted log;
//! 8. the log entry's certificate is the bundle's, byte for byte.
//!
//! A bundle with a timestamp of an authority that is not known goes through the same steps without that
//! timestamp, and through what its caller requires besides; it never passes (`check_read`).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use sigstore_verify::types::{
    Artifact, Bundle, DerCertificate, DerPublicKey, KindVersion, SignatureContent,
    TransparencyLogEntry,
};
use sigstore_verify::{
    CertificateError, Error, PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult,
};

use super::certificate::{self, Claims};
use super::cryptography;
use super::failure::Failure;
pub use super::log_entry::PROOF_REQUIRED_SINCE;
use super::log_entry::{bind_checkpoint, require_known_log, require_open_log, require_proof};
use super::shape::Unverified;
pub use super::shape::key_hint;
use super::undated::Undated;
use crate::json;
use crate::trust::SigstoreRoot;

/// The only payload type of an in-toto statement in a DSSE envelope.
pub const IN_TOTO_PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Who must have signed.
#[derive(Debug, Clone, Copy)]
pub enum Signer<'a> {
    /// A certificate of a trusted authority, whoever it names: the caller judges the identity.
    AnyCertificate,
    /// A certificate with exactly this subject alternative name and this OIDC issuer.
    Certificate {
        /// Subject alternative name.
        identity: &'a str,
        /// OIDC issuer.
        issuer: &'a str,
    },
    /// This public key.
    Key(&'a DerPublicKey),
}

/// A bundle that passed every step.
#[derive(Debug)]
pub struct CheckedBundle {
    /// The signed payload, where the bundle holds a DSSE envelope.
    pub payload: Option<Vec<u8>>,
    /// The envelope's payload type.
    pub payload_type: Option<String>,
    /// The envelope's unsigned key id.
    pub envelope_key_id: Option<String>,
    /// What the signing certificate claims; `None` where a key signed.
    pub claims: Option<Claims>,
    /// The earliest verified time: the log's, or a timestamp authority's.
    pub time: Timestamp,
    /// The entry's index in the transparency log.
    pub log_index: u64,
    /// The kind of the log entry.
    pub entry_kind: KindVersion,
    /// The log promised to include the entry, but there is no proof that it did.
    pub promise_only: bool,
}

/// Verifies one bundle over `artifact`.
///
/// # Errors
/// [`Failure`] names the step that failed.
pub fn check<'a>(
    root: &SigstoreRoot,
    bundle_json: &str,
    artifact: impl Into<Artifact<'a>>,
    signer: Signer<'_>,
) -> Result<CheckedBundle, Failure> {
    let unverified = Unverified::read(bundle_json)?;
    check_read(root, &unverified, artifact, signer, Ok)
}

/// As [`check`], for a bundle whose JSON was read before, with the `rest` of what its caller requires. That is
/// held against the bundle also where its timestamp cannot be judged: then what fails is told, and what passes
/// does not count.
///
/// # Errors
/// As [`check`], and those of `rest`.
pub(super) fn check_read<'a, T>(
    root: &SigstoreRoot,
    unverified: &Unverified<'_>,
    artifact: impl Into<Artifact<'a>>,
    signer: Signer<'_>,
    rest: impl FnOnce(CheckedBundle) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let bundle = unverified.bundle()?;
    let entry = single_entry(&bundle)?;
    require_known_log(root, entry)?;
    bind_kind(&bundle, entry)?;
    let Dated { time, doubt } = date(root, &bundle, entry, artifact.into(), signer)?;
    require_open_log(root, entry, time)?;
    let promise_only = require_proof(entry, time)?;
    bind_checkpoint(root, entry)?;
    bind_certificate(&bundle, entry)?;
    let (payload, payload_type, envelope_key_id) = match &bundle.content {
        SignatureContent::DsseEnvelope(envelope) => (
            Some(envelope.payload.as_bytes().to_vec()),
            Some(envelope.payload_type.clone()),
            Some(envelope.signature.keyid.as_str().to_owned()),
        ),
        SignatureContent::MessageSignature(_) => (None, None, None),
        _ => return Err(refuse("its signature content is of an unsupported kind")),
    };
    let claims = bundle.signing_certificate().map(Claims::read).transpose()?;
    let checked = CheckedBundle {
        payload,
        payload_type,
        envelope_key_id,
        claims,
        time,
        log_index: entry.log_index.get(),
        entry_kind: entry.kind_version,
        promise_only,
    };
    match (rest(checked), doubt) {
        (passed, None) => passed,
        (Ok(_), Some(doubt)) => Err(doubt),
        (Err(failure), Some(doubt)) => Err(failure.or_worse(doubt)),
    }
}

/// A bundle whose cryptography holds.
struct Dated {
    /// The earliest verified time; where there is none, the earliest that the timestamps state which `doubt`
    /// is about.
    time: Timestamp,
    /// Why it is not verified all the same.
    doubt: Option<Failure>,
}

/// Step 4, and the time of step 5.
fn date(
    root: &SigstoreRoot,
    bundle: &Bundle,
    entry: &TransparencyLogEntry,
    artifact: Artifact<'_>,
    signer: Signer<'_>,
) -> Result<Dated, Failure> {
    let earliest = |result: &VerificationResult| result.verified_timestamps().iter().copied().min();
    let error = match verify_cryptography(root, bundle, artifact.clone(), signer)? {
        Ok(result) => {
            let time = earliest(&result).ok_or_else(|| {
                refuse("nothing proves when it was signed: no signed log time, no timestamp")
            })?;
            return Ok(Dated { time, doubt: None });
        }
        Err(error) => error,
    };
    let undated = Undated::of(root, bundle, &error)
        .ok_or_else(|| refused_cryptography(root, bundle, &error))?;
    let claimed = undated.claimed;
    let verified = if undated.is_dated_otherwise(entry) || matches!(signer, Signer::Key(_)) {
        let rest = verify_cryptography(root, &undated.bundle, artifact, signer)?;
        earliest(&rest.map_err(|error| refused_cryptography(root, &undated.bundle, &error))?)
    } else {
        undated.check_the_rest(root, entry, artifact)?;
        None
    };
    Ok(Dated {
        time: verified.unwrap_or(claimed),
        doubt: Some(Undated::cause()),
    })
}

fn refuse(reason: impl Into<String>) -> Failure {
    Failure::Invalid(reason.into())
}

/// Step 2.
fn single_entry(bundle: &Bundle) -> Result<&TransparencyLogEntry, Failure> {
    match bundle.verification_material.tlog_entries.as_slice() {
        [entry] => Ok(entry),
        entries => Err(refuse(format!(
            "{} transparency log entries; exactly one is required",
            entries.len()
        ))),
    }
}

/// Step 3. `sigstore-verify` reads the body as the kind that the unsigned `kindVersion` names.
fn bind_kind(bundle: &Bundle, entry: &TransparencyLogEntry) -> Result<(), Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        api_version: String,
        kind: String,
    }
    let body: Body = json::from_slice(entry.canonicalized_body.as_bytes())
        .map_err(|error| refuse(format!("its log entry's body is unreadable: {error}")))?;
    let stated = entry.kind_version;
    if body.kind != stated.kind() || body.api_version != stated.version() {
        return Err(refuse(format!(
            "its log entry is said to be of kind {}/{}, but is of kind {}/{}",
            stated.kind(),
            stated.version(),
            body.kind,
            body.api_version
        )));
    }
    let signature = match (&bundle.content, stated) {
        (SignatureContent::DsseEnvelope(_), KindVersion::HashedRekordV001) => "a DSSE envelope",
        (
            SignatureContent::MessageSignature(_),
            KindVersion::DsseV001 | KindVersion::IntotoV002,
        ) => "a message signature",
        _ => return Ok(()),
    };
    Err(refuse(format!(
        "its log entry is of kind {}/{}, which {signature} never has",
        stated.kind(),
        stated.version()
    )))
}

/// Step 4: the verifier's own answer, where it left out no check.
fn verify_cryptography(
    root: &SigstoreRoot,
    bundle: &Bundle,
    artifact: Artifact<'_>,
    signer: Signer<'_>,
) -> Result<Result<VerificationResult, Error>, Failure> {
    let verifier = root.verifier();
    let result = match signer {
        Signer::AnyCertificate => {
            verifier.verify(artifact, bundle, &VerificationPolicy::any_identity())
        }
        Signer::Certificate { identity, issuer } => {
            verifier.verify(artifact, bundle, &VerificationPolicy::new(identity, issuer))
        }
        Signer::Key(key) => verifier.verify(
            artifact,
            bundle,
            &PublicKeyVerificationPolicy::new(key.clone()),
        ),
    };
    let complete = result.as_ref().map_or(true, |result| {
        result.tlog_verified()
            && (matches!(signer, Signer::Key(_))
                || (result.certificate_verified() && result.sct_verified()))
    });
    if complete {
        Ok(result)
    } else {
        Err(refuse("the verifier left out a required check"))
    }
}

fn refused_cryptography(root: &SigstoreRoot, bundle: &Bundle, error: &Error) -> Failure {
    let failure = unknown_ct_log(root, bundle, error);
    match failure.unwrap_or_else(|| cryptography::failure(error)) {
        Failure::Unsupported(cause) if !binds_something(bundle) => refuse(cause.to_string()),
        failure @ (Failure::Invalid(_) | Failure::Undetermined(_) | Failure::Unsupported(_)) => {
            failure
        }
    }
}

/// Whether the content is of a form that binds a file: the verifier looks at that before the signature, and
/// calls an envelope unsupported that is no in-toto statement or whose subjects have no known digest. Such an
/// envelope is about no file, which is a form that we understand, and its signature may be broken too.
fn binds_something(bundle: &Bundle) -> bool {
    #[derive(Deserialize)]
    struct Statement {
        subject: Vec<Subject>,
    }
    #[derive(Deserialize)]
    struct Subject {
        digest: BTreeMap<String, serde_json::Value>,
    }
    let SignatureContent::DsseEnvelope(envelope) = &bundle.content else {
        return true;
    };
    let statement = serde_json::from_slice::<Statement>(envelope.payload.as_bytes());
    envelope.payload_type == IN_TOTO_PAYLOAD_TYPE
        && statement.is_ok_and(|statement| {
            let mut digests = statement.subject.iter().flat_map(|it| it.digest.keys());
            digests.any(|name| ["sha256", "sha384", "sha512"].contains(&name.as_str()))
        })
}

/// As [`require_known_log`], of the log that the certificate names: an authority that is trusted wrote its
/// name there, which the verifier has looked at before the timestamp.
fn unknown_ct_log(root: &SigstoreRoot, bundle: &Bundle, error: &Error) -> Option<Failure> {
    if !matches!(error, Error::Certificate(CertificateError::Sct(_))) {
        return None;
    }
    let log = certificate::ct_log(bundle.signing_certificate()?)?;
    (!root.has_ct_log(&log)).then(|| {
        Failure::Undetermined(
            "its certificate is of a certificate transparency log that the trust material does not have; it may be outdated".to_owned(),
        )
    })
}

/// Step 8. `sigstore-verify` compares certificates for `dsse` and `hashedrekord` entries, but only
/// public keys for `intoto` ones.
fn bind_certificate(bundle: &Bundle, entry: &TransparencyLogEntry) -> Result<(), Failure> {
    if entry.kind_version != KindVersion::IntotoV002 {
        return Ok(());
    }
    let Some(certificate) = bundle.signing_certificate() else {
        return Ok(());
    };
    let logged = intoto_certificate(entry.canonicalized_body.as_bytes())
        .ok_or_else(|| refuse("its log entry holds no readable certificate"))?;
    if logged == *certificate {
        Ok(())
    } else {
        Err(refuse("its log entry is for another certificate"))
    }
}

fn intoto_certificate(body: &[u8]) -> Option<DerCertificate> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let pem = body
        .pointer("/spec/content/envelope/signatures/0/publicKey")?
        .as_str()?;
    let pem = String::from_utf8(STANDARD.decode(pem).ok()?).ok()?;
    DerCertificate::from_pem(&pem).ok()
}
