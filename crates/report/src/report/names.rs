//! Names as people read them: short, and no two alike.

use std::borrow::Cow;

use dockyard_locks::Format;

use super::{OverrideRecord, SpecReport};

/// A repository's address as a name: `owner/name` on github.com, with the host elsewhere
/// (`gitlab.com/owner/name`), and whole where a part of it could be taken for another one.
pub fn repository(url: &str) -> Cow<'_, str> {
    let Some(rest) = url.strip_prefix("https://") else {
        return Cow::Borrowed(url);
    };
    let Some((host, path)) = rest.split_once('/') else {
        return Cow::Borrowed(url);
    };
    // An owner on GitHub has no dot, and every public host has one.
    let two = path.split_once('/').is_some_and(|(owner, name)| {
        let plain = |part: &str| !part.is_empty() && !part.contains('/');
        plain(owner) && plain(name) && !owner.contains('.')
    });
    match host {
        "github.com" if two => Cow::Borrowed(path),
        _ if host.contains('.') => Cow::Borrowed(rest),
        _ => Cow::Borrowed(url),
    }
}

/// A workflow's path without the folder that all of GitHub's lie in, which leaves no room for the rest.
pub(super) fn workflow(path: &str) -> &str {
    path.strip_prefix(".github/workflows/").unwrap_or(path)
}

/// An override of `spec` as its installer writes it: `undici@6.28.0`, `mcp<2`.
pub(super) fn override_name(spec: &SpecReport, one: &OverrideRecord) -> String {
    let Some(version) = &one.version else {
        return one.package.clone();
    };
    let between = if spec.protocol == "uvx" { "" } else { "@" };
    format!("{}{between}{version}", one.package)
}

/// `{protocol}/{server}` of a spec's path: the row's name.
pub(super) fn place(spec: &SpecReport) -> &str {
    spec.path.strip_suffix("/spec.yaml").unwrap_or(&spec.path)
}

/// What a finding or a change is about: a spec by its place, a package of a lock file by its name and the file.
pub(super) fn subject(spec: &SpecReport) -> Cow<'_, str> {
    match (&spec.package, &spec.version) {
        (Some(package), Some(version)) if is_of_lock(spec) => {
            Cow::Owned(format!("{package}@{version} of {}", spec.path))
        }
        (Some(package), None) if is_of_lock(spec) => {
            Cow::Owned(format!("{package} of {}", spec.path))
        }
        _ => Cow::Borrowed(place(spec)),
    }
}

/// Whether it is about a lock file.
pub(super) fn is_of_lock(spec: &SpecReport) -> bool {
    Format::of_name(&spec.path).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_githubs_repositories_go_without_their_host() {
        for (url, name) in [
            ("https://github.com/acme/widget", "acme/widget"),
            ("https://gitlab.com/acme/widget", "gitlab.com/acme/widget"),
            ("https://gitlab.com/a/b/widget", "gitlab.com/a/b/widget"),
            ("https://github.com/gitlab.com/x", "github.com/gitlab.com/x"),
            (
                "https://github.com/gitlab.com/a/b",
                "github.com/gitlab.com/a/b",
            ),
            ("https://github.com/acme", "github.com/acme"),
            ("https://github.com/acme/", "github.com/acme/"),
            (
                "https://github.com:8443/acme/widget",
                "github.com:8443/acme/widget",
            ),
            ("https://acme/widget", "https://acme/widget"),
            (
                "http://github.com/acme/widget",
                "http://github.com/acme/widget",
            ),
            ("https://github.com", "https://github.com"),
            ("", ""),
        ] {
            assert_eq!(repository(url), name);
        }
    }
}
