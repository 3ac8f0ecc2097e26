//! File names of Python distributions: sdists and wheels, parsed, never searched.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::package::{PypiName, PypiVersion};
use untrusted_text::quoted;

/// Longest file name, in bytes: what file systems take.
const LONGEST: usize = 255;

/// An sdist or wheel file name, ordered by its text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DistFilename {
    text: String,
    name: PypiName,
    version: PypiVersion,
    format: Format,
}

/// What tells two files of one version apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Format {
    Sdist {
        extension: &'static str,
    },
    Wheel {
        /// Digits without leading zeros, and what follows them.
        build: Option<(String, String)>,
        python: BTreeSet<String>,
        abi: BTreeSet<String>,
        platform: BTreeSet<String>,
    },
}

/// Why a file name is neither an sdist's nor a wheel's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DistFilenameError(pub String);

impl DistFilename {
    /// Reads a file name (docs/verification.md#c7; packaging's `parse_wheel_filename` and
    /// `parse_sdist_filename`, which know `.tar.gz` and `.zip` only).
    ///
    /// # Errors
    /// [`DistFilenameError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, DistFilenameError> {
        let refuse = |why: &str| {
            DistFilenameError(format!("{} is not an sdist or wheel: {why}", quoted(text)))
        };
        let expected = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'+' | b'!')
        };
        if text.len() > LONGEST {
            return Err(refuse("it is longer than 255 characters"));
        }
        if !text.bytes().all(expected) {
            return Err(refuse(
                "it holds characters that no distribution's file name has",
            ));
        }
        let (name, version, format) = if let Some(stem) = text.strip_suffix(".whl") {
            wheel(stem).map_err(refuse)?
        } else if let Some(stem) = text.strip_suffix(".tar.gz") {
            sdist(stem, ".tar.gz").map_err(refuse)?
        } else if let Some(stem) = text.strip_suffix(".zip") {
            sdist(stem, ".zip").map_err(refuse)?
        } else {
            return Err(refuse("it ends with none of `.whl`, `.tar.gz`, `.zip`"));
        };
        Ok(Self {
            text: text.to_owned(),
            name: PypiName::parse(name).map_err(|error| refuse(&error.0))?,
            version: PypiVersion::parse(version).map_err(|error| refuse(&error.0))?,
            format,
        })
    }

    /// The file name as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The project it belongs to.
    pub fn name(&self) -> &PypiName {
        &self.name
    }

    /// The version it is of.
    pub fn version(&self) -> &PypiVersion {
        &self.version
    }

    /// Whether both names mean the same distribution: for a wheel name, version, build tag and set
    /// of tags; for an sdist name, version and extension (pypi-attestations ignores the extension).
    pub fn same_distribution(&self, other: &Self) -> bool {
        self.name == other.name && self.version == other.version && self.format == other.format
    }
}

type Parts<'a> = (&'a str, &'a str, Format);

/// `name-version`, split at the last `-`.
fn sdist<'a>(stem: &'a str, extension: &'static str) -> Result<Parts<'a>, &'static str> {
    let (name, version) = stem
        .rsplit_once('-')
        .ok_or("an sdist is called `name-version`")?;
    Ok((name, version, Format::Sdist { extension }))
}

/// `name-version[-build]-python-abi-platform`.
fn wheel(stem: &str) -> Result<Parts<'_>, &'static str> {
    let parts: Vec<&str> = stem.split('-').collect();
    let (name, version, build, tags) = match parts.as_slice() {
        [name, version, python, abi, platform] => {
            (*name, *version, None, [*python, *abi, *platform])
        }
        [name, version, build, python, abi, platform] => (
            *name,
            *version,
            Some(build_tag(build)?),
            [*python, *abi, *platform],
        ),
        _ => return Err("a wheel's name has five or six parts between `-`"),
    };
    // PEP 427: runs of `_` are for the installed folder's escaping and never part of a name.
    if name.contains("__") {
        return Err("its name holds `__`");
    }
    let [python, abi, platform] = tags.map(tag_set);
    Ok((
        name,
        version,
        Format::Wheel {
            build,
            python: python?,
            abi: abi?,
            platform: platform?,
        },
    ))
}

/// Digits, then anything: `01` and `1` are the same tag.
fn build_tag(text: &str) -> Result<(String, String), &'static str> {
    let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = text.strip_suffix(rest).unwrap_or_default();
    if digits.is_empty() {
        return Err("its build tag does not start with a digit");
    }
    Ok((digits.trim_start_matches('0').to_owned(), rest.to_owned()))
}

/// A compressed tag set such as `py2.py3`.
fn tag_set(text: &str) -> Result<BTreeSet<String>, &'static str> {
    text.split('.')
        .map(|tag| {
            if tag.is_empty() || tag.contains(['+', '!']) {
                Err("one of its tags is none")
            } else {
                Ok(tag.to_ascii_lowercase())
            }
        })
        .collect()
}
