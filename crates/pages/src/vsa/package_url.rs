//! Package URLs (<https://github.com/package-url/purl-spec>).

use package_provenance::package::{NpmName, NpmVersion, PypiName, PypiVersion};

use crate::stored::{StoredLock, StoredLocked, StoredSpec};

/// The URL of a spec's package, as npm and PyPI write it; nothing where it is no package and exact version
/// of theirs.
pub(super) fn package_url(spec: &StoredSpec) -> Option<String> {
    url(
        &spec.protocol,
        spec.package.as_deref()?,
        spec.version.as_deref()?,
    )
}

/// The URLs that a package of `lock` may have: those of npm and of PyPI where the report does not say whose
/// packages the lock has.
pub(super) fn locked_urls(lock: &StoredLock, locked: &StoredLocked) -> Vec<String> {
    let protocols: &[&str] = match lock.ecosystem.as_deref() {
        Some("npm") => &["npx"],
        Some("pypi") => &["uvx"],
        Some("go") => &[],
        Some(_) | None => &["npx", "uvx"],
    };
    let (Some(name), Some(version)) = (&locked.name, &locked.version) else {
        return Vec::new();
    };
    let urls = protocols.iter();
    urls.filter_map(|protocol| url(protocol, name, version))
        .collect()
}

fn url(protocol: &str, name: &str, version: &str) -> Option<String> {
    match protocol {
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
