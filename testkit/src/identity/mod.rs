//! What a Fulcio certificate says about its holder: the subject alternative name and the
//! extensions below `1.3.6.1.4.1.57264.1`. Nothing is checked here, so that any of it can lie.

mod circleci;
mod github;
mod gitlab;
mod google;

pub use circleci::CircleCiIdentity;
pub use github::{GithubIdentity, SLSA_GENERATOR};
pub use gitlab::GitlabIdentity;
pub use google::GoogleIdentity;

use crate::der;

/// The subject alternative name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum San {
    /// `uniformResourceIdentifier`: CI jobs.
    Uri(String),
    /// `rfc822Name`: people and service accounts.
    Email(String),
    /// The whole `GeneralNames` in DER.
    Raw(Vec<u8>),
    /// No extension.
    None,
}

/// The identity that a certificate carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The subject alternative name.
    pub san: San,
    /// Arc below `1.3.6.1.4.1.57264.1`, and the bytes inside `extnValue`, in certificate order.
    pub extensions: Vec<(u32, Vec<u8>)>,
}

impl Identity {
    /// An identity with this name and no extensions.
    pub fn new(san: San) -> Self {
        Self {
            san,
            extensions: Vec::new(),
        }
    }

    /// Sets extension `arc`, in place where it exists: raw bytes for 1 to 6, DER `UTF8String` above,
    /// as Fulcio encodes them.
    pub fn set(&mut self, arc: u32, value: &str) -> &mut Self {
        self.set_raw(arc, encode(arc, value))
    }

    /// Sets extension `arc` to these very bytes.
    pub fn set_raw(&mut self, arc: u32, value: Vec<u8>) -> &mut Self {
        match self.extensions.iter_mut().find(|(known, _)| *known == arc) {
            Some(extension) => extension.1 = value,
            None => self.extensions.push((arc, value)),
        }
        self
    }

    /// Adds extension `arc` even where there is one already.
    pub fn push_raw(&mut self, arc: u32, value: Vec<u8>) -> &mut Self {
        self.extensions.push((arc, value));
        self
    }

    /// Removes extension `arc`.
    pub fn remove(&mut self, arc: u32) -> &mut Self {
        self.extensions.retain(|(known, _)| *known != arc);
        self
    }

    /// Keeps only extensions 1 to 6, as certificates before 2023 had.
    pub fn only_early_extensions(&mut self) -> &mut Self {
        self.extensions.retain(|(arc, _)| *arc <= 6);
        self
    }

    fn with(mut self, values: &[(u32, &str)]) -> Self {
        for (arc, value) in values {
            self.set(*arc, value);
        }
        self
    }
}

/// The bytes that Fulcio puts into extension `arc`.
pub fn encode(arc: u32, value: &str) -> Vec<u8> {
    if arc <= 6 {
        value.as_bytes().to_vec()
    } else {
        der::utf8(value)
    }
}
