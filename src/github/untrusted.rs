//! Reading the JSON report of another run, as data that anybody may have written. Pure.
//!
//! What comes out is a [`Report`] for showing to people and nothing else. Words are taken from our
//! own lists, counts and the verdict are made anew from the findings, and nothing in it becomes a
//! link but what is an address on a public forge.

use serde::Deserialize;

use crate::identity::{PublisherKind, Repository};
use crate::json;
use crate::policy::{FailOn, Policy};
use crate::quote::quoted;
use crate::report::{
    EvidenceRecord, Finding, Gate, Location, PublisherRecord, Report, SpecReport, TrustRecord,
    Verdict,
};
use crate::rules::{RuleId, Severity};
use crate::verify::Status;

/// Largest report that is read, in bytes.
pub const MAX_BYTES: u64 = 32 << 20;

/// Most specs of a report.
const MAX_SPECS: usize = 20_000;

/// The change that a report without specs names where a pull request touches none.
pub const NOTHING_TOUCHED: &str = "changed-only: the pull request touches no spec";

#[derive(Deserialize)]
struct ReportWire {
    schema_version: u32,
    verdict: String,
    trust: TrustWire,
    gate: GateWire,
    specs: Vec<SpecWire>,
}

#[derive(Deserialize)]
struct TrustWire {
    as_of: String,
    #[serde(default)]
    fallback: Option<String>,
    #[serde(default)]
    problem: Option<String>,
}

#[derive(Deserialize)]
struct GateWire {
    fail_on: String,
    fail_on_unknown: bool,
    config: Option<String>,
    changes: Vec<String>,
}

#[derive(Deserialize)]
struct SpecWire {
    path: String,
    protocol: String,
    package: Option<String>,
    version: Option<String>,
    status: String,
    publisher: Option<PublisherWire>,
    slsa_build_level: Option<u8>,
    evidence: Vec<EvidenceWire>,
    findings: Vec<FindingWire>,
}

#[derive(Deserialize)]
struct PublisherWire {
    kind: String,
    repository: Option<String>,
    workflow: Option<String>,
    #[serde(rename = "ref")]
    git_ref: Option<String>,
    commit: Option<String>,
    issuer: String,
    subject: String,
}

#[derive(Deserialize)]
struct EvidenceWire {
    kind: String,
    artifact: String,
    outcome: String,
    reason: Option<String>,
    log_index: Option<u64>,
}

#[derive(Deserialize)]
struct FindingWire {
    rule: String,
    severity: String,
    message: String,
    location: LocationWire,
    help: String,
    fingerprint: String,
}

#[derive(Deserialize)]
struct LocationWire {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// Reads a report.
///
/// # Errors
/// Why it is none of ours, for people.
pub fn read(bytes: &[u8]) -> Result<Report, String> {
    let wire: ReportWire = json::from_slice(bytes)
        .map_err(|error| format!("it is no report of dockyard-provenance: {error}"))?;
    if wire.schema_version != 1 {
        return Err(format!(
            "its schema version is {}; 1 is known",
            wire.schema_version
        ));
    }
    if wire.specs.len() > MAX_SPECS {
        return Err(format!("it holds more than {MAX_SPECS} specs"));
    }
    let fail_on =
        FailOn::from_word(&wire.gate.fail_on).ok_or_else(|| unknown(&wire.gate.fail_on))?;
    let policy = Policy {
        fail_on,
        fail_on_unknown: wire.gate.fail_on_unknown,
        ..Policy::default()
    };
    let specs: Vec<SpecReport> = wire.specs.into_iter().map(spec).collect::<Result<_, _>>()?;
    let empty = specs.is_empty();
    let gate = Gate {
        fail_on: fail_on.as_str(),
        fail_on_unknown: wire.gate.fail_on_unknown,
        config: wire.gate.config,
        evidence: "network",
        evidence_as_of: None,
        changes: wire.gate.changes,
    };
    let trust = TrustRecord {
        source: "embedded",
        as_of: wire.trust.as_of,
        fallback: wire.trust.fallback,
        problem: wire.trust.problem,
        ..TrustRecord::default()
    };
    let mut report = Report::new(&policy, trust, gate, specs);
    let untouched = empty
        && report
            .gate
            .changes
            .iter()
            .any(|change| change == NOTHING_TOUCHED);
    report.verdict = match (report.verdict, wire.verdict.as_str()) {
        (Verdict::Pass, "pass") => Verdict::Pass,
        (Verdict::Inconclusive, "pass") if untouched => Verdict::Pass,
        // A run may be stricter than its findings, never more lenient.
        (Verdict::Pass | Verdict::Inconclusive, "inconclusive") => Verdict::Inconclusive,
        (Verdict::Fail, "fail") => Verdict::Fail,
        (made, claimed) => {
            return Err(format!(
                "its verdict is {}, and its findings say {}",
                quoted(claimed),
                made.as_str()
            ));
        }
    };
    Ok(report)
}

fn unknown(word: &str) -> String {
    format!("it holds an unknown word: {}", quoted(word))
}

/// One of our own words.
fn word(words: &[&'static str], given: &str) -> Result<&'static str, String> {
    let known = words.iter().copied().find(|word| *word == given);
    known.ok_or_else(|| unknown(given))
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
    let findings = wire.findings.into_iter();
    Ok(SpecReport {
        protocol: wire.protocol,
        package: wire.package,
        version: wire.version,
        status,
        publisher: wire.publisher.map(publisher).transpose()?,
        slsa_build_level: wire.slsa_build_level,
        evidence: wire
            .evidence
            .into_iter()
            .map(evidence)
            .collect::<Result<_, _>>()?,
        findings: findings
            .map(|wire_finding| finding(wire_finding, &wire.path))
            .collect::<Result<_, _>>()?,
        path: wire.path,
    })
}

fn publisher(wire: PublisherWire) -> Result<PublisherRecord, String> {
    let kind = PublisherKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == wire.kind)
        .ok_or_else(|| unknown(&wire.kind))?;
    let certified = |text: String| Repository::certified(&text, kind).ok();
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
        log_index: wire.log_index,
        note: None,
    })
}

fn finding(wire: FindingWire, path: &str) -> Result<Finding, String> {
    let severity = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .find(|severity| severity.as_str() == wire.severity)
        .ok_or_else(|| unknown(&wire.severity))?;
    let place = wire.location;
    Ok(Finding {
        rule: RuleId::from_id(&wire.rule).ok_or_else(|| unknown(&wire.rule))?,
        severity,
        message: wire.message,
        location: Location {
            path: path.to_owned(),
            start_line: place.start_line,
            start_column: place.start_column,
            end_line: place.end_line,
            end_column: place.end_column,
        },
        help: wire.help,
        fingerprint: wire.fingerprint,
    })
}
