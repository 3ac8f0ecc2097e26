//! Joining the reports of shards to the report that one run would have given (`docs/shards.md`). Pure.
//!
//! A shard's report is a file that somebody may have changed since. So nothing in it decides by itself: which
//! specs there are, what they say and what the policy accepts is looked up anew, counts are made anew, and the
//! verdict is that of the policy at hand. What only a scan can know (statuses, evidence, findings) is
//! taken from the shard, whose report must fit itself and this run in everything that can be compared.

mod age;
mod beside;
mod common;
mod error;
mod read;
mod spec;
mod wire;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use self::age::current;
use self::common::{gate, trust};
pub use self::error::MergeError;
pub use self::read::{MAX_BYTES, ShardReport};
use crate::finding::Finding;
use crate::policy::accept::{About, afresh};
use crate::policy::exempt::day_of;
use crate::policy::novelty::Novelty;
use crate::policy::pin::Pin;
use crate::policy::usage::{Extent, usage};
use crate::policy::{Policy, undetermined};
use crate::report::assemble::{AllObserved, Judging, spec_report};
use crate::report::shard::{Digests, Shard};
use crate::report::skill;
use crate::report::{Gate, Report, SpecReport, TrustRecord, Verdict};
use crate::spec::{SpecFile, SpecPackage, Subject};
use package_provenance::verify::{Limit, Observed};
use untrusted_text::quoted;

/// Why nothing is known where nobody has reported.
const NOTHING: &str = "no shard has reported; see why their jobs ended";

/// What whoever merges knows without the shards.
#[derive(Debug)]
pub struct Own<'a> {
    /// What makes a run pass.
    pub policy: &'a Policy,
    /// The gate, as a scan with these settings would begin with.
    pub gate: Gate,
    /// What every shard must have in common with this run.
    pub digests: &'a Digests,
    /// Every spec, in path order.
    pub specs: &'a [SpecFile],
    /// What leaves such a run in doubt, and whether it is about specs that claim attestations.
    pub doubts: &'a [(bool, String)],
    /// How much a scan sees.
    pub extent: Extent,
    /// Which specs are new.
    pub novelty: &'a Novelty,
    /// Whether the trust material is of another Sigstore instance than the public one.
    pub private_instance: bool,
    /// The time.
    pub now: Timestamp,
}

/// The report that one run would have given, and the shards that are missing in it.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The report.
    pub report: Report,
    /// The shards that did not report.
    pub missing: Vec<Shard>,
    /// Of each of them whose report was there and is not of this run, why.
    pub outdated: Vec<String>,
}

/// Joins `parts`. A shard that is missing leaves its specs undetermined, and the whole with them.
///
/// # Errors
/// [`MergeError`].
pub fn merge(parts: Vec<ShardReport>, own: &Own<'_>) -> Result<Merged, MergeError> {
    let Some(some) = parts.first().map(ShardReport::shard) else {
        return Ok(nothing(own, Vec::new()));
    };
    let (parts, outdated) = current(distinct(parts, some)?, own.now);
    for part in parts.values() {
        part.fits(own).map_err(|reason| part.refused(reason))?;
    }
    let missing: Vec<Shard> = some
        .all()
        .filter(|shard| !parts.contains_key(shard))
        .collect();
    if parts.is_empty() {
        return Ok(Merged {
            missing,
            ..nothing(own, outdated)
        });
    }
    let trust = trust(&parts, own.private_instance)?;
    let gate = gate(&parts, own.gate.clone())?;
    let shards: Vec<Shard> = some.all().collect();
    let mut doubts = outdated.clone();
    let mut all_pass = missing.is_empty();
    let mut specs: BTreeMap<Shard, std::vec::IntoIter<SpecReport>> = BTreeMap::new();
    for (shard, part) in parts {
        all_pass &= part.report.verdict == Verdict::Pass;
        let heard = |doubt: &String| own.doubts.iter().any(|(_, own)| own == doubt);
        for doubt in part.report.gate.doubts {
            if !heard(&doubt) && !doubts.contains(&doubt) {
                doubts.push(doubt);
            }
        }
        specs.insert(shard, part.report.specs.into_iter());
    }
    let mut joined = Vec::with_capacity(own.specs.len());
    for (spec, shard) in own.specs.iter().zip(shards.iter().cycle()) {
        let told = specs.get_mut(shard).and_then(Iterator::next);
        joined.push(match told {
            Some(told) => again(told, spec, own),
            None => unreported(spec, Some(*shard), own),
        });
    }
    let mut report = judged(joined, trust, gate, own);
    for doubt in doubts {
        report.doubt(doubt);
    }
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let names = names.join(", ");
        report.doubt_first(format!(
            "no report came from shard {names}: its specs were not looked at"
        ));
    }
    // Nothing becomes better by being joined.
    if !all_pass && report.verdict == Verdict::Pass {
        report.verdict = Verdict::Inconclusive;
    }
    Ok(Merged {
        report,
        missing,
        outdated,
    })
}

/// The report on `specs`, with what became of the configuration's blocks.
fn judged(specs: Vec<SpecReport>, trust: TrustRecord, gate: Gate, own: &Own<'_>) -> Report {
    let mut report = Report::new(own.policy, trust, gate, specs);
    let today = day_of(own.now);
    let blocks = &own.policy.blocks;
    let specs: Vec<&SpecReport> = report.judged().collect();
    let usage = usage(blocks, &specs, undetermined, own.extent, today);
    report.notes.clone_from(&usage.notes);
    report.tell_usage(own.policy, usage);
    report.summary.complete = own.extent.whole;
    for (claimed, doubt) in own.doubts {
        report.doubt_about(*claimed, doubt.clone());
    }
    report
}

/// The report where no shard has reported, so that nobody knows how many there are.
fn nothing(own: &Own<'_>, outdated: Vec<String>) -> Merged {
    let specs = own.specs.iter().map(|spec| unreported(spec, None, own));
    let trust = TrustRecord {
        as_of: "nothing was established".to_owned(),
        problem: Some(NOTHING.to_owned()),
        private_instance: own.private_instance,
        ..TrustRecord::default()
    };
    let mut report = judged(specs.collect(), trust, own.gate.clone(), own);
    for doubt in &outdated {
        report.doubt(doubt.clone());
    }
    report.doubt_first(NOTHING.to_owned());
    if report.verdict == Verdict::Pass {
        report.verdict = Verdict::Inconclusive;
    }
    Merged {
        report,
        missing: Vec::new(),
        outdated,
    }
}

/// The reports by their shards: each once, of one run.
fn distinct(
    parts: Vec<ShardReport>,
    some: Shard,
) -> Result<BTreeMap<Shard, ShardReport>, MergeError> {
    let mut known: BTreeMap<Shard, ShardReport> = BTreeMap::new();
    for part in parts {
        let shard = part.shard();
        if shard.of() != some.of() {
            return Err(part.refused(format!(
                "it is shard {shard}, and another report is one of {}",
                some.of()
            )));
        }
        if let Some(other) = known.get(&shard) {
            let other = quoted(&other.name);
            return Err(part.refused(format!("it is shard {shard}, and so is {other}")));
        }
        known.insert(shard, part);
    }
    Ok(known)
}

impl ShardReport {
    /// Whether it is of the run that `own` describes, as far as that can be told.
    fn fits(&self, own: &Own<'_>) -> Result<(), String> {
        let version = env!("CARGO_PKG_VERSION");
        if self.version != version {
            let other = quoted(&self.version);
            return Err(format!(
                "it was written by version {other}, and this is {version}; run all jobs with one version"
            ));
        }
        let (digests, expected) = (&self.record.digests, own.digests);
        for (differs, what) in [
            (
                digests.inventory != expected.inventory,
                "the specs that it knows are not those that are here; check out the same commit",
            ),
            (
                digests.config != expected.config,
                "it was judged by another configuration; give the merge the shards' options",
            ),
            (
                digests.settings != expected.settings,
                "it was made with other settings, another baseline or base, or in another workflow run; give \
                 the merge the shards' options",
            ),
        ] {
            if differs {
                return Err(what.to_owned());
            }
        }
        let shard = self.shard();
        let positions = own.specs.iter().enumerate();
        let mut expected = positions
            .filter(|(position, _)| shard.takes(*position))
            .map(|(_, spec)| spec);
        for told in &self.report.specs {
            let spec = expected
                .next()
                .filter(|spec| spec.path == told.path)
                .ok_or_else(|| {
                    let path = quoted(&told.path);
                    format!("it tells of {path} where shard {shard} has another spec, or none")
                })?;
            spec::same(told, spec, own.policy)?;
            beside::same(told, spec, &own.policy.blocks, own.novelty)?;
        }
        match expected.next() {
            Some(left_out) => Err(format!(
                "it leaves out {}, which shard {shard} has",
                quoted(&left_out.path)
            )),
            None => Ok(()),
        }
    }
}

/// What a shard told of `spec`, with what is known here: the lines, what is pinned, what is accepted today.
fn again(mut told: SpecReport, spec: &SpecFile, own: &Own<'_>) -> SpecReport {
    let pin = Pin::of(spec);
    let about = About {
        path: &spec.path,
        package: pin.as_ref(),
        unsupported: told.limit == Limit::Unsupported,
    };
    let findings = std::mem::take(&mut told.findings);
    let mut findings = afresh(findings, about, &own.policy.blocks, day_of(own.now));
    if matches!(spec.subject, Subject::Package(_) | Subject::Unusable) {
        for finding in &mut findings {
            lined(finding, spec);
        }
    }
    SpecReport {
        findings,
        identity: pin.map(Box::new),
        ..told
    }
}

fn lined(finding: &mut Finding, spec: &SpecFile) {
    let place = &finding.location;
    // What is about the file as a whole is about no line of it.
    if (place.start_line, place.start_column) != (place.end_line, place.end_column) {
        finding.line = spec.line(place.start_line);
    }
}

/// The report on a spec whose shard, where it is known, did not report.
fn unreported(spec: &SpecFile, shard: Option<Shard>, own: &Own<'_>) -> SpecReport {
    let judging = Judging {
        novelty: own.novelty,
        ..Judging::by(own.policy, own.now)
    };
    let cause = shard.map_or_else(
        || NOTHING.to_owned(),
        |shard| format!("no report came from shard {shard}"),
    );
    let unseen = || Observed::undetermined(cause.clone());
    match &spec.subject {
        Subject::Skill(one) => {
            let all = [(one.folder.clone(), unseen())].into();
            skill::report(spec, one, &all, judging)
        }
        Subject::Package(package) => {
            let all: AllObserved = packages(package)
                .map(|it| (it.clone(), Box::new(unseen())))
                .collect();
            spec_report(spec, &all, judging)
        }
        Subject::Unusable => spec_report(spec, &AllObserved::new(), judging),
    }
}

/// The package of a spec, and those that its overrides pin.
fn packages(
    spec: &SpecPackage,
) -> impl Iterator<Item = &package_provenance::package::PackageVersion> {
    std::iter::once(&spec.package).chain(spec.pinned_overrides())
}

impl fmt::Display for Merged {
    /// `shards 2/4, 3/4 are missing`, or nothing.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.missing.iter().map(ToString::to_string).collect();
        match names.as_slice() {
            [] => {}
            [one] => write!(formatter, "shard {one} is missing")?,
            _ => write!(formatter, "shards {} are missing", names.join(", "))?,
        }
        let mut outdated = self.outdated.iter();
        outdated.try_for_each(|why| write!(formatter, "; {why}"))
    }
}

#[cfg(test)]
mod tests;
