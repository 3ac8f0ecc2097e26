//! One package, with what earlier runs cached: which answers stand, and what is verified before the
//! registry has confirmed it.

use std::sync::Arc;
use std::thread;

use futures_util::FutureExt as _;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::check::{Check, Checked};
use dockyard_registry::cache::MAX_BYTES;
use dockyard_registry::cache::session::{CachedSource, Review};
use dockyard_registry::collect::{GoRun, collect};
use dockyard_registry::http::HttpSource;
use dockyard_registry::offline::OfflineSource;
use package_provenance::evidence::{EvidenceRequest, RawEvidence};
use package_provenance::verify::{Observed, Outcome, Status, verify};

/// The registries behind a cache.
#[derive(Clone)]
pub(super) struct Cached {
    source: Arc<CachedSource>,
    /// Speculative verifications at once: as many as there are cores.
    cores: Arc<Semaphore>,
}

impl Cached {
    pub(super) fn new(source: Arc<CachedSource>) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self {
            source,
            cores: Arc::new(Semaphore::new(cores)),
        }
    }

    /// The registries behind the cache.
    pub(super) fn http(&self) -> &HttpSource {
        self.source.http()
    }

    /// Tidies the cache after a run. A note for people, where something could not be cached.
    pub(super) fn finish(&self) -> Option<String> {
        self.source.cache().finish(MAX_BYTES)
    }

    /// Checks one package; once more, where an answer from the cache does not stand.
    pub(super) async fn check(&self, check: &Check) -> Checked {
        let session = self.source.session();
        let speculation = tokio::spawn(self.clone().speculate(check));
        let evidence = check.collect(&session, &check.go).await;
        let checked = match speculation.await {
            // What the registry answers, or confirms, is the same to the last byte.
            Ok(Some((cached, observed))) if cached == evidence => Checked {
                evidence,
                outcome: Ok(observed),
            },
            _ => check.verify(evidence).await,
        };
        // Where nothing was verified, nothing speaks against the answers.
        let review = |outcome: &Result<Observed, _>| match outcome {
            Ok(observed) => session.review(|request| stands(request, observed)),
            Err(_) => Review::Done,
        };
        let shared = rests_on_disk(&check.go, &checked) && session.doubt() == Review::AskAgain;
        if !shared && review(&checked.outcome) == Review::Done {
            return checked;
        }
        drop(checked);
        let checked = check.run_afresh(&session).await;
        if let RawEvidence::Go(fresh) = &checked.evidence {
            check.go.replace(fresh);
        }
        review(&checked.outcome);
        checked
    }

    /// Verifies what is in the cache while the registry is asked whether it is still so. It costs a
    /// second verification where that is not so, and saves the waiting where it is.
    fn speculate(
        self,
        check: &Check,
    ) -> impl Future<Output = Option<(RawEvidence, Observed)>> + Send + use<> {
        let (package, trust, now) = (check.package.clone(), check.trust.clone(), check.now);
        let go = check.go.apart();
        async move {
            let trust = trust.get().now_or_never()?.ok()?;
            let _core = self.cores.acquire_owned().await.ok()?;
            let speculation = spawn_blocking(move || {
                let source = OfflineSource::of(self.source);
                // Read from the disk, so that nothing is waited for.
                let evidence = collect(&source, &package, trust.as_ref(), &go);
                let evidence = evidence.now_or_never()?;
                let observed = verify(&package, &evidence, &trust, now);
                Some((evidence, observed))
            });
            speculation.await.ok().flatten()
        }
    }
}

/// Whether a Go package that did not verify rests on what another package's session took from the cache.
fn rests_on_disk(run: &GoRun, checked: &Checked) -> bool {
    match (&checked.evidence, &checked.outcome) {
        (RawEvidence::Go(raw), Ok(observed)) => {
            observed.status != Status::Signed && run.rests_on_disk(raw)
        }
        _ => false,
    }
}

/// Whether nothing speaks against the answer to `request`: the package is verified, or what is
/// wrong with it is in other answers. A file's attestations stand by themselves where they verify and
/// agree with those of all other files.
fn stands(request: &EvidenceRequest, observed: &Observed) -> bool {
    match (observed.status, request) {
        (Status::Verified, _) | (Status::Signed, EvidenceRequest::Go(_)) => true,
        (
            Status::Partial,
            EvidenceRequest::PypiProvenance(_, file)
            | EvidenceRequest::PypiProvenanceAt(_, file, _),
        ) => {
            let of_file = |artifact: &str| artifact == file.as_str();
            let mut evidence = observed
                .evidence
                .iter()
                .filter(|one| of_file(&one.artifact));
            let verified = |one| matches!(one, &Outcome::Verified(_));
            observed.publisher.is_some()
                && evidence.next().is_some_and(|one| verified(&one.outcome))
                && evidence.all(|one| verified(&one.outcome))
        }
        _ => false,
    }
}
