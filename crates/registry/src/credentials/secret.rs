//! Text that is never shown.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Text that `Debug` does not show and that has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. For what is sent, never for what is shown.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Standard base64 of `secret`.
pub(super) fn base64(secret: &Secret) -> String {
    STANDARD.encode(secret.expose())
}

/// What `encoded` (standard base64) stands for, if that is text.
pub(super) fn decoded(encoded: &str) -> Option<Secret> {
    let bytes = STANDARD.decode(encoded).ok()?;
    String::from_utf8(bytes).ok().map(Secret)
}
