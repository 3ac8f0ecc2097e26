//! Asking registries, GitHub and the trust repository: HTTP, cache, credentials, recorded evidence.

pub mod cache;
pub mod collect;
pub mod credentials;
pub mod evidence_dir;
pub mod evidence_manifest;
pub mod exchange;
pub mod github;
pub mod http;
pub mod offline;
pub mod recording;
pub mod retry;
pub mod source;
pub mod trust;
pub mod urls;

pub use source::EvidenceSource;
