//! Go module paths and versions, by golang.org/x/mod/module's rules (docs/verification.md#d1).

use super::{NameError, VersionError};
use untrusted_text::quoted;

/// Longest module path or version, in bytes. Go has no limit; file systems and the proxy do.
const LONGEST: usize = 255;

/// File names that Windows reserves, which no element of a module path may have (module.go,
/// `badWindowsNames`).
const RESERVED: &[&str] = &[
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A Go module at one version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GoPackage {
    /// Module path.
    pub module: String,
    /// Canonical version, with its leading `v`.
    pub version: String,
}

impl GoPackage {
    /// Reads a module path and a version together, because a path that ends in `/v2` takes only
    /// versions `v2.…`.
    ///
    /// # Errors
    /// What is wrong with the path, the version, or both.
    pub fn parse(
        module: &str,
        version: &str,
    ) -> Result<Self, (Option<NameError>, Option<VersionError>)> {
        let path = Self::check_module(module);
        let parsed = parse_version(version);
        match (path, parsed) {
            (Ok(()), Ok(parsed)) => {
                check_major(module, version, &parsed).map_err(|error| (None, Some(error)))?;
                Ok(Self {
                    module: module.to_owned(),
                    version: version.to_owned(),
                })
            }
            (path, version) => Err((path.err(), version.err())),
        }
    }

    /// Checks a version on its own.
    ///
    /// # Errors
    /// [`VersionError`] says what is wrong.
    pub fn check_version(version: &str) -> Result<(), VersionError> {
        parse_version(version).map(|_version| ())
    }

    /// Checks a module path on its own.
    ///
    /// # Errors
    /// [`NameError`] says what is wrong.
    pub fn check_module(module: &str) -> Result<(), NameError> {
        let refuse =
            |why: &str| NameError(format!("{} is no Go module path: {why}", quoted(module)));
        if module.is_empty() {
            return Err(NameError("the Go module path is empty".to_owned()));
        }
        if module.len() > LONGEST {
            return Err(refuse("it is longer than 255 characters"));
        }
        if module.contains("://") {
            return Err(refuse("leave `https://` away"));
        }
        if module.contains('@') {
            return Err(refuse("the version belongs in `spec.version`"));
        }
        let (host, rest) = module.split_once('/').unwrap_or((module, ""));
        let in_host = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
        };
        if !host.contains('.') || host.starts_with('-') || !host.bytes().all(in_host) {
            return Err(refuse(
                "it starts with a host name in lower case, such as `github.com`",
            ));
        }
        for element in module.split('/') {
            check_element(element).map_err(refuse)?;
        }
        let last = rest.rsplit('/').next().unwrap_or_default();
        if let Some(digits) = last.strip_prefix('v')
            && !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits.starts_with('0') || digits == "1")
        {
            return Err(refuse("a major version at its end is `v2` or higher"));
        }
        Ok(())
    }
}

/// One element of a path (module.go, `checkElem`).
fn check_element(element: &str) -> Result<(), &'static str> {
    if element.is_empty() {
        return Err("an element between slashes is empty");
    }
    if element.starts_with('.') || element.ends_with('.') {
        return Err("no element starts or ends with `.`");
    }
    if !element
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
    {
        return Err("only ASCII letters, digits, `-`, `.`, `_`, `~` and `/` are accepted");
    }
    let stem = element.split('.').next().unwrap_or(element);
    if RESERVED
        .iter()
        .any(|reserved| stem.eq_ignore_ascii_case(reserved))
    {
        return Err("an element is a file name that Windows reserves");
    }
    // `name~1` looks like a short file name of Windows.
    if let Some((_, digits)) = stem.rsplit_once('~')
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err("an element ends with `~` and digits");
    }
    Ok(())
}

fn parse_version(text: &str) -> Result<semver::Version, VersionError> {
    let refuse = |why: &str| {
        VersionError(format!(
            "{} is not an exact Go version: {why}",
            quoted(text)
        ))
    };
    if text.is_empty() {
        return Err(VersionError("the version is empty".to_owned()));
    }
    if text.len() > LONGEST {
        return Err(refuse("it is longer than 255 characters"));
    }
    let bare = text
        .strip_prefix('v')
        .ok_or_else(|| refuse("it starts with `v`, as in `v1.2.3`"))?;
    let version = semver::Version::parse(bare)
        .map_err(|_error| refuse("write all of `vMAJOR.MINOR.PATCH`, no range, branch or tag"))?;
    if !matches!(version.build.as_str(), "" | "incompatible") {
        return Err(refuse("only `+incompatible` may follow the version"));
    }
    Ok(version)
}

/// The path's major version against the version's (module.go, `CheckPathMajor`). A `vN` in the
/// middle may be a package below the module, so only the end of the path decides.
fn check_major(module: &str, text: &str, version: &semver::Version) -> Result<(), VersionError> {
    let refuse = |why: String| Err(VersionError(format!("{} {why}", quoted(text))));
    let incompatible = !version.build.is_empty();
    let last = module.rsplit('/').next().unwrap_or_default();
    let stated = if module.starts_with("gopkg.in/") {
        last.rsplit_once(".v").and_then(|(_, major)| {
            let major = major.strip_suffix("-unstable").unwrap_or(major);
            major.parse::<u64>().ok()
        })
    } else {
        last.strip_prefix('v').and_then(|major| major.parse().ok())
    };
    match stated {
        Some(major) if major != version.major => refuse(format!(
            "is none of {}, whose versions start with `v{major}.`",
            quoted(module)
        )),
        Some(_) if incompatible => {
            refuse("cannot be `+incompatible`: its path names the major version".to_owned())
        }
        None if incompatible && version.major < 2 => {
            refuse("cannot be `+incompatible`: only `v2` and later are".to_owned())
        }
        None if version.major >= 2 && !incompatible && !names_major(module) => refuse(format!(
            "is none of {}: a module of version 2 or later has a path that ends in `/v{}`",
            quoted(module),
            version.major
        )),
        Some(_) | None => Ok(()),
    }
}

/// Whether any element is a major version.
fn names_major(module: &str) -> bool {
    module.split('/').any(|element| {
        element
            .strip_prefix('v')
            .is_some_and(|major| major.parse::<u64>().is_ok())
    })
}
