//! Registries of which nobody said that they sign.

use crate::settings::Settings;
use dockyard_registry::trust::ScopeKeys;
use package_provenance::package::PackageVersion;

/// Whether `package` comes from a scope's own registry of which no key is known: that it gives no
/// signature then means nothing. A registry in the place of npm's for all packages has npm's packages,
/// which npm signs.
pub(super) fn is_keyless(settings: &Settings, package: &PackageVersion) -> bool {
    let PackageVersion::Npm(package) = package else {
        return false;
    };
    let keys = package
        .name
        .as_str()
        .split_once('/')
        .and_then(|(scope, _)| settings.npm_scope_keys.get(scope));
    matches!(keys, Some(ScopeKeys::Nobody))
}
