//! How many packages have what: the numbers that people ask for, per ecosystem.

use std::collections::BTreeMap;

use dockyard_report::policy::{FailOn, Verdict};
use dockyard_report::report::{EvidenceOutcome, Subject};
use package_provenance::verify::{EvidenceKind, Status};
use serde::Serialize;

use super::stored::{StoredReport, StoredSpec};

/// The numbers of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Version of this shape.
    pub schema_version: u32,
    /// The verdict of the run.
    pub verdict: Verdict,
    /// Findings at or above this failed the run; with `never` its verdict is no answer.
    pub fail_on: FailOn,
    /// Whether everything was determined.
    pub determined: bool,
    /// Whether the report tells of the whole repository as it is.
    pub complete: bool,
    /// Packages, by the folder that holds their specs.
    pub packages: BTreeMap<String, Packages>,
    /// All packages.
    pub total: Packages,
    /// Skills.
    pub skills: Skills,
    /// Specs that name neither.
    pub other: usize,
    /// Lock files, whose packages are not counted.
    pub locks: usize,
}

/// How many packages have what. One package can be in several of the numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Packages {
    /// Specs of packages.
    pub packages: usize,
    /// With a signature of the registry, or a record in Go's checksum database, that verified.
    pub signed: usize,
    /// With at least one attestation that verified.
    pub attested: usize,
    /// With the status `verified`.
    pub verified: usize,
    /// Of the verified ones, those without a finding at error, accepted ones included.
    #[serde(rename = "verified_without_error")]
    pub clean: usize,
    /// Of which something could not be determined.
    pub undetermined: usize,
}

/// How many skills there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Skills {
    /// Specs of skills.
    pub skills: usize,
    /// Whose commit lies in the repository's own history.
    pub pinned: usize,
    /// Of which something could not be determined.
    pub undetermined: usize,
}

impl Coverage {
    /// Counts `report`.
    pub fn of(report: &StoredReport) -> Self {
        let mut coverage = Self {
            schema_version: 1,
            verdict: report.verdict,
            fail_on: report.fail_on,
            determined: report.determined,
            complete: report.narrowed().is_none(),
            packages: BTreeMap::new(),
            total: Packages::default(),
            skills: Skills::default(),
            other: 0,
            locks: report.locks.len(),
        };
        for spec in &report.specs {
            let open = usize::from(report.is_open(spec));
            // Nothing that rests on trust material that does not count is counted: a Go checksum rests on none.
            let trusted = report.trust_problem.is_none();
            let signed = |kind| is_signature(kind) && (trusted || kind == EvidenceKind::GoChecksum);
            let attested = |kind| is_attestation(kind) && trusted;
            match spec.subject() {
                Subject::Nothing => coverage.other += 1,
                Subject::Skill => {
                    coverage.skills.skills += 1;
                    coverage.skills.pinned += usize::from(spec.status == Status::Pinned);
                    coverage.skills.undetermined += open;
                }
                Subject::Package => {
                    let rests = has(spec, |kind| kind != EvidenceKind::GoChecksum);
                    let one = Packages {
                        packages: 1,
                        signed: usize::from(has(spec, signed)),
                        attested: usize::from(has(spec, attested)),
                        verified: usize::from(spec.status == Status::Verified && trusted),
                        clean: usize::from(report.is_clean(spec)),
                        undetermined: open.max(usize::from(rests && !trusted)),
                    };
                    let row = coverage.packages.entry(spec.protocol.clone()).or_default();
                    *row = row.with(one);
                    coverage.total = coverage.total.with(one);
                }
            }
        }
        coverage
    }
}

impl Packages {
    const fn with(self, other: Self) -> Self {
        Self {
            packages: self.packages + other.packages,
            signed: self.signed + other.signed,
            attested: self.attested + other.attested,
            verified: self.verified + other.verified,
            clean: self.clean + other.clean,
            undetermined: self.undetermined + other.undetermined,
        }
    }
}

fn has(spec: &StoredSpec, kind: impl Fn(EvidenceKind) -> bool) -> bool {
    let mut evidence = spec.evidence.iter();
    evidence.any(|one| one.outcome == EvidenceOutcome::Verified && kind(one.kind))
}

const fn is_signature(kind: EvidenceKind) -> bool {
    match kind {
        EvidenceKind::NpmRegistrySignature | EvidenceKind::GoChecksum => true,
        EvidenceKind::NpmPublishAttestation
        | EvidenceKind::SlsaProvenance
        | EvidenceKind::PypiPublishAttestation
        | EvidenceKind::GitCommit => false,
    }
}

pub(crate) const fn is_attestation(kind: EvidenceKind) -> bool {
    match kind {
        EvidenceKind::NpmPublishAttestation
        | EvidenceKind::SlsaProvenance
        | EvidenceKind::PypiPublishAttestation => true,
        EvidenceKind::NpmRegistrySignature | EvidenceKind::GoChecksum | EvidenceKind::GitCommit => {
            false
        }
    }
}

#[cfg(test)]
mod tests;
