//! One shard's report, read strictly and held against itself.

use std::collections::BTreeMap;

use super::error::MergeError;
use super::wire::{DetailsWire, ReportWire, ShardWire, SpecWire};
use crate::finding::Finding;
use crate::finding::exemptable::{Exemptable, exemptable};
use crate::policy::{Policy, Verdict};
use crate::report::shard::{Details, Digests, Shard, ShardRecord};
use crate::report::{Gate, Report, RequirementRecord, SpecReport};
use package_provenance::json;
use package_provenance::verify::Limit;
use untrusted_text::quoted;

/// Largest report of a shard that is read, in bytes.
pub const MAX_BYTES: u64 = 128 << 20;

/// The highest SLSA build level.
const MAX_LEVEL: u8 = 3;

/// What a shard reported.
#[derive(Debug, Clone)]
pub struct ShardReport {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) record: ShardRecord,
    pub(super) report: Report,
}

impl ShardReport {
    /// Reads the report of a shard, which people know by `name`.
    ///
    /// # Errors
    /// Why it is none, or contradicts itself, for people.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, String> {
        let wire: ReportWire = json::from_slice(bytes)
            .map_err(|error| format!("it is not the report of a shard: {error}"))?;
        if (wire.schema_version, wire.tool.name.as_str()) != (1, "dockyard-provenance") {
            return Err("it is not a report of this program's kind".to_owned());
        }
        let Some(shard) = wire.shard else {
            return Err(
                "it is a whole report, not that of a shard (`scan --shard I/N`)".to_owned(),
            );
        };
        if !wire.exemptions.0.is_empty() || !wire.config_findings.0.is_empty() {
            return Err("it judges exemptions, which no shard does".to_owned());
        }
        if !wire.locks.0.is_empty() {
            return Err("it tells of lock files, which no shard looks at".to_owned());
        }
        let (record, mut details) = record(shard)?;
        let specs = wire.specs.0.into_iter().map(|one| spec(one, &mut details));
        let specs: Vec<SpecReport> = specs.collect::<Result<_, String>>()?;
        if let Some((path, _)) = details.first_key_value() {
            return Err(format!("it has details of {}, and no report", quoted(path)));
        }
        if !specs.is_sorted_by(|one, next| one.path <= next.path) {
            return Err("its specs are in no order".to_owned());
        }
        let (fail_on, fail_on_unknown) = (wire.gate.fail_on, wire.gate.fail_on_unknown);
        let policy = Policy {
            fail_on,
            fail_on_unknown,
            ..Policy::default()
        };
        let gate = Gate {
            fail_on,
            fail_on_unknown,
            config: wire.gate.config,
            base: wire.gate.base.map(Into::into),
            evidence: wire.gate.evidence,
            evidence_as_of: wire.gate.evidence_as_of,
            changes: wire.gate.changes.0,
            doubts: Vec::new(),
        };
        let mut report = Report::new(&policy, wire.trust.into(), gate, specs);
        report.be_shard(record.clone());
        report.verdict = consistent(&report, wire.verdict, &wire.gate.doubts.0)?;
        report.gate.doubts = wire.gate.doubts.0;
        if wire.determined != report.is_determined() {
            return Err("it says of itself whether all was determined, and is wrong".to_owned());
        }
        let told = wire.summary;
        let made = &report.summary;
        let counted = told.specs == made.specs
            && told.exempted == made.exempted
            && told.by_status == made.by_status
            && told.by_severity == made.by_severity;
        if !counted || told.complete || told.untouched != 0 {
            return Err("its counts are not those of what it holds".to_owned());
        }
        Ok(Self {
            name: name.to_owned(),
            version: wire.tool.version,
            record,
            report,
        })
    }

    /// Which shard it is.
    pub const fn shard(&self) -> Shard {
        self.record.shard
    }

    /// It, refused for `reason`.
    pub(super) fn refused(&self, reason: String) -> MergeError {
        MergeError {
            name: self.name.clone(),
            reason,
        }
    }
}

/// The verdict that a report claims, where its findings and its gate allow that. What is in doubt may have
/// made it stricter, never more lenient.
fn consistent(made: &Report, claimed: Verdict, doubts: &[String]) -> Result<Verdict, String> {
    let in_doubt = !doubts.is_empty();
    let open = in_doubt && made.gate.fail_on_unknown;
    let fits = match (made.verdict, claimed) {
        (Verdict::Pass, Verdict::Pass) => !open,
        (Verdict::Pass, Verdict::Inconclusive) => in_doubt,
        (made, claimed) => made == claimed,
    };
    if fits {
        return Ok(claimed);
    }
    Err(format!(
        "its verdict is `{}`, and what it holds says otherwise",
        claimed.as_str()
    ))
}

type AllDetails = BTreeMap<String, DetailsWire>;

fn record(wire: ShardWire) -> Result<(ShardRecord, AllDetails), String> {
    let shard = Shard::new(wire.index, wire.of)
        .ok_or_else(|| format!("there is no shard {}/{}", wire.index, wire.of))?;
    let scanned_at = wire.scanned_at.parse().map_err(|error: jiff::Error| {
        let told = quoted(&wire.scanned_at);
        format!("{told}, when it says that it was made, is no time: {error}")
    })?;
    let record = ShardRecord {
        shard,
        digests: Digests {
            inventory: wire.inventory,
            config: wire.config,
            settings: wire.settings,
        },
        scanned_at,
        trust_age: wire.trust_age,
        details: BTreeMap::new(),
    };
    Ok((record, wire.details))
}

fn spec(wire: SpecWire, details: &mut AllDetails) -> Result<SpecReport, String> {
    let details = details
        .remove(&wire.path)
        .map(|it| Details {
            unsupported: it.unsupported,
            unjudged: it.unjudged.0,
            worse: it.worse.0,
        })
        .unwrap_or_default();
    let of_spec = |problem: &str| format!("{}: {problem}", quoted(&wire.path));
    if wire.slsa_build_level.is_some_and(|level| level > MAX_LEVEL) {
        return Err(of_spec("there is no such SLSA build level"));
    }
    let unjudged = details.unjudged;
    if !unjudged.is_empty() && unjudged.len() != wire.requirements.0.len() {
        return Err(of_spec("it has details of other requirements"));
    }
    let requirements = wire.requirements.0.into_iter().enumerate();
    let requirements: Vec<RequirementRecord> = requirements
        .map(|(number, one)| RequirementRecord {
            config_line: one.config_line,
            met: one.met,
            unjudged: unjudged.get(number).copied().flatten(),
        })
        .collect();
    // What was not judged says why.
    if requirements
        .iter()
        .any(|one| one.met.is_none() != one.unjudged.is_some())
    {
        return Err(of_spec(
            "a requirement is neither judged nor said not to be",
        ));
    }
    let findings: Vec<Finding> = wire.findings.0.into_iter().map(Into::into).collect();
    if let Some(problem) = findings.iter().find_map(problem) {
        return Err(of_spec(&problem));
    }
    Ok(SpecReport {
        protocol: wire.protocol,
        package: wire.package,
        version: wire.version,
        claimed: wire.claimed,
        status: wire.status,
        publisher: wire.publisher.map(Into::into),
        slsa_build_level: wire.slsa_build_level,
        requirements,
        evidence: wire.evidence.0.into_iter().map(Into::into).collect(),
        overrides: wire.overrides.0.into_iter().map(Into::into).collect(),
        before: wire.before.map(|before| Box::new(before.into())),
        findings,
        worse: details.worse,
        limit: if details.unsupported {
            Limit::Unsupported
        } else {
            Limit::Outside
        },
        identity: None,
        path: wire.path,
    })
}

fn problem(finding: &Finding) -> Option<String> {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let print = &finding.fingerprint;
    let place = &finding.location;
    let lines = [
        place.start_line,
        place.start_column,
        place.end_line,
        place.end_column,
    ];
    if print.len() != 32 || !print.bytes().all(digit) {
        Some("it holds a fingerprint that is none".to_owned())
    } else if lines.contains(&0) {
        Some("it names a line or column 0".to_owned())
    } else if finding.exempted.is_some() && exemptable(finding.rule) == Exemptable::No {
        let rule = finding.rule;
        Some(format!("nobody can accept a finding of `{rule}`"))
    } else {
        None
    }
}
