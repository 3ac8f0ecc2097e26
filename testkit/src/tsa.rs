//! A timestamp authority (RFC 3161), and its tokens.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use jiff::Timestamp;
use sha2::{Digest as _, Sha512};

use crate::ca::CertificateAuthority;
use crate::der;
use crate::keys::{P256Key, sha256};

const SHA256: &str = "2.16.840.1.101.3.4.2.1";
const SHA512: &str = "2.16.840.1.101.3.4.2.3";
const SHA1: &str = "1.3.14.3.2.26";
const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";
const ECDSA_WITH_SHA512: &str = "1.2.840.10045.4.3.4";
const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";
const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";

/// The authority.
#[derive(Debug, Clone)]
pub struct TimestampAuthority {
    /// Who certified its key.
    pub authority: CertificateAuthority,
    /// Its certificate in DER.
    pub certificate: Vec<u8>,
    /// Whether its tokens hold its certificate.
    pub embeds_certificate: bool,
    /// What it signs with.
    pub digest: SignerDigest,
    /// Whether its imprints are SHA-1's, not SHA-256's.
    pub sha1_imprint: bool,
    key: P256Key,
    serial: Vec<u8>,
}

/// The digest of a token's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignerDigest {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl TimestampAuthority {
    /// The authority of this label, named as every other is: only its keys are its own.
    pub fn new(label: &str) -> Self {
        Self::named(label, "tsa-root")
    }

    /// The authority of this label and name.
    pub fn named(label: &str, common_name: &str) -> Self {
        let authority = CertificateAuthority::new(
            &format!("{label} tsa"),
            "testkit.example",
            common_name,
            TIME_STAMPING,
        );
        Self::below(authority, label, &[0x51, 0x03])
    }

    /// With another key, and a certificate of this serial number by the same authority.
    #[must_use]
    pub fn renewed(&self, label: &str, serial: &[u8]) -> Self {
        Self::below(self.authority.clone(), label, serial)
    }

    /// One whose certificate says that `known` issued it.
    #[must_use]
    pub fn impersonating(&self, known: &Self, label: &str, serial: &[u8]) -> Self {
        let authority = self.authority.clone().impersonating(&known.authority);
        Self::below(authority, label, serial)
    }

    fn below(authority: CertificateAuthority, label: &str, serial: &[u8]) -> Self {
        let key = P256Key::from_label(&format!("{label} tsa"));
        Self {
            certificate: authority.issue_timestamping(serial, key.spki()),
            authority,
            embeds_certificate: true,
            digest: SignerDigest::Sha256,
            sha1_imprint: false,
            key,
            serial: serial.to_vec(),
        }
    }

    /// A `TimeStampResp` over these signature bytes.
    pub fn timestamp(&self, signature: &[u8], time: Timestamp) -> Vec<u8> {
        let digest_of = |oid: &str| der::sequence(&[der::oid(oid), der::null()]);
        let (digest_algorithm, signature_algorithm) = match self.digest {
            SignerDigest::Sha256 => (digest_of(SHA256), ECDSA_WITH_SHA256),
            SignerDigest::Sha512 => (digest_of(SHA512), ECDSA_WITH_SHA512),
        };
        let (imprint_algorithm, imprint) = if self.sha1_imprint {
            (digest_of(SHA1), sha1(signature))
        } else {
            (digest_of(SHA256), sha256(signature).to_vec())
        };
        let info = der::sequence(&[
            der::integer(&[1]),
            der::oid("1.3.6.1.4.1.57264.2"),
            der::sequence(&[imprint_algorithm, der::octets(&imprint)]),
            der::integer(&sha256(signature)[..8]),
            der::generalized_time(time),
        ]);
        let attribute =
            |oid: &str, value: Vec<u8>| der::sequence(&[der::oid(oid), der::set(&[value])]);
        let attributes = der::set(&[
            attribute("1.2.840.113549.1.9.3", der::oid(TST_INFO)),
            attribute("1.2.840.113549.1.9.4", der::octets(&self.digest(&info))),
        ]);
        // Signed as SET OF, carried as [0] IMPLICIT (RFC 5652 5.4).
        let mut carried = attributes.clone();
        carried[0] = 0xa0;
        let signer = der::sequence(&[
            der::integer(&[1]),
            der::sequence(&[
                self.authority.issuing_name().to_vec(),
                der::integer(&self.serial),
            ]),
            digest_algorithm.clone(),
            carried,
            der::sequence(&[der::oid(signature_algorithm)]),
            der::octets(&self.sign(&attributes)),
        ]);
        let mut signed_data = vec![
            der::integer(&[3]),
            der::set(&[digest_algorithm]),
            der::sequence(&[der::oid(TST_INFO), der::context(0, &der::octets(&info))]),
        ];
        if self.embeds_certificate {
            signed_data.push(der::context(0, &self.certificate));
        }
        signed_data.push(der::set(&[signer]));
        let signed_data = der::sequence(&signed_data);
        let token = der::sequence(&[
            der::oid("1.2.840.113549.1.7.2"),
            der::context(0, &signed_data),
        ]);
        der::sequence(&[der::sequence(&[der::integer(&[])]), token])
    }

    fn digest(&self, message: &[u8]) -> Vec<u8> {
        match self.digest {
            SignerDigest::Sha256 => sha256(message).to_vec(),
            SignerDigest::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self.digest {
            SignerDigest::Sha256 => self.key.sign(message),
            SignerDigest::Sha512 => self.key.sign_sha512(message),
        }
    }
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec()
}
