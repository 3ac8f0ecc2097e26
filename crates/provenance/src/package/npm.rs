//! npm names and versions.

use super::{NameError, VersionError};
use untrusted_text::quoted;

/// Longest name, in bytes (validate-npm-package-name).
const LONGEST_NAME: usize = 214;
/// Longest version, in bytes (node-semver's `MAX_LENGTH`).
const LONGEST_VERSION: usize = 256;
/// Largest number in a version (node-semver's limit, JavaScript's largest safe integer).
const LARGEST_NUMBER: u64 = 9_007_199_254_740_991;

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

impl NpmName {
    /// Reads a name by npm's grammar, as validate-npm-package-name states it for published
    /// packages, narrowed to letters, digits and `-._`: the legacy characters `~'!()*` are refused,
    /// capitals are accepted in unscoped names only (`JSONStream`).
    ///
    /// # Errors
    /// [`NameError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let refuse = |why: &str| {
            NameError(format!(
                "{} is not a valid npm package name: {why}",
                quoted(text)
            ))
        };
        if text.is_empty() {
            return Err(NameError("the npm package name is empty".to_owned()));
        }
        if text.len() > LONGEST_NAME {
            return Err(refuse("it is longer than 214 characters"));
        }
        if text.contains(':') {
            return Err(refuse(
                "an address, a file or an alias comes from no registry",
            ));
        }
        if let Some(scoped) = text.strip_prefix('@') {
            let (scope, name) = scoped
                .split_once('/')
                .ok_or_else(|| refuse("a scope is followed by `/` and the package's name"))?;
            if name.contains('@') {
                return Err(refuse("the version belongs in `spec.version`"));
            }
            check_part(scope, false).map_err(refuse)?;
            check_part(name, false).map_err(refuse)?;
        } else {
            if text.contains('/') || text.contains('\\') {
                return Err(refuse(
                    "it is a path or a repository; a name with `/` starts with a scope, `@scope/name`",
                ));
            }
            if text.contains('@') {
                return Err(refuse("the version belongs in `spec.version`"));
            }
            if text.starts_with(['_', '-']) {
                return Err(refuse("a name starts with a letter or a digit"));
            }
            check_part(text, true).map_err(refuse)?;
        }
        Ok(Self(text.to_owned()))
    }

    /// The name, such as `@scope/name`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What holds for a scope, a scoped name and an unscoped name alike.
fn check_part(part: &str, capitals: bool) -> Result<(), &'static str> {
    if part.is_empty() {
        return Err("scope and name must not be empty");
    }
    // That leaves no part that is `.` or `..`; dots inside are as good as any character, and the
    // registry has such names (`htmx.ext...chunked-transfer`).
    if part.starts_with('.') {
        return Err("a name does not start with `.`");
    }
    if part.eq_ignore_ascii_case("node_modules") || part.eq_ignore_ascii_case("favicon.ico") {
        return Err("npm reserves it");
    }
    if !part
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
    {
        return Err("only letters, digits, `-`, `.` and `_` are accepted");
    }
    if !capitals && part.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("a scoped name has no capitals");
    }
    Ok(())
}

impl NpmVersion {
    /// Reads an exact version.
    ///
    /// # Errors
    /// [`VersionError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let refuse = |why: &str| {
            VersionError(format!(
                "{} is not an exact npm version: {why}",
                quoted(text)
            ))
        };
        if text.is_empty() {
            return Err(VersionError("the version is empty".to_owned()));
        }
        if text.len() > LONGEST_VERSION {
            return Err(refuse("it is longer than 256 characters"));
        }
        if text.starts_with(['v', 'V', '=']) {
            return Err(refuse("npm's versions have no `v` or `=` before them"));
        }
        let version = semver::Version::parse(text).map_err(|_error| {
            refuse("a range, a tag or an abbreviation does not say which package is run")
        })?;
        if !version.build.is_empty() {
            return Err(refuse("npm drops what stands after `+`"));
        }
        if [version.major, version.minor, version.patch]
            .iter()
            .any(|number| *number > LARGEST_NUMBER)
        {
            return Err(refuse("a number in it is too large for npm"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The version as npm writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether npm reads `text` as versions of a registry's package, exact or a range, and as nothing else
/// (node-semver's grammar of ranges, without its leniency). npm takes what is not a range for a tag, an
/// alias, an address or a file.
pub(super) fn is_range(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b" .+-*^~<>=|".contains(&byte);
    let all = text.len() <= LONGEST_VERSION && text.bytes().all(known);
    all && !text.trim().is_empty() && text.split("||").all(is_comparator_set)
}

/// `1.2.3 - 2.0.0`, `>=1.2.3 <2`, `^1`, or nothing.
fn is_comparator_set(set: &str) -> bool {
    if let Some((low, high)) = set.split_once(" - ") {
        return is_partial(low.trim()) && is_partial(high.trim());
    }
    // The operator may stand apart from its version.
    let mut open = false;
    let comparators = set.split(' ').filter(|word| !word.is_empty()).all(|word| {
        let version = ["~>", ">=", "<=", ">", "<", "=", "^", "~"]
            .iter()
            .find_map(|operator| word.strip_prefix(operator));
        let fits = match (open, version) {
            (true, Some(_)) => false,
            (false, Some("")) => {
                open = true;
                return true;
            }
            (false, Some(version)) => is_partial(version),
            (true | false, None) => is_partial(word),
        };
        open = false;
        fits
    });
    comparators && !open
}

/// A version that may end early, or have `x` or `*` in place of its last numbers.
fn is_partial(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let cut = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, qualifier) = text.split_at(cut);
    let (mut count, mut open) = (0, false);
    let numbers = numbers.split('.').all(|part| {
        count += 1;
        if matches!(part, "x" | "X" | "*") {
            open = true;
            return true;
        }
        let plain = part.bytes().all(|byte| byte.is_ascii_digit());
        let leading = part.len() > 1 && part.starts_with('0');
        // The end of a range is one more than a number in it, and has to be a number too.
        let small = part
            .parse()
            .is_ok_and(|number: u64| number < LARGEST_NUMBER);
        !open && plain && !leading && small
    });
    let whole = count == 3 && !open;
    let fits = || semver::Version::parse(&format!("0.0.0{qualifier}")).is_ok();
    numbers && count <= 3 && (qualifier.is_empty() || (whole && fits()))
}

/// The version that a range (see [`is_range`]) pins: an exact one, whatever stands beside it, or one
/// that is both the lowest and the highest, and the same on every side of `||`.
pub(super) fn pinned(range: &str) -> Option<NpmVersion> {
    let mut sets = range.split("||").map(pinned_by_set);
    let first = sets.next()??;
    sets.all(|other| other.as_ref() == Some(&first))
        .then_some(first)
}

fn pinned_by_set(set: &str) -> Option<NpmVersion> {
    if let Some((low, high)) = set.split_once(" - ") {
        return exact(low).filter(|low| exact(high).as_ref() == Some(low));
    }
    let (mut lowest, mut highest) = (Vec::new(), Vec::new());
    // The operator may stand apart from its version.
    let mut apart = "";
    for word in set.split(' ').filter(|word| !word.is_empty()) {
        let version = word.trim_start_matches(['<', '>', '=', '^', '~']);
        let operator = word.strip_suffix(version).unwrap_or_default();
        if version.is_empty() {
            apart = operator;
            continue;
        }
        let before = std::mem::take(&mut apart);
        let operator = if operator.is_empty() {
            before
        } else {
            operator
        };
        match operator {
            "" | "=" => {
                if let Some(version) = exact(version) {
                    return Some(version);
                }
            }
            ">=" => lowest.extend(exact(version)),
            "<=" => highest.extend(exact(version)),
            _ => {}
        }
    }
    lowest.into_iter().find(|one| highest.contains(one))
}

/// A whole version as a range writes it: npm takes `v` before it away, and what follows `+`.
fn exact(text: &str) -> Option<NpmVersion> {
    let text = text.trim();
    let text = text.strip_prefix('v').unwrap_or(text);
    NpmVersion::parse(without_build(text)).ok()
}

/// A version without its build metadata, which npm drops; anything else as it is.
fn without_build(text: &str) -> &str {
    match text.split_once('+') {
        Some((version, _)) if semver::Version::parse(text).is_ok() => version,
        _ => text,
    }
}
