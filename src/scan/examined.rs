//! What a scan comes to.

use dockyard_report::report::assemble::AllObserved;
use dockyard_report::report::{LockReport, Report, SpecReport};
use dockyard_report::spec::{SpecFile, SpecPackage};
use package_provenance::package::PackageVersion;
use package_provenance::verify::Observed;

/// Specs, what was found out about their packages, and the report on them.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The report.
    pub report: Report,
    /// The specs, as they were found.
    pub specs: Vec<SpecFile>,
    /// The reports on the base's specs, as far as they were remembered.
    pub base: Vec<SpecReport>,
    /// Those on the base's lock files.
    pub base_locks: Vec<LockReport>,
    pub(super) observed: AllObserved,
}

impl Examined {
    /// A report that was made elsewhere; nothing is known of what it was made from.
    pub const fn elsewhere(report: Report) -> Self {
        Self {
            report,
            specs: Vec::new(),
            base: Vec::new(),
            base_locks: Vec::new(),
            observed: AllObserved::new(),
        }
    }

    /// What was found out about a package that one of the specs pins, by itself or by an override.
    pub fn observed(&self, package: &PackageVersion) -> Option<&Observed> {
        self.observed.get(package).map(AsRef::as_ref)
    }

    /// What was found out about the package of `spec`, with the issuer that it accepts.
    pub fn observed_of(&self, spec: &SpecPackage) -> Option<&Observed> {
        let observed = self.observed(&spec.package)?;
        Some(match spec.declared.accepted_issuer() {
            Some(issuer) => observed.accepting(issuer),
            None => observed,
        })
    }
}
