//! Registries over HTTP: one client, one time budget, one retry policy, bounded bodies.

mod answer;
mod client;
mod question;

use std::time::Duration;

use backon::Retryable;
use reqwest::header::{HeaderMap, HeaderValue};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::cache::entry::Key;
use super::limits::max_body;
use super::retry::{Retry, RetryPolicy};
use super::urls::Registries;
use super::{Body, EvidenceRequest, EvidenceSource, FetchError, FetchProblem, Fetched};
use client::Clients;

pub(super) use question::Question;

pub use super::urls::BaseUrl;

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
            user_agent: concat!("dockyard-provenance/", env!("CARGO_PKG_VERSION")).to_owned(),
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

/// What a registry answered.
pub(super) enum Answer {
    /// The document, with the headers of the answer.
    Found(Body, HeaderMap),
    /// There is no such document.
    Missing,
    /// It is the one that the conditions in the question name.
    NotModified(HeaderMap),
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

    /// Prepares a question.
    ///
    /// # Errors
    /// [`FetchProblem::NoEndpoint`] where the configured registry has no place for it.
    pub(super) fn question<'a>(
        &self,
        request: &'a EvidenceRequest,
    ) -> Result<Question<'a>, FetchProblem> {
        Question::new(&self.registries, request)
    }

    /// Under what the answer to `question` may be kept, if it may.
    pub(super) fn key(&self, question: &Question<'_>) -> Option<Key> {
        question.key(self.clients.user_agent())
    }

    /// Asks until there is an answer, the failure is final or the time is up. The time budget starts
    /// once it is this request's turn: a long queue is no failure of the registry.
    pub(super) async fn ask(&self, question: &Question<'_>) -> Result<Answer, FetchProblem> {
        let url = &question.url;
        let closed = |_closed| FetchProblem::Connection("the program is ending".to_owned());
        let _permit = self.permits.acquire().await.map_err(closed)?;
        let client = self
            .clients
            .for_url(url)
            .map_err(FetchProblem::Connection)?;
        let deadline = Instant::now() + self.timeout;
        let attempt = async || {
            let sent = client
                .get(url.clone())
                .headers(question.headers.clone())
                .send()
                .await;
            let response = sent.map_err(answer::failed)?;
            tracing::debug!(%url, status = response.status().as_u16(), "answered");
            answer::read(response, question).await
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
        let question = match self.question(request) {
            Ok(question) => question,
            Err(problem) => {
                let asked = request.evidence_path();
                return Fetched::Failed(FetchError { asked, problem });
            }
        };
        let problem = match self.ask(&question).await {
            Ok(Answer::Found(body, _)) => return Fetched::Found(body),
            Ok(Answer::Missing) => return Fetched::Missing,
            Ok(Answer::NotModified(_)) => FetchProblem::Status(304),
            Err(problem) => problem,
        };
        let asked = question.url.to_string();
        Fetched::Failed(FetchError { asked, problem })
    }
}
