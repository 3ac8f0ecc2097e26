//! Reading the JSON report of another run, as data that anybody may have written.
//!
//! What comes out is a [`ForeignReport`], which only formats for people take, through
//! [`Attributed`](super::Attributed). Counts are made anew from the findings, the verdict by the
//! reader's own policy, and nothing in it becomes a link but what is an address on github.com or
//! gitlab.com. Digests, log entries and advice are not kept. What the report says of its own verdict
//! is only held against it: one that contradicts itself is refused.

mod accepted;
mod wire;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::wire::{
    EvidenceWire, FindingWire, GateWire, LocationWire, OverrideWire, PublisherWire, ReportWire,
    SpecWire, TrustWire,
};
pub use self::wire::{MAX_OF_A_SPEC, MAX_SENTENCES, MAX_SPECS};
use super::{
    BeforeSource, EvidenceRecord, Gate, OverrideRecord, PublisherRecord, Report, SpecReport,
    TrustRecord, Verdict,
};
use crate::drift::worse::{Worse, Worsening};
use crate::finding::exemptable::{Exemptable, exemptable};
use crate::finding::{Finding, Location};
use crate::policy::{FailOn, Policy};
use package_provenance::identity::Repository;
use package_provenance::json;
use package_provenance::verify::Limit;
use untrusted_text::quoted;

/// Largest report that is read, in bytes.
pub const MAX_BYTES: u64 = 32 << 20;

/// How the configuration is called where the report does not say.
const CONFIGURATION: &str = "the configuration";

/// The highest SLSA build level.
const MAX_LEVEL: u8 = 3;

/// What the report of another run says. Anybody may have written it, so that none of it is a fact.
#[derive(Debug, Clone)]
pub struct ForeignReport {
    report: Report,
    /// The verdict that the run which wrote it came to by its own gate.
    own_verdict: Verdict,
    /// The verdict by the default policy.
    default_verdict: Verdict,
}

impl ForeignReport {
    /// Reads a report and judges what it says by `policy`, whose severities are not asked: those of
    /// the findings are what the report says.
    ///
    /// # Errors
    /// Why it is not a report of this program, for people.
    pub fn read(bytes: &[u8], policy: &Policy) -> Result<Self, String> {
        let wire: ReportWire = json::from_slice(bytes)
            .map_err(|error| format!("it is not a report of dockyard-provenance: {error}"))?;
        if wire.schema_version != 1 {
            return Err(format!(
                "its schema version is {}; 1 is known",
                wire.schema_version
            ));
        }
        if wire.shard.is_some() {
            return Err(
                "it is the report of a shard, a part of a run; merge all shards".to_owned(),
            );
        }
        let own = Policy {
            fail_on: wire.gate.fail_on,
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
        let (trust, gate) = (trust(wire.trust), gate(wire.gate));
        let exemptions = wire.exemptions.0.into_iter().map(accepted::exemption);
        let exemptions: Vec<_> = exemptions.collect();
        let config = gate.config.as_deref().unwrap_or(CONFIGURATION);
        let config_findings = wire.config_findings.0.into_iter();
        let config_findings = config_findings.map(|one| finding(one, config));
        let config_findings: Vec<Finding> = config_findings.collect::<Result<_, _>>()?;
        let judged = |policy: &Policy, specs| {
            let of_policy = Gate {
                fail_on: policy.fail_on,
                fail_on_unknown: policy.fail_on_unknown,
                doubts: Vec::new(),
                ..gate.clone()
            };
            let mut report = Report::new(policy, trust.clone(), of_policy, specs);
            report.tell_of_blocks(policy.fail_on, exemptions.clone(), config_findings.clone());
            report.leave_out(wire.summary.untouched);
            for doubt in &gate.doubts {
                report.doubt(doubt.clone());
            }
            report
        };
        let by_own = judged(&own, specs);
        let own_verdict = consistent(&by_own, &wire.verdict, wire.determined)?;
        let open = !wire.determined || own_verdict == Verdict::Inconclusive;
        let doubted = |mut report: Report| {
            if open && report.is_determined() {
                report.doubt_first("as reported: not everything could be determined".to_owned());
            }
            report
        };
        let by_default = doubted(judged(&Policy::default(), by_own.specs));
        Ok(Self {
            own_verdict,
            default_verdict: by_default.verdict,
            report: doubted(judged(policy, by_default.specs)),
        })
    }

    /// What it says, judged by the reader's policy: for counts and the verdict. Formats take the
    /// [`ForeignReport`] itself, which keeps them from repeating it as this run's own.
    pub const fn claims(&self) -> &Report {
        &self.report
    }

    /// The verdict that the run which wrote it came to by its own gate.
    pub const fn own_verdict(&self) -> Verdict {
        self.own_verdict
    }

    /// The verdict by the default policy.
    pub const fn default_verdict(&self) -> Verdict {
        self.default_verdict
    }

    /// Puts the reader's own settings before those that the report tells of.
    pub fn judged_with(&mut self, changes: Vec<String>) {
        self.report.gate.changes.splice(0..0, changes);
    }

    /// Notes what speaks against the report: it is not a pass whatever may be unknown, because one of
    /// the two is wrong.
    pub fn contradict(&mut self, sentence: String) {
        self.report.doubt_first(sentence);
        if self.report.verdict == Verdict::Pass {
            self.report.verdict = Verdict::Inconclusive;
        }
    }
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

fn trust(wire: TrustWire) -> TrustRecord {
    TrustRecord {
        source: wire.source,
        as_of: wire.as_of,
        fallback: wire.fallback,
        problem: wire.problem,
        ..TrustRecord::default()
    }
}

/// What is told of the gate; whose threshold it was judged by is filled in by the judge.
fn gate(wire: GateWire) -> Gate {
    let told = |sentence: String| format!("as reported: {sentence}");
    Gate {
        fail_on: FailOn::default(),
        fail_on_unknown: true,
        config: wire.config,
        base: None,
        evidence: wire.evidence,
        evidence_as_of: None,
        changes: wire.changes.0.into_iter().map(told).collect(),
        doubts: wire.doubts.0.into_iter().map(told).collect(),
    }
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
    if let Some(level) = wire.slsa_build_level.filter(|level| *level > MAX_LEVEL) {
        return Err(format!("it tells of an SLSA build level {level}"));
    }
    let findings = wire.findings.0.into_iter();
    let findings: Vec<Finding> = findings
        .map(|wire_finding| finding(wire_finding, &wire.path))
        .collect::<Result<_, _>>()?;
    let worse = findings.iter().filter_map(|finding| {
        Some(Worse {
            since: BeforeSource::Base,
            severity: finding.severity,
            what: Worsening::of_rule(finding.rule)?,
        })
    });
    Ok(SpecReport {
        // What was compared is not repeated, what came of it is.
        before: None,
        worse: worse.collect(),
        protocol: wire.protocol,
        package: wire.package,
        version: wire.version,
        claimed: wire.claimed,
        status: wire.status,
        publisher: wire.publisher.map(publisher),
        slsa_build_level: wire.slsa_build_level,
        evidence: wire.evidence.0.into_iter().map(evidence).collect(),
        overrides: wire
            .overrides
            .0
            .into_iter()
            .map(|one| override_record(one, &wire.path))
            .collect::<Result<_, _>>()?,
        findings,
        limit: Limit::Outside,
        // What requirements came to is in the findings.
        requirements: Vec::new(),
        identity: None,
        path: wire.path,
    })
}

fn override_record(wire: OverrideWire, path: &str) -> Result<OverrideRecord, String> {
    Ok(OverrideRecord {
        status: wire.status,
        package: wire.package,
        version: wire.version,
        publisher: wire.publisher.map(publisher),
        evidence: wire.evidence.0.into_iter().map(evidence).collect(),
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

fn publisher(wire: PublisherWire) -> Arc<PublisherRecord> {
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
fn evidence(wire: EvidenceWire) -> EvidenceRecord {
    EvidenceRecord {
        kind: wire.kind,
        artifact: wire.artifact,
        digest: None,
        outcome: wire.outcome,
        reason: wire.reason,
        predicate_type: None,
        logged_at: None,
        log_index: None,
        note: None,
        publisher: None,
        source: None,
    }
}

fn finding(wire: FindingWire, path: &str) -> Result<Finding, String> {
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
