//! Certificates, assembled from parts.

use jiff::Timestamp;

use crate::der;
use crate::keys::P384Key;

/// Extended key usages (RFC 5280, 4.2.1.12).
pub(crate) const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
pub(crate) const SERVER_AUTHENTICATION: &str = "1.3.6.1.5.5.7.3.1";

/// An extension: object identifier, critical flag, and the bytes inside `extnValue`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Dotted decimals.
    pub oid: String,
    /// Whether it is marked critical.
    pub critical: bool,
    /// Content of the OCTET STRING.
    pub value: Vec<u8>,
}

impl Extension {
    /// An extension.
    pub fn new(oid: &str, critical: bool, value: Vec<u8>) -> Self {
        Self {
            oid: oid.into(),
            critical,
            value,
        }
    }

    fn der(&self) -> Vec<u8> {
        let mut parts = vec![der::oid(&self.oid)];
        if self.critical {
            parts.push(der::boolean_true());
        }
        parts.push(der::octets(&self.value));
        der::sequence(&parts)
    }

    /// `keyUsage` with this byte of bits (`0x80` digitalSignature, `0x06` keyCertSign and cRLSign).
    pub fn key_usage(bits: u8) -> Self {
        let unused = u8::try_from(bits.trailing_zeros().min(7)).expect("at most 7");
        Self::new("2.5.29.15", true, der::tlv(0x03, &[unused, bits]))
    }

    /// `extKeyUsage`.
    pub fn extended_key_usage(oids: &[&str], critical: bool) -> Self {
        let oids: Vec<Vec<u8>> = oids.iter().map(|oid| der::oid(oid)).collect();
        Self::new("2.5.29.37", critical, der::sequence(&oids))
    }

    /// `basicConstraints` of a certificate authority.
    pub fn authority(path_length: Option<u8>) -> Self {
        let mut parts = vec![der::boolean_true()];
        parts.extend(path_length.map(|length| der::integer(&[length])));
        Self::new("2.5.29.19", true, der::sequence(&parts))
    }

    /// `subjectKeyIdentifier`.
    pub fn subject_key(spki: &[u8]) -> Self {
        Self::new("2.5.29.14", false, der::octets(&key_id(spki)))
    }

    /// `authorityKeyIdentifier`.
    pub fn authority_key(spki: &[u8]) -> Self {
        let id = der::context_primitive(0, &key_id(spki));
        Self::new("2.5.29.35", false, der::sequence(&[id]))
    }
}

/// 20 bytes that identify a key; RFC 5280 4.2.1.2 leaves the method open.
fn key_id(spki: &[u8]) -> Vec<u8> {
    crate::keys::sha256(spki)[..20].to_vec()
}

/// `O=…, CN=…`; an empty name without a common name.
pub fn name(organization: &str, common_name: Option<&str>) -> Vec<u8> {
    let Some(common_name) = common_name else {
        return der::sequence(&[]);
    };
    let attribute =
        |oid: &str, text: &str| der::set(&[der::sequence(&[der::oid(oid), der::printable(text)])]);
    der::sequence(&[
        attribute("2.5.4.10", organization),
        attribute("2.5.4.3", common_name),
    ])
}

/// What is signed in a certificate.
#[derive(Debug, Clone)]
pub struct Tbs {
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// Issuer name in DER.
    pub issuer: Vec<u8>,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// Subject name in DER.
    pub subject: Vec<u8>,
    /// Subject's public key in DER.
    pub spki: Vec<u8>,
    /// Extensions, in order.
    pub extensions: Vec<Extension>,
}

/// `ecdsa-with-SHA384`.
fn algorithm() -> Vec<u8> {
    der::sequence(&[der::oid("1.2.840.10045.4.3.3")])
}

impl Tbs {
    /// `TBSCertificate` in DER.
    pub fn der(&self) -> Vec<u8> {
        let extensions: Vec<Vec<u8>> = self.extensions.iter().map(Extension::der).collect();
        der::sequence(&[
            der::context(0, &der::integer(&[2])),
            der::integer(&self.serial),
            algorithm(),
            self.issuer.clone(),
            der::sequence(&[der::time(self.not_before), der::time(self.not_after)]),
            self.subject.clone(),
            self.spki.clone(),
            der::context(3, &der::sequence(&extensions)),
        ])
    }

    /// The certificate, signed with `key`.
    pub fn sign(&self, key: &P384Key) -> Vec<u8> {
        let tbs = self.der();
        let signature = key.sign(&tbs);
        der::sequence(&[tbs, algorithm(), der::bits(&signature)])
    }
}
