//! What npm installs for an entry (arborist, `load-virtual.js` and `reify.js`).

use package_provenance::package::{NpmName, NpmPackage, NpmVersion, PackageVersion};
use untrusted_text::quoted;
use url::Url;

use crate::lock::{Alias, Digests, Elsewhere, ElsewhereKind, NpmIntegrity, Pinned, What};
use crate::registries::{Download, Registries};
use crate::shown;

use super::alias;
use super::bundles::Bundlers;
use super::integrity;
use super::location::Location;
use super::packages::{Fields, Package};
use super::project::Project;
use super::tree::Tree;

/// What an entry is judged by.
pub(super) struct Surroundings<'a> {
    pub(super) packages: &'a [Package<'a>],
    pub(super) tree: &'a Tree<'a>,
    pub(super) bundlers: &'a Bundlers<'a>,
    pub(super) registries: &'a Registries,
    pub(super) project: &'a Project<'a>,
}

/// An entry below a `node_modules`.
#[derive(Clone, Copy)]
pub(super) struct Installed<'a> {
    pub(super) index: usize,
    /// Its path.
    pub(super) key: &'a str,
    /// The last part of its path: the name by which it is imported.
    pub(super) folder: &'a str,
    pub(super) fields: &'a Fields<'a>,
}

/// What the entry at `index` is.
pub(super) fn what(index: usize, fields: &Fields<'_>, around: &Surroundings<'_>) -> What {
    let key = around
        .packages
        .get(index)
        .map_or("", |package| &*package.key);
    if let Some(word) = fields.smuggled() {
        return What::Broken(format!(
            "it has `{word}`, which npm writes into no lock, and obeys"
        ));
    }
    let resolved = given(fields.resolved.as_deref());
    let folder = match Location::of(key) {
        Location::Strange(why) => return What::Broken(why.to_owned()),
        Location::Installed(folder) => folder,
        Location::Own => return own_folder(ElsewhereKind::Own, key, fields),
        Location::Outside => return own_folder(ElsewhereKind::Link, key, fields),
    };
    let entry = Installed {
        index,
        key,
        folder,
        fields,
    };
    if fields.link {
        return link(entry, resolved, around);
    }
    let Some(resolved) = resolved else {
        return by_name(entry, around);
    };
    let elsewhere = |kind| {
        What::Elsewhere(Elsewhere {
            kind,
            stated: Some(stated(folder, fields)),
            version: version(fields),
            shown: shown::address(resolved),
            // npm holds nothing of git to a digest (pacote, `git.js`).
            digests: (kind != ElsewhereKind::Git).then(|| Digests::Npm(held_to(fields))),
        })
    };
    if let Some(kind) = kind_of(resolved) {
        return elsewhere(kind);
    }
    // Before a blank npm sees no address, but a file of the project; others leave the blank out.
    if resolved.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        let shown = quoted(resolved);
        return What::Broken(format!(
            "`resolved` is {shown}, an address that not every reader takes alike"
        ));
    }
    let Ok(url) = Url::parse(resolved) else {
        let shown = quoted(resolved);
        return What::Broken(format!("`resolved` is {shown}, which is no address"));
    };
    match around.registries.download(&url) {
        Download::Of(package) => {
            let contradiction = contradiction(folder, fields, &package);
            What::Registry(pinned(entry, package, contradiction, around))
        }
        Download::OtherRegistry => elsewhere(ElsewhereKind::OtherRegistry),
        Download::Other if matches!(url.scheme(), "http" | "https") => {
            elsewhere(ElsewhereKind::Url)
        }
        Download::Other => {
            let shown = quoted(resolved);
            What::Broken(format!(
                "`resolved` is {shown}, which is nothing that npm writes there"
            ))
        }
    }
}

/// A text that is not empty: an empty one is none to JavaScript.
pub(super) fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// A folder of the project or beside it.
fn own_folder(kind: ElsewhereKind, key: &str, fields: &Fields<'_>) -> What {
    if fields.link || given(fields.resolved.as_deref()).is_some() {
        return What::Broken(
            "it is a folder of the project and yet comes from elsewhere".to_owned(),
        );
    }
    What::Elsewhere(Elsewhere {
        kind,
        stated: given(fields.name.as_deref()).map(|name| with_version(name, fields)),
        version: version(fields),
        shown: shown::address(key),
        digests: None,
    })
}

/// A link to a folder.
fn link(entry: Installed<'_>, resolved: Option<&str>, around: &Surroundings<'_>) -> What {
    let Installed { folder, fields, .. } = entry;
    let Some(target) = resolved else {
        return What::Broken("it is a link that leads nowhere".to_owned());
    };
    let kind = match Location::of(target) {
        Location::Own => alias::linked(entry, target, around),
        Location::Installed(_) | Location::Outside | Location::Strange(_) => ElsewhereKind::Link,
    };
    What::Elsewhere(Elsewhere {
        kind,
        stated: Some(stated(folder, fields)),
        version: version(fields),
        shown: shown::address(target),
        digests: None,
    })
}

/// An entry without `resolved`: npm asks the registry for its name and version, unless it came in the
/// archive of the package that it lies in.
fn by_name(entry: Installed<'_>, around: &Surroundings<'_>) -> What {
    let Installed {
        index,
        folder,
        fields,
        ..
    } = entry;
    if fields.in_bundle
        && let Some(bundler) = around.bundlers.get(&index)
    {
        return What::Elsewhere(Elsewhere {
            kind: ElsewhereKind::Bundled,
            stated: Some(stated(folder, fields)),
            version: version(fields),
            shown: (*bundler).to_owned(),
            digests: None,
        });
    }
    let name = given(fields.name.as_deref()).unwrap_or(folder);
    let Some(version) = given(fields.version.as_deref()) else {
        return What::Broken(
            "it has neither `resolved` nor `version`, and npm removes it".to_owned(),
        );
    };
    match (NpmName::parse(name), NpmVersion::parse(version)) {
        (Ok(name), Ok(version)) => {
            let package = NpmPackage { name, version };
            What::Registry(pinned(entry, package, None, around))
        }
        (Err(error), _) => What::Broken(error.to_string()),
        (_, Err(error)) => What::Broken(error.to_string()),
    }
}

fn pinned(
    entry: Installed<'_>,
    package: NpmPackage,
    contradiction: Option<String>,
    around: &Surroundings<'_>,
) -> Pinned {
    let real = package.name.as_str();
    let alias = (real != entry.folder && contradiction.is_none()).then(|| Alias {
        folder: entry.folder.to_owned(),
        asked: alias::asked_for(entry, real, around),
    });
    Pinned {
        alias,
        contradiction,
        package: PackageVersion::Npm(package),
        digests: Digests::Npm(held_to(entry.fields)),
        claims: Vec::new(),
    }
}

fn held_to(fields: &Fields<'_>) -> NpmIntegrity {
    let integrity = given(fields.integrity.as_deref());
    integrity.map_or(NpmIntegrity::Missing, integrity::read)
}

/// In what the address of the download differs from what the entry says.
fn contradiction(folder: &str, fields: &Fields<'_>, fetched: &NpmPackage) -> Option<String> {
    let name = given(fields.name.as_deref()).unwrap_or(folder);
    let version = given(fields.version.as_deref());
    let same = name == fetched.name.as_str()
        && version.is_none_or(|version| version == fetched.version.as_str());
    (!same).then(|| {
        format!(
            "the entry is for {}, and npm downloads {} for it",
            quoted(&stated(folder, fields)),
            quoted(&format!(
                "{}@{}",
                fetched.name.as_str(),
                fetched.version.as_str()
            )),
        )
    })
}

/// What an address that is none of a registry says it is.
fn kind_of(resolved: &str) -> Option<ElsewhereKind> {
    let starts = |starts: &[&str]| starts.iter().any(|start| resolved.starts_with(start));
    if starts(&[
        "git+",
        "git:",
        "git@",
        "github:",
        "gitlab:",
        "bitbucket:",
        "gist:",
        "ssh:",
    ]) {
        Some(ElsewhereKind::Git)
    } else if starts(&["file:", "./", "../", "/"]) {
        Some(ElsewhereKind::File)
    } else {
        None
    }
}

fn version(fields: &Fields<'_>) -> Option<String> {
    given(fields.version.as_deref()).map(str::to_owned)
}

fn stated(folder: &str, fields: &Fields<'_>) -> String {
    let name = given(fields.name.as_deref()).unwrap_or(folder);
    with_version(name, fields)
}

fn with_version(name: &str, fields: &Fields<'_>) -> String {
    match given(fields.version.as_deref()) {
        Some(version) => format!("{name}@{version}"),
        None => name.to_owned(),
    }
}
