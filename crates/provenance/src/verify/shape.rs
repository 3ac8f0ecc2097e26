//! The shape of a bundle, before anything in it is believed: strict JSON, and what `sigstore-types`
//! does not insist on.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use sigstore_verify::types::Bundle;

use super::failure::Failure;
use crate::json;

/// Media types that are read.
const MEDIA_TYPES: [&str; 4] = [
    "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.3",
    "application/vnd.dev.sigstore.bundle.v0.3+json",
];

/// Kinds and versions of log entries that are read.
const ENTRY_KINDS: [(&str, &str); 4] = [
    ("hashedrekord", "0.0.1"),
    ("hashedrekord", "0.0.2"),
    ("dsse", "0.0.1"),
    ("intoto", "0.0.2"),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape<'a> {
    #[serde(borrow)]
    media_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    verification_material: Material<'a>,
    #[serde(borrow)]
    dsse_envelope: Option<Envelope<'a>>,
    message_signature: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material<'a> {
    certificate: Option<IgnoredAny>,
    x509_certificate_chain: Option<IgnoredAny>,
    #[serde(borrow)]
    public_key: Option<PublicKey<'a>>,
    #[serde(borrow, default)]
    tlog_entries: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct PublicKey<'a> {
    #[serde(borrow, default)]
    hint: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow)]
    kind_version: KindVersion<'a>,
}

#[derive(Deserialize)]
struct KindVersion<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    payload: Cow<'a, str>,
    #[serde(borrow)]
    signatures: Vec<Signature<'a>>,
}

#[derive(Deserialize)]
struct Signature<'a> {
    #[serde(borrow)]
    sig: Cow<'a, str>,
}

fn malformed(what: impl std::fmt::Display) -> Failure {
    Failure::Invalid(format!("malformed bundle: {what}"))
}

/// A bundle whose JSON was read strictly, once; nothing in it is verified.
pub(super) struct Unverified<'a> {
    json: &'a str,
    shape: Shape<'a>,
}

impl<'a> Unverified<'a> {
    /// Reads the JSON of a bundle.
    ///
    /// # Errors
    /// [`Failure`] where it is no strict JSON, or not that of a bundle.
    pub(super) fn read(bundle_json: &'a str) -> Result<Self, Failure> {
        json::check(bundle_json.as_bytes()).map_err(malformed)?;
        Self::of_checked(bundle_json)
    }

    /// As [`Self::read`], for a part of a document that passed [`json::check`] as a whole: the same
    /// bytes are not checked twice.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(super) fn of_checked(bundle_json: &'a str) -> Result<Self, Failure> {
        Ok(Self {
            json: bundle_json,
            shape: serde_json::from_str(bundle_json).map_err(malformed)?,
        })
    }

    /// The bundle: of a stated and known media type, with one kind of verification material and
    /// one content.
    ///
    /// # Errors
    /// [`Failure`]; nothing has been verified either way.
    pub(super) fn bundle(&self) -> Result<Bundle, Failure> {
        match &self.shape.media_type {
            None => return Err(malformed("it states no media type")),
            Some(known) if MEDIA_TYPES.contains(&known.as_ref()) => {}
            Some(other) if names_a_version(other) => {
                return Err(Failure::unsupported(format!(
                    "a bundle of the media type `{other}`, which this program does not know"
                )));
            }
            Some(other) => return Err(malformed(format!("its media type is `{other}`"))),
        }
        let material = &self.shape.verification_material;
        let kinds = usize::from(material.certificate.is_some())
            + usize::from(material.x509_certificate_chain.is_some())
            + usize::from(material.public_key.is_some());
        if kinds != 1 {
            return Err(malformed(format!(
                "{kinds} kinds of verification material instead of one"
            )));
        }
        for Entry { kind_version } in &material.tlog_entries {
            let KindVersion { kind, version } = kind_version;
            if !ENTRY_KINDS.contains(&(kind.as_ref(), version.as_ref())) {
                return Err(Failure::unsupported(format!(
                    "a log entry of the kind `{kind}/{version}`, which this program does not know"
                )));
            }
        }
        if self.shape.dsse_envelope.is_some() == self.shape.message_signature.is_some() {
            return Err(malformed("not exactly one signature content"));
        }
        if let Some(envelope) = &self.shape.dsse_envelope {
            require_standard_base64("payload", &envelope.payload)?;
            for signature in &envelope.signatures {
                require_standard_base64("signature", &signature.sig)?;
            }
        }
        Bundle::from_json(self.json).map_err(malformed)
    }

    /// The key hint of a key-signed bundle; `None` where it is signed with a certificate. Unsigned:
    /// it may choose a key, never prove one.
    pub(super) fn key_hint(&self) -> Option<&str> {
        let key = self.shape.verification_material.public_key.as_ref()?;
        Some(&key.hint)
    }

    /// What the statement in a bundle calls itself. Unverified: it may only contradict a label.
    pub(super) fn claimed_predicate_type(&self) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Claim {
            predicate_type: String,
        }
        let envelope = self.shape.dsse_envelope.as_ref()?;
        let payload = STANDARD.decode(envelope.payload.as_ref()).ok()?;
        serde_json::from_slice::<Claim>(&payload)
            .ok()
            .map(|claim| claim.predicate_type)
    }
}

/// Whether this could be the media type of a bundle that is newer than this program.
fn names_a_version(media_type: &str) -> bool {
    let version = |rest: &str| {
        rest.split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    media_type
        .strip_prefix("application/vnd.dev.sigstore.bundle")
        .and_then(|rest| {
            rest.strip_prefix("+json;version=")
                .or_else(|| rest.strip_prefix(".v")?.strip_suffix("+json"))
        })
        .is_some_and(version)
}

/// The key hint of a key-signed bundle; `None` where it is signed with a certificate. Unsigned: it
/// may choose a key, never prove one.
///
/// # Errors
/// [`Failure`] where the bundle cannot be read.
pub fn key_hint(bundle_json: &str) -> Result<Option<String>, Failure> {
    Ok(Unverified::read(bundle_json)?
        .key_hint()
        .map(ToOwned::to_owned))
}

/// Padded, of the standard alphabet, without white space: one spelling for the same bytes
/// (docs/verification.md#f40).
fn require_standard_base64(what: &str, text: &str) -> Result<(), Failure> {
    let digits = text.trim_end_matches('=');
    let standard = text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    if standard {
        Ok(())
    } else {
        Err(malformed(format!(
            "its envelope's {what} is not standard base64"
        )))
    }
}
