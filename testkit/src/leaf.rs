//! A leaf certificate before it is issued.

use jiff::Timestamp;

use crate::identity::Identity;
use crate::sct::Sct;
use crate::x509::{CODE_SIGNING, Extension};

/// Which authority issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Issuer {
    /// The one in the trusted root.
    #[default]
    Trusted,
    /// One that is in no trusted root, with the same names.
    Stranger,
    /// One whose window in the trusted root ended with the year 2022.
    Retired,
}

/// A leaf certificate before it is issued. The defaults are honest.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Who it names.
    pub identity: Identity,
    /// First moment of validity; five seconds before the log time if not given.
    pub not_before: Option<Timestamp>,
    /// Last moment of validity; ten minutes after the first if not given.
    pub not_after: Option<Timestamp>,
    /// Who issues it.
    pub issuer: Issuer,
    /// Bits of `keyUsage` (`0x80` is digitalSignature); no extension if `None`.
    pub key_usage: Option<u8>,
    /// Extended key usages; no extension if empty.
    pub extended_key_usage: Vec<String>,
    /// The signed certificate timestamp.
    pub sct: Sct,
    /// Its time; `not_before` if not given.
    pub sct_at: Option<Timestamp>,
    /// More extensions, before the timestamp.
    pub extra: Vec<Extension>,
}

impl Leaf {
    /// An honest certificate for this identity.
    pub fn new(identity: Identity) -> Self {
        Self {
            identity,
            not_before: None,
            not_after: None,
            issuer: Issuer::Trusted,
            key_usage: Some(0x80),
            extended_key_usage: vec![CODE_SIGNING.into()],
            sct: Sct::Good,
            sct_at: None,
            extra: Vec::new(),
        }
    }
}
