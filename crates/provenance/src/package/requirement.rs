//! What an override or a constraint asks a registry for: a name and an exact version or a range.
//!
//! Both installers take much else in the same place (npm: `npm-package-arg`; uv: a line of a
//! requirements file): aliases, addresses, git repositories, files, tags, options. What is accepted
//! here is what they can only read as a package of the registry; everything else is an error, however
//! likely it may be honest.

use std::str::FromStr;

use pep440_rs::{Operator, Version, VersionSpecifiers};

use super::{NpmName, NpmPackage, PackageVersion, PypiName, PypiPackage, PypiVersion, npm};
use untrusted_text::quoted;

/// Longest requirement, in bytes.
const LONGEST: usize = 512;

/// A requirement that only a registry can satisfy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The package that is asked for.
    pub name: RequiredName,
    /// Which versions of it, as written; empty where any will do.
    pub versions: String,
    /// The one version, if no other satisfies it.
    pub exact: Option<PackageVersion>,
}

/// The name of a package whose version may be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequiredName {
    /// Of npm.
    Npm(NpmName),
    /// Of PyPI.
    Pypi(PypiName),
}

/// Why something is not a requirement that only a registry can satisfy. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RequirementError(pub String);

impl RequiredName {
    /// The name, as the registry compares it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Npm(name) => name.as_str(),
            Self::Pypi(name) => name.as_str(),
        }
    }

    /// Whether `package` goes by this name in the registry.
    pub fn is_of(&self, package: &PackageVersion) -> bool {
        match (self, package) {
            (Self::Npm(name), PackageVersion::Npm(package)) => *name == package.name,
            (Self::Pypi(name), PackageVersion::Pypi(package)) => *name == package.name,
            (Self::Npm(_) | Self::Pypi(_), _) => false,
        }
    }
}

impl Requirement {
    /// Reads an entry of npm's `overrides`: `package`, a name that may be followed by `@` and a range
    /// (it selects which requirements are overridden), and the version that replaces it.
    ///
    /// # Errors
    /// [`RequirementError`] says what is wrong.
    pub fn npm(package: &str, version: &str) -> Result<Self, RequirementError> {
        let (name, selector) = match package.char_indices().skip(1).find(|(_, one)| *one == '@') {
            Some((at, _)) => {
                let (name, selector) = package.split_at(at);
                (name, selector.strip_prefix('@'))
            }
            None => (package, None),
        };
        let name = NpmName::parse(name).map_err(|error| RequirementError(error.0))?;
        if is_npm_archive(name.as_str()) {
            return Err(wrong(package, "npm reads it as a file"));
        }
        if let Some(selector) = selector
            && !npm::is_range(selector)
        {
            return Err(wrong(
                package,
                "what follows `@` is not a range of versions",
            ));
        }
        if version.starts_with('.') || is_npm_archive(version) {
            return Err(wrong(version, "npm reads it as a file"));
        }
        if !npm::is_range(version) {
            return Err(wrong(
                version,
                "it is not an exact version or a range, so npm reads it as an alias, an address, a \
                 repository, a file, a reference or a tag",
            ));
        }
        Ok(Self {
            versions: version.to_owned(),
            exact: npm::pinned(version).map(|version| {
                PackageVersion::Npm(NpmPackage {
                    name: name.clone(),
                    version,
                })
            }),
            name: RequiredName::Npm(name),
        })
    }

    /// Reads a line of uv's file of overrides: name, extras, versions and a marker as PEP 508 writes
    /// them, without an address, an option, a comment or a variable.
    ///
    /// # Errors
    /// [`RequirementError`] says what is wrong.
    pub fn pypi(line: &str) -> Result<Self, RequirementError> {
        let refuse = |why: &str| wrong(line, why);
        if line.len() > LONGEST {
            return Err(refuse("it is too long"));
        }
        if !line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(refuse(
                "it has characters that do not belong into one line of ASCII",
            ));
        }
        let (required, marker) = match line.split_once(';') {
            Some((required, marker)) => (required, Some(marker)),
            None => (line, None),
        };
        let required = required.trim();
        let end = required
            .find(|one: char| !one.is_ascii_alphanumeric() && !matches!(one, '-' | '_' | '.'))
            .unwrap_or(required.len());
        let (name, rest) = required.split_at(end);
        let name = PypiName::parse(name).map_err(|_error| {
            refuse("it does not start with the name of a package, so uv reads it as an option, an address or a path")
        })?;
        if is_python_archive(required) {
            return Err(refuse("uv reads it as a file"));
        }
        let rest = without_extras(rest.trim_start())
            .ok_or_else(|| refuse("what is in `[...]` is not a list of extras"))?;
        if let Some(marker) = marker {
            check_marker(marker).map_err(refuse)?;
        }
        let versions = rest.trim();
        let inner = versions
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'));
        let versions = inner.unwrap_or(versions);
        if versions.starts_with('@') {
            return Err(refuse("the package comes from an address"));
        }
        let specifiers = VersionSpecifiers::from_str(versions)
            .map_err(|_error| refuse("its versions are not what PEP 440 calls specifiers"))?;
        let versions = match marker {
            Some(marker) => format!("{versions}; {}", marker.trim()),
            None => versions.to_owned(),
        };
        Ok(Self {
            versions,
            exact: exact(&specifiers).map_err(refuse)?.map(|version| {
                PackageVersion::Pypi(PypiPackage {
                    name: name.clone(),
                    version,
                })
            }),
            name: RequiredName::Pypi(name),
        })
    }
}

fn wrong(text: &str, why: &str) -> RequirementError {
    RequirementError(format!("{}: {why}", quoted(text)))
}

/// The one version that `==` or `===` leaves, or `>=` and `<=` together; two of them leave none.
fn exact(specifiers: &VersionSpecifiers) -> Result<Option<PypiVersion>, &'static str> {
    let is_highest = |version: &Version| {
        let mut all = specifiers.iter();
        all.any(|one| *one.operator() == Operator::LessThanEqual && one.version() == version)
    };
    let mut pinned = specifiers
        .iter()
        .filter(|one| {
            let operator = one.operator();
            matches!(operator, Operator::Equal | Operator::ExactEqual)
                || (*operator == Operator::GreaterThanEqual && is_highest(one.version()))
        })
        .map(|one| PypiVersion::parse(&one.version().to_string()));
    let Some(first) = pinned.next() else {
        return Ok(None);
    };
    let first = first.map_err(|_error| "its version is not exact")?;
    if pinned.all(|other| other.as_ref() == Ok(&first)) {
        Ok(Some(first))
    } else {
        Err("it asks for two exact versions")
    }
}

/// What follows the extras in `[...]`, if they are some.
fn without_extras(text: &str) -> Option<&str> {
    let Some(extras) = text.strip_prefix('[') else {
        return Some(text);
    };
    let (extras, rest) = extras.split_once(']')?;
    let empty = extras.trim().is_empty();
    let named = || {
        extras
            .split(',')
            .all(|one| PypiName::parse(one.trim()).is_ok())
    };
    (empty || named()).then_some(rest)
}

/// Whether a marker is only a marker: uv takes what follows `#` for a comment, ` --hash` for an
/// option, `${NAME}` for a variable and a backslash at the end for a line that goes on.
fn check_marker(marker: &str) -> Result<(), &'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" ._-<>=!~+*,'\"()".contains(&byte);
    if marker.trim().is_empty() {
        Err("nothing follows the `;`")
    } else if !marker.bytes().all(plain) || marker.contains("--") {
        Err("what follows the `;` is not a plain environment marker")
    } else {
        Ok(())
    }
}

/// npm-package-arg's `isFileType`.
fn is_npm_archive(text: &str) -> bool {
    let text = text.trim_end().to_ascii_lowercase();
    [".tgz", ".tar.gz", ".tar"]
        .iter()
        .any(|suffix| text.ends_with(suffix))
}

/// Whether the line, or a word of it, ends as a wheel or an archive does: uv tries a path before a
/// name (pep508's `looks_like_unnamed_requirement`).
fn is_python_archive(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.split([' ', '[', ';']).any(|word| {
        [
            ".whl",
            ".zip",
            ".egg",
            ".tar",
            ".tar.gz",
            ".tgz",
            ".tar.bz2",
            ".tbz",
            ".tar.xz",
            ".txz",
            ".tar.zst",
            ".tar.lz",
            ".tar.lzma",
            ".tlz",
        ]
        .iter()
        .any(|suffix| word.ends_with(suffix))
    })
}

#[cfg(test)]
mod tests;
