//! Registries of which nobody said that they sign.

use crate::config::{NPM_REGISTRY, Settings};
use package_provenance::package::PackageVersion;
use dockyard_registry::urls::BaseUrl;

/// Whether `package` comes from a scope's own registry that is not npm's and of which no key is known:
/// that it gives no signature then means nothing. A registry in the place of npm's for all packages has
/// npm's packages, which npm signs.
pub(super) fn is_keyless(settings: &Settings, package: &PackageVersion) -> bool {
    let PackageVersion::Npm(package) = package else {
        return false;
    };
    let own = package
        .name
        .as_str()
        .split_once('/')
        .and_then(|(scope, _)| settings.npm_scopes.get(scope));
    own.is_some_and(|own| {
        let same = |other: &str| BaseUrl::parse(own).ok() == BaseUrl::parse(other).ok();
        settings.trust.npm_keys.is_none() && !same(NPM_REGISTRY) && !same(&settings.npm_registry)
    })
}
