//! How much of each answer is read: bounds on memory that hold after decompression, whoever
//! answers (docs/verification.md#f36).

use super::EvidenceRequest;
use super::go::{GoDocument, GoRequest};

const MIB: usize = 1024 * 1024;

/// Entries of any list of attestations, signatures or log entries in one document.
pub const MAX_LIST: usize = 32;

/// Files of one PyPI release; each may cost a request.
pub const MAX_RELEASE_FILES: usize = 1024;

/// Entries of each list of a PyPI index: every version and every file of a project. The largest genuine
/// projects have some ten thousand files; an index of the largest size could hold eleven million.
pub const MAX_INDEX_ENTRIES: usize = 100_000;

/// Proxies of a `GOPROXY` list; each may cost a request for every document.
pub const MAX_GO_PROXIES: usize = 16;

/// Bytes of the `evidence.json` of an evidence folder.
pub const MAX_EVIDENCE_MANIFEST: usize = 16 * MIB;

/// Bytes of one file of trust material in an evidence folder.
pub const MAX_TRUST_FILE: usize = 4 * MIB;

/// Most bytes that are read of the answer to `request`, decompressed.
pub const fn max_body(request: &EvidenceRequest) -> usize {
    match request {
        EvidenceRequest::NpmManifest(_) | EvidenceRequest::NpmManifestOfMirror(_) => 4 * MIB,
        // Usually 15 KiB, but an attested SBOM can have several MiB.
        EvidenceRequest::NpmAttestations(_) => 16 * MIB,
        // A genuine one has 10 to 20 KiB; a release may have a thousand.
        EvidenceRequest::PypiProvenance(..) | EvidenceRequest::PypiProvenanceAt(..) => MIB / 4,
        EvidenceRequest::PypiIndex(_) | EvidenceRequest::PypiIndexOfMirror(_) => 32 * MIB,
        // The largest known have 92 and 105 MB, and packuments only grow.
        EvidenceRequest::NpmPackument(_) | EvidenceRequest::NpmPackumentOfMirror(_) => 160 * MIB,
        EvidenceRequest::Go(request) => match request {
            // x/mod allows 16 MiB of a go.mod; the largest known have some hundred kilobytes.
            GoRequest::Proxy(_, GoDocument::Mod(_) | GoDocument::List(_)) => 4 * MIB,
            GoRequest::Proxy(..)
            | GoRequest::Lookup(..)
            | GoRequest::Latest(_)
            | GoRequest::Remembered => MIB / 8,
            GoRequest::Tile(..) => 256 * 32,
        },
    }
}
