//! What was found out about each package, as long as a report is to be made of it.

use std::collections::{BTreeMap, BTreeSet};

use super::artifacts;
use dockyard_report::report::assemble::AllObserved;
use dockyard_report::spec::SpecFile;
use package_provenance::package::PackageVersion;

/// What becomes of results that every report was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// They are given up one by one, so that a run over thousands of specs does not hold all results
    /// beside all reports.
    Reports,
    /// They are wanted afterwards.
    Results,
}

/// The results of a run.
pub(super) struct Results {
    observed: AllObserved,
    /// How many reports are still to be made of each package that there is more than one of.
    waiting: BTreeMap<PackageVersion, usize>,
    /// The packages that another one's report looks at, too: a launcher's, at those of its binaries.
    looked_at: BTreeSet<PackageVersion>,
    keep: Keep,
}

impl Results {
    /// Of which reports are to be made, as often as `wanted` names a package.
    pub(super) fn new<'a>(
        observed: AllObserved,
        wanted: impl Iterator<Item = &'a PackageVersion>,
        keep: Keep,
    ) -> Self {
        let mut times: BTreeMap<&PackageVersion, usize> = BTreeMap::new();
        for package in wanted {
            *times.entry(package).or_default() += 1;
        }
        let more = times.into_iter().filter(|(_, times)| *times > 1);
        let waiting = more.map(|(package, times)| (package.clone(), times));
        let binaries = observed.values().flat_map(|observed| {
            let named = &observed.words.platform_packages;
            named.iter().cloned().map(PackageVersion::Npm)
        });
        Self {
            looked_at: binaries.collect(),
            observed,
            waiting: waiting.collect(),
            keep,
        }
    }

    /// All that are still held.
    pub(super) fn all(&self) -> &AllObserved {
        &self.observed
    }

    /// The report on `spec` is made.
    pub(super) fn reported(&mut self, spec: &SpecFile) {
        if self.keep == Keep::Results {
            return;
        }
        for package in artifacts(spec) {
            let last = match self.waiting.get_mut(package) {
                None => true,
                Some(waiting) => {
                    *waiting = waiting.saturating_sub(1);
                    *waiting == 0
                }
            };
            if last && !self.looked_at.contains(package) {
                self.observed.remove(package);
            }
        }
    }

    /// What is left: everything, or nothing.
    pub(super) fn kept(self) -> AllObserved {
        match self.keep {
            Keep::Results => self.observed,
            Keep::Reports => AllObserved::new(),
        }
    }
}
