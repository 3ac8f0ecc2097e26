//! What a spec pins: a package of a registry at a version, or a skill at a commit.

use std::fmt;

use package_provenance::git::CommitId;
use package_provenance::identity::Repository;
use package_provenance::package::PackageVersion;

use crate::spec::{SpecFile, Subject};

/// What a spec pins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pin {
    /// A package of a registry.
    Package(PackageVersion),
    /// A commit of a repository.
    Skill(Repository, CommitId),
}

impl Pin {
    /// What `spec` pins; nothing where it cannot be used.
    pub fn of(spec: &SpecFile) -> Option<Self> {
        match &spec.subject {
            Subject::Package(package) => Some(Self::Package(package.package.clone())),
            Subject::Skill(skill) => {
                let folder = &skill.folder;
                Some(Self::Skill(
                    folder.repository.clone(),
                    folder.commit.clone(),
                ))
            }
            Subject::Unusable => None,
        }
    }

    /// The version, or the commit.
    pub fn version(&self) -> &str {
        match self {
            Self::Package(PackageVersion::Npm(package)) => package.version.as_str(),
            Self::Package(PackageVersion::Pypi(package)) => package.version.written(),
            Self::Package(PackageVersion::Go(package)) => &package.version,
            Self::Skill(_, commit) => commit.as_str(),
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package(package) => package.fmt(formatter),
            Self::Skill(repository, commit) => {
                write!(formatter, "{}@{}", repository.path(), commit.short())
            }
        }
    }
}
