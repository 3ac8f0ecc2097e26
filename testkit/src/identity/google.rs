//! Google accounts.

use super::{Identity, San};

/// A Google account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoogleIdentity {
    /// The address.
    pub email: String,
    /// OIDC issuer.
    pub issuer: String,
}

impl GoogleIdentity {
    /// The identity that Fulcio writes for this account.
    pub fn identity(&self) -> Identity {
        Identity::new(San::Email(self.email.clone())).with(&[(1, &self.issuer), (8, &self.issuer)])
    }
}

impl Default for GoogleIdentity {
    fn default() -> Self {
        Self {
            email: "publisher@acme-builds.iam.gserviceaccount.com".into(),
            issuer: "https://accounts.google.com".into(),
        }
    }
}
