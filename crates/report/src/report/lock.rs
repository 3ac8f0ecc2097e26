//! The report on one lock file.

use std::collections::BTreeMap;

use dockyard_locks::Format;
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::before::BeforeRecord;
use super::counts::by_word;
use super::records::{EvidenceRecord, PublisherRecord};
use super::requirements::RequirementRecord;
use super::spec::SpecReport;
use crate::finding::{Finding, Severity};
use package_provenance::package::Ecosystem;
use package_provenance::verify::Status;

/// The report on one lock file.
#[derive(Debug, Clone)]
pub struct LockReport {
    /// The format, which also says whose packages they are.
    pub format: Format,
    /// How many entries the lock has; packages that are in it several times count each time.
    pub entries: usize,
    /// Packages by status; every status is present.
    pub by_status: BTreeMap<Status, usize>,
    /// What is about the lock as a whole, at its path.
    pub whole: SpecReport,
    /// Each package once, in the lock's order, and each entry that is of no registry or cannot be read.
    pub packages: Vec<LockPackage>,
}

/// A package of a lock.
#[derive(Debug, Clone)]
pub struct LockPackage {
    /// What was found out, as of a spec's package; its path is the lock's.
    pub report: SpecReport,
    /// In how many entries it is.
    pub entries: usize,
    /// The names on a shortest way from what the project asks for to it; empty where it asks for it
    /// itself, or the lock does not say.
    pub via: Vec<String>,
    /// The name under which it is imported, where that is another.
    pub alias: Option<String>,
    /// `registry`, or what an entry comes from that is of none; `unreadable` where that is not known.
    pub from: &'static str,
    /// The digests that the lock holds the installer to.
    pub pinned: Vec<String>,
    /// Whether the lock had it before, where that is known.
    pub new: Option<bool>,
}

impl LockReport {
    /// Puts a report together, and counts.
    pub fn new(
        format: Format,
        entries: usize,
        whole: SpecReport,
        mut packages: Vec<LockPackage>,
    ) -> Self {
        let mut by_status: BTreeMap<_, _> = Status::ALL.map(|each| (each, 0)).into();
        for package in &mut packages {
            *by_status.entry(package.report.status).or_default() += 1;
            package
                .report
                .findings
                .sort_by(|a, b| a.order().cmp(&b.order()));
        }
        Self {
            format,
            entries,
            by_status,
            whole,
            packages,
        }
    }

    /// Its path, relative to the root.
    pub fn path(&self) -> &str {
        &self.whole.path
    }

    /// What is about the lock as a whole, then its packages.
    pub fn judged(&self) -> impl Iterator<Item = &SpecReport> + Clone {
        let packages = self.packages.iter().map(|package| &package.report);
        std::iter::once(&self.whole).chain(packages)
    }

    /// Whether any of it is looked up: the project's own folders, and nothing at all, are not.
    pub fn is_empty(&self) -> bool {
        let applicable = |package: &LockPackage| {
            package.report.status != Status::NotApplicable || !package.report.findings.is_empty()
        };
        !self.packages.iter().any(applicable)
    }

    /// Packages of a registry.
    pub fn of_registry(&self) -> impl Iterator<Item = &LockPackage> {
        let of_registry = |package: &&LockPackage| package.from == "registry";
        self.packages.iter().filter(of_registry)
    }

    /// How many open findings are this severe.
    pub fn of_severity(&self, severity: Severity) -> usize {
        let open = self.judged().flat_map(SpecReport::open_findings);
        open.filter(|finding| finding.severity == severity).count()
    }

    /// How many packages were not in the lock before, where it is known what was.
    pub fn new_packages(&self) -> Option<usize> {
        let known = self.packages.iter().any(|package| package.new.is_some());
        let new = self.packages.iter().filter(|it| it.new == Some(true));
        known.then(|| new.count())
    }
}

impl Serialize for LockReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Counts<'a>(&'a BTreeMap<Status, usize>);

        impl Serialize for Counts<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                by_word(self.0, Status::as_str, serializer)
            }
        }

        let mut lock = serializer.serialize_struct("LockReport", 7)?;
        lock.serialize_field("path", &self.whole.path)?;
        lock.serialize_field("format", self.format.name())?;
        lock.serialize_field("ecosystem", &ecosystem(self.format))?;
        lock.serialize_field("entries", &self.entries)?;
        lock.serialize_field("by_status", &Counts(&self.by_status))?;
        lock.serialize_field("packages", &self.packages)?;
        lock.serialize_field("findings", &self.whole.findings)?;
        lock.end()
    }
}

/// A package of a lock, as it is written.
#[derive(Serialize)]
struct Document<'a> {
    name: Option<&'a str>,
    version: Option<&'a str>,
    from: &'a str,
    alias: Option<&'a str>,
    entries: usize,
    via: &'a [String],
    pinned: &'a [String],
    new: Option<bool>,
    status: Status,
    publisher: Option<&'a PublisherRecord>,
    slsa_build_level: Option<u8>,
    requirements: &'a [RequirementRecord],
    evidence: &'a [EvidenceRecord],
    before: Option<&'a BeforeRecord>,
    findings: &'a [Finding],
}

impl Serialize for LockPackage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = &self.report;
        Document {
            name: report.package.as_deref(),
            version: report.version.as_deref(),
            from: self.from,
            alias: self.alias.as_deref(),
            entries: self.entries,
            via: &self.via,
            pinned: &self.pinned,
            new: self.new,
            status: report.status,
            publisher: report.publisher.as_deref(),
            slsa_build_level: report.slsa_build_level,
            requirements: &report.requirements,
            evidence: &report.evidence,
            before: report.before.as_deref(),
            findings: &report.findings,
        }
        .serialize(serializer)
    }
}

/// The ecosystem whose packages a format names.
pub const fn ecosystem(format: Format) -> Ecosystem {
    match format {
        Format::PackageLock | Format::Shrinkwrap => Ecosystem::Npm,
        Format::UvLock | Format::Pylock | Format::Requirements => Ecosystem::Pypi,
        Format::GoSum => Ecosystem::Go,
    }
}
