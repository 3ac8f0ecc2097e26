//! A bundle dated by a timestamp authority that the trust material does not have. That accuses nobody
//! (docs/verification.md#p5), but hides nothing either: everything else is held against the bundle as if the
//! authority were known, and what fails there fails. Nothing here ever verifies a bundle.

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, UnixTime};
use sigstore_verify::crypto::WEBPKI_VERIFICATION_ALGS;
use sigstore_verify::rekor::body::RekorEntryBody;
use sigstore_verify::types::bundle::{
    PublicKeyIdentifier, TimestampVerificationData, VerificationMaterialContent,
};
use sigstore_verify::types::{
    Artifact, Bundle, DerCertificate, DerPublicKey, SignatureBytes, SignatureContent,
    TransparencyLogEntry,
};
use sigstore_verify::{
    CertificateError, Error, PublicKeyVerificationPolicy, TimestampError, TransparencyLogError,
};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

use super::cryptography;
use super::failure::Failure;
use super::timestamp_token::Token;
use crate::trust::SigstoreRoot;

/// `id-kp-codeSigning`, 1.3.6.1.5.5.7.3.3, as DER has it.
const CODE_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 3];

/// The bundle without the timestamps of authorities that are not known.
pub(super) struct Undated {
    pub(super) bundle: Bundle,
    /// The times that those timestamps state.
    claims: Vec<Timestamp>,
    /// The earliest of them.
    pub(super) claimed: Timestamp,
}

impl Undated {
    /// Of a bundle that was refused for `error`: where every timestamp that does not verify is of an authority
    /// that is not known, and nothing in it fails.
    pub(super) fn of(root: &SigstoreRoot, bundle: &Bundle, error: &Error) -> Option<Self> {
        if !matches!(error, Error::Timestamp(TimestampError::Invalid(_))) {
            return None;
        }
        let signature = signature(bundle)?;
        let data = &bundle.verification_material.timestamp_verification_data;
        let mut claims = Vec::new();
        let mut kept = Vec::new();
        for timestamp in &data.rfc3161_timestamps {
            match Token::judge(
                &timestamp.signed_timestamp,
                signature,
                root.timestamp_authorities(),
            ) {
                Token::Verified => kept.push(timestamp.clone()),
                Token::OfUnknownAuthority { claims: time } => claims.push(time),
                Token::Fails => return None,
            }
        }
        let mut bundle = bundle.clone();
        bundle.verification_material.timestamp_verification_data =
            TimestampVerificationData::new(kept);
        let claimed = claims.iter().copied().min()?;
        Some(Self {
            bundle,
            claims,
            claimed,
        })
    }

    /// Whether a time is left: another timestamp, or the log's own.
    pub(super) fn is_dated_otherwise(&self, entry: &TransparencyLogEntry) -> bool {
        let material = &self.bundle.verification_material;
        let data = &material.timestamp_verification_data;
        !data.rfc3161_timestamps.is_empty()
            || (entry.inclusion_promise.is_some() && entry.integrated_time.is_some())
    }

    /// What is said of it where nothing else fails.
    pub(super) fn cause() -> Failure {
        Failure::Undetermined(
            "its timestamp is of a timestamp authority that the trust material does not have; it may be outdated, or the authority none of Sigstore's".to_owned(),
        )
    }

    /// Everything that can be checked of a bundle with a certificate and without another time: as
    /// `sigstore-verify` does, but for the certificate's own time stamps, which its authority signed.
    ///
    /// # Errors
    /// [`Failure`] says what fails.
    pub(super) fn check_the_rest(
        mut self,
        root: &SigstoreRoot,
        entry: &TransparencyLogEntry,
        artifact: Artifact<'_>,
    ) -> Result<(), Failure> {
        let chain = chain(&self.bundle);
        let [leaf, intermediates @ ..] = chain.as_slice() else {
            return Err(Failure::Invalid("it has no signing certificate".to_owned()));
        };
        for time in &self.claims {
            check_path(root, leaf, intermediates, *time)
                .map_err(|error| cryptography::failure(&error.into()))?;
        }
        let logged = logs_certificate(&self.bundle, entry, leaf)?;
        self.bundle.verification_material.content =
            VerificationMaterialContent::PublicKey(PublicKeyIdentifier::new(""));
        let policy = PublicKeyVerificationPolicy::new(public_key(leaf)?);
        match root.verifier().verify(artifact, &self.bundle, &policy) {
            Ok(_) => Ok(()),
            // The very last step: a key would have to be logged as a key. That the certificate is logged has
            // been seen.
            Err(Error::TransparencyLog(
                TransparencyLogError::EntryMismatch(_) | TransparencyLogError::MalformedEntry(_),
            )) if logged == Logged::Certificate => Ok(()),
            Err(error) => Err(cryptography::failure(&error)),
        }
    }
}

fn signature(bundle: &Bundle) -> Option<&SignatureBytes> {
    match &bundle.content {
        SignatureContent::MessageSignature(message) => Some(&message.signature),
        SignatureContent::DsseEnvelope(envelope) => Some(&envelope.signature.sig),
        _ => None,
    }
}

/// The signing certificate, and those that came with it.
fn chain(bundle: &Bundle) -> Vec<DerCertificate> {
    match &bundle.verification_material.content {
        VerificationMaterialContent::Certificate(certificate) => {
            vec![certificate.raw_bytes.clone()]
        }
        VerificationMaterialContent::X509CertificateChain { certificates } => certificates
            .iter()
            .map(|certificate| certificate.raw_bytes.clone())
            .collect(),
        VerificationMaterialContent::PublicKey(_) | _ => Vec::new(),
    }
}

fn public_key(certificate: &DerCertificate) -> Result<DerPublicKey, Failure> {
    Certificate::from_der(certificate.as_bytes())
        .and_then(|certificate| certificate.tbs_certificate.subject_public_key_info.to_der())
        .map(DerPublicKey::new)
        .map_err(|error| Failure::Invalid(format!("its certificate is malformed: {error}")))
}

/// A path to a certificate authority that is trusted at this time, for signing code.
fn check_path(
    root: &SigstoreRoot,
    leaf: &DerCertificate,
    intermediates: &[DerCertificate],
    time: Timestamp,
) -> Result<(), CertificateError> {
    let at = u64::try_from(time.as_second())
        .map_err(|_before_1970| CertificateError::NoValidAuthority { time })?;
    let authorities: Vec<_> = root.certificates_at(time).map(to_der).collect();
    let anchors: Vec<_> = authorities
        .iter()
        .filter_map(|certificate| anchor_from_trusted_cert(certificate).ok())
        .collect();
    if anchors.is_empty() {
        return Err(CertificateError::NoValidAuthority { time });
    }
    let intermediates: Vec<_> = intermediates.iter().map(to_der).collect();
    let leaf = to_der(leaf);
    EndEntityCert::try_from(&leaf)
        .and_then(|leaf| {
            leaf.verify_for_usage(
                WEBPKI_VERIFICATION_ALGS,
                &anchors,
                &intermediates,
                UnixTime::since_unix_epoch(std::time::Duration::from_secs(at)),
                KeyUsage::required(CODE_SIGNING),
                None,
                None,
            )
            .map(|_| ())
        })
        .map_err(|error| CertificateError::ChainInvalid(error.to_string()))
}

fn to_der(certificate: &DerCertificate) -> CertificateDer<'_> {
    CertificateDer::from(certificate.as_bytes())
}

/// What the log entry has of the signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Logged {
    /// The bundle's certificate, and its signature.
    Certificate,
    /// What the verifier compares by itself.
    Other,
}

/// Whether a `hashedrekord` entry holds the bundle's certificate and signature.
fn logs_certificate(
    bundle: &Bundle,
    entry: &TransparencyLogEntry,
    leaf: &DerCertificate,
) -> Result<Logged, Failure> {
    let body = RekorEntryBody::parse(&entry.canonicalized_body, entry.kind_version)
        .map_err(|error| Failure::Invalid(format!("its log entry is malformed ({error})")))?;
    let (certificate, logged) = match &body {
        RekorEntryBody::HashedRekordV001(body) => (
            body.spec.signature.public_key.parse_certificate().ok(),
            &body.spec.signature.content,
        ),
        RekorEntryBody::HashedRekordV002(body) => {
            let signature = &body.spec.hashed_rekord_v002.signature;
            let certificate = signature.verifier.x509_certificate.as_ref();
            (
                certificate.map(|it| it.raw_bytes.clone()),
                &signature.content,
            )
        }
        RekorEntryBody::DsseV001(_)
        | RekorEntryBody::DsseV002(_)
        | RekorEntryBody::IntotoV002(_)
        | _ => return Ok(Logged::Other),
    };
    if certificate.as_ref() == Some(leaf) && self::signature(bundle) == Some(logged) {
        Ok(Logged::Certificate)
    } else {
        Err(Failure::Invalid(
            "its log entry is for another certificate or signature".to_owned(),
        ))
    }
}
