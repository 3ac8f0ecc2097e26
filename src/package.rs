//! Packages: ecosystems, names and exact versions, by each registry's own grammar.

use std::fmt;

use serde::Serialize;

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

/// An npm package name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NpmName(String);

/// An exact npm version: strict semver without a leading `v`, build metadata or range.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NpmVersion(String);

/// An npm package at one version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NpmPackage {
    /// Its name.
    pub name: NpmName,
    /// Its version.
    pub version: NpmVersion,
}

/// A PyPI project name, compared and ordered in its normalised form (PEP 503).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PypiName(String);

/// An exact PyPI version, compared as PEP 440 says (`1.0` equals `v1.0.0`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PypiVersion(pep440_rs::Version);

/// A PyPI project at one version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PypiPackage {
    /// Its name.
    pub name: PypiName,
    /// Its version.
    pub version: PypiVersion,
}

/// A Go module at one version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GoPackage {
    /// Module path.
    pub module: String,
    /// Canonical version, with its leading `v`.
    pub version: String,
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

impl NpmName {
    /// Reads a name by npm's grammar.
    ///
    /// # Errors
    /// [`NameError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let _ = text;
        todo!()
    }
    /// The name, such as `@scope/name`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl NpmVersion {
    /// Reads an exact version.
    ///
    /// # Errors
    /// [`VersionError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let _ = text;
        todo!()
    }
    /// The version as npm writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PypiName {
    /// Reads a name by PyPI's grammar (PEP 508 identifier) and normalises it.
    ///
    /// # Errors
    /// [`NameError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let _ = text;
        todo!()
    }
    /// The normalised name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PypiVersion {
    /// Reads an exact version by PEP 440.
    ///
    /// # Errors
    /// [`VersionError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let _ = text;
        todo!()
    }
}

impl fmt::Display for PypiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

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
                write!(formatter, "{} {}", package.name.as_str(), package.version)
            }
            Self::Go(package) => write!(formatter, "{}@{}", package.module, package.version),
        }
    }
}
