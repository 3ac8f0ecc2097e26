//! Reading one HTTP response: what its status means, and its body up to the limit.

use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER};

use super::blocks::Blocks;
use super::failure::Failure;
use super::network::Answer;
use super::request::{Form, HttpRequest};
use crate::retry::{self, Retry};
use package_provenance::evidence::{Body, FetchProblem};

/// The document, or that the server says that there is none. Only 404 and 410 from the address that
/// was asked say that; an error, a redirect that was not followed, a redirect to a page that is not
/// there or an empty answer says nothing (docs/verification.md#f48). `now` dates the answer where it
/// does not itself.
pub(super) async fn read(
    response: Response,
    request: &HttpRequest,
    now: Option<Timestamp>,
) -> Result<Answer, Failure> {
    match response.status().as_u16() {
        200 => {}
        304 if request.is_conditional() => {
            return Ok(Answer::NotModified(response.headers().clone()));
        }
        404 | 410 if *response.url() == request.url => {
            return Ok(Answer::Missing(response.headers().clone()));
        }
        status @ (404 | 410) => return Err(elsewhere(status)),
        // Whoever reads 403 as an absence, as TUF does, does so at the address that was asked.
        403 if request.form == Form::TrustDocument && *response.url() != request.url => {
            return Err(elsewhere(403));
        }
        status => {
            let retry = if retry::is_transient(status) {
                let date = header(&response, &DATE);
                retry::after(header(&response, &RETRY_AFTER), date, now)
            } else {
                Retry::Never
            };
            let problem = FetchProblem::Status(status);
            return Err(Failure { problem, retry });
        }
    }
    if request.form == Form::PypiIndex {
        check_content_type(&response)?;
    }
    let headers = response.headers().clone();
    let body = body(response, request.limit, request.form == Form::MayBeEmpty).await?;
    Ok(Answer::Found(body, headers))
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
fn check_content_type(response: &Response) -> Result<(), Failure> {
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
async fn body(mut response: Response, limit: usize, may_be_empty: bool) -> Result<Body, Failure> {
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
        _ if bytes.length() == 0 && !may_be_empty => "the answer is empty".to_owned(),
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
