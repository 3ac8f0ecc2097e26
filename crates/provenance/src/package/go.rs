//! Go's package and module paths and versions, by golang.org/x/mod/module's rules
//! (docs/verification.md#d1).

use super::{NameError, VersionError};
use untrusted_text::quoted;

/// Longest module path or version, in bytes. Go has no limit; file systems and the proxy do.
const LONGEST: usize = 255;

/// Most elements of a path; each may cost a request.
const MAX_ELEMENTS: usize = 24;

/// File names that Windows reserves, which no element of a module path may have (module.go,
/// `badWindowsNames`).
const RESERVED: &[&str] = &[
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A Go package at one version of its module, as `go install path@version` takes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GoPackage {
    /// The package's import path. Its module is a prefix of it, or all of it.
    pub path: String,
    /// The module's canonical version, with its leading `v`.
    pub version: String,
}

/// A Go module at one version: what a proxy and a checksum database are asked about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GoModule {
    path: String,
    version: String,
}

impl GoModule {
    /// Reads a module path and a version that belongs to it.
    ///
    /// # Errors
    /// What is wrong with the path, or with the version.
    pub fn parse(path: &str, version: &str) -> Result<Self, String> {
        check_path(path, Kind::Module).map_err(|error| error.0)?;
        let parsed = parse_version(version).map_err(|error| error.0)?;
        check_major(path, version, &parsed).map_err(|error| error.0)?;
        Ok(Self {
            path: path.to_owned(),
            version: version.to_owned(),
        })
    }

    /// The module path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The version, with its leading `v`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The path as it is written in requests and file names: `!` and a small letter for a capital
    /// (module.go, `EscapePath`).
    pub fn escaped_path(&self) -> String {
        escaped(&self.path)
    }

    /// The version as it is written in requests and file names.
    pub fn escaped_version(&self) -> String {
        escaped(&self.version)
    }
}

impl std::fmt::Display for GoModule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}@{}", self.path, self.version)
    }
}

/// `!` and a small letter for a capital, so that file systems that ignore case tell paths apart.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_uppercase() {
            escaped.push('!');
        }
        escaped.push(character.to_ascii_lowercase());
    }
    escaped
}

impl GoPackage {
    /// Reads a package path and a version together, because a path that ends in `/v2` takes only
    /// versions `v2.…`.
    ///
    /// # Errors
    /// What is wrong with the path, the version, or both.
    pub fn parse(
        path: &str,
        version: &str,
    ) -> Result<Self, (Option<NameError>, Option<VersionError>)> {
        match (Self::check_path(path), parse_version(version)) {
            (Ok(()), Ok(parsed)) => {
                let package = Self {
                    path: path.to_owned(),
                    version: version.to_owned(),
                };
                if package.modules().is_empty() {
                    // Of all prefixes the whole path is what people mean.
                    let whole = check_major(path, version, &parsed).err();
                    let error = whole.unwrap_or_else(|| {
                        VersionError(format!("{} is a version of no module", quoted(version)))
                    });
                    return Err((None, Some(error)));
                }
                Ok(package)
            }
            (path, version) => Err((path.err(), version.err())),
        }
    }

    /// The modules that may have the package, longest first: every prefix of its path that can be a
    /// module of this version. Never empty.
    pub fn modules(&self) -> Vec<GoModule> {
        let mut modules = Vec::new();
        let mut prefix = self.path.as_str();
        loop {
            if !is_owner(prefix) {
                modules.extend(GoModule::parse(prefix, &self.version));
            }
            let Some((shorter, _)) = prefix.rsplit_once('/') else {
                return modules;
            };
            prefix = shorter;
        }
    }

    /// The repository that has the package by construction, as `owner/name` on github.com; none for
    /// paths that have to be looked up.
    pub fn github_repository(&self) -> Option<String> {
        let rest = self.path.strip_prefix("github.com/")?;
        let mut parts = rest.split('/');
        let (owner, name) = (parts.next()?, parts.next()?);
        Some(format!("{owner}/{name}"))
    }

    /// The path as it is in every major version: without the element `/vN` of the pinned one, or the `.vN`
    /// of gopkg.in (<https://go.dev/ref/mod#major-version-suffixes>). Host, owner and repository are left
    /// as they are, whatever they look like.
    pub fn path_of_every_major(&self) -> String {
        let mut elements: Vec<&str> = self.path.split('/').collect();
        let major = self.version.split('.').next().unwrap_or_default();
        match elements.first().copied() {
            // `gopkg.in/pkg.vN` and `gopkg.in/user/pkg.vN`, and a package below.
            Some("gopkg.in") => {
                let mut named = elements.iter_mut().skip(1).take(2);
                let numbered = named.find(|element| gopkg_major(element).is_some());
                if let Some(element) = numbered {
                    *element = element.rsplit_once(".v").map_or(*element, |(name, _)| name);
                }
            }
            host => {
                let owned = if host == Some("github.com") { 3 } else { 2 };
                let mut below = elements.iter().skip(owned);
                let place = below.position(|element| *element == major);
                if let (Some(place), false) = (place, matches!(major, "v0" | "v1")) {
                    elements.remove(owned + place);
                }
            }
        }
        elements.join("/")
    }

    /// Checks a version on its own.
    ///
    /// # Errors
    /// [`VersionError`] says what is wrong.
    pub fn check_version(version: &str) -> Result<(), VersionError> {
        parse_version(version).map(|_version| ())
    }

    /// Checks a package path on its own.
    ///
    /// # Errors
    /// [`NameError`] says what is wrong.
    pub fn check_path(path: &str) -> Result<(), NameError> {
        check_path(path, Kind::Package)
    }
}

/// What a path names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A package below a module: its own elements may hold `+`.
    Package,
    /// A module.
    Module,
}

/// Whether a prefix of a path on github.com is no repository yet, and so no module: the host, or an
/// owner.
fn is_owner(prefix: &str) -> bool {
    prefix == "github.com"
        || prefix
            .strip_prefix("github.com/")
            .is_some_and(|owner| !owner.contains('/'))
}

/// module.go, `CheckPath` and `CheckImportPath`, for paths that start with a host.
fn check_path(path: &str, kind: Kind) -> Result<(), NameError> {
    let what = match kind {
        Kind::Package => "package",
        Kind::Module => "module",
    };
    let refuse = |why: &str| NameError(format!("{} is no Go {what} path: {why}", quoted(path)));
    if path.is_empty() {
        return Err(NameError(format!("the Go {what} path is empty")));
    }
    if path.len() > LONGEST {
        return Err(refuse("it is longer than 255 characters"));
    }
    if path.split('/').count() > MAX_ELEMENTS {
        return Err(refuse("it has more than 24 elements"));
    }
    if path.contains("://") {
        return Err(refuse("leave `https://` away"));
    }
    if path.contains('@') {
        return Err(refuse("the version belongs in `spec.version`"));
    }
    let (host, rest) = path.split_once('/').unwrap_or((path, ""));
    let in_host = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
    };
    if !host.contains('.') || host.starts_with('-') || !host.bytes().all(in_host) {
        return Err(refuse(
            "it starts with a host name in lower case, such as `github.com`",
        ));
    }
    if is_owner(path) {
        return Err(refuse("it names no repository"));
    }
    for element in path.split('/') {
        check_element(element, kind).map_err(refuse)?;
    }
    let last = rest.rsplit('/').next().unwrap_or_default();
    if kind == Kind::Module
        && let Some(digits) = last.strip_prefix('v')
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.starts_with('0') || digits == "1")
    {
        return Err(refuse("a major version at its end is `v2` or higher"));
    }
    if kind == Kind::Module && host == "gopkg.in" && gopkg_major(last).is_none() {
        return Err(refuse(
            "a module of gopkg.in ends in its major version, such as `.v2`",
        ));
    }
    Ok(())
}

/// The major version at the end of a module path of gopkg.in, `.v2` or `.v2-unstable`.
fn gopkg_major(last: &str) -> Option<u64> {
    let (_, major) = last.rsplit_once(".v")?;
    let major = major.strip_suffix("-unstable").unwrap_or(major);
    let canonical = major == "0" || !major.starts_with('0');
    let digits = !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit());
    (canonical && digits).then(|| major.parse().ok())?
}

/// One element of a path (module.go, `checkElem`).
fn check_element(element: &str, kind: Kind) -> Result<(), &'static str> {
    if element.is_empty() {
        return Err("an element between slashes is empty");
    }
    if element.starts_with('.') || element.ends_with('.') {
        return Err("no element starts or ends with `.`");
    }
    if !element.bytes().all(|byte| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_' | b'~')
            || (byte == b'+' && kind == Kind::Package)
    }) {
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

/// A module path's major version against the version's (module.go, `CheckPathMajor`).
fn check_major(module: &str, text: &str, version: &semver::Version) -> Result<(), VersionError> {
    let refuse = |why: String| Err(VersionError(format!("{} {why}", quoted(text))));
    let incompatible = !version.build.is_empty();
    let last = module.rsplit('/').next().unwrap_or_default();
    if module.starts_with("gopkg.in/") {
        // `v0.0.0-…` is what gopkg.in's `.v1` has for pseudo-versions (module.go, `CheckPathMajor`).
        let pseudo = version.major == 0 && !version.pre.is_empty();
        return match gopkg_major(last) {
            Some(major) if incompatible || (major != version.major && !(major == 1 && pseudo)) => {
                refuse(format!(
                    "is none of {}, whose versions start with `v{major}.`",
                    quoted(module)
                ))
            }
            Some(_) | None => Ok(()),
        };
    }
    let stated = last
        .strip_prefix('v')
        .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .filter(|_| module.contains('/'))
        .and_then(|major| major.parse::<u64>().ok());
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
        None if version.major >= 2 && !incompatible => refuse(format!(
            "is none of {}: a module of version 2 or later has a path that ends in `/v{}`",
            quoted(module),
            version.major
        )),
        Some(_) | None => Ok(()),
    }
}
