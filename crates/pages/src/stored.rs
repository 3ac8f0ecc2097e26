//! A JSON report (`docs/report.schema.json`), read back by a later command of whoever ran the scan.
//!
//! It is read as strictly as a stranger's: [`ForeignReport::read`] refuses one that contradicts itself, so
//! that nobody makes a pass of it by changing a word. Whoever can write the file can write all of it,
//! though: these commands are for one's own report, and say so.

mod wire;

use std::collections::BTreeSet;
use std::fmt;

use dockyard_report::policy::{FailOn, Policy, Verdict, undetermined};
use dockyard_report::report::{ForeignReport, Subject, TrustOrigin};
use package_provenance::json;
use package_provenance::verify::Status;
use untrusted_text::quoted;

use self::wire::Document;
pub use self::wire::{
    StoredEvidence, StoredExemption, StoredFinding, StoredLock, StoredLocked, StoredPublisher,
    StoredSpec,
};
use dockyard_report::finding::Severity;

/// Largest report that is read, in bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// Longest version of the program that a report may name.
const MAX_VERSION: usize = 64;

/// A report, as its file has it.
#[derive(Debug, Clone)]
pub struct StoredReport {
    /// The version of the program that wrote it.
    pub tool_version: String,
    /// The verdict that the run came to.
    pub verdict: Verdict,
    /// Whether everything was determined that the run was to find out.
    pub determined: bool,
    /// Where the trust material came from.
    pub trust_source: TrustOrigin,
    /// As of when the trust material is.
    pub trust_as_of: String,
    /// Why nothing that rests on the trust material counts: a sentence.
    pub trust_problem: Option<String>,
    /// Whether its log entries are in Sigstore's public log, where people can look at them.
    pub public_log: bool,
    /// Findings at or above this failed the run.
    pub fail_on: FailOn,
    /// The configuration file.
    pub config: Option<String>,
    /// Every setting that can change the verdict and is not the default, a sentence each.
    pub changes: Vec<String>,
    /// What could not be determined of the run as a whole, a sentence each.
    pub doubts: Vec<String>,
    /// What is missing for it to tell of the whole repository; nothing where it does.
    narrowed: Option<Narrowed>,
    /// One per spec, in the report's order.
    pub specs: Vec<StoredSpec>,
    /// The paths of the specs of which something could not be determined.
    open: BTreeSet<String>,
    /// The lock files.
    pub locks: Vec<StoredLock>,
    /// The configuration's exemptions.
    pub exemptions: Vec<StoredExemption>,
    /// What is wrong with the configuration itself.
    pub config_findings: Vec<StoredFinding>,
}

/// Why a report does not tell of a whole repository as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrowed {
    /// It is of a pull request.
    PullRequest,
    /// It leaves out specs that are there.
    Part,
}

impl Narrowed {
    /// A clause for people.
    pub(crate) const fn of_the_report(self) -> &'static str {
        match self {
            Self::PullRequest => "the report is of a pull request",
            Self::Part => "the report leaves out specs that are there",
        }
    }
}

impl fmt::Display for Narrowed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::PullRequest => "it is of a pull request",
            Self::Part => "it leaves out specs that are there",
        })
    }
}

/// Why a file is no report that can be used. The text is for people, and may quote the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoredError(String);

impl StoredReport {
    /// Reads a report. Members that are not known are skipped: a newer version may have written it.
    ///
    /// # Errors
    /// [`StoredError`] where it is none, contradicts itself, or is part of a run only.
    pub fn read(bytes: &[u8]) -> Result<Self, StoredError> {
        let told = ForeignReport::read(bytes, &Policy::default()).map_err(StoredError)?;
        let document: Document = json::from_slice(bytes).map_err(|error| {
            StoredError(format!(
                "it is not a report of dockyard-provenance: {error}"
            ))
        })?;
        let tool_version = document.tool.version;
        if tool_version.is_empty() || tool_version.len() > MAX_VERSION {
            let shown = quoted(&tool_version);
            return Err(StoredError(format!("it names no version: {shown}")));
        }
        let claims = told.claims().specs.iter();
        let open = claims.filter(|spec| undetermined(spec));
        let narrowed = match (&document.gate.base, &document.summary) {
            (Some(_), _) => Some(Narrowed::PullRequest),
            (None, summary) if summary.untouched > 0 || !summary.complete => Some(Narrowed::Part),
            (None, _) => None,
        };
        Ok(Self {
            tool_version,
            verdict: told.own_verdict(),
            determined: document.determined,
            trust_source: document.trust.source,
            trust_as_of: document.trust.as_of,
            public_log: document.trust.source != TrustOrigin::File
                && !document.trust.private_instance,
            trust_problem: document.trust.problem,
            fail_on: document.gate.fail_on,
            config: document.gate.config,
            changes: document.gate.changes.0,
            doubts: document.gate.doubts.0,
            narrowed,
            open: open.map(|spec| spec.path.clone()).collect(),
            specs: document.specs.0,
            locks: document.locks.0,
            exemptions: document.exemptions.0,
            config_findings: document.config_findings.0,
        })
    }

    /// Why it does not tell of the whole repository as it is, where it does not.
    pub const fn narrowed(&self) -> Option<Narrowed> {
        self.narrowed
    }

    /// Whether something about `spec` could not be determined.
    pub fn is_open(&self, spec: &StoredSpec) -> bool {
        self.open.contains(&spec.path)
    }

    /// Whether `spec` is `verified` and nothing about it is an error or in doubt, accepted or not: the
    /// packages that a badge counts, and that can be stated to others.
    pub fn is_clean(&self, spec: &StoredSpec) -> bool {
        let wrong = |finding: &StoredFinding| finding.severity == Severity::Error;
        self.trust_problem.is_none()
            && spec.status == Status::Verified
            && !spec.findings.iter().any(wrong)
            && !self.is_open(spec)
    }

    /// Every finding: of specs, of the configuration, of lock files.
    pub fn findings(&self) -> impl Iterator<Item = &StoredFinding> {
        let of_specs = self.specs.iter().flat_map(|spec| &spec.findings);
        let of_locks = self.locks.iter().flat_map(StoredLock::all_findings);
        let of_locks = of_locks.map(|(_, finding)| finding);
        of_specs.chain(&self.config_findings).chain(of_locks)
    }

    /// The specs of packages, or of what should have been one.
    pub fn packages(&self) -> impl Iterator<Item = &StoredSpec> {
        let package = |spec: &&StoredSpec| spec.subject() == Subject::Package;
        self.specs.iter().filter(package)
    }
}

impl StoredLock {
    /// The findings about it as a whole, and those of its packages.
    pub fn all_findings(&self) -> impl Iterator<Item = (Option<&StoredLocked>, &StoredFinding)> {
        let whole = self.findings.iter().map(|finding| (None, finding));
        let of_packages = self.packages.iter().flat_map(|package| {
            let findings = package.findings.iter();
            findings.map(move |finding| (Some(package), finding))
        });
        whole.chain(of_packages)
    }
}

impl StoredLocked {
    /// `name@version`.
    pub fn named(&self) -> String {
        named(self.name.as_deref(), self.version.as_deref())
    }
}

fn named(package: Option<&str>, version: Option<&str>) -> String {
    match (package, version) {
        (Some(package), Some(version)) => format!("{package}@{version}"),
        (Some(package), None) => package.to_owned(),
        (None, _) => String::new(),
    }
}

impl StoredSpec {
    /// What it is about.
    pub fn subject(&self) -> Subject {
        Subject::told(&self.protocol, self.status)
    }

    /// `{protocol}/{server}`.
    pub fn place(&self) -> &str {
        self.path.strip_suffix("/spec.yaml").unwrap_or(&self.path)
    }

    /// `package@version`, as the spec writes them.
    pub fn named(&self) -> String {
        named(self.package.as_deref(), self.version.as_deref())
    }
}

#[cfg(test)]
pub(crate) mod tests;
