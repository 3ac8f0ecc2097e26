//! Lock files in a run: which packages they bring, and the reports on them.

use std::collections::{BTreeMap, BTreeSet};

use super::Remembered;
use dockyard_report::lock::{self, LockFile, LockMemory};
use dockyard_report::policy::blocks::Blocks;
use dockyard_report::report::LockReport;
use dockyard_report::report::assemble::{AllObserved, Judging};
use package_provenance::package::PackageVersion;

/// Every package of the locks, and of what they were before, once.
pub(super) fn packages(
    locks: &[LockFile],
    before: &BTreeMap<String, LockFile>,
) -> BTreeSet<PackageVersion> {
    let all = locks.iter().chain(before.values());
    all.flat_map(LockFile::packages).cloned().collect()
}

/// The packages of which a requirement asks when they were published.
pub(super) fn dated(blocks: &Blocks, locks: &[LockFile]) -> BTreeSet<PackageVersion> {
    let packages = locks.iter().flat_map(|lock| {
        let of_lock = lock.packages();
        of_lock.filter(|package| blocks.ask_for_dates(&lock.path, package))
    });
    packages.cloned().collect()
}

/// The reports on `locks`, against what is remembered of each.
pub(super) fn reports(
    locks: &[LockFile],
    remembered: &Remembered,
    observed: &AllObserved,
    judging: Judging<'_>,
) -> Vec<LockReport> {
    let report = |file: &LockFile| {
        let before = remembered.locks.get(&file.path);
        let of_base = before.map(|before| LockMemory::base(before, observed));
        let baseline = remembered.baseline.as_deref();
        let of_baseline = baseline.and_then(|baseline| baseline.of_lock(&file.path));
        let memories: Vec<&LockMemory> = of_base.iter().chain(of_baseline).collect();
        lock::report(file, observed, judging, &memories)
    };
    locks.iter().map(report).collect()
}

/// The reports on the locks as they were.
pub(super) fn base_reports(
    remembered: &Remembered,
    observed: &AllObserved,
    judging: Judging<'_>,
) -> Vec<LockReport> {
    let files = remembered.locks.values();
    files
        .map(|file| lock::report(file, observed, judging, &[]))
        .collect()
}
