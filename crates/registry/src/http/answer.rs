//! Reading one HTTP answer: what its status means, and its body up to the limit.

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use url::Url;

use super::blocks::Blocks;
use super::failure::Failure;
use super::{Answer, Question};
use crate::retry::{self, Retry};
use package_provenance::evidence::go::{GoDocument, GoRequest};
use package_provenance::evidence::limits::max_body;
use package_provenance::evidence::{Body, EvidenceRequest, FetchProblem};

/// The document, or that the registry says that there is none. Only 404 and 410 from the
/// address that was asked say that; an error, a redirect that was not followed, a redirect to a page
/// that is not there or an empty answer says nothing (docs/verification.md#f48). `now` dates the
/// answer where it does not itself.
pub(super) async fn read(
    response: Response,
    question: &Question<'_>,
    now: Option<Timestamp>,
) -> Result<Answer, Failure> {
    if response.status() == StatusCode::NOT_MODIFIED && question.is_conditional() {
        return Ok(Answer::NotModified(response.headers().clone()));
    }
    if !is_document(&response, &question.url, now)? {
        return Ok(Answer::Missing);
    }
    check_content_type(&response, question.request)?;
    let headers = response.headers().clone();
    let body = body(
        response,
        max_body(question.request),
        may_be_empty(question.request),
    )
    .await?;
    Ok(Answer::Found(body, headers))
}

/// A document that may have any type and at most `limit` bytes, or that there is none, as for
/// [`read`].
pub(super) async fn document(
    response: Response,
    asked: &Url,
    limit: usize,
    now: Option<Timestamp>,
) -> Result<Option<Body>, Failure> {
    // Whoever reads 403 as an absence, as TUF does, does so at the address that was asked.
    if response.status() == StatusCode::FORBIDDEN && response.url() != asked {
        return Err(elsewhere(403));
    }
    if !is_document(&response, asked, now)? {
        return Ok(None);
    }
    body(response, limit, Empty::IsNoAnswer).await.map(Some)
}

/// What an answer without a body is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    /// A document that ended too early.
    IsNoAnswer,
    /// A document: a module without tags has an empty list, and that a proxy offers a database is
    /// said by the status.
    IsDocument,
}

const fn may_be_empty(request: &EvidenceRequest) -> Empty {
    match request {
        EvidenceRequest::Go(GoRequest::Proxy(
            _,
            GoDocument::List(_) | GoDocument::SumdbSupported,
        )) => Empty::IsDocument,
        _ => Empty::IsNoAnswer,
    }
}

/// Whether the answer is a document, or says that there is none at the address that was `asked`.
fn is_document(response: &Response, asked: &Url, now: Option<Timestamp>) -> Result<bool, Failure> {
    match response.status().as_u16() {
        200 => Ok(true),
        404 | 410 if response.url() == asked => Ok(false),
        status @ (404 | 410) => Err(elsewhere(status)),
        status => {
            let retry = if retry::is_transient(status) {
                let date = header(response, &DATE);
                retry::after(header(response, &RETRY_AFTER), date, now)
            } else {
                Retry::Never
            };
            let problem = FetchProblem::Status(status);
            Err(Failure { problem, retry })
        }
    }
}

/// A status that came from another address than the one that was asked.
const fn elsewhere(status: u16) -> Failure {
    Failure {
        problem: FetchProblem::MissingElsewhere(status),
        retry: Retry::Never,
    }
}

/// Whether an index answers in the JSON that was asked for: one that knows only HTML ignores the
/// `Accept` header. The other documents have no second form.
fn check_content_type(response: &Response, request: &EvidenceRequest) -> Result<(), Failure> {
    if !matches!(request, EvidenceRequest::PypiIndex(_)) {
        return Ok(());
    }
    let stated = header(response, &CONTENT_TYPE).unwrap_or("of no stated type");
    let essence = stated.split(';').next().unwrap_or_default().trim();
    let json = ["application/vnd.pypi.simple.v1+json", "application/json"];
    if json
        .iter()
        .any(|accepted| essence.eq_ignore_ascii_case(accepted))
    {
        return Ok(());
    }
    Err(Failure {
        problem: FetchProblem::ContentType(essence.chars().take(100).collect()),
        retry: Retry::Never,
    })
}

/// Reads the body, decompressed, and stops at the limit: neither an endless body nor a compression
/// bomb is held in memory.
async fn body(mut response: Response, limit: usize, empty: Empty) -> Result<Body, Failure> {
    let too_large = || Failure {
        problem: FetchProblem::TooLarge { limit },
        retry: Retry::Never,
    };
    let announced = response
        .content_length()
        .and_then(|length| usize::try_from(length).ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut bytes = Blocks::default();
    while let Some(chunk) = response.chunk().await.map_err(Failure::of)? {
        if chunk.len() > limit.saturating_sub(bytes.length()) {
            return Err(too_large());
        }
        bytes.push(&chunk);
    }
    // hyper takes RST_STREAM with NO_ERROR for an end (RFC 9113, 8.1), wherever in the body it comes.
    let short = announced.filter(|length| *length != bytes.length());
    let problem = match short {
        _ if bytes.length() == 0 && empty == Empty::IsNoAnswer => "the answer is empty".to_owned(),
        Some(length) => format!(
            "the answer ended after {} of {length} bytes",
            bytes.length()
        ),
        None => return Ok(bytes.whole()),
    };
    Err(Failure {
        problem: FetchProblem::Connection(problem),
        retry: Retry::Backoff,
    })
}

fn header<'a>(response: &'a Response, name: &HeaderName) -> Option<&'a str> {
    response
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}
