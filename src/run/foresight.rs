//! Verifying what earlier runs kept while the registry is asked whether it is still so.
//!
//! Nothing is believed for it: the result counts only where what the registry then answers, or
//! confirms, is the same to the last byte, and verification is a function of these bytes. It costs a
//! second verification where they differ, and saves the waiting where they do not.

use std::sync::Arc;
use std::thread;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, spawn_blocking};

use dockyard_registry::EvidenceSource;
use dockyard_registry::collect::{GoRun, collect};
use dockyard_registry::trust::TrustHandle;
use package_provenance::evidence::go::sources::GoSources;
use package_provenance::evidence::{Fetched, RawEvidence};
use package_provenance::package::{Ecosystem, PackageVersion};
use package_provenance::trust::TrustMaterial;
use package_provenance::verify::{Observed, verify};

/// As many foreseen results are worked on at once as there are cores.
#[derive(Clone)]
pub(super) struct Foresight {
    cores: Arc<Semaphore>,
}

/// What kept answers give.
pub(super) struct Foreseen {
    raw: RawEvidence,
    trust: Arc<TrustMaterial>,
    observed: Observed,
}

impl Foresight {
    /// For this machine.
    pub(super) fn new() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self {
            cores: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Starts to verify what `kept` has about `package`; nothing, while the trust material is not
    /// here.
    pub(super) fn begin(
        &self,
        kept: impl EvidenceSource + 'static,
        package: &PackageVersion,
        trust: &TrustHandle,
        now: Timestamp,
    ) -> Option<JoinHandle<Option<Foreseen>>> {
        if package.ecosystem() == Ecosystem::Go {
            // Its proofs are cheap, and rest on what other packages asked for too.
            return None;
        }
        let trust = trust.get().now_or_never()?.ok()?;
        let (package, cores) = (package.clone(), Arc::clone(&self.cores));
        Some(tokio::spawn(async move {
            let _core = cores.acquire_owned().await.ok()?;
            let foreseen = spawn_blocking(move || Foreseen::of(&kept, &package, trust, now));
            foreseen.await.ok().flatten()
        }))
    }
}

impl Foreseen {
    /// Only where every answer is kept. They are read from the disk, so that nothing is waited for.
    fn of(
        kept: &impl EvidenceSource,
        package: &PackageVersion,
        trust: Arc<TrustMaterial>,
        now: Timestamp,
    ) -> Option<Self> {
        let go = GoRun::new(GoSources::default(), trust.sumdb.clone());
        let raw = collect(kept, package, trust.as_ref(), &go).now_or_never()?;
        let answers = raw.answers(package);
        let all = answers
            .iter()
            .all(|(_, answer)| matches!(answer, Fetched::Found(_)));
        if answers.is_empty() || !all {
            return None;
        }
        let observed = verify(package, &raw, &trust, now);
        Some(Self {
            raw,
            trust,
            observed,
        })
    }

    /// The result, if it is that of `raw` and `trust`.
    pub(super) fn of_these(
        self,
        raw: &RawEvidence,
        trust: &Arc<TrustMaterial>,
    ) -> Option<Observed> {
        (self.raw == *raw && Arc::ptr_eq(&self.trust, trust)).then_some(self.observed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dockyard_registry::trust::{TrustOptions, load};
    use package_provenance::evidence::NpmRaw;

    fn raw(manifest: &[u8]) -> RawEvidence {
        RawEvidence::Npm(NpmRaw {
            manifest: Fetched::Found(manifest.into()),
            attestations: Fetched::Found(Arc::from(b"{}".as_slice())),
            packument: None,
        })
    }

    #[test]
    fn a_result_is_of_its_answers_and_its_trust_alone() {
        let trust = Arc::new(load(&TrustOptions::default()).unwrap());
        let foreseen = || Foreseen {
            raw: raw(b"one"),
            trust: Arc::clone(&trust),
            observed: Observed::undetermined("foreseen"),
        };
        assert!(foreseen().of_these(&raw(b"one"), &trust).is_some());
        assert!(foreseen().of_these(&raw(b"two"), &trust).is_none());
        let mut missing = raw(b"one");
        if let RawEvidence::Npm(raw) = &mut missing {
            raw.attestations = Fetched::Missing;
        }
        assert!(foreseen().of_these(&missing, &trust).is_none());
        let other = Arc::new(load(&TrustOptions::default()).unwrap());
        assert!(foreseen().of_these(&raw(b"one"), &other).is_none());
    }
}
