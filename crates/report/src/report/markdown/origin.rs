//! Where a package was built, as its verified certificate states it.

use std::collections::BTreeSet;

use super::inline::{code, link, link_if, whole};
use crate::report::attributed::Author;
use crate::report::links::{https, is_commit};
use crate::report::names;
use crate::report::{EvidenceOutcome, PublisherRecord, Report, SpecReport, TrustOrigin};
use package_provenance::identity::PublisherKind;

/// Most log entries that are linked to of one spec.
const MAX_ENTRIES: usize = 3;

/// Source repository, commit, run and log entries, as the verified certificate states them. Of
/// somebody's word it is said to be such, and no log entry stands beside it like a proof.
pub(super) fn origin(spec: &SpecReport, report: &Report, author: Author) -> Option<String> {
    let publisher = spec.publisher.as_ref()?;
    if author == Author::AnotherRun {
        return Some(format!("Said to be built from {}", source(publisher)));
    }
    let mut parts = vec![source(publisher)];
    if let Some(run) = publisher.run_url.as_deref().and_then(https) {
        parts.push(link("run", &run));
    }
    parts.extend(log_entries(spec, report));
    Some(format!("Built from {}", parts.join(" · ")))
}

fn source(publisher: &PublisherRecord) -> String {
    let Some(repository) = &publisher.repository else {
        return whole(&publisher.subject);
    };
    let url = https(repository);
    let source = link_if(&whole(&names::repository(repository)), url.as_deref());
    let Some(commit) = publisher.commit.as_deref().filter(|sha| is_commit(sha)) else {
        return source;
    };
    let short: String = commit.chars().take(7).collect();
    let folder = match publisher.kind {
        PublisherKind::GitHub => Some("commit"),
        PublisherKind::GitLab => Some("-/commit"),
        PublisherKind::Google | PublisherKind::CircleCI => None,
    };
    let page = url
        .zip(folder)
        .map(|(url, folder)| format!("{}/{folder}/{commit}", url.trim_end_matches('/')));
    format!("{source} at {}", link_if(&code(&short, 7), page.as_deref()))
}

/// Entries in Sigstore's public log; of another instance's log there is no page to link to.
fn log_entries(spec: &SpecReport, report: &Report) -> Vec<String> {
    if report.trust.private_instance || report.trust.source == TrustOrigin::File {
        return Vec::new();
    }
    let entries: BTreeSet<u64> = spec
        .evidence
        .iter()
        .filter(|record| record.outcome == EvidenceOutcome::Verified)
        .filter_map(|record| record.log_index)
        .collect();
    let mut linked: Vec<String> = entries
        .iter()
        .take(MAX_ENTRIES)
        .map(|index| {
            link(
                "log",
                &format!("https://search.sigstore.dev/?logIndex={index}"),
            )
        })
        .collect();
    if entries.len() > MAX_ENTRIES {
        linked.push(format!("{} more log entries", entries.len() - MAX_ENTRIES));
    }
    linked
}
