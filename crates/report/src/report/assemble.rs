//! From a spec and what was observed of its package to its report. Every publisher and digest in it comes out of a
//! [`package_provenance::verify::Verified`].

use jiff::Timestamp;

use std::collections::BTreeMap;

use super::model::TrustRecord;
use super::overrides::{OverrideRecord, OverrideStatus};
use super::records::{EvidenceRecord, PublisherRecord};
use super::spec::SpecReport;
use crate::drift::worse::Worse;
use crate::drift::{self, Difference, Drift, Memory};
use crate::finding::Span;
use crate::finding::{Draft, RuleId, Severity};
use crate::policy::{Policy, location};
use crate::rules::overrides::{self, Judgement};
use crate::rules::{causes, compare};
use crate::spec::{Override, SpecFile, SpecPackage, Subject};
use package_provenance::package::PackageVersion;
use package_provenance::trust::Established;
use package_provenance::trust::age::{self, MaxAge};
use package_provenance::verify::{Evidence, EvidenceFacts, Limit, Observed, Outcome, Status};

/// What was found out about each package.
pub type AllObserved = BTreeMap<PackageVersion, Observed>;

/// The report on one spec. `all` is what was found out about its package, if it has one, and about
/// those that its overrides pin.
pub fn spec_report(
    spec: &SpecFile,
    all: &AllObserved,
    policy: &Policy,
    instance: Option<&str>,
) -> SpecReport {
    spec_report_since(spec, all, policy, instance, &[])
}

/// As [`spec_report`], against what is remembered of the spec: the first of `memories` is the one that is
/// shown.
pub fn spec_report_since(
    spec: &SpecFile,
    all: &AllObserved,
    policy: &Policy,
    instance: Option<&str>,
    memories: &[Memory],
) -> SpecReport {
    let package = match &spec.subject {
        Subject::Package(package) => Some(package),
        Subject::NotApplicable | Subject::Unusable => None,
    };
    let observed = package.and_then(|package| {
        let observed = all.get(&package.package)?;
        Some(match package.declared.accepted_issuer() {
            Some(issuer) => observed.accepting(issuer),
            None => observed,
        })
    });
    let mut drafts = spec.problems.clone();
    let status = match (&spec.subject, observed) {
        (Subject::Package(package), Some(observed)) => {
            drafts.extend(compare(package, observed, instance));
            observed.status
        }
        (Subject::Package(package), None) => {
            drafts.push(Draft {
                rule: RuleId::VerificationIncomplete,
                route: "spec.version".to_owned(),
                span: package.version_span,
                message: format!("{} was not looked at.", package.package),
                help: "This is a fault of dockyard-provenance; please report it.".to_owned(),
            });
            Status::Unknown
        }
        (Subject::NotApplicable, _) => Status::NotApplicable,
        (Subject::Unusable, _) => {
            if drafts.is_empty() {
                drafts.push(unexplained());
            }
            Status::Malformed
        }
    };
    let publisher = observed.and_then(|observed| observed.publisher.as_ref());
    let mut overrides = Vec::new();
    let mut limits: Vec<Limit> = observed.and_then(limit_of).into_iter().collect();
    for (package, entry) in package.into_iter().flat_map(|package| {
        let entries = package.overrides.iter();
        entries.map(move |entry| (package, entry))
    }) {
        let pinned = package.pinned_by(entry);
        let observed = pinned.and_then(|pinned| all.get(pinned));
        drafts.extend(overrides::check(package, entry, observed));
        limits.extend(match observed {
            Some(observed) => limit_of(observed),
            None => pinned.map(|_| Limit::Outside),
        });
        overrides.push(override_record(&spec.path, package, entry, observed));
    }
    let drift = package
        .zip(observed)
        .map_or_else(Drift::default, |it| drift::check(it.0, it.1, memories));
    limits.extend(drift.doubts.iter().map(|_doubt| Limit::Outside));
    drafts.extend(drift.doubts);
    let (weighed, worse) = weighed(drafts, drift.differences, policy);
    SpecReport {
        path: spec.path.clone(),
        protocol: spec.protocol.as_str().to_owned(),
        package: spec.package_text.clone(),
        version: spec.version_text.clone(),
        claimed: spec.claimed,
        status,
        publisher: publisher.map(|publisher| PublisherRecord::of(publisher.get())),
        slsa_build_level: observed.and_then(|observed| observed.slsa_build_level),
        evidence: evidence_records(observed),
        overrides,
        before: memories.iter().find(|it| it.is_shown()).map(Memory::record),
        findings: policy.weighed(&spec.path, spec.package_text.as_deref(), &weighed),
        worse,
        limit: combined(&limits),
    }
}

/// The drafts of this run, and the differences that none of them tells already; and all that became
/// worse, whoever tells it, the worst first.
fn weighed(
    drafts: Vec<Draft>,
    differences: Vec<Difference>,
    policy: &Policy,
) -> (Vec<(Draft, Option<Severity>)>, Vec<Worse>) {
    let mut worse: Vec<Worse> = differences
        .iter()
        .filter(|difference| difference.worsening.is_worse())
        .map(|difference| Worse {
            severity: difference.severity(policy),
            what: difference.worsening,
        })
        .collect();
    worse.sort_by_key(|it| (std::cmp::Reverse(it.severity), it.what));
    worse.dedup_by_key(|it| it.what);
    let mut weighed: Vec<(Draft, Option<Severity>)> = Vec::new();
    let mut standing = drafts;
    // A difference may be told by another one, too.
    for difference in differences {
        if !difference.is_said_by(&standing, policy) {
            let severity = difference.severity(policy);
            standing.push(difference.draft.clone());
            weighed.push((difference.draft, Some(severity)));
        }
    }
    standing.truncate(standing.len() - weighed.len());
    weighed.extend(standing.into_iter().map(|draft| (draft, None)));
    (weighed, worse)
}

/// What keeps one package from being judged, where something does.
fn limit_of(observed: &Observed) -> Option<Limit> {
    let undetermined = observed.status == Status::Unknown || !causes(observed).is_empty();
    undetermined.then_some(observed.limit)
}

/// What keeps a spec's packages from being judged: this program's limits only where nothing else does.
fn combined(limits: &[Limit]) -> Limit {
    let unsupported = !limits.is_empty() && limits.iter().all(|it| *it == Limit::Unsupported);
    if unsupported {
        Limit::Unsupported
    } else {
        Limit::Outside
    }
}

fn override_record(
    path: &str,
    package: &SpecPackage,
    entry: &Override,
    observed: Option<&Observed>,
) -> OverrideRecord {
    let publisher = observed.and_then(|observed| observed.publisher.as_ref());
    OverrideRecord {
        package: entry.package.clone(),
        version: entry.version.clone(),
        status: match overrides::judge(package, entry) {
            Judgement::Refused(_) => OverrideStatus::Refused,
            Judgement::NotJudged => OverrideStatus::NotJudged,
            Judgement::LookedUp(_) => {
                OverrideStatus::Of(observed.map_or(Status::Unknown, |observed| observed.status))
            }
        },
        publisher: publisher.map(|publisher| PublisherRecord::of(publisher.get())),
        evidence: evidence_records(observed),
        location: location(path, entry.span),
    }
}

/// An unusable spec always has a reason; should one come without, it is refused all the same.
fn unexplained() -> Draft {
    Draft {
        rule: RuleId::SpecInvalid,
        route: String::new(),
        span: Span::START,
        message: "The spec cannot be used.".to_owned(),
        help: "This is a fault of dockyard-provenance; please report it.".to_owned(),
    }
}

/// What the report says of the trust material as of `now`, which may be that old.
pub fn trust_record(trust: &Established, max_age: MaxAge, now: Timestamp) -> TrustRecord {
    match trust {
        Ok(trust) => {
            let freshness = &trust.freshness;
            TrustRecord {
                source: trust.source.as_str(),
                as_of: trust.as_of.clone(),
                refreshed_at: freshness.refreshed_at.map(|time| time.to_string()),
                expires: freshness.expires.map(|time| time.to_string()),
                fallback: freshness.fallback.clone(),
                problem: age::objection(freshness, max_age, now),
                age: freshness.as_of.map(|as_of| age::in_words(as_of, now)),
                ..TrustRecord::default()
            }
        }
        Err(failure) => TrustRecord {
            source: "none",
            as_of: "nothing was established".to_owned(),
            problem: Some(failure.problem.clone()),
            ..TrustRecord::default()
        },
    }
}

fn evidence_records(observed: Option<&Observed>) -> Vec<EvidenceRecord> {
    observed
        .map(|observed| observed.evidence.iter().map(evidence_record).collect())
        .unwrap_or_default()
}

fn evidence_record(evidence: &Evidence) -> EvidenceRecord {
    let none = EvidenceFacts::default();
    let (facts, reason) = match &evidence.outcome {
        Outcome::Verified(facts) => (facts.get(), None),
        Outcome::Absent => (&none, None),
        Outcome::Invalid(reason) | Outcome::Unknown(reason) => (&none, Some(reason.clone())),
        Outcome::Unsupported(cause) => (&none, Some(cause.to_string())),
    };
    EvidenceRecord {
        kind: evidence.kind.as_str(),
        artifact: evidence.artifact.clone(),
        digest: Some(facts.digest.clone()).filter(|digest| !digest.is_empty()),
        outcome: evidence.outcome.as_str(),
        reason,
        predicate_type: facts.predicate_type.clone(),
        logged_at: facts.logged_at.map(|time| time.to_string()),
        log_index: facts.log_index,
        note: facts.note.clone(),
        publisher: facts.publisher.as_deref().map(PublisherRecord::of),
    }
}
