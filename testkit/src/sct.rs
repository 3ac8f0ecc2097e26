//! Signed certificate timestamps, embedded.

use jiff::Timestamp;

use crate::der;
use crate::keys::{P256Key, sha256};
use crate::x509::{Extension, Tbs};

const SCT_LIST: &str = "1.3.6.1.4.1.11129.2.4.2";

/// The embedded signed certificate timestamp (RFC 6962 3.2, 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sct {
    /// By the trusted log, over this certificate.
    #[default]
    Good,
    /// No extension.
    None,
    /// By the trusted log, over something else.
    OverOtherCertificate,
    /// By a log that no trusted root knows.
    UnknownLog,
    /// Naming the trusted log, signed with another key.
    WrongKey,
}

impl Sct {
    pub(crate) fn extension(
        self,
        precertificate: &Tbs,
        issuer_spki: &[u8],
        time: Timestamp,
        log: &P256Key,
    ) -> Option<Extension> {
        let stranger = P256Key::from_label("ct log that nobody knows");
        let (named, signing) = match self {
            Self::None => return None,
            Self::Good | Self::OverOtherCertificate => (log, log),
            Self::UnknownLog => (&stranger, &stranger),
            Self::WrongKey => (log, &stranger),
        };
        let mut tbs = precertificate.clone();
        if self == Self::OverOtherCertificate {
            tbs.serial.push(0x01);
        }
        let milliseconds = u64::try_from(time.as_millisecond()).expect("after 1970");
        let tbs = tbs.der();
        let mut signed = vec![0, 0];
        signed.extend(milliseconds.to_be_bytes());
        signed.extend([0, 1]);
        signed.extend(sha256(issuer_spki));
        signed.extend(&u32::try_from(tbs.len()).expect("small").to_be_bytes()[1..]);
        signed.extend(&tbs);
        signed.extend([0, 0]);

        let mut sct = vec![0];
        sct.extend(named.log_id());
        sct.extend(milliseconds.to_be_bytes());
        sct.extend([0, 0, 4, 3]);
        sct.extend(with_length(&signing.sign(&signed)));
        let list = with_length(&with_length(&sct));
        Some(Extension::new(SCT_LIST, false, der::octets(&list)))
    }
}

/// A TLS vector with a length of two bytes.
fn with_length(content: &[u8]) -> Vec<u8> {
    let mut out = u16::try_from(content.len())
        .expect("below 64 KiB")
        .to_be_bytes()
        .to_vec();
    out.extend_from_slice(content);
    out
}
