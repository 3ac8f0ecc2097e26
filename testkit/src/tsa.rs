//! A timestamp authority (RFC 3161), and its tokens.

use jiff::Timestamp;

use crate::ca::CertificateAuthority;
use crate::der;
use crate::keys::{P256Key, sha256};

const SHA256: &str = "2.16.840.1.101.3.4.2.1";
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
    key: P256Key,
    serial: Vec<u8>,
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

    fn below(authority: CertificateAuthority, label: &str, serial: &[u8]) -> Self {
        let key = P256Key::from_label(&format!("{label} tsa"));
        Self {
            certificate: authority.issue_timestamping(serial, key.spki()),
            authority,
            embeds_certificate: true,
            key,
            serial: serial.to_vec(),
        }
    }

    /// A `TimeStampResp` over these signature bytes.
    pub fn timestamp(&self, signature: &[u8], time: Timestamp) -> Vec<u8> {
        let digest_algorithm = der::sequence(&[der::oid(SHA256), der::null()]);
        let info = der::sequence(&[
            der::integer(&[1]),
            der::oid("1.3.6.1.4.1.57264.2"),
            der::sequence(&[digest_algorithm.clone(), der::octets(&sha256(signature))]),
            der::integer(&sha256(signature)[..8]),
            der::generalized_time(time),
        ]);
        let attribute =
            |oid: &str, value: Vec<u8>| der::sequence(&[der::oid(oid), der::set(&[value])]);
        let attributes = der::set(&[
            attribute("1.2.840.113549.1.9.3", der::oid(TST_INFO)),
            attribute("1.2.840.113549.1.9.4", der::octets(&sha256(&info))),
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
            der::sequence(&[der::oid("1.2.840.10045.4.3.2")]),
            der::octets(&self.key.sign(&attributes)),
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
}
