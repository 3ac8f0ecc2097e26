//! GitHub's REST API: one origin, one token, bounded answers, bounded waits.
//!
//! Addresses are made of the configured base and parsed names, never taken from an answer, and
//! redirects are not followed: the token goes to `GITHUB_API_URL`'s origin and nowhere else.

mod budget;
mod error;
#[cfg(test)]
mod tests;
mod viewer;

use std::time::{Duration, Instant};

use http::header::{ACCEPT, AUTHORIZATION, DATE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Limited};
use octocrab::service::middleware::reqwest_connector::ReqwestConnector;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::action::api::waits::{self, Limits};
use crate::action::inputs::Token;
use crate::action::runner::RepositoryName;
use dockyard_registry::http::BaseUrl;

use budget::Budget;
pub use error::ApiError;

/// How the program names itself.
const AGENT: &str = concat!("dockyard-provenance/", env!("CARGO_PKG_VERSION"));
/// Longest time for one attempt.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Time for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Largest answer, in bytes: a hundred comments of full length.
const MAX_BODY: usize = 32 << 20;
/// Longest text of GitHub's that is repeated, in characters.
const MAX_MESSAGE: usize = 300;

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Asks GitHub about one repository.
pub struct Client {
    api: Octocrab,
    /// None where nothing may be asked, because it would be sent in clear text.
    base: Option<BaseUrl>,
    authorization: Option<HeaderValue>,
    repository: RepositoryName,
    budget: Budget,
}

/// GitHub's words in a refusal.
#[derive(Deserialize)]
struct Refusal {
    message: String,
}

impl Client {
    /// A client for `repository` on the GitHub whose API is at `base`. Without a token, only what
    /// is public can be read; without https, nothing is asked.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn new(
        base: &str,
        token: Option<&Token>,
        repository: RepositoryName,
    ) -> Result<Self, String> {
        let base = origin(base).map_err(|error| format!("GITHUB_API_URL: {error}"))?;
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT);
        // http is accepted for this machine only, where no proxy stands.
        let local = base.as_ref().map(ToString::to_string);
        http = match local.filter(|base| base.starts_with("http:")) {
            Some(_) => http.no_proxy(),
            None => http.https_only(true),
        };
        let http = http
            .build()
            .map_err(|error| format!("no HTTP client could be made: {error}"))?;
        // Without octocrab's own layers: they add a second `User-Agent`, and the base, the token and
        // the retries are decided here.
        let Ok(api) = OctocrabBuilder::new_empty()
            .with_service(ReqwestConnector::new(http))
            .with_auth(AuthState::None)
            .build();
        let authorization = token
            .map(|token| {
                let value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()));
                value.map_err(|_would_show_it| "the token cannot be sent in a header".to_owned())
            })
            .transpose()?
            .map(|mut value| {
                value.set_sensitive(true);
                value
            });
        Ok(Self {
            api,
            base,
            authorization,
            repository,
            budget: Budget::whole(),
        })
    }

    /// The same for what is not worth a long wait: it never uses up the time that the delivery of
    /// the report may need.
    #[must_use]
    pub fn hurried(&self) -> Self {
        Self {
            api: self.api.clone(),
            base: self.base.clone(),
            authorization: self.authorization.clone(),
            repository: self.repository.clone(),
            budget: self.budget.hurried(),
        }
    }

    /// The repository that is asked about.
    pub fn repository(&self) -> &RepositoryName {
        &self.repository
    }

    /// Whether there is a token.
    pub fn has_token(&self) -> bool {
        self.authorization.is_some()
    }

    /// Reads something of the repository. `path` is relative to it, already encoded.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ApiError> {
        let url = self.address(&self.of_repository(path), query)?;
        self.ask(Method::GET, &url, None::<&()>, true).await
    }

    /// Reads who the token is.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn user<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let url = self.address("user", &[])?;
        self.ask(Method::GET, &url, None::<&()>, true).await
    }

    /// Makes something in the repository. `repeatable` is whether making it twice does no harm.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
        repeatable: bool,
    ) -> Result<T, ApiError> {
        let url = self.address(&self.of_repository(path), &[])?;
        self.ask(Method::POST, &url, Some(body), repeatable).await
    }

    /// Changes something in the repository.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn patch<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ApiError> {
        let url = self.address(&self.of_repository(path), &[])?;
        self.ask(Method::PATCH, &url, Some(body), true).await
    }

    fn of_repository(&self, path: &str) -> String {
        let separator = if path.is_empty() { "" } else { "/" };
        format!("repos/{}{separator}{path}", self.repository.full())
    }

    fn address(&self, path: &str, query: &[(&str, &str)]) -> Result<String, ApiError> {
        let base = self.base.as_ref().ok_or(ApiError::ClearText)?;
        let wanted = format!("{base}/{path}");
        let mut url = Url::parse(&wanted)
            .map_err(|error| ApiError::Unreadable(format!("the address {path}: {error}")))?;
        if url.as_str() != wanted {
            // URL rules would ask about something else (`..`).
            return Err(ApiError::Unreadable(format!("no address: {path}")));
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url.into())
    }

    async fn ask<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        url: &str,
        body: Option<&B>,
        repeatable: bool,
    ) -> Result<T, ApiError> {
        let mut attempt = 1;
        loop {
            let (error, wait) = match self.once(&method, url, body).await {
                Ok((200..=299, _, bytes)) => {
                    return serde_json::from_slice(&bytes)
                        .map_err(|error| ApiError::Unreadable(error.to_string()));
                }
                Ok((status, headers, bytes)) => {
                    let message = message(status, &bytes);
                    let limits = limits(&headers, &message);
                    let wait = waits::next(Some(status), &limits, attempt, repeatable);
                    let error = if limits.apply(status) {
                        let wait = limits.wait();
                        ApiError::Limited { wait }
                    } else {
                        ApiError::Status { status, message }
                    };
                    (error, wait)
                }
                Err(error @ ApiError::Connection(_)) => {
                    let wait = waits::next(None, &Limits::default(), attempt, repeatable);
                    (error, wait)
                }
                Err(error) => return Err(error),
            };
            let Some(wait) = wait.filter(|wait| self.may_wait(*wait)) else {
                return Err(error);
            };
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// Takes `wait` from the run's budget, if it is there.
    pub(in crate::action) fn may_wait(&self, wait: Duration) -> bool {
        self.budget.may_wait(wait)
    }

    /// One attempt, within what is left of the run's time: status, headers and the whole body.
    async fn once<B: Serialize>(
        &self,
        method: &Method,
        url: &str,
        body: Option<&B>,
    ) -> Result<(u16, HeaderMap, Vec<u8>), ApiError> {
        let most = self.budget.left().min(TIMEOUT);
        if most.is_zero() {
            return Err(ApiError::Spent);
        }
        let begun = Instant::now();
        let answer = tokio::time::timeout(most, self.exchange(method, url, body)).await;
        self.budget.spend(begun.elapsed());
        answer.unwrap_or_else(|_late| {
            let seconds = most.as_secs();
            Err(ApiError::Connection(format!(
                "no answer within {seconds} s"
            )))
        })
    }

    async fn exchange<B: Serialize>(
        &self,
        method: &Method,
        url: &str,
        body: Option<&B>,
    ) -> Result<(u16, HeaderMap, Vec<u8>), ApiError> {
        let mut builder = Request::builder()
            .method(method)
            .uri(url)
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, "application/vnd.github+json");
        if let Some(authorization) = &self.authorization {
            builder = builder.header(AUTHORIZATION, authorization);
        }
        let request = self
            .api
            .build_request(builder, body)
            .map_err(|error| ApiError::Unreadable(error.to_string()))?;
        let answer = self
            .api
            .execute(request)
            .await
            .map_err(|error| failed(&error))?;
        let (parts, body) = answer.into_parts();
        let bytes = Limited::new(body, MAX_BODY)
            .collect()
            .await
            .map_err(|error| {
                ApiError::Connection(format!(
                    "no whole answer of at most {MAX_BODY} bytes: {error}"
                ))
            })?;
        Ok((
            parts.status.as_u16(),
            parts.headers,
            bytes.to_bytes().into(),
        ))
    }
}

/// The API's address; none where it is right but for its `http:`. A server without https can still be
/// scanned on, and what it would have been asked says why it was not.
fn origin(text: &str) -> Result<Option<BaseUrl>, String> {
    BaseUrl::parse(text).map(Some).or_else(|error| {
        let secured = text
            .strip_prefix("http://")
            .map(|rest| format!("https://{rest}"));
        let right = secured.is_some_and(|text| BaseUrl::parse(&text).is_ok());
        right.then_some(None).ok_or(error)
    })
}

/// A part of a path, encoded.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The causes of an error in one line, without what octocrab adds for its developers.
fn failed(error: &octocrab::Error) -> ApiError {
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(next) = cause {
        let line = next.to_string();
        let line = line.lines().next().unwrap_or_default();
        if !text.contains(line) {
            let separator = if text.is_empty() { "" } else { ": " };
            text.push_str(separator);
            text.push_str(line);
        }
        cause = next.source();
    }
    ApiError::Connection(text.chars().take(MAX_MESSAGE).collect())
}

fn message(status: u16, body: &[u8]) -> String {
    let refusal: Option<Refusal> = serde_json::from_slice(body).ok();
    let text = refusal.map_or_else(
        || match status {
            300..=399 => {
                "it leads elsewhere, which is not followed; has the repository been renamed?"
                    .to_owned()
            }
            _ => "without a reason".to_owned(),
        },
        |refusal| refusal.message,
    );
    text.chars().take(MAX_MESSAGE).collect()
}

fn limits<'a>(headers: &'a HeaderMap, message: &str) -> Limits<'a> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    Limits {
        retry_after: header(RETRY_AFTER.as_str()),
        date: header(DATE.as_str()),
        remaining: header("x-ratelimit-remaining"),
        reset: header("x-ratelimit-reset"),
        told: message.to_ascii_lowercase().contains("rate limit"),
    }
}
