//! From a spec and what was observed of its package to its report. Every publisher and digest in it comes out of a
//! [`package_provenance::verify::Verified`].

use jiff::Timestamp;

use std::collections::{BTreeMap, BTreeSet};

use super::before::BeforeSource;
use super::model::{TrustOrigin, TrustRecord};
use super::overrides::{OverrideRecord, OverrideStatus};
use super::publishers::{Publishers, evidence_records};
use super::spec::SpecReport;
use crate::drift::worse::Worse;
use crate::drift::{self, Difference, Drift, Memory};
use crate::finding::Span;
use crate::finding::{Draft, RuleId, Severity};
use crate::policy::accept::{About, accept, held, is_accepted};
use crate::policy::evaluate::{Facts, Judged, evaluate};
use crate::policy::exempt::day_of;
use crate::policy::novelty::Novelty;
use crate::policy::pin::Pin;
use crate::policy::{Policy, location};
use crate::rules::overrides::{self, Judgement};
use crate::rules::{causes, compare, platform};
use crate::spec::{Override, SpecFile, SpecPackage, Subject};
use package_provenance::package::PackageVersion;
use package_provenance::trust::Established;
use package_provenance::trust::age::{self, MaxAge};
use package_provenance::verify::{Limit, Observed, Status};

/// What was found out about each package.
pub type AllObserved = BTreeMap<PackageVersion, Box<Observed>>;

/// By what specs are judged.
#[derive(Debug, Clone, Copy)]
pub struct Judging<'a> {
    /// What makes a run pass.
    pub policy: &'a Policy,
    /// The Sigstore instance that verified, where it is a known one.
    pub instance: Option<&'a str>,
    /// Which specs are new.
    pub novelty: &'a Novelty,
    /// The time.
    pub now: Timestamp,
}

impl<'a> Judging<'a> {
    /// By `policy` alone, as of `now`.
    pub const fn by(policy: &'a Policy, now: Timestamp) -> Self {
        Self {
            policy,
            instance: None,
            novelty: &Novelty::NoBase,
            now,
        }
    }
}

/// The report on one spec. `all` is what was found out about its package, if it has one, and about
/// those that its overrides pin.
pub fn spec_report(spec: &SpecFile, all: &AllObserved, judging: Judging<'_>) -> SpecReport {
    spec_report_since(spec, all, judging, &[])
}

/// As [`spec_report`], against what is remembered of the spec: the first of `memories` is the one that is
/// shown.
pub fn spec_report_since(
    spec: &SpecFile,
    all: &AllObserved,
    judging: Judging<'_>,
    memories: &[Memory],
) -> SpecReport {
    report_besides(spec, all, judging, memories, Besides::Spec)
}

/// What a package is pinned by.
pub(crate) enum Besides {
    /// A spec, which says all that there is to say.
    Spec,
    /// An entry of a lock file, which declares nothing.
    Lock {
        /// What only the lock knows of the package.
        drafts: Vec<Draft>,
        /// What tells its findings from those of other entries.
        identity: String,
    },
}

impl Besides {
    /// What is said of the package, and how loudly where that is not the rule's own severity: nobody can
    /// declare anything in a lock, and most of a tree has no provenance, so that numbers tell it.
    fn weigh(&self, draft: Draft, policy: &Policy) -> Option<(Draft, Option<Severity>)> {
        let is_configured = policy.severities.contains_key(&draft.rule);
        match (self, draft.rule) {
            (Self::Lock { .. }, RuleId::UndeclaredAttestations) => None,
            (Self::Lock { .. }, RuleId::NoProvenance) if !is_configured => {
                Some((draft, Some(Severity::Note)))
            }
            _ => Some((draft, None)),
        }
    }
}

/// As [`spec_report_since`], of whatever pins the package.
#[expect(clippy::too_many_lines, reason = "every part of a spec's report, once")]
pub(crate) fn report_besides(
    spec: &SpecFile,
    all: &AllObserved,
    judging: Judging<'_>,
    memories: &[Memory],
    mut besides: Besides,
) -> SpecReport {
    let policy = judging.policy;
    let package = match &spec.subject {
        Subject::Package(package) => Some(&**package),
        Subject::Skill(_) | Subject::Unusable => None,
    };
    let observed = package.and_then(|package| {
        let observed = all.get(&package.package)?;
        Some(match package.declared.accepted_issuer() {
            Some(issuer) => observed.accepting(issuer),
            None => observed,
        })
    });
    let pin = Pin::of(spec);
    let pinned = overrides::pinned(package, all);
    let novelty = judging.novelty;
    let mut subject = novelty.subject(spec, pin.as_ref(), observed, judging.now);
    let waiting = pinned.iter().map(|(entry, package, observed)| Judged {
        package,
        route: &entry.route,
        span: entry.span,
        facts: Facts::of(observed),
    });
    subject.overrides = waiting.collect();
    let evaluation = evaluate(&policy.blocks, &subject);
    let mut drafts = spec.problems.clone();
    if let Besides::Lock { drafts: locked, .. } = &mut besides {
        drafts.append(locked);
    }
    let mut unknown_notes = Vec::new();
    let status = match (&spec.subject, observed) {
        (Subject::Package(package), Some(observed)) => {
            let compared = compare(package, observed, judging.instance).into_iter();
            drafts.extend(compared.filter(|draft| !evaluation.replaced.contains(&draft.rule)));
            drafts.extend(evaluation.drafts);
            let of_platforms = platform::check(package, observed, all);
            drafts.extend(of_platforms.drafts);
            unknown_notes.push((RuleId::UnattestedPlatformPackage, of_platforms.unknown));
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
        // Skills are reported on by `skill::report`.
        (Subject::Skill(_), _) => Status::Unknown,
        (Subject::Unusable, _) => {
            if drafts.is_empty() {
                drafts.push(unexplained());
            }
            Status::Malformed
        }
    };
    let mut publishers = Publishers::default();
    let mut overrides = Vec::new();
    let mut limits: Vec<Limit> = observed.and_then(limit_of).into_iter().collect();
    for (package, entry) in package.into_iter().flat_map(|package| {
        let entries = package.overrides.iter();
        entries.map(move |entry| (package, entry))
    }) {
        let pinned = package.pinned_by(entry);
        let observed = pinned.and_then(|pinned| all.get(pinned).map(AsRef::as_ref));
        drafts.extend(overrides::check(package, entry, observed));
        limits.extend(match observed {
            Some(observed) => limit_of(observed),
            None => pinned.map(|_| Limit::Outside),
        });
        let record = override_record(&spec.path, package, entry, observed, &mut publishers);
        overrides.push(record);
    }
    let mut drift = package
        .zip(observed)
        .map_or_else(Drift::default, |it| drift::check(it.0, it.1, memories));
    let unknown_history = std::mem::take(&mut drift.unknown_history);
    unknown_notes.push((RuleId::ProvenanceDroppedUpstream, unknown_history));
    // What would fail nothing if it were so leaves nothing in doubt where it is not known.
    for (rule, unknown) in &mut unknown_notes {
        if policy.fail_on.includes(policy.severity(*rule)) {
            drift.doubts.append(unknown);
        }
    }
    limits.extend(drift.doubts.iter().map(|_doubt| Limit::Outside));
    drafts.extend(drift.doubts);
    let limit = combined(&limits);
    let about = About {
        path: &spec.path,
        package: pin.as_ref(),
        unsupported: limit == Limit::Unsupported,
    };
    let today = day_of(judging.now);
    // Who accepts a finding of the spec as it is does not accept what became worse.
    let is_heard = |draft: &Draft| !is_accepted(draft.rule, about, &policy.blocks, today);
    let (mut weighed, worse) = weighed(drafts, drift.differences, policy, is_heard);
    for (rule, unknown) in unknown_notes {
        let notes = unknown.into_iter();
        weighed.extend(notes.map(|draft| (Draft { rule, ..draft }, Some(Severity::Note))));
    }
    let weighed: Vec<_> = weighed
        .into_iter()
        .filter_map(|(draft, severity)| match severity {
            None => besides.weigh(draft, policy),
            Some(_) => Some((draft, severity)),
        })
        .collect();
    let identity = match &besides {
        Besides::Spec => spec.package_text.as_deref(),
        Besides::Lock { identity, .. } => Some(identity.as_str()),
    };
    let findings = policy.weighed(&spec.path, identity, &weighed);
    let mut findings = held(findings, &evaluation.records);
    for finding in &mut findings {
        let place = &finding.location;
        // What is about the file as a whole is about no line of it.
        if (place.start_line, place.start_column) != (place.end_line, place.end_column) {
            finding.line = spec.line(place.start_line);
        }
    }
    SpecReport {
        path: spec.path.clone(),
        protocol: spec.protocol.as_str().to_owned(),
        package: spec.package_text.clone(),
        version: spec.version_text.clone(),
        claimed: spec.claimed,
        status,
        publisher: publishers.of(observed),
        slsa_build_level: observed.and_then(|observed| observed.slsa_build_level),
        evidence: evidence_records(observed, &mut publishers),
        overrides,
        before: memories
            .iter()
            .find(|it| it.is_shown())
            .map(|it| Box::new(it.record())),
        findings: accept(findings, about, &policy.blocks, today),
        worse,
        requirements: evaluation.records,
        limit,
        identity: pin.map(Box::new),
    }
}

/// The drafts of this run, and the differences that none of them that `is_heard` tells already; and all
/// that became worse, whoever tells it, the worst first.
fn weighed(
    drafts: Vec<Draft>,
    differences: Vec<(BeforeSource, Difference)>,
    policy: &Policy,
    is_heard: impl Fn(&Draft) -> bool,
) -> (Vec<(Draft, Option<Severity>)>, Vec<Worse>) {
    let mut worse: Vec<Worse> = differences
        .iter()
        .filter(|(_, difference)| difference.worsening.is_worse())
        .map(|(since, difference)| Worse {
            since: *since,
            severity: difference.severity(policy),
            what: difference.worsening,
        })
        .collect();
    worse.sort_by_key(|it| (std::cmp::Reverse(it.severity), it.what));
    let mut seen = BTreeSet::new();
    worse.retain(|it| seen.insert(it.what));
    let mut weighed: Vec<(Draft, Option<Severity>)> = Vec::new();
    let mut heard: Vec<Draft> = drafts.iter().filter(|it| is_heard(it)).cloned().collect();
    // A difference may be told by another one, too.
    for (_, difference) in differences {
        if !difference.is_said_by(&heard, policy) {
            let severity = difference.severity(policy);
            heard.extend(Some(&difference.draft).filter(|it| is_heard(it)).cloned());
            weighed.push((difference.draft, Some(severity)));
        }
    }
    weighed.extend(drafts.into_iter().map(|draft| (draft, None)));
    (weighed, worse)
}

/// What keeps one package from being judged, where something does.
pub(super) fn limit_of(observed: &Observed) -> Option<Limit> {
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

fn override_record<'a>(
    path: &str,
    package: &SpecPackage,
    entry: &Override,
    observed: Option<&'a Observed>,
    publishers: &mut Publishers<'a>,
) -> OverrideRecord {
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
        publisher: publishers.of(observed),
        evidence: evidence_records(observed, publishers),
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
                source: trust.source.into(),
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
            source: TrustOrigin::None,
            as_of: "nothing was established".to_owned(),
            problem: Some(failure.problem.clone()),
            ..TrustRecord::default()
        },
    }
}
