//! How long a cached answer may be used, as HTTP says (RFC 9111). Pure; the rules of HTTP are the
//! crate `http-cache-semantics`'s.

use std::time::Duration;

use http::header::{ACCEPT, AGE, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::{Request, Response, StatusCode};
use http_cache_semantics::{AfterResponse, BeforeRequest, CacheOptions, CachePolicy};
use jiff::Timestamp;

use super::entry::{Entry, Kept, Key};
use crate::urls::ANY;
use package_provenance::evidence::go::{GoDocument, GoRequest};
use package_provenance::evidence::{Body, EvidenceRequest};
use package_provenance::json;

/// Longest use of a document that can change, whatever its registry allows: withdrawn releases and
/// new signatures show up in it.
pub(super) const LONGEST: Duration = Duration::from_secs(10 * 60);

/// The headers that are stored.
const STORED: [&str; 9] = [
    "age",
    "cache-control",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "pragma",
    "vary",
];

/// Seconds that stand for an `Age` that is no number, or more than nine digits.
const VERY_OLD: HeaderValue = HeaderValue::from_static("999999999");

/// One user's cache, and nothing guessed from `Last-Modified`.
const OPTIONS: CacheOptions = CacheOptions {
    shared: false,
    cache_heuristic: 0.0,
    immutable_min_time_to_live: Duration::ZERO,
    ignore_cargo_cult: false,
};

/// What may be done with a cached answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Use {
    /// It answers without a request.
    AsItIs,
    /// It answers if the registry says "not modified" to a request with these headers.
    IfConfirmed(HeaderMap),
    /// It answers nothing.
    Not,
}

/// Whether the document, once published, never changes: the attestations of a published version.
const fn is_immutable(request: &EvidenceRequest) -> bool {
    match request {
        EvidenceRequest::NpmAttestations(_)
        | EvidenceRequest::PypiProvenance(..)
        | EvidenceRequest::PypiProvenanceAt(..)
        | EvidenceRequest::Go(
            GoRequest::Proxy(_, GoDocument::Info(_) | GoDocument::Mod(_))
            | GoRequest::Lookup(..)
            | GoRequest::Tile(..),
        ) => true,
        EvidenceRequest::NpmManifest(_)
        | EvidenceRequest::NpmPackument(_)
        | EvidenceRequest::PypiIndex(_)
        | EvidenceRequest::Go(
            GoRequest::Proxy(_, GoDocument::List(_) | GoDocument::SumdbSupported)
            | GoRequest::Latest(_)
            | GoRequest::Remembered,
        )
        | EvidenceRequest::NpmManifestOfMirror(_)
        | EvidenceRequest::NpmPackumentOfMirror(_)
        | EvidenceRequest::PypiIndexOfMirror(_) => false,
    }
}

/// The entry for a whole answer with status 200, if it may be cached: HTTP allows it, and it is JSON,
/// stated and real, where JSON was asked for. Go's documents are of any type.
pub(super) fn entry(key: Key, headers: &HeaderMap, body: &Body, now: Timestamp) -> Option<Entry> {
    let entry = Entry {
        key,
        stored_at: now,
        headers: stored(headers)?,
        kept: Kept::Found(Body::clone(body)),
    };
    let policy = policy(&entry)?;
    // `Vary: *` is matched by no request, not even by the same again.
    let matches = match policy.before_request(&request(&entry.key)?, now.into()) {
        BeforeRequest::Fresh(_) => true,
        BeforeRequest::Stale { matches, .. } => matches,
    };
    let json = || is_json(headers) && json::check(body).is_ok();
    let may = policy.is_storable() && matches && (entry.key.accept == ANY || json());
    may.then_some(entry)
}

/// The entry for an answer that there is no such document, where a run without a network may believe that.
/// HTTP has to allow it.
pub(super) fn absence(
    key: Key,
    request: &EvidenceRequest,
    headers: &HeaderMap,
    now: Timestamp,
) -> Option<Entry> {
    let entry = Entry {
        key,
        stored_at: now,
        headers: stored(headers)?,
        kept: Kept::Missing,
    };
    let may = absence_is_kept(request) && policy(&entry)?.is_storable();
    may.then_some(entry)
}

/// Whether a kept answer with status 200 says as little as a 404 that is not kept: that a module has no tagged
/// version, and so none that retracts another one. Proxies answer that way of a module whose first tag is still to
/// come. A list that names versions may be as old, and counts: so does what npm or PyPI said of a withdrawal when it
/// was kept, and the report says when that was.
pub(super) fn is_absence(entry: &Entry, request: &EvidenceRequest) -> bool {
    matches!(
        request,
        EvidenceRequest::Go(GoRequest::Proxy(_, GoDocument::List(_)))
    ) && entry.kept.body().is_empty()
}

/// Whether a kept answer that there is no such document may count for a run without a network: one that makes
/// nothing verify. That there is no other module with the package and no list that may retract it are no such
/// answers, and nobody signs them.
pub(super) const fn absence_is_kept(request: &EvidenceRequest) -> bool {
    matches!(
        request,
        EvidenceRequest::Go(GoRequest::Proxy(_, GoDocument::SumdbSupported) | GoRequest::Latest(_))
    )
}

/// What may be done with `entry` as the answer to `asked`. That there was no document says nothing of now.
pub(super) fn usable(entry: &Entry, asked: &EvidenceRequest, now: Timestamp) -> Use {
    if entry.kept == Kept::Missing {
        return Use::Not;
    }
    let (Some(policy), Some(request)) = (policy(entry), request(&entry.key)) else {
        return Use::Not;
    };
    if !policy.is_storable() {
        return Use::Not;
    }
    let conditions = match policy.before_request(&request, now.into()) {
        BeforeRequest::Fresh(_) if is_immutable(asked) || is_recent(entry, now) => {
            return Use::AsItIs;
        }
        BeforeRequest::Fresh(_) => confirming(&policy, &request, now),
        BeforeRequest::Stale { matches: false, .. } => return Use::Not,
        BeforeRequest::Stale { .. } if is_immutable(asked) => return Use::AsItIs,
        BeforeRequest::Stale { request, .. } => conditions(&request.headers),
    };
    if conditions.is_empty() {
        Use::Not
    } else {
        Use::IfConfirmed(conditions)
    }
}

/// `entry` after an answer "not modified" with these headers; `None` where that answer speaks of
/// another body.
pub(super) fn confirmed(entry: &Entry, headers: &HeaderMap, now: Timestamp) -> Option<Entry> {
    let mut answer = Response::new(());
    *answer.status_mut() = StatusCode::NOT_MODIFIED;
    *answer.headers_mut() = headers.clone();
    match policy(entry)?.after_response(&request(&entry.key)?, &answer, now.into()) {
        AfterResponse::NotModified(_, parts) => Some(Entry {
            stored_at: now,
            headers: stored(&parts.headers)?,
            ..entry.clone()
        }),
        AfterResponse::Modified(..) => None,
    }
}

/// Whether keeping it anew spares a request: it may be used for a while.
pub(super) fn lasts(entry: &Entry) -> bool {
    policy(entry).is_some_and(|policy| !policy.is_stale(entry.stored_at.into()))
}

/// An answer from the future is of a clock that was set back: it is not used unasked.
fn is_recent(entry: &Entry, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(entry.stored_at)).is_ok_and(|age| age <= LONGEST)
}

/// The headers that make a request conditional, of an entry that HTTP alone would use unasked.
fn confirming(policy: &CachePolicy, request: &Request<()>, now: Timestamp) -> HeaderMap {
    let mut asking = Request::new(());
    *asking.uri_mut() = request.uri().clone();
    *asking.headers_mut() = request.headers().clone();
    asking.headers_mut().insert(
        http::header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache"),
    );
    match policy.before_request(&asking, now.into()) {
        BeforeRequest::Fresh(_) => HeaderMap::new(),
        BeforeRequest::Stale { request, .. } => conditions(&request.headers),
    }
}

fn conditions(headers: &HeaderMap) -> HeaderMap {
    [http::header::IF_NONE_MATCH, http::header::IF_MODIFIED_SINCE]
        .into_iter()
        .filter_map(|name| headers.get(&name).cloned().map(|value| (name, value)))
        .collect()
}

/// The headers that are stored, as text. `None`: one of them is no text.
fn stored(headers: &HeaderMap) -> Option<Vec<(String, String)>> {
    headers
        .iter()
        .filter(|(name, _)| STORED.contains(&name.as_str()))
        .map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}

fn is_json(headers: &HeaderMap) -> bool {
    let stated = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = stated
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// What HTTP says of an entry.
fn policy(entry: &Entry) -> Option<CachePolicy> {
    let mut answer = Response::new(());
    for (name, value) in &entry.headers {
        let name = HeaderName::try_from(name).ok()?;
        let value = HeaderValue::try_from(value).ok()?;
        answer.headers_mut().append(name, value);
    }
    bound_age(answer.headers_mut());
    Some(CachePolicy::new_options(
        &request(&entry.key)?,
        &answer,
        entry.stored_at.into(),
        OPTIONS,
    ))
}

/// Ages are added up as durations, which must not overflow.
fn bound_age(headers: &mut HeaderMap) {
    let plain = |value: &HeaderValue| {
        (1..=9).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_digit)
    };
    if headers.get(AGE).is_some_and(|value| !plain(value)) {
        headers.insert(AGE, VERY_OLD);
    }
}

fn request(key: &Key) -> Option<Request<()>> {
    Request::get(&key.url)
        .header(ACCEPT, &key.accept)
        .header(USER_AGENT, &key.agent)
        .body(())
        .ok()
}

#[cfg(test)]
mod tests;
