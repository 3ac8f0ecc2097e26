//! Reading the JSON report of another run, as data that anybody may have written. Pure.
//!
//! What comes out is a [`Report`] for showing to people and nothing else, marked as
//! [told](Report::told). Words are taken from our own lists, counts are made anew from the findings,
//! the verdict by the reader's own policy, and nothing in it becomes a link but what is an address on
//! github.com or gitlab.com. What the report says of its own verdict is only held against it: one
//! that contradicts itself is refused.

mod wire;

use std::collections::BTreeSet;

use self::wire::{
    EvidenceWire, FindingWire, GateWire, LocationWire, OverrideWire, PublisherWire, ReportWire,
    SpecWire, TrustWire,
};
pub use self::wire::{MAX_OF_A_SPEC, MAX_SENTENCES, MAX_SPECS};
use dockyard_report::finding::{Finding, Location};
use dockyard_report::finding::{RuleId, Severity};
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::{
    EvidenceRecord, Gate, OverrideRecord, OverrideStatus, PublisherRecord, Report, SpecReport,
    TrustRecord, Verdict,
};
use package_provenance::identity::{PublisherKind, Repository};
use package_provenance::json;
use package_provenance::verify::{Limit, Status};
use untrusted_text::quoted;

/// Largest report that is read, in bytes.
pub const MAX_BYTES: u64 = 32 << 20;

/// The highest SLSA build level.
const MAX_LEVEL: u8 = 3;

/// A report as somebody told it.
#[derive(Debug)]
pub struct Told {
    /// The report, judged by the reader's policy.
    pub report: Report,
    /// The verdict that the run which wrote it came to by its own gate.
    pub verdict: Verdict,
    /// The verdict by the default policy.
    pub by_default: Verdict,
}

/// Reads a report and judges what it says by `policy`, whose severities are not asked: those of the
/// findings are told.
///
/// # Errors
/// Why it is none of ours, for people.
pub fn read(bytes: &[u8], policy: &Policy) -> Result<Told, String> {
    let wire: ReportWire = json::from_slice(bytes)
        .map_err(|error| format!("it is not a report of dockyard-provenance: {error}"))?;
    if wire.schema_version != 1 {
        return Err(format!(
            "its schema version is {}; 1 is known",
            wire.schema_version
        ));
    }
    let fail_on =
        FailOn::from_word(&wire.gate.fail_on).ok_or_else(|| unknown(&wire.gate.fail_on))?;
    let own = Policy {
        fail_on,
        fail_on_unknown: wire.gate.fail_on_unknown,
        ..Policy::default()
    };
    let specs = wire.specs.0.into_iter().map(spec);
    let specs: Vec<SpecReport> = specs.collect::<Result<_, _>>()?;
    let mut seen = BTreeSet::new();
    if let Some(twice) = specs.iter().find(|spec| !seen.insert(spec.path.as_str())) {
        return Err(format!("it tells of {} twice", quoted(&twice.path)));
    }
    drop(seen);
    let (trust, gate) = (trust(wire.trust)?, gate(wire.gate)?);
    let judged = |policy: &Policy, specs| {
        let of_policy = Gate {
            fail_on: policy.fail_on.as_str(),
            fail_on_unknown: policy.fail_on_unknown,
            doubts: Vec::new(),
            ..gate.clone()
        };
        let mut report = Report::new(policy, trust.clone(), of_policy, specs);
        report.told = true;
        report.leave_out(wire.summary.untouched);
        for doubt in &gate.doubts {
            report.doubt(doubt.clone());
        }
        report
    };
    let by_own = judged(&own, specs);
    let verdict = consistent(&by_own, &wire.verdict, wire.determined)?;
    let open = !wire.determined || verdict == Verdict::Inconclusive;
    let doubted = |mut report: Report| {
        if open && report.is_determined() {
            report.doubt_first("as told: not everything could be determined".to_owned());
        }
        report
    };
    let by_default = doubted(judged(&Policy::default(), by_own.specs));
    Ok(Told {
        verdict,
        by_default: by_default.verdict,
        report: doubted(judged(policy, by_default.specs)),
    })
}

/// What a report claims of itself, where that fits what its own findings and gate say.
fn consistent(made: &Report, verdict: &str, determined: bool) -> Result<Verdict, String> {
    if determined && !made.is_determined() {
        return Err(
            "it says that everything was determined, and what it holds says otherwise".to_owned(),
        );
    }
    match (made.verdict, verdict) {
        (Verdict::Pass, "pass") => Ok(Verdict::Pass),
        // A run may be stricter than its findings, never more lenient.
        (Verdict::Pass | Verdict::Inconclusive, "inconclusive") => Ok(Verdict::Inconclusive),
        (Verdict::Fail, "fail") => Ok(Verdict::Fail),
        (made, claimed) => Err(format!(
            "its verdict is {}, and its findings say {}",
            quoted(claimed),
            made.as_str()
        )),
    }
}

fn unknown(word: &str) -> String {
    format!("it holds an unknown word: {}", quoted(word))
}

/// One of our own words.
fn word(words: &[&'static str], given: &str) -> Result<&'static str, String> {
    let known = words.iter().copied().find(|word| *word == given);
    known.ok_or_else(|| unknown(given))
}

fn trust(wire: TrustWire) -> Result<TrustRecord, String> {
    Ok(TrustRecord {
        source: word(&["embedded", "tuf", "file", "none"], &wire.source)?,
        as_of: wire.as_of,
        fallback: wire.fallback,
        problem: wire.problem,
        ..TrustRecord::default()
    })
}

/// What is told of the gate; whose threshold it was judged by is filled in by the judge.
fn gate(wire: GateWire) -> Result<Gate, String> {
    let told = |sentence: String| format!("as told: {sentence}");
    Ok(Gate {
        fail_on: FailOn::default().as_str(),
        fail_on_unknown: true,
        config: wire.config,
        base: None,
        evidence: word(&["network", "folder", "cache", "none"], &wire.evidence)?,
        evidence_as_of: None,
        changes: wire.changes.0.into_iter().map(told).collect(),
        doubts: wire.doubts.0.into_iter().map(told).collect(),
    })
}

fn spec(wire: SpecWire) -> Result<SpecReport, String> {
    let plain = wire
        .path
        .split('/')
        .all(|part| !matches!(part, "" | "." | ".."));
    if !plain || wire.path.contains('\\') {
        return Err(format!(
            "it names no path of a spec: {}",
            quoted(&wire.path)
        ));
    }
    let status = Status::ALL
        .into_iter()
        .find(|status| status.as_str() == wire.status)
        .ok_or_else(|| unknown(&wire.status))?;
    if let Some(level) = wire.slsa_build_level.filter(|level| *level > MAX_LEVEL) {
        return Err(format!("it tells of an SLSA build level {level}"));
    }
    let findings = wire.findings.0.into_iter();
    Ok(SpecReport {
        // Nothing of it was compared here.
        before: None,
        worse: Vec::new(),
        protocol: wire.protocol,
        package: wire.package,
        version: wire.version,
        claimed: wire.claimed,
        status,
        publisher: wire.publisher.map(publisher).transpose()?,
        slsa_build_level: wire.slsa_build_level,
        evidence: wire
            .evidence
            .0
            .into_iter()
            .map(evidence)
            .collect::<Result<_, _>>()?,
        overrides: wire
            .overrides
            .0
            .into_iter()
            .map(|one| override_record(one, &wire.path))
            .collect::<Result<_, _>>()?,
        findings: findings
            .map(|wire_finding| finding(wire_finding, &wire.path))
            .collect::<Result<_, _>>()?,
        limit: Limit::Outside,
        path: wire.path,
    })
}

fn override_record(wire: OverrideWire, path: &str) -> Result<OverrideRecord, String> {
    Ok(OverrideRecord {
        status: OverrideStatus::from_word(&wire.status).ok_or_else(|| unknown(&wire.status))?,
        package: wire.package,
        version: wire.version,
        publisher: wire.publisher.map(publisher).transpose()?,
        evidence: wire
            .evidence
            .0
            .into_iter()
            .map(evidence)
            .collect::<Result<_, _>>()?,
        location: location(&wire.location, path)?,
    })
}

fn location(wire: &LocationWire, path: &str) -> Result<Location, String> {
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

fn publisher(wire: PublisherWire) -> Result<PublisherRecord, String> {
    let kind = PublisherKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == wire.kind)
        .ok_or_else(|| unknown(&wire.kind))?;
    // CircleCI's certificates may name a repository on any host.
    let public = |found: &Repository| matches!(found.host(), "github.com" | "gitlab.com");
    let certified = |text: String| Repository::certified(&text, kind).ok().filter(public);
    let hexadecimal = |text: &String| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(PublisherRecord {
        kind: kind.as_str(),
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
fn evidence(wire: EvidenceWire) -> Result<EvidenceRecord, String> {
    let kinds = [
        "npm-registry-signature",
        "npm-publish-attestation",
        "slsa-provenance",
        "pypi-publish-attestation",
        "go-checksum",
    ];
    Ok(EvidenceRecord {
        kind: word(&kinds, &wire.kind)?,
        artifact: wire.artifact,
        digest: None,
        outcome: word(&["verified", "absent", "invalid", "unknown"], &wire.outcome)?,
        reason: wire.reason,
        predicate_type: None,
        logged_at: None,
        log_index: None,
        note: None,
        publisher: None,
    })
}

fn finding(wire: FindingWire, path: &str) -> Result<Finding, String> {
    let severity = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .find(|severity| severity.as_str() == wire.severity)
        .ok_or_else(|| unknown(&wire.severity))?;
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if wire.fingerprint.len() != 32 || !wire.fingerprint.bytes().all(digit) {
        return Err(format!(
            "it holds a fingerprint that is none: {}",
            quoted(&wire.fingerprint)
        ));
    }
    let rule = RuleId::from_id(&wire.rule).ok_or_else(|| unknown(&wire.rule))?;
    Ok(Finding {
        rule,
        severity,
        message: wire.message,
        location: location(&wire.location, path)?,
        // Advice of strangers is not repeated.
        help: rule.explanation().action.to_owned(),
        fingerprint: wire.fingerprint,
    })
}
