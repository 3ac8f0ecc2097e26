//! Package URLs (<https://github.com/package-url/purl-spec>).

use package_provenance::package::{NpmName, NpmVersion, PypiName, PypiVersion};

use crate::stored::StoredSpec;

/// The URL of a spec's package, as npm and PyPI write it; nothing where it is no package and exact version
/// of theirs.
pub(super) fn package_url(spec: &StoredSpec) -> Option<String> {
    let (name, version) = (spec.package.as_deref()?, spec.version.as_deref()?);
    match spec.protocol.as_str() {
        "npx" => {
            let (name, version) = (NpmName::parse(name).ok()?, NpmVersion::parse(version).ok()?);
            let name = name.as_str().replace('@', "%40");
            Some(format!("pkg:npm/{name}@{}", encoded(version.as_str())))
        }
        "uvx" => {
            let (name, version) = (
                PypiName::parse(name).ok()?,
                PypiVersion::parse(version).ok()?,
            );
            let version = encoded(&version.to_string());
            Some(format!("pkg:pypi/{}@{version}", name.as_str()))
        }
        _ => None,
    }
}

/// What the versions of both can hold and a URL gives another meaning.
fn encoded(version: &str) -> String {
    version.replace('+', "%2B").replace('!', "%21")
}
