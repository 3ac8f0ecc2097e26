//! The versions of a package below the one that is asked about, as its registry lists them.
//!
//! Nobody signed the list, nor what it says of provenance: it chooses what is asked next, and proves
//! nothing. Publication dates play no part, because a fix for an old line is published after newer lines.

#[cfg(test)]
mod tests;

use crate::evidence::npm::{self, VersionsError};
use crate::evidence::pypi::{self, IndexError};
use crate::package::{NpmPackage, NpmVersion, PackageVersion, PypiPackage, PypiVersion};

/// Most versions that are looked at.
pub const MOST: usize = 10;

/// Whether a version is said to have provenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It is.
    Attested,
    /// It is not.
    NotAttested,
}

/// An earlier version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The package at that version.
    pub package: PackageVersion,
    /// What the list says of it.
    pub said: Said,
}

/// The stable versions below `package` in its line (the same major version, below 1.0 the same minor
/// version), the nearest first, at most [`MOST`], from a packument (`GET {registry}/{name}`).
///
/// # Errors
/// [`VersionsError`] where the document says nothing about the package.
pub fn of_npm(packument: &[u8], package: &NpmPackage) -> Result<Vec<Earlier>, VersionsError> {
    let listed = npm::Versions::parse(packument, &package.name)?;
    Ok(among(&listed, package))
}

fn among(listed: &npm::Versions<'_>, package: &NpmPackage) -> Vec<Earlier> {
    let Some(pinned) = Version::npm(&package.version) else {
        return Vec::new();
    };
    let versions = listed.names().filter_map(|text| {
        let version = NpmVersion::parse(text).ok()?;
        let parsed = Version::npm(&version)?;
        Some((parsed, version))
    });
    nearest(&pinned, versions)
        .map(|version| Earlier {
            said: said(listed.is_attested(&version)),
            package: PackageVersion::Npm(NpmPackage {
                name: package.name.clone(),
                version,
            }),
        })
        .collect()
}

/// As [`of_npm`], from a simple index (PEP 691).
///
/// # Errors
/// [`IndexError`] where the document says nothing about the project.
pub fn of_pypi(index: &[u8], package: &PypiPackage) -> Result<Vec<Earlier>, IndexError> {
    let listed = pypi::advertised(index, package)?;
    let pinned = Version::pypi(&package.version);
    let versions = listed
        .keys()
        .map(|version| (Version::pypi(version), version.clone()));
    Ok(nearest(&pinned, versions)
        .map(|version| Earlier {
            said: said(listed.get(&version) == Some(&true)),
            package: PackageVersion::Pypi(PypiPackage {
                name: package.name.clone(),
                version,
            }),
        })
        .collect())
}

const fn said(attested: bool) -> Said {
    if attested {
        Said::Attested
    } else {
        Said::NotAttested
    }
}

/// What versions are compared by.
struct Version<O> {
    order: O,
    stable: bool,
    /// What the versions of one line have in common.
    line: (u64, u64, u64),
}

impl Version<semver::Version> {
    fn npm(version: &NpmVersion) -> Option<Self> {
        let order = semver::Version::parse(version.as_str()).ok()?;
        let minor = if order.major == 0 { order.minor } else { 0 };
        Some(Self {
            stable: order.pre.is_empty(),
            line: (0, order.major, minor),
            order,
        })
    }
}

impl Version<PypiVersion> {
    fn pypi(version: &PypiVersion) -> Self {
        Self {
            stable: version.is_stable(),
            line: version.line(),
            order: version.clone(),
        }
    }
}

fn nearest<O: Ord, V>(
    pinned: &Version<O>,
    versions: impl Iterator<Item = (Version<O>, V)>,
) -> impl Iterator<Item = V> {
    let mut below: Vec<(O, V)> = versions
        .filter(|(version, _)| {
            version.stable && version.line == pinned.line && version.order < pinned.order
        })
        .map(|(version, value)| (version.order, value))
        .collect();
    below.sort_by(|(one, _), (other, _)| other.cmp(one));
    below.into_iter().map(|(_, value)| value).take(MOST)
}
