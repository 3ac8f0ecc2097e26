//! Which addresses are a configured registry's, and which package they are of.

use std::collections::BTreeMap;

use package_provenance::package::{NpmName, NpmPackage, NpmVersion};
use url::Url;

/// The host that npm replaces by its configured registry's (`replace-registry-host`, whose default is
/// `npmjs`).
const REPLACED_HOST: &str = "registry.npmjs.org";

/// PyPI's simple index, which locks name even where a mirror of it is configured.
const PYPI: &str = "https://pypi.org/simple";

/// The host that has PyPI's files.
const PYPI_FILES: &str = "files.pythonhosted.org";

/// The registries that packages are asked for at, as base addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registries {
    /// npm's registry.
    pub npm: Url,
    /// The registries of npm's scopes that have their own, by the scope with its `@`.
    pub npm_scopes: BTreeMap<String, Url>,
    /// PyPI's simple index.
    pub pypi: Url,
}

/// What the address of a download says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Download {
    /// A package of the registry that is asked about it.
    Of(NpmPackage),
    /// A package of another registry, or of the wrong one for its scope.
    OtherRegistry,
    /// Another address.
    Other,
}

impl Registries {
    /// The scope's own registry.
    fn scope_of(&self, name: &NpmName) -> Option<&Url> {
        let (scope, _) = name.as_str().split_once('/')?;
        self.npm_scopes.get(scope)
    }

    /// Which package npm fetches from `url`, a lock's `resolved`. npm asks the very address, except that
    /// `registry.npmjs.org` is replaced by its configured registry (arborist, `reify.js`,
    /// `#registryResolved`), never by a scope's own: there the two would ask different registries about one name.
    pub(crate) fn download(&self, url: &Url) -> Download {
        let path = url.path();
        match self.read(url) {
            Some(package) => Download::Of(package),
            None if path.contains("/-/") && path.strip_suffix(".tgz").is_some() => {
                Download::OtherRegistry
            }
            None => Download::Other,
        }
    }

    /// Whether `address` is the index that is asked about Python packages: the configured one, or PyPI, of which
    /// the configured one is a mirror or the only one that is believed.
    pub(crate) fn is_pypi(&self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else {
            return false;
        };
        let same = |base: &Url| {
            let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
            let plain = url.query().is_none() && url.fragment().is_none();
            plain && url.origin() == base.origin() && path(&url) == path(base)
        };
        let pypi = Url::parse(PYPI);
        same(&self.pypi) || pypi.is_ok_and(|pypi| same(&pypi))
    }

    /// Whether a file at `address` is served by PyPI or by the configured index itself.
    pub(crate) fn is_pypi_file(&self, address: &str) -> bool {
        Url::parse(address).is_ok_and(|url| {
            let pypi = url.scheme() == "https" && url.host_str() == Some(PYPI_FILES);
            (pypi && url.port().is_none()) || url.origin() == self.pypi.origin()
        })
    }

    fn read(&self, url: &Url) -> Option<NpmPackage> {
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !plain || !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let replaced = (url.host_str() == Some(REPLACED_HOST)).then(|| url.path());
        let default = replaced.or_else(|| below(&self.npm, url));
        if let Some(package) = default.and_then(tarball)
            && self.scope_of(&package.name).is_none()
        {
            return Some(package);
        }
        self.npm_scopes.iter().find_map(|(scope, base)| {
            let package = tarball(below(base, url)?)?;
            let (own, _) = package.name.as_str().split_once('/')?;
            (own == scope).then_some(package)
        })
    }
}

/// The path of `url` below `base`, where it lies there.
fn below<'a>(base: &Url, url: &'a Url) -> Option<&'a str> {
    if base.origin() != url.origin() {
        return None;
    }
    let rest = url.path().strip_prefix(base.path().trim_end_matches('/'))?;
    rest.starts_with('/').then_some(rest)
}

/// The package of a tarball's path, `/@scope/name/-/name-1.0.0.tgz` as registries write it; some repeat the scope in
/// the file's name.
fn tarball(path: &str) -> Option<NpmPackage> {
    let (name, file) = path.strip_prefix('/')?.split_once("/-/")?;
    let name = name.replace("%2f", "/").replace("%2F", "/");
    let name = NpmName::parse(&name).ok()?;
    let bare = name.as_str().rsplit('/').next()?;
    let file = file.strip_suffix(".tgz")?;
    let version = [name.as_str(), bare]
        .iter()
        .find_map(|stem| file.strip_prefix(stem)?.strip_prefix('-'))?;
    let version = version.replace("%2b", "+").replace("%2B", "+");
    let version = NpmVersion::parse(&version).ok()?;
    Some(NpmPackage { name, version })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{Download, Registries};

    fn registries() -> Registries {
        let url = |text: &str| Url::parse(text).unwrap();
        Registries {
            npm: url("https://mirror.example/npm/"),
            npm_scopes: [("@corp".to_owned(), url("https://npm.corp.example/"))].into(),
            pypi: url("https://pypi.org/simple/"),
        }
    }

    #[test]
    fn addresses_are_read_as_npm_asks_them() {
        for (url, package) in [
            ("https://registry.npmjs.org/a/-/a-1.0.0.tgz", "a@1.0.0"),
            ("http://registry.npmjs.org/a/-/a-1.0.0.tgz", "a@1.0.0"),
            (
                "https://registry.npmjs.org/@s/a/-/a-1.0.0-rc.1.tgz",
                "@s/a@1.0.0-rc.1",
            ),
            (
                "https://registry.npmjs.org/@s%2fa/-/a-1.0.0.tgz",
                "@s/a@1.0.0",
            ),
            (
                "https://registry.npmjs.org/a/-/../../b/-/b-2.0.0.tgz",
                "b@2.0.0",
            ),
            ("https://mirror.example/npm/a/-/a-1.0.0.tgz", "a@1.0.0"),
            (
                "https://mirror.example/npm/@s/a/-/@s/a-1.0.0.tgz",
                "@s/a@1.0.0",
            ),
            (
                "https://npm.corp.example/@corp/a/-/a-1.0.0.tgz",
                "@corp/a@1.0.0",
            ),
        ] {
            let Download::Of(read) = registries().download(&Url::parse(url).unwrap()) else {
                panic!("{url}");
            };
            let read = format!("{}@{}", read.name.as_str(), read.version.as_str());
            assert_eq!(read, package, "{url}");
        }
    }

    #[test]
    fn what_another_registry_serves_is_none_of_ours() {
        for url in [
            "https://mirror.example/a/-/a-1.0.0.tgz",
            "https://mirror.example/npmx/a/-/a-1.0.0.tgz",
            "http://mirror.example/npm/a/-/a-1.0.0.tgz",
            "https://registry.yarnpkg.com/a/-/a-1.0.0.tgz",
            "https://registry.npmjs.org.evil.example/a/-/a-1.0.0.tgz",
            "https://user@registry.npmjs.org/a/-/a-1.0.0.tgz",
            "https://registry.npmjs.org/a/-/a-1.0.0.tgz?x",
            "https://registry.npmjs.org/a/-/b-1.0.0.tgz",
            "https://registry.npmjs.org/a-1.0.0.tgz",
            // The default registry's package of a name that the scope's own registry is asked about.
            "https://registry.npmjs.org/@corp/a/-/a-1.0.0.tgz",
            "https://npm.corp.example/a/-/a-1.0.0.tgz",
            "https://npm.corp.example/@other/a/-/a-1.0.0.tgz",
        ] {
            let read = registries().download(&Url::parse(url).unwrap());
            assert!(!matches!(read, Download::Of(_)), "{url}");
        }
    }
}
