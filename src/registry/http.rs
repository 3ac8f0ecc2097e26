//! Registries over HTTP: one client, one time budget, one retry policy, bounded bodies.

mod answer;
mod client;
pub(crate) mod document;

use std::time::Duration;

use backon::Retryable;
use reqwest::header::{ACCEPT, HeaderValue};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::limits::max_body;
use super::retry::{Retry, RetryPolicy};
use super::urls::{self, Registries};
use super::{Body, EvidenceRequest, EvidenceSource, FetchError, FetchProblem, Fetched};
use client::Clients;

pub use super::urls::BaseUrl;

/// `User-Agent`, unless told otherwise.
const USER_AGENT: &str = concat!("dockyard-provenance/", env!("CARGO_PKG_VERSION"));

/// How registries are asked.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// npm's registry.
    pub npm_registry: BaseUrl,
    /// PyPI's simple index.
    pub pypi_index: BaseUrl,
    /// Time budget of one request, its retries included.
    pub timeout: Duration,
    /// Requests in flight at once.
    pub concurrency: usize,
    /// `User-Agent`.
    pub user_agent: String,
    /// Retries of transient failures.
    pub retry: RetryPolicy,
}

impl HttpOptions {
    /// The defaults: 30 s, 32 requests in flight, three attempts.
    pub fn new(npm_registry: BaseUrl, pypi_index: BaseUrl) -> Self {
        Self {
            npm_registry,
            pypi_index,
            timeout: Duration::from_secs(30),
            concurrency: 32,
            user_agent: USER_AGENT.to_owned(),
            retry: RetryPolicy::default(),
        }
    }
}

/// Why the options are not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpOptionsError {
    /// No request could ever be made.
    #[error(
        "at least one request must be allowed at once, and at most {}",
        Semaphore::MAX_PERMITS
    )]
    Concurrency,
    /// No answer could ever arrive.
    #[error("the time limit of a request must be between one millisecond and one day")]
    Timeout,
    /// No header value.
    #[error("the user agent holds characters that no HTTP header may hold")]
    UserAgent,
}

/// Asks registries over HTTP.
pub struct HttpSource {
    registries: Registries,
    clients: Clients,
    permits: Semaphore,
    timeout: Duration,
    retry: RetryPolicy,
}

/// Why one attempt brought no answer, and whether another may.
struct Failure {
    problem: FetchProblem,
    retry: Retry,
}

impl HttpSource {
    /// Prepares a source. No connection is made, and no client built, before the first question.
    ///
    /// # Errors
    /// [`HttpOptionsError`] where the options are not usable.
    pub fn new(options: HttpOptions) -> Result<Self, HttpOptionsError> {
        if !(1..=Semaphore::MAX_PERMITS).contains(&options.concurrency) {
            return Err(HttpOptionsError::Concurrency);
        }
        let day = Duration::from_secs(24 * 60 * 60);
        if !(Duration::from_millis(1)..=day).contains(&options.timeout) {
            return Err(HttpOptionsError::Timeout);
        }
        let user_agent = HeaderValue::try_from(options.user_agent)
            .map_err(|_invalid| HttpOptionsError::UserAgent)?;
        Ok(Self {
            registries: Registries {
                npm: options.npm_registry,
                pypi: options.pypi_index,
            },
            clients: Clients::new(user_agent),
            permits: Semaphore::new(options.concurrency),
            timeout: options.timeout,
            retry: options.retry,
        })
    }

    /// Asks until there is an answer, the failure is final or the time is up. `Ok(None)`: the
    /// registry says that there is no such document. The time budget starts once it is this
    /// request's turn: a long queue is no failure of the registry.
    async fn ask(
        &self,
        request: &EvidenceRequest,
        url: &Url,
        accept: &'static str,
    ) -> Result<Option<Body>, FetchProblem> {
        let closed = |_closed| FetchProblem::Connection("the program is ending".to_owned());
        let _permit = self.permits.acquire().await.map_err(closed)?;
        let client = self
            .clients
            .for_url(url)
            .map_err(FetchProblem::Connection)?;
        let deadline = Instant::now() + self.timeout;
        let attempt = async || {
            let sent = client.get(url.clone()).header(ACCEPT, accept).send().await;
            let response = sent.map_err(answer::failed)?;
            tracing::debug!(%url, status = response.status().as_u16(), "answered");
            answer::read(response, request).await
        };
        let retried = attempt
            .retry(self.retry.bounds())
            .when(|failure: &Failure| failure.retry != Retry::Never)
            .adjust(|failure, bound| {
                let remaining = deadline.saturating_duration_since(Instant::now());
                RetryPolicy::delay(failure.retry, bound, remaining, fastrand::f64())
            })
            .notify(
                |failure, delay| tracing::debug!(%url, problem = %failure.problem, ?delay, "again"),
            );
        match timeout_at(deadline, retried).await {
            Ok(outcome) => outcome.map_err(|failure| failure.problem),
            Err(_elapsed) => Err(FetchProblem::Timeout {
                seconds: self
                    .timeout
                    .as_millis()
                    .div_ceil(1000)
                    .try_into()
                    .unwrap_or(u64::MAX),
            }),
        }
    }
}

impl EvidenceSource for HttpSource {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        let (url, accept) = match urls::locate(&self.registries, request) {
            Ok(located) => located,
            Err(problem) => {
                let asked = request.evidence_path();
                return Fetched::Failed(FetchError { asked, problem });
            }
        };
        match self.ask(request, &url, accept).await {
            Ok(Some(body)) => Fetched::Found(body),
            Ok(None) => Fetched::Missing,
            Err(problem) => {
                let asked = url.to_string();
                Fetched::Failed(FetchError { asked, problem })
            }
        }
    }
}
