//! Why a scan gives no report.

use crate::discover::DiscoverError;
use dockyard_registry::evidence_dir::EvidenceDirError;
use dockyard_registry::http::HttpOptionsError;
use dockyard_registry::recording::RecordingError;
use package_provenance::trust::TrustError;

/// Why a run could not even start, or could not save what it was told to save: a usage or
/// configuration error. Everything else that goes wrong later is a value in the report.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// No specs, or no way to look for them.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// No trust material.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// No usable evidence folder.
    #[error(transparent)]
    Evidence(#[from] EvidenceDirError),
    /// No usable registry address.
    #[error("{0}")]
    Registry(String),
    /// No usable HTTP settings.
    #[error(transparent)]
    Http(#[from] HttpOptionsError),
    /// No usable report to compare with.
    #[error("{0}")]
    Baseline(String),
    /// The evidence cannot be saved.
    #[error(transparent)]
    Recording(#[from] RecordingError),
}
