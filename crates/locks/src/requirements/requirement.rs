//! A requirement: a pinned name, or an address (PEP 508 and what pip takes beside it).

use crate::lock::ElsewhereKind;
use crate::python;

/// Ends of archives' names.
const ARCHIVES: [&str; 8] = [
    ".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tar.xz", ".tbz",
];

/// What is required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Requirement {
    /// `name==version`.
    Pinned { name: String, version: String },
    /// A name without one exact version.
    Loose { name: String },
    /// An address or a path.
    Elsewhere {
        kind: ElsewhereKind,
        name: Option<String>,
        address: String,
    },
}

/// Reads a requirement without its options. What is neither an address nor pinned is [`Requirement::Loose`].
pub(super) fn read(text: &str) -> Requirement {
    let elsewhere = |name: Option<&str>, address: &str| Requirement::Elsewhere {
        kind: kind_of(address),
        name: name.map(str::to_owned),
        address: address.to_owned(),
    };
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let (name, rest) = split_where(text, |c| !inner(c));
    let rest = rest.trim_start();
    let rest = match rest
        .strip_prefix('[')
        .and_then(|extras| extras.split_once(']'))
    {
        Some((_, rest)) => rest.trim_start(),
        None => rest,
    };
    if let (false, Some(address)) = (name.is_empty(), rest.strip_prefix('@')) {
        // A marker is parted by a blank, since `;` may stand in an address.
        let address = address.split(" ;").next().unwrap_or_default();
        return elsewhere(Some(name), address.trim());
    }
    let specifier = rest.split(';').next().unwrap_or_default().trim();
    let path = name.is_empty() || specifier.contains(['/', '\\', ':']) || text.starts_with('.');
    if path || ARCHIVES.iter().any(|end| name.ends_with(end)) {
        return elsewhere(None, text);
    }
    match exact(specifier) {
        Some(version) => Requirement::Pinned {
            name: name.to_owned(),
            version: version.to_owned(),
        },
        None => Requirement::Loose {
            name: name.to_owned(),
        },
    }
}

/// What `-e` names.
pub(super) fn editable(address: &str) -> Requirement {
    let kind = kind_of(address);
    let linked = kind == ElsewhereKind::Link;
    let kind = if linked {
        ElsewhereKind::Editable
    } else {
        kind
    };
    Requirement::Elsewhere {
        kind,
        name: None,
        address: address.to_owned(),
    }
}

/// The version of `==version` alone.
fn exact(specifier: &str) -> Option<&str> {
    let version = specifier
        .strip_prefix("===")
        .or_else(|| specifier.strip_prefix("=="))?
        .trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '!');
    (!version.is_empty() && version.chars().all(plain)).then_some(version)
}

fn kind_of(address: &str) -> ElsewhereKind {
    let lower = address.to_ascii_lowercase();
    let bare = lower.split(['#', '?']).next().unwrap_or_default();
    let folder = address.split('[').next().unwrap_or_default();
    let has = |starts: &[&str]| starts.iter().any(|start| lower.starts_with(start));
    if has(&["git+", "hg+", "svn+", "bzr+", "git:", "git@", "ssh:"]) {
        ElsewhereKind::Git
    } else if has(&["http:", "https:"]) {
        ElsewhereKind::Url
    } else if ARCHIVES.iter().any(|end| bare.ends_with(end)) {
        ElsewhereKind::File
    } else if python::is_own(folder) {
        ElsewhereKind::Own
    } else {
        ElsewhereKind::Link
    }
}

fn split_where(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}
