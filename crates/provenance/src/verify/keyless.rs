//! An in-toto attestation signed with a certificate: what npm's provenance and PyPI's attestations
//! share.

use sigstore_verify::types::ArtifactDigest;

use super::bundle::{self, CheckedBundle, IN_TOTO_PAYLOAD_TYPE, Signer};
use super::certificate::Claims;
use super::failure::Failure;
use super::named_workflow::names_workflow;
use super::observed::Publisher;
use super::publisher::identify;
use super::shape::Unverified;
use super::statement::Statement;
use crate::trust::SigstoreRoot;

/// A checked attestation and its statement.
pub(super) struct Keyless {
    pub(super) bundle: CheckedBundle,
    pub(super) statement: Statement,
    /// What the certificate claims, its URIs unescaped.
    pub(super) claims: Claims,
}

impl Keyless {
    /// Who signed it. Asked for only once the statement is known to be about the right artifact, so that
    /// an issuer which is not known never hides an attestation of something else.
    ///
    /// # Errors
    /// As [`identify`].
    pub(super) fn publisher(&self, accepted: Option<&str>) -> Result<Publisher, Failure> {
        identify(&self.claims, accepted)
    }
}

/// Verifies a bundle over `digest`, reads what was signed, and holds the `rest` of what is required against
/// that, as [`bundle::check_read`] does. `bundle_json` is of a document that was read as strict JSON.
///
/// # Errors
/// [`Failure`] says which step failed.
pub(super) fn verify<T>(
    root: &SigstoreRoot,
    bundle_json: &str,
    digest: ArtifactDigest,
    rest: impl FnOnce(Keyless) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let bundle = Unverified::of_checked(bundle_json)?;
    bundle::check_read(
        root,
        &bundle,
        digest,
        Signer::AnyCertificate,
        |mut checked| {
            let statement = statement(&checked)?;
            let claims = checked
                .claims
                .take()
                .ok_or_else(|| "it is not signed with a certificate".to_owned())?;
            let claims = claims.unescaped(|config| names_workflow(&statement, config));
            rest(Keyless {
                bundle: checked,
                statement,
                claims,
            })
        },
    )
}

/// The statement of a checked bundle.
///
/// # Errors
/// [`Failure`] says why it holds none.
pub(super) fn statement(checked: &CheckedBundle) -> Result<Statement, Failure> {
    if checked.payload_type.as_deref() != Some(IN_TOTO_PAYLOAD_TYPE) {
        return Err("its payload is not an in-toto statement".to_owned().into());
    }
    Statement::read(checked.payload.as_deref().unwrap_or_default())
}

/// What a reader should know about a log entry that has only the log's promise.
pub(super) fn note(checked: &CheckedBundle) -> Option<String> {
    checked.promise_only.then(|| {
        "the log promised to include it; there is no inclusion proof (usual before 2024)".to_owned()
    })
}
