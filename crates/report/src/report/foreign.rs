//! Reading the JSON report of another run, as data that anybody may have written.
//!
//! What comes out is a [`ForeignReport`], which only formats for people take, through
//! [`Attributed`](super::Attributed). Counts are made anew from the findings, the verdict by the
//! reader's own policy, and nothing in it becomes a link but what is an address on github.com or
//! gitlab.com. Digests, log entries and advice are not kept. What the report says of its own verdict
//! is only held against it: one that contradicts itself is refused.

mod accepted;
mod locks;
mod parts;
mod wire;

use std::collections::BTreeSet;

use self::parts::{evidence, finding, location, publisher, require_level, require_path};
use self::wire::{GateWire, OverrideWire, ReportWire, SpecWire, TrustWire};
pub use self::wire::{MAX_OF_A_SPEC, MAX_SENTENCES, MAX_SPECS};
use super::{
    BeforeSource, Gate, LockReport, OverrideRecord, Report, SpecReport, TrustRecord, Verdict,
};
use crate::drift::worse::{Worse, Worsening};
use crate::finding::Finding;
use crate::policy::{FailOn, Policy};
use package_provenance::json;
use package_provenance::verify::Limit;
use untrusted_text::quoted;

/// Largest report that is read, in bytes.
pub const MAX_BYTES: u64 = 32 << 20;

/// How the configuration is called where the report does not say.
const CONFIGURATION: &str = "the configuration";

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
        let locks = wire.locks.0.into_iter().map(locks::lock);
        let locks: Vec<LockReport> = locks.collect::<Result<_, _>>()?;
        let (trust, gate) = (trust(wire.trust), gate(wire.gate));
        let exemptions = wire.exemptions.0.into_iter().map(accepted::exemption);
        let exemptions: Vec<_> = exemptions.collect();
        let config = gate.config.as_deref().unwrap_or(CONFIGURATION);
        let config_findings = wire.config_findings.0.into_iter();
        let config_findings = config_findings.map(|one| finding(one, config));
        let config_findings: Vec<Finding> = config_findings.collect::<Result<_, _>>()?;
        let judged = |policy: &Policy, specs, locks| {
            let of_policy = Gate {
                fail_on: policy.fail_on,
                fail_on_unknown: policy.fail_on_unknown,
                doubts: Vec::new(),
                ..gate.clone()
            };
            let mut report = Report::with_locks(policy, trust.clone(), of_policy, specs, locks);
            report.tell_of_blocks(policy.fail_on, exemptions.clone(), config_findings.clone());
            report.leave_out(wire.summary.untouched);
            for doubt in &gate.doubts {
                report.doubt(doubt.clone());
            }
            report
        };
        let by_own = judged(&own, specs, locks);
        let own_verdict = consistent(&by_own, &wire.verdict, wire.determined)?;
        let open = !wire.determined || own_verdict == Verdict::Inconclusive;
        let doubted = |mut report: Report| {
            if open && report.is_determined() {
                report.doubt_first("as reported: not everything could be determined".to_owned());
            }
            report
        };
        let by_default = doubted(judged(&Policy::default(), by_own.specs, by_own.locks));
        Ok(Self {
            own_verdict,
            default_verdict: by_default.verdict,
            report: doubted(judged(policy, by_default.specs, by_default.locks)),
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
    require_path(&wire.path)?;
    require_level(wire.slsa_build_level)?;
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
