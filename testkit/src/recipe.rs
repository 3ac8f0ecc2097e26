//! How one attestation is made. Every field has an honest value; a test changes the one it lies
//! about and has the rest signed properly.

use serde_json::{Value, json};

use crate::keys::{P256Key, base64};
use crate::leaf::Leaf;
use crate::npm_keys::NpmKey;
use crate::rekor::LogOptions;

/// in-toto's DSSE payload type.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// Who signs the envelope.
#[derive(Debug, Clone)]
pub enum Signer {
    /// A fresh key with a certificate.
    Certificate(Box<Leaf>),
    /// A registry's key.
    RegistryKey(NpmKey),
}

/// Which key really makes the envelope's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EnvelopeKey {
    /// The signer's.
    #[default]
    Own,
    /// A stranger's.
    Stranger,
}

/// The form of the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleVersion {
    /// `application/vnd.dev.sigstore.bundle+json;version=0.1`, with a chain up to the root.
    V01,
    /// `application/vnd.dev.sigstore.bundle+json;version=0.2`, with a chain of one.
    V02,
    /// `application/vnd.dev.sigstore.bundle.v0.3+json`, with a single certificate.
    V03,
}

impl BundleVersion {
    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::V01 => "application/vnd.dev.sigstore.bundle+json;version=0.1",
            Self::V02 => "application/vnd.dev.sigstore.bundle+json;version=0.2",
            Self::V03 => "application/vnd.dev.sigstore.bundle.v0.3+json",
        }
    }
}

/// One attestation before it is signed.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The in-toto statement.
    pub statement: Value,
    /// Bytes that are signed instead of the statement, where given.
    pub payload: Option<Vec<u8>>,
    /// DSSE payload type.
    pub payload_type: String,
    /// Who signs.
    pub signer: Signer,
    /// Whose key really signs.
    pub envelope_key: EnvelopeKey,
    /// `keyid` of the envelope's signature; the registry key's id if not given.
    pub keyid: Option<String>,
    /// `publicKey.hint` of a key-signed bundle; the registry key's id if not given.
    pub hint: Option<String>,
    /// How it is logged.
    pub log: LogOptions,
    /// Whether a timestamp authority countersigns.
    pub timestamp: bool,
    /// The form of the bundle.
    pub bundle: BundleVersion,
}

impl Recipe {
    /// An attestation signed with a certificate.
    pub fn keyless(statement: Value, leaf: Leaf, log: LogOptions, bundle: BundleVersion) -> Self {
        Self::new(statement, Signer::Certificate(Box::new(leaf)), log, bundle)
    }

    /// An attestation signed with a registry's key.
    pub fn with_key(statement: Value, key: NpmKey, log: LogOptions, bundle: BundleVersion) -> Self {
        Self::new(statement, Signer::RegistryKey(key), log, bundle)
    }

    fn new(statement: Value, signer: Signer, log: LogOptions, bundle: BundleVersion) -> Self {
        Self {
            statement,
            payload: None,
            payload_type: IN_TOTO.into(),
            signer,
            envelope_key: EnvelopeKey::Own,
            keyid: None,
            hint: None,
            log,
            timestamp: false,
            bundle,
        }
    }

    /// The certificate to be.
    ///
    /// # Panics
    /// Where a registry key signs.
    pub fn leaf(&mut self) -> &mut Leaf {
        match &mut self.signer {
            Signer::Certificate(leaf) => leaf,
            Signer::RegistryKey(_) => panic!("this attestation is signed with a registry key"),
        }
    }

    /// The bytes to be signed.
    pub fn payload(&self) -> Vec<u8> {
        self.payload
            .clone()
            .unwrap_or_else(|| self.statement.to_string().into_bytes())
    }

    /// The statement's `predicateType`, or an empty text.
    pub fn predicate_type(&self) -> &str {
        self.statement["predicateType"].as_str().unwrap_or_default()
    }
}

/// An attestation that was signed and logged.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The DSSE payload.
    pub payload: Vec<u8>,
    /// The DSSE payload type.
    pub payload_type: String,
    /// The DSSE signature.
    pub signature: Vec<u8>,
    /// `keyid` of the envelope's signature.
    pub keyid: String,
    /// Certificates in DER, leaf first; empty where a registry key signed.
    pub certificates: Vec<Vec<u8>>,
    /// `publicKey.hint`, where a registry key signed.
    pub hint: Option<String>,
    /// The transparency log entry.
    pub entry: Value,
    /// RFC 3161 token.
    pub timestamp: Option<Vec<u8>>,
    /// The form of the bundle.
    pub bundle: BundleVersion,
}

impl Signed {
    /// As a Sigstore bundle.
    pub fn bundle(&self) -> Value {
        let timestamps: Vec<Value> = self
            .timestamp
            .iter()
            .map(|token| json!({"signedTimestamp": base64(token)}))
            .collect();
        let mut material = json!({
            "tlogEntries": [self.entry],
            "timestampVerificationData": {"rfc3161Timestamps": timestamps},
        });
        let raw = |certificate: &Vec<u8>| json!({"rawBytes": base64(certificate)});
        match (&self.hint, self.bundle) {
            (Some(hint), _) => material["publicKey"] = json!({"hint": hint}),
            (None, BundleVersion::V01) => {
                let chain: Vec<Value> = self.certificates.iter().map(raw).collect();
                material["x509CertificateChain"] = json!({"certificates": chain});
            }
            (None, BundleVersion::V02) => {
                material["x509CertificateChain"] =
                    json!({"certificates": [raw(&self.certificates[0])]});
            }
            (None, BundleVersion::V03) => material["certificate"] = raw(&self.certificates[0]),
        }
        json!({
            "mediaType": self.bundle.media_type(),
            "verificationMaterial": material,
            "dsseEnvelope": {
                "payload": base64(&self.payload),
                "payloadType": self.payload_type,
                "signatures": [{"sig": base64(&self.signature), "keyid": self.keyid}],
            },
        })
    }

    /// As a PEP 740 attestation object.
    ///
    /// # Panics
    /// Where a registry key signed: PEP 740 has no place for that.
    pub fn pep740(&self) -> Value {
        let certificate = self.certificates.first().expect("a certificate");
        let mut attestation = json!({
            "version": 1,
            "verification_material": {
                "certificate": base64(certificate),
                "transparency_entries": [self.entry],
            },
            "envelope": {
                "statement": base64(&self.payload),
                "signature": base64(&self.signature),
            },
        });
        if let Some(token) = &self.timestamp {
            attestation["verification_material"]["timestamps"] = json!([base64(token)]);
        }
        attestation
    }
}

/// A key that has nothing to do with anybody.
pub fn stranger() -> P256Key {
    P256Key::from_label("a stranger")
}
