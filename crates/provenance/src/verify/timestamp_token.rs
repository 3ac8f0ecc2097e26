//! Who signed an RFC 3161 timestamp: read from the token itself, because `sigstore-verify` refuses a token of
//! an authority that the trust material does not have in the same way as a forged one
//! (docs/verification.md#b3).

use aws_lc_rs::digest::{self, digest};
use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sigstore_verify::crypto::KeyAlgorithm;
use sigstore_verify::tsa::{self, TsaAuthority, verify_timestamp_for_authority};
use sigstore_verify::types::{DerCertificate, DerPublicKey, SignatureBytes, TimestampToken};
use x509_cert::Certificate;
use x509_cert::der::asn1::{Any, ObjectIdentifier, OctetString};
use x509_cert::der::{Decode as _, Encode as _, Tag, Tagged as _};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, SubjectKeyIdentifier};
use x509_cert::spki::AlgorithmIdentifierOwned;

const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_WITH_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");

/// What one token is, held against the timestamp authorities of the trust material.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// It verifies.
    Verified,
    /// Nothing in it fails, and no authority that is known signed it, or claims to have.
    OfUnknownAuthority {
        /// The time that it states. Nobody that is trusted says so.
        claims: Timestamp,
    },
    /// It is malformed, over another signature, or not what the authority that it names signed.
    Fails,
}

impl Token {
    /// Judges a token over `signature`.
    pub(super) fn judge(
        token: &TimestampToken,
        signature: &SignatureBytes,
        authorities: &[TsaAuthority],
    ) -> Self {
        let verifies = |authority| verify_timestamp_for_authority(token, signature, authority);
        if authorities
            .iter()
            .any(|authority| verifies(authority).is_ok())
        {
            return Self::Verified;
        }
        match Parts::read(token.as_bytes()) {
            Some(parts) if parts.is_of_unknown_authority(token, signature, authorities) => {
                Self::OfUnknownAuthority {
                    claims: parts.claims,
                }
            }
            Some(_) | None => Self::Fails,
        }
    }
}

/// What is needed of a token: its signer, the certificates that came with it, and what it states.
struct Parts {
    signer: SignerIdentifier,
    digest_algorithm: ObjectIdentifier,
    signature_algorithm: ObjectIdentifier,
    certificates: Vec<Certificate>,
    imprint_algorithm: ObjectIdentifier,
    imprint: Vec<u8>,
    claims: Timestamp,
}

impl Parts {
    /// Of a `TimeStampResp` or of the bare token in it; `None` where it is neither, or where not exactly one
    /// signed it.
    fn read(bytes: &[u8]) -> Option<Self> {
        let outer = Vec::<Any>::from_der(bytes).ok()?;
        let content: ContentInfo = match outer.as_slice() {
            [status, token, ..] if status.tag() == Tag::Sequence => token.decode_as().ok()?,
            _ => ContentInfo::from_der(bytes).ok()?,
        };
        let data: SignedData = content.content.decode_as().ok()?;
        let [signer] = data.signer_infos.0.as_slice() else {
            return None;
        };
        let certificates = data.certificates.iter().flat_map(|set| set.0.iter());
        let certificates = certificates.filter_map(|one| match one {
            CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
            CertificateChoices::Other(_) => None,
        });
        // TSTInfo (RFC 3161 2.4.2): version, policy, imprint, serial number, time, and what is optional.
        let info = Vec::<Any>::from_der(data.encap_content_info.econtent?.value()).ok()?;
        let [_version, _policy, imprint, _serial, time, ..] = info.as_slice() else {
            return None;
        };
        let imprint: Vec<Any> = imprint.decode_as().ok()?;
        let [algorithm, digest] = imprint.as_slice() else {
            return None;
        };
        let algorithm: AlgorithmIdentifierOwned = algorithm.decode_as().ok()?;
        let digest: OctetString = digest.decode_as().ok()?;
        Some(Self {
            signer: signer.sid.clone(),
            digest_algorithm: signer.digest_alg.oid,
            signature_algorithm: signer.signature_algorithm.oid,
            certificates: certificates.collect(),
            imprint_algorithm: algorithm.oid,
            imprint: digest.into_bytes(),
            claims: generalized_time(time.value())?,
        })
    }

    fn is_of_unknown_authority(
        &self,
        token: &TimestampToken,
        signature: &SignatureBytes,
        authorities: &[TsaAuthority],
    ) -> bool {
        let is_over = self.is_over(signature);
        if is_over == Some(false) {
            return false;
        }
        let known = Known::of(authorities);
        let names_known = known.leaves.iter().any(|leaf| self.is_signed_by(leaf));
        let holds_known = self
            .certificates
            .iter()
            .any(|one| known.leaves.contains(one));
        if names_known || holds_known {
            return false;
        }
        let mut signers = self
            .certificates
            .iter()
            .filter(|one| self.is_signed_by(one));
        let Some(certificate) = signers.next() else {
            // Several authorities leave their certificate out: then there is nothing that could fail.
            return true;
        };
        let issuers = known.issuers(certificate);
        let is_read = is_over.is_some() && self.is_read(certificate);
        if issuers.is_empty() || !is_read {
            return self.signature_holds(token, signature, certificate);
        }
        // It claims the key of an authority that is known: a new certificate of that authority, or a forged one.
        let Some(leaf) = encoded(certificate) else {
            return false;
        };
        issuers.into_iter().any(|root| {
            let authority = TsaAuthority::new(leaf.clone(), Vec::new(), root, None);
            verify_timestamp_for_authority(token, signature, &authority).is_ok()
        })
    }

    /// Whether its imprint is that of this signature; `None` where the digest is not one that is read.
    fn is_over(&self, signature: &SignatureBytes) -> Option<bool> {
        let algorithm = match self.imprint_algorithm {
            SHA256 => &digest::SHA256,
            SHA384 => &digest::SHA384,
            SHA512 => &digest::SHA512,
            _ => return None,
        };
        Some(digest(algorithm, signature.as_bytes()).as_ref() == self.imprint)
    }

    /// Whether the verifier reads a signature of this kind, with the key of this certificate. RFC 5652 allows
    /// others: RSA, other curves, ECDSA with SHA-512.
    fn is_read(&self, certificate: &Certificate) -> bool {
        let algorithms = (self.digest_algorithm, self.signature_algorithm);
        let key = &certificate.tbs_certificate.subject_public_key_info;
        matches!(
            algorithms,
            (SHA256, ECDSA_WITH_SHA256) | (SHA384, ECDSA_WITH_SHA384)
        ) && key.to_der().map(DerPublicKey::new).is_ok_and(|key| {
            matches!(
                KeyAlgorithm::from_spki(&key),
                Ok(KeyAlgorithm::EcdsaP256 | KeyAlgorithm::EcdsaP384)
            )
        })
    }

    /// Whether nothing fails in what can be read: the digests, and the signature with the key of this
    /// certificate, which came with the token. Against a signature that is not read nothing can be said.
    fn signature_holds(
        &self,
        token: &TimestampToken,
        signature: &SignatureBytes,
        certificate: &Certificate,
    ) -> bool {
        let Some(own) = encoded(certificate) else {
            return false;
        };
        let alone = TsaAuthority::new(own.clone(), Vec::new(), own, None);
        match verify_timestamp_for_authority(token, signature, &alone) {
            // The verifier looks at the certificate's path last, which nobody could find here; and it does not
            // read every time and every digest that RFC 3161 allows.
            Ok(_)
            | Err(tsa::error::Error::CertificateValidationError(_) | tsa::error::Error::Parse(_)) => {
                true
            }
            Err(tsa::error::Error::SignatureVerificationError(_)) => !self.is_read(certificate),
            Err(_) => false,
        }
    }

    /// Whether it names this certificate as its signer's.
    fn is_signed_by(&self, certificate: &Certificate) -> bool {
        let certificate = &certificate.tbs_certificate;
        match &self.signer {
            SignerIdentifier::IssuerAndSerialNumber(named) => {
                named.issuer == certificate.issuer
                    && named.serial_number == certificate.serial_number
            }
            SignerIdentifier::SubjectKeyIdentifier(named) => certificate
                .get::<SubjectKeyIdentifier>()
                .is_ok_and(|own| own.is_some_and(|(_critical, own)| own == *named)),
        }
    }
}

/// The certificates of the authorities that are known.
struct Known {
    leaves: Vec<Certificate>,
    above: Vec<Certificate>,
}

impl Known {
    fn of(authorities: &[TsaAuthority]) -> Self {
        let read = |der: &DerCertificate| Certificate::from_der(der.as_bytes()).ok();
        Self {
            leaves: authorities.iter().filter_map(|it| read(&it.leaf)).collect(),
            above: authorities
                .iter()
                .flat_map(|it| it.intermediates.iter().chain([&it.root]))
                .filter_map(read)
                .collect(),
        }
    }

    /// Those that have the name of this certificate's issuer, but for those of another key than it states:
    /// authorities keep their name when they change their key, and Sigstore's two instances share one.
    fn issuers(&self, certificate: &Certificate) -> Vec<DerCertificate> {
        let name = &certificate.tbs_certificate.issuer;
        let named = self.above.iter().chain(&self.leaves);
        let named = named.filter(|one| one.tbs_certificate.subject == *name);
        let stated = issuing_key(certificate);
        let possible = named.filter(|one| match (&stated, own_key(one)) {
            (Some(stated), Some(own)) => *stated == own,
            (None, _) | (_, None) => true,
        });
        possible.filter_map(encoded).collect()
    }
}

/// The identifier of the key that signed a certificate, where the certificate states it (RFC 5280 4.2.1.1).
fn issuing_key(certificate: &Certificate) -> Option<OctetString> {
    let extension = certificate.tbs_certificate.get::<AuthorityKeyIdentifier>();
    let (_critical, stated) = extension.ok()??;
    stated.key_identifier
}

/// The identifier of a certificate's own key, where the certificate states it (RFC 5280 4.2.1.2).
fn own_key(certificate: &Certificate) -> Option<OctetString> {
    let extension = certificate.tbs_certificate.get::<SubjectKeyIdentifier>();
    let (_critical, stated) = extension.ok()??;
    Some(stated.0)
}

fn encoded(certificate: &Certificate) -> Option<DerCertificate> {
    certificate.to_der().ok().map(DerCertificate::new)
}

/// `YYYYMMDDhhmmss[.f…]Z`, to the second.
fn generalized_time(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if seconds.len() != 14 || !digits(seconds) || !digits(fraction) {
        return None;
    }
    let time = DateTime::strptime("%Y%m%d%H%M%S", seconds).ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_tokens() {
        let read = |text: &str| generalized_time(text.as_bytes()).map(|time| time.to_string());
        for whole in [
            "20260301120000Z",
            "20260301120000.5Z",
            "20260301120000.123456Z",
        ] {
            assert_eq!(read(whole).as_deref(), Some("2026-03-01T12:00:00Z"));
        }
        for not in [
            "",
            "Z",
            "20260301120000",
            "20261301120000Z",
            "2026030112000Z",
            "20260301120000.-1Z",
        ] {
            assert_eq!(read(not), None, "{not}");
        }
    }

    #[test]
    fn what_is_no_token_fails() {
        let signature = SignatureBytes::new(vec![1]);
        for bytes in [
            &[][..],
            b"garbage",
            &[0x30, 0],
            &[0x30, 0x04, 0x30, 0, 0x30, 0],
        ] {
            let token = TimestampToken::new(bytes.to_vec());
            assert_eq!(Token::judge(&token, &signature, &[]), Token::Fails);
        }
    }
}
