//! Where a package was built, as the verified certificate said, with the pages where that can be looked at.

use std::collections::BTreeSet;

use dockyard_report::report::links::{https, is_commit};
use dockyard_report::report::{EvidenceOutcome, names};
use package_provenance::identity::PublisherKind;

use super::{Linked, shown};
use crate::stored::{StoredPublisher, StoredReport, StoredSpec};

/// Most log entries that are linked to of one spec.
const MAX_ENTRIES: usize = 3;

/// Source repository and commit, run, and log entries.
pub(super) fn origin(report: &StoredReport, spec: &StoredSpec) -> Vec<Linked> {
    let Some(publisher) = &spec.publisher else {
        return Vec::new();
    };
    let mut links = source(publisher);
    let run = publisher.run_url.as_deref().and_then(https);
    links.extend(run.map(|url| Linked::to("run", url)));
    if report.public_log {
        let entries: BTreeSet<u64> = spec
            .evidence
            .iter()
            .filter(|one| one.outcome == EvidenceOutcome::Verified)
            .filter_map(|one| one.log_index)
            .collect();
        links.extend(entries.iter().take(MAX_ENTRIES).map(|index| {
            let url = format!("https://search.sigstore.dev/?logIndex={index}");
            Linked::to(&format!("log {index}"), url)
        }));
    }
    links
}

fn source(publisher: &StoredPublisher) -> Vec<Linked> {
    let Some(repository) = &publisher.repository else {
        return vec![Linked::plain(shown(&publisher.subject))];
    };
    let url = https(repository);
    let name = shown(&names::repository(repository));
    let mut links = vec![Linked {
        text: name,
        url: url.clone(),
    }];
    let commit = publisher.commit.as_deref().filter(|sha| is_commit(sha));
    let folder = match publisher.kind {
        PublisherKind::GitHub => Some("commit"),
        PublisherKind::GitLab => Some("-/commit"),
        PublisherKind::Google | PublisherKind::CircleCI => None,
    };
    links.extend(commit.map(|commit| {
        Linked {
            text: commit.chars().take(7).collect(),
            url: url
                .zip(folder)
                .map(|(url, folder)| format!("{}/{folder}/{commit}", url.trim_end_matches('/'))),
        }
    }));
    links
}
