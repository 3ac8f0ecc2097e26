//! npm's registry signatures: the registry once took in these bytes under this name and version
//! (docs/verification.md#a).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sigstore_verify::crypto::{SigningScheme, verify_signature};
use sigstore_verify::types::SignatureBytes;

use super::failure::Failure;
use super::observed::{EvidenceFacts, Outcome, Verified};
use crate::evidence::npm::RegistrySignature;
use crate::package::NpmPackage;
use crate::trust::{KeyUsage, Keyring, NpmKey};

/// Most signatures that are looked at.
const MAX_SIGNATURES: usize = 32;

/// npm's registry, which a publish attestation of npm's must name (docs/verification.md#f52).
pub(super) const REGISTRY: &str = "https://registry.npmjs.org";

/// Most characters of a key's id, which the registry chose, that are shown.
pub(super) const MAX_SHOWN_ID: usize = 100;

/// When the version was published, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Published {
    /// The transparency log time of the verified publish attestation.
    Logged(Timestamp),
    /// `time` of the packument, which nobody signed.
    Stated(Timestamp),
    /// The registry states none.
    Unstated,
    /// It could not be asked, or its answer not be read: why.
    Undetermined(String),
}

/// Verifies the registry's signatures over `{name}@{version}:{integrity}`, the name and version
/// being those asked for.
///
/// One good signature by a trusted key suffices, so that a key can be rotated; a signature by a
/// trusted key that fails is never outweighed (pnpm's rule, made stricter).
pub(super) fn verify(
    package: &NpmPackage,
    integrity: &str,
    digest: &Arc<str>,
    signatures: &[RegistrySignature],
    published: &Published,
    keyring: Keyring<'_>,
    now: Timestamp,
) -> Outcome {
    if signatures.is_empty() {
        return Outcome::Absent;
    }
    if signatures.len() > MAX_SIGNATURES {
        return Outcome::Invalid(format!(
            "{} signatures; at most {MAX_SIGNATURES} are looked at",
            signatures.len()
        ));
    }
    let message = format!(
        "{}@{}:{integrity}",
        package.name.as_str(),
        package.version.as_str()
    );
    let mut good: Option<Dated> = None;
    let (mut undated, mut unknown) = (None, None);
    for signature in signatures {
        let Some(key) = keyring.keys.find(&signature.keyid, KeyUsage::Signatures) else {
            if keyring.keys.knows(&signature.keyid) {
                return Outcome::Invalid(format!(
                    "signed with {}, which is not for registry signatures",
                    signature.keyid
                ));
            }
            unknown.get_or_insert_with(|| {
                let id: String = signature.keyid.chars().take(MAX_SHOWN_ID).collect();
                format!(
                    "signed with {id}, a key {}",
                    keyring.unknown(&signature.keyid)
                )
            });
            continue;
        };
        if let Err(failed) = verify_one(key, &message, &signature.sig) {
            return Outcome::Invalid(failed);
        }
        match require_valid(key, published, now) {
            Ok(dated) => good = good.max(Some(dated)),
            Err(Failure::Invalid(reason)) => return Outcome::Invalid(reason),
            Err(Failure::Undetermined(cause)) => undated = undated.or(Some(cause)),
            Err(Failure::Unsupported(cause)) => undated = undated.or(Some(cause.to_string())),
        }
    }
    let Some(dated) = good else {
        let cause = undated.or(unknown).unwrap_or_default();
        return Outcome::Unknown(cause);
    };
    Outcome::Verified(Verified::attest(EvidenceFacts {
        digest: Arc::clone(digest),
        note: (dated == Dated::ByTheRegistry).then(|| {
            "the signing key has expired since; that it signed before is known only from the registry's unsigned publish time".to_owned()
        }),
        ..EvidenceFacts::default()
    }))
}

/// How it is known that a key counted when it signed, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dated {
    /// By the registry's unsigned publish time.
    ByTheRegistry,
    /// By the transparency log, or because it counts today.
    Proven,
}

fn verify_one(key: &NpmKey, message: &str, signature: &str) -> Result<(), String> {
    let bytes = STANDARD.decode(signature).map_err(|error| {
        format!(
            "the signature by {} is not standard base64 ({error})",
            key.id
        )
    })?;
    verify_signature(
        &key.public_key,
        message.as_bytes(),
        &SignatureBytes::new(bytes),
        SigningScheme::EcdsaP256Sha256,
    )
    .map_err(|_error| format!("the signature by {} is not over `{message}`", key.id))
}

/// A key that counts today counts whenever the version was published: registries sign old versions
/// anew with the keys that follow. One that has ended must have signed before, and only the log's
/// time shows that it did not: `time` of a packument is unsigned, and mirrors leave it out or state
/// their own (docs/verification.md#a3: a registry that leaves the time out must not revive an expired key).
fn require_valid(key: &NpmKey, published: &Published, now: Timestamp) -> Result<Dated, Failure> {
    if key.valid_at(now) {
        return Ok(Dated::Proven);
    }
    let signed = format!("signed with {}, which is {}", key.id, key.window());
    let unclear = |why: String| {
        Err(Failure::Undetermined(format!(
            "{signed}, and this registry does not show that it signed in that time: {why}"
        )))
    };
    match published {
        Published::Logged(time) if key.valid_at(*time) => Ok(Dated::Proven),
        Published::Logged(time) => Err(Failure::Invalid(format!(
            "signed with {} at {time}, but the key is {}",
            key.id,
            key.window()
        ))),
        Published::Stated(time) if key.valid_at(*time) => Ok(Dated::ByTheRegistry),
        Published::Stated(time) => unclear(format!(
            "the publish time that it states, unsigned, is {time}. A mirror may state its own; ask \
             {REGISTRY}"
        )),
        Published::Unstated => unclear(format!(
            "it states no publish time, which mirrors leave out; ask {REGISTRY}"
        )),
        Published::Undetermined(cause) => unclear(format!(
            "the publish time could not be determined ({cause})"
        )),
    }
}
