//! Keys made from a label, so that the same world signs the same bytes every time.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::der;

/// Standard base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A PEM block with 64 columns and a trailing newline.
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = base64(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).expect("base64 is ASCII"))
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

/// An ECDSA key on P-256, signing with SHA-256 (RFC 6979: no randomness).
#[derive(Clone, Debug)]
pub struct P256Key(p256::ecdsa::SigningKey);

impl P256Key {
    /// The key of this label. Every caller gets the same one.
    pub fn from_label(label: &str) -> Self {
        let scalar = sha256(format!("testkit p256 {label}").as_bytes());
        Self(p256::ecdsa::SigningKey::from_slice(&scalar).expect("a scalar within the group order"))
    }

    /// ASN.1 DER signature over SHA-256 of the message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: p256::ecdsa::Signature = self.0.sign(message);
        signature.to_der().as_bytes().to_vec()
    }

    /// ASN.1 DER signature over SHA-512 of the message, which RFC 5652 allows with this curve.
    pub fn sign_sha512(&self, message: &[u8]) -> Vec<u8> {
        let signature: p256::ecdsa::Signature = self
            .0
            .sign_prehash(&Sha512::digest(message))
            .expect("a digest that is long enough");
        signature.to_der().as_bytes().to_vec()
    }

    /// The uncompressed point, 65 bytes.
    pub fn point(&self) -> Vec<u8> {
        self.0
            .verifying_key()
            .to_sec1_point(false)
            .as_bytes()
            .to_vec()
    }

    /// `SubjectPublicKeyInfo` in DER.
    pub fn spki(&self) -> Vec<u8> {
        spki("1.2.840.10045.3.1.7", &self.point())
    }

    /// `ECPrivateKey` in DER (RFC 5915), for a TLS server.
    pub fn private_der(&self) -> Vec<u8> {
        der::sequence(&[
            der::integer(&[1]),
            der::octets(&self.0.to_bytes()),
            der::context(0, &der::oid("1.2.840.10045.3.1.7")),
            der::context(1, &der::bits(&self.point())),
        ])
    }

    /// SHA-256 of the `SubjectPublicKeyInfo`: a log's id.
    pub fn log_id(&self) -> [u8; 32] {
        sha256(&self.spki())
    }

    /// npm's key id: the OpenSSH fingerprint of the key.
    pub fn ssh_fingerprint(&self) -> String {
        ssh_fingerprint(&self.point())
    }
}

/// The OpenSSH fingerprint of a P-256 key, from its uncompressed point.
pub fn ssh_fingerprint(point: &[u8]) -> String {
    let mut wire = Vec::new();
    for part in [b"ecdsa-sha2-nistp256".as_slice(), b"nistp256", point] {
        wire.extend(u32::try_from(part.len()).expect("short").to_be_bytes());
        wire.extend_from_slice(part);
    }
    format!("SHA256:{}", STANDARD_NO_PAD.encode(sha256(&wire)))
}

/// An ECDSA key on P-384, signing with SHA-384.
#[derive(Clone, Debug)]
pub struct P384Key(p384::ecdsa::SigningKey);

impl P384Key {
    /// The key of this label. Every caller gets the same one.
    pub fn from_label(label: &str) -> Self {
        let scalar = Sha384::digest(format!("testkit p384 {label}").as_bytes());
        Self(p384::ecdsa::SigningKey::from_slice(&scalar).expect("a scalar within the group order"))
    }

    /// ASN.1 DER signature over SHA-384 of the message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: p384::ecdsa::Signature = self.0.sign(message);
        signature.to_der().as_bytes().to_vec()
    }

    /// `SubjectPublicKeyInfo` in DER.
    pub fn spki(&self) -> Vec<u8> {
        spki(
            "1.3.132.0.34",
            self.0.verifying_key().to_sec1_point(false).as_bytes(),
        )
    }
}

fn spki(curve: &str, point: &[u8]) -> Vec<u8> {
    der::sequence(&[
        der::sequence(&[der::oid("1.2.840.10045.2.1"), der::oid(curve)]),
        der::bits(point),
    ])
}
