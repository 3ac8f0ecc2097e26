//! What answers have in common, and who asks.

use serde_json::Value;

use super::documents;
use super::message::{Answer, Request};

/// Login and kind of a token.
pub(super) fn who(request: &Request) -> Option<(String, &'static str)> {
    let token = request.authorization.as_deref()?.strip_prefix("Bearer ")?;
    if let Some(name) = token.strip_prefix("pat_") {
        return Some((name.to_owned(), "User"));
    }
    let app = token.starts_with("ghs_app_");
    let login = if app {
        "other-app[bot]"
    } else {
        "github-actions[bot]"
    };
    token.starts_with("ghs_").then(|| (login.to_owned(), "Bot"))
}

pub(super) fn ok(body: Value) -> Answer {
    Answer {
        status: 200,
        headers: Vec::new(),
        wrong: false,
        body: Some(body),
    }
}

pub(super) fn refuse(status: u16, message: &str) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        wrong: false,
        body: Some(documents::refusal(status, message)),
    }
}
