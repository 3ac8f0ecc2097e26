//! Registries that give no evidence at all: a mirror may have left it out.

use std::collections::BTreeMap;

use crate::settings::{NPM_REGISTRY, PYPI_INDEX, Settings};
use dockyard_registry::http::BaseUrl;
use package_provenance::package::PackageVersion;
use package_provenance::verify::{Observed, Outcome};

/// What is said, among the settings, of each registry that is not the public one and gave no evidence for
/// any package: which option would help.
pub(super) fn hints(
    settings: &Settings,
    observed: &BTreeMap<PackageVersion, Box<Observed>>,
) -> Vec<String> {
    if settings.evidence.is_some() || settings.offline {
        return Vec::new();
    }
    let public =
        |address: &str, public: &str| match (BaseUrl::parse(address), BaseUrl::parse(public)) {
            (Ok(address), Ok(public)) => address == public,
            _ => false,
        };
    let npm = settings.npm_evidence.is_none() && !public(&settings.npm_registry, NPM_REGISTRY);
    let pypi = settings.pypi_evidence.is_none() && !public(&settings.pypi_index, PYPI_INDEX);
    let of_npm = |package: &PackageVersion| match package {
        PackageVersion::Npm(package) => {
            let scope = package.name.as_str().split_once('/');
            scope.is_none_or(|(scope, _)| !settings.npm_scopes.contains_key(scope))
        }
        PackageVersion::Pypi(_) | PackageVersion::Go(_) => false,
    };
    let of_pypi = |package: &PackageVersion| matches!(package, PackageVersion::Pypi(_));
    // An index that says of a file that it has no provenance knows what that is, and leaves none out.
    let spoke = |outcome: &Outcome| *outcome == Outcome::Absent;
    let npm = npm
        .then(|| without_evidence(observed, of_npm, |_| false))
        .flatten();
    let pypi = pypi
        .then(|| without_evidence(observed, of_pypi, spoke))
        .flatten();
    let npm = npm.map(|packages| {
        format!(
            "npm-registry gave neither signature nor attestation (packages: {packages}); where it \
             is a mirror that leaves them out, set npm-evidence to {NPM_REGISTRY}, and npm is asked for them"
        )
    });
    let pypi = pypi.map(|packages| {
        format!(
            "pypi-index gave no attestation (packages: {packages}); where it is a mirror that \
             leaves them out, set pypi-evidence to {PYPI_INDEX}, and PyPI is asked for them"
        )
    });
    npm.into_iter().chain(pypi).collect()
}

/// How many packages the registry has, where it gave evidence for none of them.
fn without_evidence(
    observed: &BTreeMap<PackageVersion, Box<Observed>>,
    of: impl Fn(&PackageVersion) -> bool,
    spoke: impl Fn(&Outcome) -> bool,
) -> Option<usize> {
    let gave = |observed: &Observed| {
        let mut outcomes = observed.evidence.iter().map(|one| &one.outcome);
        outcomes.any(|outcome| {
            spoke(outcome)
                || matches!(
                    outcome,
                    Outcome::Verified(_) | Outcome::Invalid(_) | Outcome::Unsupported(_)
                )
        })
    };
    let mut packages = 0_usize;
    for (_, observed) in observed.iter().filter(|(package, _)| of(package)) {
        if gave(observed) {
            return None;
        }
        // One that is not there, or was not answered for, has no evidence to speak of.
        packages = packages.saturating_add(usize::from(!observed.evidence.is_empty()));
    }
    (packages > 0).then_some(packages)
}
