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

pub(super) fn query<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let found = request.query.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

pub(super) fn page(request: &Request, items: impl Iterator<Item = Value>) -> Answer {
    let number = |name, default| {
        let given = query(request, name).and_then(|text| text.parse().ok());
        given.unwrap_or(default)
    };
    let (size, page): (usize, usize) = (number("per_page", 30).min(100), number("page", 1));
    let skipped = page.saturating_sub(1) * size;
    ok(items.skip(skipped).take(size).collect::<Vec<_>>().into())
}
