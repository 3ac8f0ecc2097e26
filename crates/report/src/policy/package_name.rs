//! Packages as a configuration names them: the ecosystem and the normalised name, without a version.

use std::fmt;

use super::pin::Pin;
use package_provenance::git::CommitId;
use package_provenance::identity::Repository;
use package_provenance::package::{
    GoPackage, NpmName, NpmPackage, NpmVersion, PackageVersion, PypiName, PypiPackage, PypiVersion,
};
use untrusted_text as text;

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The npm registry.
    Npm,
    /// The Python Package Index.
    Pypi,
    /// Go modules.
    Go,
    /// A git repository: a skill.
    Git,
}

/// The words for origins.
const WORDS: [(&str, Origin); 4] = [
    ("npm", Origin::Npm),
    ("pypi", Origin::Pypi),
    ("go", Origin::Go),
    ("git", Origin::Git),
];

impl Origin {
    /// The word that a configuration writes before the name of a package.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pypi => "pypi",
            Self::Go => "go",
            Self::Git => "git",
        }
    }
}

/// The origin and the rest of `npm:rest`.
pub(super) fn split(text: &str) -> Result<(Origin, &str), String> {
    let wanted = || {
        let words: Vec<String> = WORDS
            .iter()
            .map(|(word, _)| format!("`{word}:NAME`"))
            .collect();
        format!("a package is written {}", words.join(" or "))
    };
    let (origin, name) = text.split_once(':').ok_or_else(wanted)?;
    let known = WORDS.iter().find(|(word, _)| *word == origin);
    let (_, known) = known.ok_or_else(|| {
        let near = text::nearest(origin, WORDS.iter().map(|(word, _)| *word));
        near.map_or_else(wanted, |near| format!("did you mean `{near}:`?"))
    })?;
    if name.is_empty() {
        return Err("the name after the colon is missing".to_owned());
    }
    Ok((*known, name))
}

/// PyPI's normalised form of a name, or of a pattern of names (PEP 503).
pub(super) fn pypi_normalised(text: &str) -> String {
    let mut normalised = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '-' | '_' | '.' if normalised.ends_with('-') => {}
            '-' | '_' | '.' => normalised.push('-'),
            other => normalised.push(other.to_ascii_lowercase()),
        }
    }
    normalised
}

/// A package of a registry, or a skill's repository, whatever the version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageName {
    origin: Origin,
    name: String,
}

impl PackageName {
    /// Reads `npm:name`, `pypi:name`, `go:module` or `git:host/owner/name`.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (origin, name) = split(text)?;
        let wrong = |error: &dyn fmt::Display| error.to_string();
        let name = match origin {
            Origin::Npm => NpmName::parse(name)
                .map(|name| name.as_str().to_owned())
                .map_err(|error| wrong(&error)),
            Origin::Pypi => PypiName::parse(name)
                .map(|name| name.as_str().to_owned())
                .map_err(|error| wrong(&error)),
            Origin::Go => GoPackage::check_path(name)
                .map(|()| name.to_owned())
                .map_err(|error| wrong(&error)),
            Origin::Git => repository(name).map(|found| of_repository(&found)),
        };
        Ok(Self {
            origin,
            name: name?,
        })
    }

    /// The name of what is pinned.
    pub fn of(pin: &Pin) -> Self {
        match pin {
            Pin::Package(package) => Self::of_package(package),
            Pin::Skill(repository, _) => Self {
                origin: Origin::Git,
                name: of_repository(repository),
            },
        }
    }

    /// The name of `package`.
    pub fn of_package(package: &PackageVersion) -> Self {
        let (origin, name) = match package {
            PackageVersion::Npm(package) => (Origin::Npm, package.name.as_str()),
            PackageVersion::Pypi(package) => (Origin::Pypi, package.name.as_str()),
            PackageVersion::Go(package) => (Origin::Go, package.path.as_str()),
        };
        Self {
            origin,
            name: name.to_owned(),
        }
    }

    /// Where it comes from.
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// It at one version.
    ///
    /// # Errors
    /// Why that is not an exact version, for people.
    pub fn at(&self, version: &str) -> Result<Pin, String> {
        match self.origin {
            Origin::Npm => {
                let name = NpmName::parse(&self.name).map_err(|error| error.to_string())?;
                let version = NpmVersion::parse(version).map_err(|error| error.to_string())?;
                Ok(Pin::Package(PackageVersion::Npm(NpmPackage {
                    name,
                    version,
                })))
            }
            Origin::Pypi => {
                let name = PypiName::parse(&self.name).map_err(|error| error.to_string())?;
                let version = PypiVersion::parse(version).map_err(|error| error.to_string())?;
                Ok(Pin::Package(PackageVersion::Pypi(PypiPackage {
                    name,
                    version,
                })))
            }
            Origin::Git => {
                let commit = CommitId::parse(version);
                let commit = commit.map_err(|error| format!("this {error}"))?;
                Ok(Pin::Skill(repository(&self.name)?, commit))
            }
            Origin::Go => GoPackage::parse(&self.name, version)
                .map(|package| Pin::Package(PackageVersion::Go(package)))
                .map_err(|(name, version)| {
                    let name = name.map(|error| error.to_string());
                    let version = version.map(|error| error.to_string());
                    version
                        .or(name)
                        .unwrap_or_else(|| "it is not valid".to_owned())
                }),
        }
    }
}

/// `npm:@scope/name`, normalised.
impl fmt::Display for PackageName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.origin.as_str(), self.name)
    }
}

/// The repository that is written `host/owner/name`.
fn repository(text: &str) -> Result<Repository, String> {
    let host = text.split('/').next().unwrap_or_default();
    if !host.contains('.') || text.contains("://") {
        return Err("write the host and the path, as in `git:github.com/owner/name`".to_owned());
    }
    Repository::declared(&format!("https://{text}"), host).map_err(|error| error.to_string())
}

/// `host/owner/name` in lower case: forges make no difference.
fn of_repository(repository: &Repository) -> String {
    format!("{}/{}", repository.host(), repository.path()).to_ascii_lowercase()
}
