//! The packages that hold a launcher's binaries, one for each platform: asked about once the launcher is
//! verified, in one further round trip.

use std::collections::{BTreeMap, BTreeSet};

use super::history::is_recorded_nowhere;
use package_provenance::package::PackageVersion;
use package_provenance::verify::{Observed, Status};

/// Most packages of all launchers of a run that are asked about.
const MOST: usize = 5_000;

/// What is found out about those that are beyond [`MOST`].
const BEYOND: &str =
    "the launchers of this run name more packages for platforms than are looked at";

/// The packages that verified `launchers` name and `packages` has not, and what is known of those that are
/// too many to be asked about. Of a launcher without provenance nothing follows for its binaries.
pub(super) fn wanted(
    launchers: &BTreeSet<&PackageVersion>,
    packages: &BTreeMap<PackageVersion, Box<Observed>>,
) -> (
    BTreeSet<PackageVersion>,
    BTreeMap<PackageVersion, Box<Observed>>,
) {
    let verified = launchers.iter().filter_map(|launcher| {
        let observed = packages.get(*launcher)?;
        (observed.status == Status::Verified).then_some(observed)
    });
    let mut named: BTreeSet<PackageVersion> = verified
        .flat_map(|observed| &observed.words.platform_packages)
        .map(|package| PackageVersion::Npm(package.clone()))
        .filter(|package| !packages.contains_key(package))
        .collect();
    let beyond = match named.iter().nth(MOST).cloned() {
        Some(first) => named.split_off(&first),
        None => BTreeSet::new(),
    };
    let unknown = |package| (package, Box::new(Observed::undetermined(BEYOND)));
    (named, beyond.into_iter().map(unknown).collect())
}

/// Whether anything is known of one: recorded evidence of older runs has none of them, which is no doubt.
pub(super) fn was_asked(observed: &Observed) -> bool {
    observed.status != Status::Unknown || !is_recorded_nowhere(observed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use package_provenance::package::{NpmName, NpmPackage, NpmVersion};

    fn named(name: &str) -> NpmPackage {
        NpmPackage {
            name: NpmName::parse(name).unwrap(),
            version: NpmVersion::parse("1.0.0").unwrap(),
        }
    }

    #[test]
    fn those_that_are_too_many_are_not_known() {
        let launcher = PackageVersion::Npm(named("launcher"));
        let mut observed = Observed::undetermined("");
        observed.status = Status::Verified;
        observed.words.platform_packages = (0..=MOST)
            .map(|number| named(&format!("binary-{number:04}")))
            .collect();
        let mut packages = BTreeMap::from([(launcher.clone(), Box::new(observed))]);
        let launchers = BTreeSet::from([&launcher]);
        let (asked, beyond) = wanted(&launchers, &packages);
        assert_eq!((asked.len(), beyond.len()), (MOST, 1));
        let (last, known) = beyond.first_key_value().unwrap();
        assert_eq!(last, &PackageVersion::Npm(named("binary-5000")));
        assert_eq!(known.status, Status::Unknown);
        assert!(was_asked(known));
        // The control: one fewer.
        let all = packages.get_mut(&launcher).unwrap();
        all.words.platform_packages.pop();
        let (asked, beyond) = wanted(&launchers, &packages);
        assert_eq!((asked.len(), beyond.len()), (MOST, 0));
    }
}
