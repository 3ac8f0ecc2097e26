//! npm's registry signatures: the registry once took in these bytes under this name and version
//! (docs/verification.md#a).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sigstore_verify::crypto::{SigningScheme, verify_signature};
use sigstore_verify::types::SignatureBytes;

use super::observed::{EvidenceFacts, Outcome, Verified};
use crate::package::NpmPackage;
use crate::registry::npm::RegistrySignature;
use crate::trust::{KeyUsage, NpmKey, NpmKeys};

/// Most signatures that are looked at.
const MAX_SIGNATURES: usize = 32;

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
    sha512: &[u8],
    signatures: &[RegistrySignature],
    published: &Published,
    keys: &NpmKeys,
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
    let mut good = false;
    for signature in signatures {
        let Some(key) = keys.find(&signature.keyid, KeyUsage::Signatures) else {
            if keys.knows(&signature.keyid) {
                return Outcome::Invalid(format!(
                    "signed with {}, which is not for registry signatures",
                    signature.keyid
                ));
            }
            continue;
        };
        if let Err(failed) = verify_one(key, &message, &signature.sig)
            .map_err(Outcome::Invalid)
            .and_then(|()| require_valid(key, published, now))
        {
            return failed;
        }
        good = true;
    }
    if !good {
        return Outcome::Unknown(
            "signed only with keys that are not in the trust material; it may be outdated, or the signature not the registry's".to_owned(),
        );
    }
    Outcome::Verified(Verified::attest(EvidenceFacts {
        digest: format!("sha512:{}", hex::encode(sha512)),
        note: matches!(published, Published::Stated(_)).then(|| {
            "the signing key has expired since; that it signed before is known only from the registry's unsigned publish time".to_owned()
        }),
        ..EvidenceFacts::default()
    }))
}

fn verify_one(key: &NpmKey, message: &str, signature: &str) -> Result<(), String> {
    let bytes = STANDARD.decode(signature).map_err(|error| {
        format!(
            "the signature by {} is no standard base64 ({error})",
            key.id
        )
    })?;
    verify_signature(
        &key.public_key,
        message.as_bytes(),
        &SignatureBytes::new(bytes),
        SigningScheme::EcdsaP256Sha256,
    )
    .map_err(|error| {
        format!(
            "the signature by {} is not over `{message}` ({error})",
            key.id
        )
    })
}

/// A key counts only inside its validity. Without a publish time the key must be valid now
/// (docs/verification.md#a3: a registry that leaves the time out must not revive an expired key).
fn require_valid(key: &NpmKey, published: &Published, now: Timestamp) -> Result<(), Outcome> {
    let (id, window) = (&key.id, key.window());
    match published {
        Published::Logged(time) | Published::Stated(time) if key.valid_at(*time) => Ok(()),
        Published::Logged(time) | Published::Stated(time) => Err(Outcome::Invalid(format!(
            "signed with {id} at {time}, but the key is {window}"
        ))),
        Published::Unstated | Published::Undetermined(_) if key.valid_at(now) => Ok(()),
        Published::Unstated => Err(Outcome::Invalid(format!(
            "signed with {id}, which is {window}, and nothing shows that it signed in that time"
        ))),
        Published::Undetermined(cause) => Err(Outcome::Unknown(format!(
            "signed with {id}, which is {window}; when it signed could not be determined: {cause}"
        ))),
    }
}
