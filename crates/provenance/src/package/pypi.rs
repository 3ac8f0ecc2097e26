//! PyPI names and versions.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::{NameError, VersionError};
use untrusted_text::quoted;

/// Longest name or version, in bytes. PyPI's own database has no limit; no file name holds more.
const LONGEST: usize = 255;

/// A PyPI project name, compared and ordered in its normalised form (PEP 503).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PypiName {
    normalised: String,
    written: Spelling,
}

/// An exact PyPI version, compared as PEP 440 says (`1.0` equals `v1.0.0`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PypiVersion {
    version: pep440_rs::Version,
    written: Spelling,
}

/// How something was written, which makes no difference to what it is: any two are equal.
#[derive(Debug, Clone)]
struct Spelling(String);

impl PartialEq for Spelling {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Spelling {}

impl PartialOrd for Spelling {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Spelling {
    fn cmp(&self, _other: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl Hash for Spelling {
    fn hash<H: Hasher>(&self, _state: &mut H) {}
}

/// A PyPI project at one version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PypiPackage {
    /// Its name.
    pub name: PypiName,
    /// Its version.
    pub version: PypiVersion,
}

impl PypiName {
    /// Reads a name by PyPI's grammar (PEP 508 identifier) and normalises it.
    ///
    /// # Errors
    /// [`NameError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let refuse = |why: &str| {
            NameError(format!(
                "{} is not a valid PyPI project name: {why}",
                quoted(text)
            ))
        };
        if text.is_empty() {
            return Err(NameError("the PyPI project name is empty".to_owned()));
        }
        if text.len() > LONGEST {
            return Err(refuse("it is longer than 255 characters"));
        }
        if text.contains([':', '/', '\\']) {
            return Err(refuse("an address or a path comes from no registry"));
        }
        if text.contains(['[', ']']) {
            return Err(refuse(
                "leave the extras in `[…]` away, they are the same package",
            ));
        }
        if text.contains(['@', '=', '<', '>', '!', '~', ';']) {
            return Err(refuse("the version belongs in `spec.version`"));
        }
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if !text.bytes().all(inner) {
            return Err(refuse(
                "only letters, digits, `-`, `_` and `.` are accepted",
            ));
        }
        let outer = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        if !outer(text.bytes().next()) || !outer(text.bytes().next_back()) {
            return Err(refuse("it starts and ends with a letter or a digit"));
        }
        Ok(Self {
            normalised: normalised(text),
            written: Spelling(text.to_owned()),
        })
    }

    /// The normalised name.
    pub fn as_str(&self) -> &str {
        &self.normalised
    }

    /// The name as it was written, for people.
    pub fn written(&self) -> &str {
        &self.written.0
    }
}

/// PEP 503: lower case, every run of `-`, `_` and `.` one `-`.
fn normalised(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '-' | '_' | '.') {
            if !result.ends_with('-') {
                result.push('-');
            }
        } else {
            result.push(character.to_ascii_lowercase());
        }
    }
    result
}

impl PypiVersion {
    /// Reads an exact version by PEP 440.
    ///
    /// # Errors
    /// [`VersionError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let refuse = |why: &str| {
            VersionError(format!(
                "{} is not an exact PyPI version: {why}",
                quoted(text)
            ))
        };
        if text.is_empty() {
            return Err(VersionError("the version is empty".to_owned()));
        }
        if text.len() > LONGEST {
            return Err(refuse("it is longer than 255 characters"));
        }
        // pep440_rs trims, as PEP 440 allows; a URL or a file name must not be built from blanks.
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refuse("it holds blanks or characters outside ASCII"));
        }
        pep440_rs::Version::from_str(text)
            .map(|version| Self::of(version, text))
            .map_err(|_error| {
                refuse("a range, a wildcard or a tag does not say which package is run")
            })
    }

    fn of(version: pep440_rs::Version, text: &str) -> Self {
        Self {
            version,
            written: Spelling(text.to_owned()),
        }
    }

    /// The version as it was written, for people.
    pub fn written(&self) -> &str {
        &self.written.0
    }

    /// Whether it is a release that is meant for everybody: no pre-release, no development release, no
    /// local version. Post releases are.
    pub fn is_stable(&self) -> bool {
        !self.version.any_prerelease() && !self.version.is_local()
    }

    /// What the versions of one line have in common: the epoch and the first number of the release, and
    /// the second one where the first is 0.
    pub fn line(&self) -> (u64, u64, u64) {
        let release = self.version.release();
        let number = |at: usize| release.get(at).copied().unwrap_or_default();
        let major = number(0);
        let minor = if major == 0 { number(1) } else { 0 };
        (self.version.epoch(), major, minor)
    }

    /// Whether `==self` takes a candidate of this version. PEP 440, "Version matching": without a
    /// local label in the specifier the candidate's is ignored, so that `==1.0` takes `1.0+corp`,
    /// and prefers it to `1.0`.
    pub fn takes(&self, candidate: &Self) -> bool {
        if self.version.is_local() {
            self.version == candidate.version
        } else {
            self.version == candidate.version.clone().without_local()
        }
    }

    /// As [`Self::takes`], of a version as a file name writes it. However long it is, and whatever
    /// its local label holds: installers read what [`Self::parse`] refuses.
    pub(crate) fn takes_text(&self, candidate: &str) -> bool {
        let public = if self.version.is_local() {
            candidate
        } else {
            candidate
                .split_once('+')
                .map_or(candidate, |(public, _local)| public)
        };
        pep440_rs::Version::from_str(public)
            .is_ok_and(|version| self.takes(&Self::of(version, public)))
    }
}

impl fmt::Display for PypiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.version.fmt(formatter)
    }
}
