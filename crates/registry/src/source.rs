//! Where answers come from.

use std::future::Future;
use std::sync::Arc;

use package_provenance::evidence::{Asked, EvidenceRequest, Fetched};
use package_provenance::package::PackageVersion;

/// Where answers come from: the network, or a folder of recorded evidence.
pub trait EvidenceSource: Send + Sync {
    /// Answers one request. Never panics, always ends within the source's time budget.
    fn fetch(&self, request: &EvidenceRequest) -> impl Future<Output = Fetched> + Send;

    /// Where provenance is asked for whose address the index states; none for other requests, and where
    /// no address is asked.
    fn asked(&self, request: &EvidenceRequest) -> Option<Asked> {
        let _ = request;
        None
    }

    /// Whether the answer that was given to `request` is an earlier run's, confirmed or not.
    fn is_from_disk(&self, request: &EvidenceRequest) -> bool {
        let _ = request;
        false
    }

    /// Whether `package` is installed from a mirror of the registry that this source asks for evidence:
    /// what the mirror serves is then asked for too.
    fn is_mirrored(&self, package: &PackageVersion) -> bool {
        let _ = package;
        false
    }
}

impl<S: EvidenceSource> EvidenceSource for Arc<S> {
    fn fetch(&self, request: &EvidenceRequest) -> impl Future<Output = Fetched> + Send {
        S::fetch(self, request)
    }

    fn asked(&self, request: &EvidenceRequest) -> Option<Asked> {
        S::asked(self, request)
    }

    fn is_from_disk(&self, request: &EvidenceRequest) -> bool {
        S::is_from_disk(self, request)
    }

    fn is_mirrored(&self, package: &PackageVersion) -> bool {
        S::is_mirrored(self, package)
    }
}
