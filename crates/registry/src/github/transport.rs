//! How octocrab's requests are sent: to one origin, whose address is configured and never taken from an
//! answer, within bounded time, bounded size and bounded patience.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use http::header::{CONTENT_LENGTH, USER_AGENT};
use http::request::Parts;
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use octocrab::OctoBody;
use serde::Deserialize;
use tower_service::Service;
use url::Url;

use super::budget::Budget;
use super::connections::Connections;
use super::error::{ApiError, failed};
use super::waits::{self, Limits};
use crate::http::BaseUrl;

/// How the program names itself.
const AGENT: &str = concat!("dockyard-provenance/", env!("CARGO_PKG_VERSION"));
/// Longest time for one attempt.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Largest answer, in bytes: a hundred comments of full length.
const MAX_BODY: usize = 32 << 20;

/// The transport. Clones share connections and, unless another one is set, the budget.
#[derive(Clone)]
pub(crate) struct Transport {
    connections: Arc<Connections>,
    /// None where nothing may be asked, because it would be sent in clear text.
    base: Option<BaseUrl>,
    budget: Arc<Budget>,
}

impl Transport {
    pub(super) fn new(connections: Connections, base: Option<BaseUrl>, budget: Budget) -> Self {
        Self {
            connections: Arc::new(connections),
            base,
            budget: Arc::new(budget),
        }
    }

    pub(crate) fn with_budget(&self, budget: Arc<Budget>) -> Self {
        Self {
            budget,
            ..self.clone()
        }
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(crate) const fn base(&self) -> Option<&BaseUrl> {
        self.base.as_ref()
    }

    /// Where `uri`, which names no host, is asked.
    fn address(&self, uri: &http::Uri) -> Result<Url, ApiError> {
        let base = self.base.as_ref().ok_or(ApiError::ClearText)?.to_string();
        let wrong = || ApiError::Unreadable(format!("no address: {}", uri.path()));
        if uri.authority().is_some() {
            return Err(wrong());
        }
        let path = uri.path();
        // GitHub Enterprise Server has REST below `/api/v3`, and GraphQL beside it.
        let wanted = match base.strip_suffix("/api/v3") {
            Some(server) if path == "/graphql" => format!("{server}/api/graphql"),
            _ => format!("{base}{path}"),
        };
        let mut url = Url::parse(&wanted).map_err(|_invalid| wrong())?;
        // URL rules would ask about something else (`..`).
        if url.as_str() != wanted {
            return Err(wrong());
        }
        url.set_query(uri.query());
        Ok(url)
    }

    /// Asks until there is an answer to give, the failure is final or the time is up.
    async fn ask(self, request: Request<OctoBody>) -> Result<Response<Full<Bytes>>, ApiError> {
        let (parts, body) = request.into_parts();
        let url = self.address(&parts.uri)?;
        let client = self.connections.client()?;
        let body = body.collect().await.map_err(|error| failed(&error))?;
        let body = body.to_bytes();
        let repeatable = is_repeatable(&parts);
        let mut attempt = 1;
        // The answer to the attempt before.
        let mut answered = None;
        loop {
            let (result, wait) = match self.once(client, &parts, &url, &body).await {
                Ok(answer) if answer.status().is_success() => return Ok(answer.map(Full::new)),
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    let limits = limits(answer.headers(), answer.body());
                    let wait = waits::next(Some(status), &limits, attempt, repeatable);
                    if limits.apply(status) {
                        let wait_asked = limits.wait();
                        (Err(ApiError::Limited { wait: wait_asked }), wait)
                    } else {
                        (Ok(answer.map(Full::new)), wait)
                    }
                }
                Err(error @ (ApiError::Connection(_) | ApiError::Late(_))) => {
                    let wait = waits::next(None, &Limits::default(), attempt, repeatable);
                    (Err(error), wait)
                }
                Err(error) => return answered.ok_or(error),
            };
            let Some(wait) = wait.filter(|wait| self.budget.may_wait(*wait)) else {
                // That there was no time for another one says less than what GitHub answered.
                return match (result, answered) {
                    (Err(ApiError::Late(_)), Some(answer)) => Ok(answer),
                    (result, _) => result,
                };
            };
            answered = result.ok();
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// One attempt, within what is left of the run's time: the whole answer.
    async fn once(
        &self,
        client: &reqwest::Client,
        parts: &Parts,
        url: &Url,
        body: &Bytes,
    ) -> Result<Response<Bytes>, ApiError> {
        let most = self.budget.left().min(TIMEOUT);
        if most.is_zero() {
            return Err(ApiError::Spent);
        }
        let begun = Instant::now();
        let answer = tokio::time::timeout(most, exchange(client, parts, url, body)).await;
        self.budget.spend(begun.elapsed());
        answer.unwrap_or(Err(ApiError::Late(most)))
    }
}

async fn exchange(
    client: &reqwest::Client,
    parts: &Parts,
    url: &Url,
    body: &Bytes,
) -> Result<Response<Bytes>, ApiError> {
    let mut headers = parts.headers.clone();
    // reqwest knows the length.
    headers.remove(CONTENT_LENGTH);
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    headers.insert(
        ACCEPT,
        HeaderValue::from_static("application/vnd.github+json"),
    );
    let mut request = client
        .request(parts.method.clone(), url.clone())
        .headers(headers);
    if parts.headers.contains_key(CONTENT_TYPE) {
        request = request.body(body.clone());
    }
    let answer = request.send().await.map_err(|error| failed(&error))?;
    let answer: Response<reqwest::Body> = answer.into();
    let (parts, body) = answer.into_parts();
    let bytes = Limited::new(body, MAX_BODY)
        .collect()
        .await
        .map_err(|error| {
            ApiError::Connection(format!(
                "no whole answer of at most {MAX_BODY} bytes: {error}"
            ))
        })?;
    Ok(Response::from_parts(parts, bytes.to_bytes()))
}

impl Service<Request<OctoBody>> for Transport {
    type Response = Response<Full<Bytes>>;
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<OctoBody>) -> Self::Future {
        Box::pin(self.clone().ask(request))
    }
}

/// Whether a request may be made twice without doing more than once. Of what is made, only an upload of
/// SARIF: the newer of two replaces the older. A question to GraphQL changes nothing.
fn is_repeatable(parts: &Parts) -> bool {
    let path = parts.uri.path();
    parts.method != Method::POST || path == "/graphql" || path.ends_with("/code-scanning/sarifs")
}

/// GitHub's words in a refusal.
#[derive(Deserialize)]
struct Refusal {
    message: String,
}

fn limits<'a>(headers: &'a HeaderMap, body: &[u8]) -> Limits<'a> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let refusal: Option<Refusal> = serde_json::from_slice(body).ok();
    let told = refusal.is_some_and(|it| it.message.to_ascii_lowercase().contains("rate limit"));
    Limits {
        retry_after: header(RETRY_AFTER.as_str()),
        date: header(DATE.as_str()),
        remaining: header("x-ratelimit-remaining"),
        reset: header("x-ratelimit-reset"),
        told,
    }
}
