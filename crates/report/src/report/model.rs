//! The report: what `docs/report.schema.json` describes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::lock::LockReport;
use super::requirements::ExemptionRecord;
use super::shard::{Shard, ShardRecord};
use super::spec::SpecReport;
use super::summary::Summary;
use crate::finding::Finding;
use crate::policy::usage::Usage;
use crate::policy::{FailOn, Policy, Verdict, undetermined};
use package_provenance::trust::TrustSource;

/// A whole report. [`super::json`] writes it.
#[derive(Debug, Clone)]
pub struct Report {
    /// Version of this shape.
    pub schema_version: u32,
    /// This program.
    pub tool: Tool,
    /// The verdict.
    pub verdict: Verdict,
    /// What was trusted.
    pub trust: TrustRecord,
    /// What the gate was told to do: settings that change the verdict.
    pub gate: Gate,
    /// Counts.
    pub summary: Summary,
    /// One per spec, in path order.
    pub specs: Vec<SpecReport>,
    /// One per lock file, in path order.
    pub locks: Vec<LockReport>,
    /// One for each exemption of the configuration, in its order.
    pub exemptions: Vec<ExemptionRecord>,
    /// What is wrong with the configuration's own blocks, in location order.
    pub config_findings: Vec<Finding>,
    /// Which part of a run it is, where several share one.
    pub shard: Option<ShardRecord>,
    /// What its user should know of this run besides, a sentence each: for standard error, not part
    /// of any format.
    pub notes: Vec<String>,
}

/// This program.
#[derive(Debug, Clone, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// Where the trust material of a run came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrustOrigin {
    /// Built into the program.
    Embedded,
    /// A TUF repository, now or at an earlier run.
    Tuf,
    /// Files that the user named.
    File,
    /// None could be established, so no package was verified.
    #[default]
    None,
}

impl TrustOrigin {
    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => TrustSource::Embedded.as_str(),
            Self::Tuf => TrustSource::Tuf.as_str(),
            Self::File => TrustSource::File.as_str(),
            Self::None => "none",
        }
    }
}

impl From<TrustSource> for TrustOrigin {
    fn from(source: TrustSource) -> Self {
        match source {
            TrustSource::Embedded => Self::Embedded,
            TrustSource::Tuf => Self::Tuf,
            TrustSource::File => Self::File,
        }
    }
}

/// What was trusted.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TrustRecord {
    /// Where it came from.
    pub source: TrustOrigin,
    /// As of when.
    pub as_of: String,
    /// When TUF confirmed it last (RFC 3339, UTC).
    pub refreshed_at: Option<String>,
    /// When the first of the TUF metadata files behind it expires.
    pub expires: Option<String>,
    /// Why it is not what the TUF repository serves now, and how old it is: a sentence.
    pub fallback: Option<String>,
    /// Why no verdict that rests on it can be a pass: a sentence.
    pub problem: Option<String>,
    /// How old it is, as in `3 days old`, where that can be told: for the verdict's sentence.
    #[serde(skip)]
    pub age: Option<String>,
    /// Whether it is of another Sigstore instance than the public one, whose log people can look at.
    pub private_instance: bool,
}

/// Where a run took its evidence from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceOrigin {
    /// The registries.
    Network,
    /// A folder of recorded evidence.
    Folder,
    /// What earlier runs cached; no registry was asked.
    Cache,
    /// Nowhere: nothing was allowed.
    None,
}

impl EvidenceOrigin {
    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Folder => "folder",
            Self::Cache => "cache",
            Self::None => "none",
        }
    }
}

/// The settings that a reader of the verdict must know.
#[derive(Debug, Clone, Serialize)]
pub struct Gate {
    /// Findings at or above this fail.
    pub fail_on: FailOn,
    /// Whether what could not be determined is inconclusive (exit 3), where no spec claims
    /// attestations of it.
    pub fail_on_unknown: bool,
    /// The configuration file that was read, if any, as given or relative to the root.
    pub config: Option<String>,
    /// On a pull request, whose configuration and trust files were read instead of the checkout's.
    pub base: Option<BaseTip>,
    /// Where evidence came from.
    pub evidence: EvidenceOrigin,
    /// When the oldest answer came that was used from the cache without asking, offline.
    pub evidence_as_of: Option<String>,
    /// Every setting that is not the default and can change the verdict, one sentence each, with
    /// where it was set: a threshold, a severity, a narrower search, other trust, another registry.
    pub changes: Vec<String>,
    /// What could not be determined of the run as a whole, one sentence each, such as whose
    /// configuration holds.
    pub doubts: Vec<String>,
}

/// A branch, and its newest commit when this run looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaseTip {
    /// The branch's name: the repository's text.
    pub branch: String,
    /// The commit.
    pub commit: String,
}

impl fmt::Display for BaseTip {
    /// `main at 0123456`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = self.commit.get(..7).unwrap_or(&self.commit);
        write!(formatter, "{} at {short}", self.branch)
    }
}

impl Report {
    /// Puts a report together: specs in path order, findings in location order, counted and
    /// judged by `policy`, so that the same input gives the same report whatever the concurrency.
    pub fn new(policy: &Policy, trust: TrustRecord, gate: Gate, specs: Vec<SpecReport>) -> Self {
        Self::with_locks(policy, trust, gate, specs, Vec::new())
    }

    /// As [`Self::new`], with lock files. One that has nothing to look up is in doubt: an empty list is
    /// not fine by itself.
    pub fn with_locks(
        policy: &Policy,
        trust: TrustRecord,
        gate: Gate,
        mut specs: Vec<SpecReport>,
        mut locks: Vec<LockReport>,
    ) -> Self {
        for spec in &mut specs {
            spec.findings.sort_by(|a, b| a.order().cmp(&b.order()));
        }
        specs.sort_by(|a, b| a.path.cmp(&b.path));
        locks.sort_by(|a, b| a.path().cmp(b.path()));
        let judged = specs
            .iter()
            .chain(locks.iter().flat_map(LockReport::judged));
        let verdict = policy.verdict_of(judged);
        let empty: Vec<String> = locks
            .iter()
            .filter(|lock| lock.is_empty())
            .map(|lock| {
                let path = lock.path();
                format!("{path} has no entry to look up, so that nothing is known of what is installed by it")
            })
            .collect();
        let mut report = Self {
            schema_version: 1,
            tool: Tool {
                name: "dockyard-provenance",
                version: env!("CARGO_PKG_VERSION"),
            },
            verdict: verdict.trusting(trust.problem.is_none()),
            trust,
            gate,
            summary: Summary::of(&specs).with_locks(&locks),
            specs,
            locks,
            exemptions: Vec::new(),
            config_findings: Vec::new(),
            shard: None,
            notes: Vec::new(),
        };
        for sentence in empty {
            report.doubt(sentence);
        }
        report
    }

    /// All that is judged: specs, then lock files, each as a whole and package by package.
    pub fn judged(&self) -> impl Iterator<Item = &SpecReport> + Clone {
        let of_locks = self.locks.iter().flat_map(LockReport::judged);
        self.specs.iter().chain(of_locks)
    }

    /// Says what became of the configuration's own blocks. A finding about them counts like any other.
    pub fn tell_usage(&mut self, policy: &Policy, usage: Usage) {
        let findings = policy.findings(&policy.blocks.file, None, &usage.drafts);
        self.tell_of_blocks(policy.fail_on, usage.exemptions, findings);
    }

    /// As [`Self::tell_usage`], of what is found already.
    pub fn tell_of_blocks(
        &mut self,
        fail_on: FailOn,
        exemptions: Vec<ExemptionRecord>,
        config_findings: Vec<Finding>,
    ) {
        for finding in &config_findings {
            let counted = self.summary.by_severity.entry(finding.severity);
            *counted.or_default() += 1;
            if fail_on.includes(finding.severity) {
                self.verdict = Verdict::Fail;
            }
        }
        self.exemptions = exemptions;
        self.config_findings = config_findings;
    }

    /// Notes that besides the specs of this report `untouched` others are there, which are not this
    /// run's business. Where no spec is left, there is nothing to verify, and that is a pass.
    pub fn leave_out(&mut self, untouched: usize) {
        self.summary.untouched = untouched;
        if self.specs.is_empty() && self.locks.is_empty() && self.is_determined() {
            self.verdict = Verdict::Pass;
        }
    }

    /// Notes that this is the report on one part of a run. Where that part has no spec there is nothing for it
    /// to verify; the merge knows what the others have.
    pub fn be_shard(&mut self, record: ShardRecord) {
        self.shard = Some(record);
        if self.specs.is_empty() && self.is_determined() {
            self.verdict = Verdict::Pass;
        }
    }

    /// Notes what could not be determined of the run as a whole, such as whose configuration holds. No
    /// pass comes out of it, unless the gate lets the unknown pass and no spec claims attestations.
    pub fn doubt(&mut self, sentence: String) {
        let claimed = self.judged().any(|spec| spec.claimed);
        self.doubt_about(claimed, sentence);
    }

    /// As [`Self::doubt`], about specs of which some claim attestations, or may: what is claimed and
    /// cannot be determined counts whatever else may be unknown, unless nothing is to fail the run.
    pub fn doubt_about(&mut self, claimed: bool, sentence: String) {
        self.gate.doubts.push(sentence);
        let counts = self.gate.fail_on_unknown || (claimed && self.gate.fail_on != FailOn::Never);
        if self.verdict == Verdict::Pass && counts {
            self.verdict = Verdict::Inconclusive;
        }
    }

    /// As [`Self::doubt`], before the doubts there are: those of somebody else must not crowd it out
    /// of what is shown.
    pub fn doubt_first(&mut self, sentence: String) {
        self.doubt(sentence);
        self.gate.doubts.rotate_right(1);
    }

    /// Whether everything was determined that the run was to find out: of every spec, of the trust
    /// material, of the run itself. The verdict does not tell: a finding makes it `fail` whatever
    /// else is unknown, and `fail-on-unknown: false` lets the unknown pass.
    pub fn is_determined(&self) -> bool {
        let looked = !self.specs.is_empty()
            || !self.locks.is_empty()
            || self.summary.untouched > 0
            || self.shard.is_some();
        looked
            && self.trust.problem.is_none()
            && self.gate.doubts.is_empty()
            && !self.judged().any(undetermined)
    }
}

/// What a shard with so many specs says of itself among the settings.
pub fn of_shard(shard: Shard, specs: usize) -> String {
    let specs = super::style::specs(specs);
    format!(
        "shard is {shard} (--shard): {specs} of one part of the run are looked at, and no verdict is final before the merge"
    )
}
