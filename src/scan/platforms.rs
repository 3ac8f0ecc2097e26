//! The packages that hold a launcher's binaries, one for each platform: asked about once the launcher is
//! verified, in one further round trip.

use std::collections::{BTreeMap, BTreeSet};

use super::history::is_recorded_nowhere;
use package_provenance::package::PackageVersion;
use package_provenance::verify::{Observed, Status};

/// Most packages of all launchers of a run that are asked about.
const MOST: usize = 5_000;

/// The packages that verified `launchers` name and `packages` has not. Of one without provenance nothing
/// follows for its binaries.
pub(super) fn wanted(
    launchers: &BTreeSet<PackageVersion>,
    packages: &BTreeMap<PackageVersion, Observed>,
) -> BTreeSet<PackageVersion> {
    let verified = launchers.iter().filter_map(|launcher| {
        let observed = packages.get(launcher)?;
        (observed.status == Status::Verified).then_some(observed)
    });
    verified
        .flat_map(|observed| &observed.words.platform_packages)
        .map(|package| PackageVersion::Npm(package.clone()))
        .filter(|package| !packages.contains_key(package))
        .take(MOST)
        .collect()
}

/// Whether anything is known of one: recorded evidence of older runs has none of them, which is no doubt.
pub(super) fn was_asked(observed: &Observed) -> bool {
    observed.status != Status::Unknown || !is_recorded_nowhere(observed)
}
