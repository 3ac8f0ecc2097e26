//! Step 1: a bundle's JSON, read strictly and once.

use serde::Deserialize;
use sigstore_verify::types::Bundle;
use sigstore_verify::types::bundle::VerificationMaterialContent;

use super::{BundleError, refuse};
use crate::json;

/// A bundle that was read; nothing in it is verified.
#[derive(Debug)]
pub struct ReadBundle(Bundle);

impl ReadBundle {
    /// Reads a bundle: strict JSON, a media type, exactly one kind of verification material and of
    /// signature content.
    ///
    /// # Errors
    /// [`BundleError`] says what is malformed.
    pub fn parse(bundle_json: &str) -> Result<Self, BundleError> {
        json::check(bundle_json.as_bytes()).map_err(|error| malformed(&error))?;
        Self::of_checked(bundle_json)
    }

    /// As [`Self::parse`], for a text that is part of a document which passed
    /// [`json::check`](crate::json::check) as a whole, so that the same bytes are not checked twice.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub(in crate::verify) fn of_checked(bundle_json: &str) -> Result<Self, BundleError> {
        let shape: Shape<'_> =
            serde_json::from_str(bundle_json).map_err(|error| malformed(&error))?;
        if shape.media_type.is_none() {
            return Err(refuse("malformed bundle: it states no media type"));
        }
        let material = &shape.verification_material;
        let kinds = usize::from(material.certificate.is_some())
            + usize::from(material.x509_certificate_chain.is_some())
            + usize::from(material.public_key.is_some());
        if kinds != 1 {
            return Err(refuse(format!(
                "malformed bundle: {kinds} kinds of verification material instead of one"
            )));
        }
        if shape.dsse_envelope.is_some() == shape.message_signature.is_some() {
            return Err(refuse(
                "malformed bundle: not exactly one signature content",
            ));
        }
        Bundle::from_json(bundle_json)
            .map(Self)
            .map_err(|error| malformed(&error))
    }

    /// The key hint of a key-signed bundle; `None` where it is signed with a certificate. Unsigned:
    /// it may choose a key, never prove one.
    pub fn key_hint(&self) -> Option<&str> {
        match &self.0.verification_material.content {
            VerificationMaterialContent::PublicKey(key) => Some(&key.hint),
            _ => None,
        }
    }

    pub(super) fn get(&self) -> &Bundle {
        &self.0
    }
}

fn malformed(error: &dyn std::fmt::Display) -> BundleError {
    refuse(format!("malformed bundle: {error}"))
}

/// What `sigstore-types` does not insist on: a media type, one kind of material, one content.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape<'a> {
    #[serde(borrow)]
    media_type: Option<std::borrow::Cow<'a, str>>,
    verification_material: MaterialShape,
    dsse_envelope: Option<serde::de::IgnoredAny>,
    message_signature: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MaterialShape {
    certificate: Option<serde::de::IgnoredAny>,
    x509_certificate_chain: Option<serde::de::IgnoredAny>,
    public_key: Option<serde::de::IgnoredAny>,
}
