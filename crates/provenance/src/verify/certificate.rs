//! What a Fulcio certificate says about who built it (docs/verification.md#b5).
//!
//! `sigstore-crypto` reads these extensions too, but leaves a malformed or repeated one out; here
//! such a certificate is refused, because the claims decide.

use std::collections::BTreeMap;

use sigstore_verify::types::DerCertificate;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::der::asn1::{ObjectIdentifier, Utf8StringRef};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{KeyUsage, SignedCertificateTimestampList, SubjectAltName};

use crate::identity::escaping::{escape, is_escaping_of, unescape};

/// The arc of Fulcio's extensions, for messages.
const FULCIO: &str = "1.3.6.1.4.1.57264.1.";
const FULCIO_ARC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");

/// Extensions of the arc that hold raw text instead of a DER `UTF8String`.
const RAW: std::ops::RangeInclusive<u32> = 1..=6;
/// The last extension that this program knows.
const LAST_KNOWN: u32 = 24;

/// The subject alternative name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum San {
    /// A workload's URI.
    Uri(String),
    /// A person's or service account's e-mail address.
    Email(String),
    /// Anything else, which no publisher of packages has.
    Other,
}

impl San {
    /// The text, whatever its kind.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Uri(text) | Self::Email(text) => text,
            Self::Other => "",
        }
    }
}

/// The key id of the certificate transparency log that a certificate names (RFC 6962, 3.3), where it has
/// exactly one timestamp that can be read.
pub(super) fn ct_log(certificate: &DerCertificate) -> Option<[u8; 32]> {
    let certificate = Certificate::from_der(certificate.as_bytes()).ok()?;
    let list = certificate
        .tbs_certificate
        .get::<SignedCertificateTimestampList>();
    let (_critical, list) = list.ok()??;
    let timestamps = list.parse_timestamps().ok()?;
    let [one] = timestamps.as_slice() else {
        return None;
    };
    one.parse_timestamp().ok().map(|one| one.log_id.key_id)
}

/// The claims of one certificate, as written; nothing is interpreted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The one subject alternative name.
    pub san: San,
    values: BTreeMap<u32, String>,
}

impl Claims {
    /// Reads the claims of a certificate that was verified.
    ///
    /// # Errors
    /// The sentence that says why the certificate is not acceptable.
    pub fn read(certificate: &DerCertificate) -> Result<Self, String> {
        let certificate = Certificate::from_der(certificate.as_bytes())
            .map_err(|error| format!("its certificate is malformed: {error}"))?;
        let mut values = BTreeMap::new();
        let mut san = None;
        let mut may_sign = false;
        for extension in certificate.tbs_certificate.extensions.iter().flatten() {
            let bytes = extension.extn_value.as_bytes();
            if extension.extn_id == SUBJECT_ALT_NAME {
                if san.replace(read_san(bytes)?).is_some() {
                    return Err("its certificate repeats the subject alternative name".to_owned());
                }
            } else if extension.extn_id == KEY_USAGE {
                may_sign = KeyUsage::from_der(bytes)
                    .map_err(|error| format!("its certificate's key usage is malformed: {error}"))?
                    .digital_signature();
            } else if let Some(number) = fulcio_number(extension.extn_id) {
                let value = read_value(number, bytes)?;
                if values.insert(number, value).is_some() {
                    return Err(format!(
                        "its certificate repeats the extension {FULCIO}{number}"
                    ));
                }
            }
        }
        if !may_sign {
            return Err("its certificate is not for digital signatures".to_owned());
        }
        let san =
            san.ok_or_else(|| "its certificate has no subject alternative name".to_owned())?;
        Ok(Self { san, values })
    }

    /// The claim with this number in Fulcio's arc.
    pub fn get(&self, number: u32) -> Option<&str> {
        self.values.get(&number).map(String::as_str)
    }

    /// The claim `new`, or `old` where the certificate predates it (before March 2023).
    pub fn get_or(&self, new: u32, old: u32) -> Option<&str> {
        self.get(new).or_else(|| self.get(old))
    }

    /// The OIDC issuer: extension 8, or 1 in old certificates.
    pub fn issuer(&self) -> Option<&str> {
        self.get_or(8, 1)
    }

    /// Where a certificate says a thing twice, both must agree.
    ///
    /// # Errors
    /// The sentence that names what differs. True of the issuers that sign packages; other Fulcio
    /// issuers fill the claims in their own ways.
    pub(super) fn require_consistent(&self) -> Result<(), String> {
        for (old, new) in [(1, 8), (2, 20), (3, 13), (6, 14)] {
            if let (Some(before), Some(now)) = (self.get(old), self.get(new))
                && before != now
            {
                return Err(format!(
                    "its certificate contradicts itself: {FULCIO}{old} and {FULCIO}{new} differ"
                ));
            }
        }
        if let (Some(path), Some(uri)) = (self.get(5), self.get(12))
            && uri.strip_prefix("https://github.com/") != Some(path)
        {
            return Err(format!(
                "its certificate contradicts itself: {FULCIO}5 and {FULCIO}12 differ"
            ));
        }
        if let (San::Uri(uri), Some(signer)) = (&self.san, self.get(9))
            && !is_escaping_of(uri, signer)
            && !is_escaping_of(signer, uri)
        {
            return Err(format!(
                "its certificate contradicts itself: the subject and {FULCIO}9 differ"
            ));
        }
        Ok(())
    }
}

/// How a certificate writes its URIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// All are percent-encoded.
    Escaped,
    /// All but the subject are as they were named.
    Raw,
}

impl Claims {
    /// The same claims with every URI as it was named, where the certificate percent-encodes it (the
    /// subject, 9 and 18).
    ///
    /// Whether it does so in the extensions follows from the certificate itself: from a subject that
    /// is encoded beside an extension that is not, and from the ref, which is never encoded by itself
    /// (14). Where neither says, `npm%20publish.yml` may be the encoding of a name with a blank, as
    /// older certificates have it, or a file of that very name. `is_literal` settles that, given the
    /// build configuration (18, or else the subject). Both files would be of one repository.
    pub(super) fn unescaped(mut self, is_literal: impl FnOnce(&str) -> bool) -> Self {
        let San::Uri(subject) = &self.san else {
            return self;
        };
        let config = self.get(18).unwrap_or(subject);
        let spelling = self.spelling(subject, config).unwrap_or_else(|| {
            if unescape(config).is_none() || is_literal(config) {
                Spelling::Raw
            } else {
                Spelling::Escaped
            }
        });
        let raw = |uri: &str| match spelling {
            Spelling::Raw => uri.to_owned(),
            Spelling::Escaped => unescape(uri).unwrap_or_else(|| uri.to_owned()),
        };
        let named = match self.get(9) {
            Some(signer) if is_escaping_of(subject, signer) => raw(signer),
            // Not what Fulcio writes, or a contradiction, which is refused elsewhere.
            Some(_) => subject.clone(),
            None => raw(subject),
        };
        let others: Vec<(u32, String)> = [9, 18]
            .into_iter()
            .filter_map(|number| Some((number, raw(self.get(number)?))))
            .collect();
        self.san = San::Uri(named);
        self.values.extend(others);
        self
    }

    /// How the extensions are written, where that follows from the certificate.
    fn spelling(&self, subject: &str, config: &str) -> Option<Spelling> {
        if let Some(signer) = self.get(9).filter(|signer| *signer != subject) {
            return Some(if is_escaping_of(signer, subject) {
                Spelling::Escaped
            } else {
                Spelling::Raw
            });
        }
        let git_ref = self.get_or(14, 6)?;
        let at_ref = |uri: &str| {
            uri.strip_suffix(git_ref)
                .is_some_and(|rest| rest.ends_with('@'))
        };
        if escape(git_ref) == git_ref {
            return None;
        }
        if at_ref(config) {
            return Some(Spelling::Raw);
        }
        at_ref(&unescape(config)?).then_some(Spelling::Escaped)
    }
}

/// The number in Fulcio's arc, if it is one that holds a claim. 7 is the type of a subject
/// alternative name, never an extension.
fn fulcio_number(oid: ObjectIdentifier) -> Option<u32> {
    match oid.as_bytes().strip_prefix(FULCIO_ARC.as_bytes())? {
        // Every number that is known takes one byte.
        [number] => Some(u32::from(*number)).filter(|number| (1..=LAST_KNOWN).contains(number)),
        _ => None,
    }
}

fn read_value(number: u32, bytes: &[u8]) -> Result<String, String> {
    let text = if RAW.contains(&number) {
        std::str::from_utf8(bytes).map_err(|error| error.to_string())
    } else {
        Utf8StringRef::from_der(bytes)
            .map(|text| text.as_str())
            .map_err(|error| error.to_string())
    };
    text.map(str::to_owned).map_err(|error| {
        format!("its certificate's extension {FULCIO}{number} is malformed: {error}")
    })
}

fn read_san(bytes: &[u8]) -> Result<San, String> {
    let names = SubjectAltName::from_der(bytes).map_err(|error| {
        format!("its certificate's subject alternative name is malformed: {error}")
    })?;
    match names.0.as_slice() {
        [GeneralName::UniformResourceIdentifier(uri)] => Ok(San::Uri(uri.to_string())),
        [GeneralName::Rfc822Name(email)] => Ok(San::Email(email.to_string())),
        [_] => Ok(San::Other),
        names => Err(format!(
            "its certificate has {} subject alternative names",
            names.len()
        )),
    }
}
