//! What reports of specs and of lock files have in common.

use std::sync::Arc;

use super::accepted;
use super::wire::{EvidenceWire, FindingWire, LocationWire, PublisherWire};
use crate::finding::exemptable::{Exemptable, exemptable};
use crate::finding::{Finding, Location};
use crate::report::{EvidenceRecord, PublisherRecord};
use package_provenance::identity::Repository;
use untrusted_text::quoted;

/// The highest SLSA build level.
const MAX_LEVEL: u8 = 3;

/// A path below a root.
pub(super) fn require_path(path: &str) -> Result<(), String> {
    let plain = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if plain && !path.contains('\\') {
        Ok(())
    } else {
        Err(format!("it names no path of a spec: {}", quoted(path)))
    }
}

/// A level that there is.
pub(super) fn require_level(level: Option<u8>) -> Result<(), String> {
    match level.filter(|level| *level > MAX_LEVEL) {
        Some(level) => Err(format!("it tells of an SLSA build level {level}")),
        None => Ok(()),
    }
}

pub(super) fn location(wire: &LocationWire, path: &str) -> Result<Location, String> {
    let at = |number: u32| {
        let number = usize::try_from(number).ok().filter(|number| *number > 0);
        number.ok_or_else(|| "it names a line or column 0".to_owned())
    };
    Ok(Location {
        path: path.to_owned(),
        start_line: at(wire.start_line)?,
        start_column: at(wire.start_column)?,
        end_line: at(wire.end_line)?,
        end_column: at(wire.end_column)?,
    })
}

pub(super) fn publisher(wire: PublisherWire) -> Arc<PublisherRecord> {
    // CircleCI's certificates may name a repository on any host.
    let public = |found: &Repository| matches!(found.host(), "github.com" | "gitlab.com");
    let certified = |text: String| Repository::certified(&text, wire.kind).ok().filter(public);
    let hexadecimal = |text: &String| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Arc::new(PublisherRecord {
        kind: wire.kind,
        repository: wire.repository.and_then(certified).map(|found| found.url()),
        workflow: wire.workflow,
        git_ref: wire.git_ref,
        commit: wire.commit.filter(hexadecimal),
        issuer: wire.issuer,
        runner_environment: None,
        trigger: None,
        repository_id: None,
        owner_id: None,
        run_url: None,
        subject: wire.subject,
    })
}

/// Kinds and outcomes are told; digests and log entries, by which a reader could take them for
/// proven, are not repeated.
pub(super) fn evidence(wire: EvidenceWire) -> EvidenceRecord {
    EvidenceRecord {
        kind: wire.kind,
        artifact: wire.artifact,
        digest: None,
        outcome: wire.outcome,
        reason: wire.reason,
        predicate_type: None,
        attestation_digest: None,
        logged_at: None,
        log_index: None,
        note: None,
        publisher: None,
        source: None,
    }
}

pub(super) fn finding(wire: FindingWire, path: &str) -> Result<Finding, String> {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if wire.fingerprint.len() != 32 || !wire.fingerprint.bytes().all(digit) {
        return Err(format!(
            "it holds a fingerprint that is none: {}",
            quoted(&wire.fingerprint)
        ));
    }
    if wire.exempted.is_some() && exemptable(wire.rule) == Exemptable::No {
        return Err(format!(
            "it tells of an accepted finding of {}, which nobody can accept",
            wire.rule
        ));
    }
    Ok(Finding {
        rule: wire.rule,
        severity: wire.severity,
        message: wire.message,
        location: location(&wire.location, path)?,
        // Advice of strangers is not repeated.
        help: wire.rule.explanation().action.to_owned(),
        fingerprint: wire.fingerprint,
        line: None,
        exempted: wire.exempted.map(accepted::exempted),
    })
}
