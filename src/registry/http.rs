//! Registries over HTTP: one client, one time budget, one retry policy, bounded bodies.

mod aimd;
mod answer;
mod client;
pub(crate) mod document;
mod failure;
mod hosts;
mod question;

use std::time::Duration;

use backon::BackoffBuilder as _;
use reqwest::Client;
use reqwest::header::{HeaderMap, HeaderValue};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use super::cache::entry::Key;
use super::retry::RetryPolicy;
use super::urls::Registries;
use super::{Body, EvidenceRequest, EvidenceSource, FetchError, FetchProblem, Fetched};
use client::Clients;
use failure::Failure;
use hosts::{Hosts, Turn};

pub(super) use question::Question;

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
    /// Requests in flight at once to one host, at most.
    pub concurrency: usize,
    /// `User-Agent`.
    pub user_agent: String,
    /// Retries of transient failures.
    pub retry: RetryPolicy,
}

impl HttpOptions {
    /// The defaults: 30 s, 32 requests in flight to each host, retries as [`RetryPolicy`] has them.
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
    hosts: Hosts,
    timeout: Duration,
    retry: RetryPolicy,
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

impl Answer {
    /// Bytes of the document.
    fn length(&self) -> usize {
        match self {
            Self::Found(body, _) => body.len(),
            Self::Missing | Self::NotModified(_) => 0,
        }
    }
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
            hosts: Hosts::new(options.concurrency),
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

    /// Asks until there is an answer, the failure is final or the time is up. Only attempts and the
    /// pauses between them spend the time budget, not the wait for this request's turn: a long
    /// queue is no failure of the registry.
    pub(super) async fn ask(&self, question: &Question<'_>) -> Result<Answer, FetchProblem> {
        let client = self.clients.for_url(&question.url)?;
        let host = self.hosts.of(&question.url);
        let mut bounds = self.retry.bounds().build();
        let mut remaining = self.timeout;
        let mut attempts = 0_usize;
        loop {
            let Some(mut turn) = host.turn().await else {
                return Err(FetchProblem::Connection("the program is ending".to_owned()));
            };
            attempts += 1;
            let started = Instant::now();
            let outcome = timeout(remaining, self.attempt(client, question, &mut turn)).await;
            drop(turn);
            remaining = remaining.saturating_sub(started.elapsed());
            let milliseconds = started.elapsed().as_millis();
            let Ok(outcome) = outcome else {
                tracing::debug!(url = %question.url, attempts, milliseconds, "no answer in time");
                return Err(self.too_late());
            };
            let failure = match outcome {
                Ok(answer) => {
                    let bytes = answer.length();
                    tracing::debug!(url = %question.url, attempts, milliseconds, bytes, "answered");
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let delay =
                RetryPolicy::delay(failure.retry, bounds.next(), remaining, fastrand::f64());
            tracing::debug!(
                url = %question.url, attempts, milliseconds, problem = %failure.problem, ?delay,
                "failed"
            );
            let Some(delay) = delay else {
                return Err(failure.problem);
            };
            sleep(delay).await;
            remaining = remaining.saturating_sub(delay);
        }
    }

    /// Asks once.
    async fn attempt(
        &self,
        client: &Client,
        question: &Question<'_>,
        turn: &mut Turn,
    ) -> Result<Answer, Failure> {
        let request = client
            .get(question.url.clone())
            .headers(question.headers.clone());
        let sent = request.send().await;
        turn.begun();
        let outcome = match sent {
            Ok(response) => answer::read(response, question).await,
            Err(error) => Err(Failure::of(error)),
        };
        match &outcome {
            Ok(_) => turn.answered(),
            Err(failure) => {
                if let Some(pause) = failure.slow_down() {
                    // A pause beyond the budget of any request would only be waited for in vain.
                    turn.refused(pause.filter(|pause| *pause < self.timeout));
                }
            }
        }
        outcome
    }

    fn too_late(&self) -> FetchProblem {
        let seconds = self.timeout.as_millis().div_ceil(1000);
        FetchProblem::Timeout {
            seconds: seconds.try_into().unwrap_or(u64::MAX),
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
