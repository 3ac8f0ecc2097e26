//! Registries over HTTP: one client, one time budget, one retry policy, bounded bodies.

mod aimd;
mod answer;
mod blocks;
mod client;
mod clock;
mod dns;
pub(crate) mod document;
pub(crate) mod failure;
mod hosts;
mod lock;
mod losses;
mod opening;
mod question;
mod silence;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backon::BackoffBuilder as _;
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Version};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use super::EvidenceSource;
use super::cache::entry::Key;
use super::credentials::Credentials;
use super::exchange::{Exchange, Origin};
use super::retry::RetryPolicy;
use super::urls::Registries;
use client::Clients;
use clock::Clock;
use failure::Failure;
use hosts::{Host, Hosts, Turn};
use package_provenance::evidence::{
    Asked, Body, EvidenceRequest, FetchError, FetchProblem, Fetched,
};

pub(super) use question::Question;

pub use super::urls::{BaseUrl, GoAddresses};

/// `User-Agent`, unless told otherwise.
const USER_AGENT: &str = concat!("dockyard-provenance/", env!("CARGO_PKG_VERSION"));

/// How registries are asked.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// npm's registry.
    pub npm_registry: BaseUrl,
    /// The registries of npm's scopes that have their own, by the scope with its `@`.
    pub npm_scopes: BTreeMap<String, BaseUrl>,
    /// PyPI's simple index.
    pub pypi_index: BaseUrl,
    /// Go's module proxies and checksum database.
    pub go: GoAddresses,
    /// Who asks, by where each may be told.
    pub credentials: Credentials,
    /// Time budget of one request, its retries included.
    pub timeout: Duration,
    /// Requests in flight at once to one host, at most.
    pub concurrency: usize,
    /// What requests to one host that end without a document, or the word that there is none, may
    /// cost the run, all together. Then that host is not asked again.
    pub patience: Duration,
    /// What time it is, for dates in answers that do not say when they were sent. Without it such a
    /// date is not regarded.
    pub now: Option<Timestamp>,
    /// `User-Agent`.
    pub user_agent: String,
    /// Retries of transient failures.
    pub retry: RetryPolicy,
}

impl HttpOptions {
    /// The defaults: 30 s, 32 requests in flight to each host, five minutes for those that are not
    /// answered, no clock, retries as [`RetryPolicy`] has them.
    pub fn new(npm_registry: BaseUrl, pypi_index: BaseUrl) -> Self {
        Self {
            npm_registry,
            npm_scopes: BTreeMap::new(),
            pypi_index,
            go: GoAddresses::default(),
            credentials: Credentials::default(),
            timeout: Duration::from_secs(30),
            concurrency: 32,
            patience: Duration::from_secs(5 * 60),
            now: None,
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
    credentials: Arc<Credentials>,
    clients: Clients,
    hosts: Hosts,
    timeout: Duration,
    patience: Duration,
    clock: Clock,
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
        let credentials = Arc::new(options.credentials);
        Ok(Self {
            registries: Registries {
                npm: options.npm_registry,
                npm_scopes: options.npm_scopes,
                go: options.go,
                pypi: options.pypi_index,
            },
            clients: Clients::new(user_agent, Arc::clone(&credentials), options.concurrency),
            credentials,
            hosts: Hosts::new(options.concurrency),
            timeout: options.timeout,
            patience: options.patience,
            clock: Clock::set(options.now),
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
        Question::new(&self.registries, &self.credentials, request)
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
        let mut cost = None;
        let mut last = None;
        loop {
            let Some(mut turn) = host.turn().await else {
                return Err(FetchProblem::Connection("the program is ending".to_owned()));
            };
            if let Some(given_up) = self.given_up(&host) {
                // What was asked already has failed by itself.
                return Err(last.unwrap_or(given_up));
            }
            let cost = cost.get_or_insert_with(|| host.cost());
            attempts += 1;
            let started = Instant::now();
            let mut status = None;
            let attempt = self.attempt(client, question, &mut turn, &mut status);
            let outcome = timeout(remaining, attempt).await;
            // With little of the budget left, a host that is well may be too slow.
            let brief = remaining.saturating_mul(3) < self.timeout;
            if outcome.is_err() && !brief {
                if status.is_some() {
                    turn.unfinished();
                } else {
                    turn.timed_out();
                }
            }
            drop(turn);
            remaining = remaining.saturating_sub(started.elapsed());
            let exchange = Exchange {
                url: &question.shown,
                status,
                took: started.elapsed(),
                attempt: attempts,
                bytes: None,
                origin: Origin::Network,
            };
            let Ok(outcome) = outcome else {
                exchange.tell("not in time");
                let earlier = last.filter(|_| brief);
                return Err(earlier.unwrap_or_else(|| self.too_late()));
            };
            let failure = match outcome {
                Ok(answer) => {
                    let bytes = Some(answer.length());
                    Exchange { bytes, ..exchange }.tell("");
                    cost.answered();
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let delay =
                RetryPolicy::delay(failure.retry, bounds.next(), remaining, fastrand::f64());
            let Some(delay) = delay else {
                exchange.tell(&failure.problem.to_string());
                return Err(self.with_advice(failure.problem, question));
            };
            let again = delay.as_millis();
            exchange.tell(&format!("{}; again in {again} ms", failure.problem));
            last = Some(failure.problem);
            sleep(delay).await;
            remaining = remaining.saturating_sub(delay);
        }
    }

    /// Why `host` is not asked any more, where it is not.
    fn given_up(&self, host: &Host) -> Option<FetchProblem> {
        if let Some(requests) = host.given_up() {
            return Some(FetchProblem::Silent { requests });
        }
        (host.lost() >= self.patience).then_some(FetchProblem::Wasteful {
            seconds: self.patience.as_secs(),
        })
    }

    /// Asks once.
    async fn attempt(
        &self,
        client: &Client,
        question: &Question<'_>,
        turn: &mut Turn,
        status: &mut Option<u16>,
    ) -> Result<Answer, Failure> {
        let request = client
            .get(question.url.clone())
            .headers(question.headers.clone());
        let sent = request.send().await;
        match &sent {
            Ok(response) => turn.begun(response.version() == Version::HTTP_2),
            // A redirect that is not followed is an answer too.
            Err(error) if error.is_redirect() => turn.begun(false),
            Err(error) if failure::ended_connection(error) => turn.lost(),
            Err(_) => {}
        }
        *status = sent
            .as_ref()
            .ok()
            .map(|response| response.status().as_u16());
        let outcome = match sent {
            Ok(response) => answer::read(response, question, self.clock.now()).await,
            Err(error) => {
                // No connection in time is final: that request has waited in vain.
                if error.is_connect() && error.is_timeout() {
                    turn.timed_out();
                }
                Err(Failure::of(error))
            }
        };
        // Not before it is complete: a host that begins answers and ends none keeps waiting too.
        let redirected = |failure: &Failure| failure.problem == FetchProblem::Redirect;
        if status.is_some() || outcome.as_ref().is_err_and(redirected) {
            turn.heard();
        }
        match &outcome {
            Ok(_) => turn.answered(),
            Err(failure) => {
                if let Some(pause) = failure.slow_down() {
                    // A pause beyond the budget of any request would only be waited for in vain.
                    let fits = pause < self.timeout;
                    turn.refused(if fits { pause } else { Duration::ZERO });
                }
            }
        }
        outcome
    }

    /// Says of a refusal what can be done about it.
    fn with_advice(&self, problem: FetchProblem, question: &Question<'_>) -> FetchProblem {
        match problem.status() {
            Some(status @ (401 | 403)) => FetchProblem::Refused {
                status,
                advice: (self.credentials).advice(question.request.ecosystem(), &question.url),
            },
            Some(_) | None => problem,
        }
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
        let asked = question.shown;
        Fetched::Failed(FetchError { asked, problem })
    }

    fn asked(&self, request: &EvidenceRequest) -> Option<Asked> {
        question::asked(&self.registries, &self.credentials, request)
    }
}
