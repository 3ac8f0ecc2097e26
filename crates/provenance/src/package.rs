//! Packages: ecosystems, names and exact versions, by each registry's own grammar.
//!
//! A value of these types can be put into a URL or compared without a further look: nothing that
//! is a path, an address, a range or a tag gets this far (docs/verification.md#f29, #f30, #f31).

mod go;
mod npm;
mod pypi;
mod requirement;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

pub use go::{GoModule, GoPackage};
pub use npm::{NpmName, NpmPackage, NpmVersion};
pub use pypi::{PypiName, PypiPackage, PypiVersion};
pub use requirement::{RequiredName, Requirement, RequirementError};

/// Where packages of a protocol come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ecosystem {
    /// The npm registry.
    Npm,
    /// The Python Package Index.
    Pypi,
    /// Go modules.
    Go,
}

/// A package pinned to one version: the key by which specs share their evidence.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PackageVersion {
    /// npm.
    Npm(NpmPackage),
    /// PyPI.
    Pypi(PypiPackage),
    /// Go.
    Go(GoPackage),
}

/// Why a name is none of its registry. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NameError(pub String);

/// Why a version is not exact. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct VersionError(pub String);

impl PackageVersion {
    /// Its ecosystem.
    pub fn ecosystem(&self) -> Ecosystem {
        match self {
            Self::Npm(_) => Ecosystem::Npm,
            Self::Pypi(_) => Ecosystem::Pypi,
            Self::Go(_) => Ecosystem::Go,
        }
    }
}

/// `name@version` in every ecosystem, as it was written: people look for what stands in their file.
impl fmt::Display for PackageVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Npm(package) => write!(
                formatter,
                "{}@{}",
                package.name.as_str(),
                package.version.as_str()
            ),
            Self::Pypi(package) => {
                let (name, version) = (package.name.written(), package.version.written());
                write!(formatter, "{name}@{version}")
            }
            Self::Go(package) => write!(formatter, "{}@{}", package.path, package.version),
        }
    }
}
