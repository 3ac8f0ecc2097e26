//! A TUF repository over HTTP, with the registries' client: its limits after decompression, its
//! redirects within one origin only, its retries, its proxies and its certificates.
//!
//! The crate's own repository follows redirects anywhere and tries once.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use sigstore_tuf::transport::FetchFuture;
use sigstore_tuf::{Error, Repository, Result};
use tokio::time::Instant;

use crate::http::document::Documents;
use crate::http::failure;
use crate::urls::BaseUrl;
use package_provenance::evidence::FetchProblem;

/// A repository, asked within one time budget for all its files.
pub(super) struct HttpRepository {
    base: BaseUrl,
    documents: Documents,
    budget: Duration,
    deadline: Instant,
    withheld: Withheld,
}

/// The next root, where the server refuses to show it rather than to say that there is none.
pub(super) type Withheld = Arc<OnceLock<String>>;

/// The repository did not answer: neither that a document is there, nor that it is not.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unreachable(String);

/// Why the repository could not be reached, if that is what `error` says. Anything else speaks
/// against what it serves.
pub(super) fn unreachable(error: &Error) -> Option<String> {
    let Error::Transport {
        source: Some(source),
        ..
    } = error
    else {
        return None;
    };
    source
        .downcast_ref::<Unreachable>()
        .map(ToString::to_string)
}

impl HttpRepository {
    /// The time begins to run.
    pub(super) fn new(base: &BaseUrl, budget: Duration, now: Timestamp) -> Self {
        Self {
            base: base.clone(),
            withheld: Withheld::default(),
            documents: Documents::new(now),
            budget,
            deadline: Instant::now() + budget,
        }
    }

    /// Where it is noted which root was withheld.
    pub(super) fn withheld(&self) -> Withheld {
        Arc::clone(&self.withheld)
    }

    async fn get(&self, path: &str, max_length: u64) -> Result<Option<Vec<u8>>> {
        let url = self
            .base
            .join(path)
            .map_err(|problem| Error::transport(format!("{path}: {problem}")))?;
        let shown = self.base.shown(&url);
        let limit = usize::try_from(max_length).unwrap_or(usize::MAX);
        let unreachable = |problem: String| {
            let problem = Unreachable(format!("{path}: {problem}"));
            Error::transport_with_source("the repository was not reached", problem)
        };
        let next_root = path.ends_with(".root.json");
        let asked = (&url, shown.as_ref());
        match self.documents.get(asked, limit, self.deadline).await {
            Ok(Some(body)) => Ok(Some(body.to_vec())),
            // Where the chain of roots ends there is no document.
            Ok(None) if next_root => Ok(None),
            // Object stores say 403 for that, and TUF clients take it so. A newer root that is
            // needed is missed by what comes next, which then does not verify.
            Err(FetchProblem::Status(403)) if next_root => {
                self.withheld.get_or_init(|| path.to_owned());
                Ok(None)
            }
            Ok(None) => Err(unreachable("the server has no such file".to_owned())),
            Err(FetchProblem::Status(status)) => {
                Err(unreachable(format!("the server answered {status}")))
            }
            // Endless data is an attack, not an accident (TUF 1.0, 1.5.2).
            Err(problem @ FetchProblem::TooLarge { .. }) => {
                Err(Error::transport(format!("{shown}: {problem}")))
            }
            Err(FetchProblem::Timeout { .. }) => {
                let seconds = self.budget.as_secs();
                Err(unreachable(format!(
                    "the refresh did not end within {seconds} s"
                )))
            }
            // The log of requests (`-v`) has all causes.
            Err(FetchProblem::Connection(cause)) => {
                let problem = Unreachable(failure::in_short(&cause));
                Err(Error::transport_with_source(
                    "the repository was not reached",
                    problem,
                ))
            }
            Err(problem) => Err(unreachable(problem.to_string())),
        }
    }
}

impl Repository for HttpRepository {
    fn fetch_metadata<'a>(&'a self, name: &'a str, max_length: u64) -> FetchFuture<'a> {
        Box::pin(self.get(name, max_length))
    }

    fn fetch_target<'a>(&'a self, path: &'a str, max_length: u64) -> FetchFuture<'a> {
        Box::pin(async move { self.get(&format!("targets/{path}"), max_length).await })
    }
}
