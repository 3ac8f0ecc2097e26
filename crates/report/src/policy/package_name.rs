//! Packages as a configuration names them: the ecosystem and the normalised name, without a version.

use std::fmt;

use package_provenance::package::{
    Ecosystem, GoPackage, NpmName, NpmPackage, NpmVersion, PackageVersion, PypiName, PypiPackage,
    PypiVersion,
};
use untrusted_text as text;

/// The words for ecosystems.
const WORDS: [(&str, Ecosystem); 3] = [
    ("npm", Ecosystem::Npm),
    ("pypi", Ecosystem::Pypi),
    ("go", Ecosystem::Go),
];

/// The word that a configuration writes before the name of a package.
pub(super) const fn word(ecosystem: Ecosystem) -> &'static str {
    match ecosystem {
        Ecosystem::Npm => "npm",
        Ecosystem::Pypi => "pypi",
        Ecosystem::Go => "go",
    }
}

/// The ecosystem and the rest of `npm:rest`.
pub(super) fn split(text: &str) -> Result<(Ecosystem, &str), String> {
    let wanted = || {
        let words: Vec<String> = WORDS
            .iter()
            .map(|(word, _)| format!("`{word}:NAME`"))
            .collect();
        format!("a package is written {}", words.join(" or "))
    };
    let (ecosystem, name) = text.split_once(':').ok_or_else(wanted)?;
    let known = WORDS.iter().find(|(word, _)| *word == ecosystem);
    let (_, known) = known.ok_or_else(|| {
        let near = text::nearest(ecosystem, WORDS.iter().map(|(word, _)| *word));
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

/// A package of a registry, whatever its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageName {
    ecosystem: Ecosystem,
    name: String,
}

impl PackageName {
    /// Reads `npm:name`, `pypi:name` or `go:module`.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (ecosystem, name) = split(text)?;
        let name = match ecosystem {
            Ecosystem::Npm => NpmName::parse(name).map(|name| name.as_str().to_owned()),
            Ecosystem::Pypi => PypiName::parse(name).map(|name| name.as_str().to_owned()),
            Ecosystem::Go => GoPackage::check_module(name).map(|()| name.to_owned()),
        };
        let name = name.map_err(|error| error.to_string())?;
        Ok(Self { ecosystem, name })
    }

    /// The name of `package`.
    pub fn of(package: &PackageVersion) -> Self {
        let name = match package {
            PackageVersion::Npm(package) => package.name.as_str(),
            PackageVersion::Pypi(package) => package.name.as_str(),
            PackageVersion::Go(package) => &package.module,
        };
        Self {
            ecosystem: package.ecosystem(),
            name: name.to_owned(),
        }
    }

    /// Its ecosystem.
    pub const fn ecosystem(&self) -> Ecosystem {
        self.ecosystem
    }

    /// It at one version.
    ///
    /// # Errors
    /// Why that is not an exact version, for people.
    pub fn at(&self, version: &str) -> Result<PackageVersion, String> {
        match self.ecosystem {
            Ecosystem::Npm => {
                let name = NpmName::parse(&self.name).map_err(|error| error.to_string())?;
                let version = NpmVersion::parse(version).map_err(|error| error.to_string())?;
                Ok(PackageVersion::Npm(NpmPackage { name, version }))
            }
            Ecosystem::Pypi => {
                let name = PypiName::parse(&self.name).map_err(|error| error.to_string())?;
                let version = PypiVersion::parse(version).map_err(|error| error.to_string())?;
                Ok(PackageVersion::Pypi(PypiPackage { name, version }))
            }
            Ecosystem::Go => GoPackage::parse(&self.name, version)
                .map(PackageVersion::Go)
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
        write!(formatter, "{}:{}", word(self.ecosystem), self.name)
    }
}
