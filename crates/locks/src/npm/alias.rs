//! Who asked for a package under another name.

use crate::lock::{AskedFor, ElsewhereKind};

use super::entry::{Installed, Surroundings, given};
use super::project::{MOST_MEMBERS, Project};

/// Who asked for the package `real` at an entry of another name. What the lock says of the project's own wishes is
/// the word of whoever wrote the lock: npm reads them from `package.json`, and so are they here.
pub(super) fn asked_for(entry: Installed<'_>, real: &str, around: &Surroundings<'_>) -> AskedFor {
    let Surroundings { tree, project, .. } = around;
    let declares = |spec: &str| {
        let target = spec.strip_prefix("npm:");
        let rest = target.and_then(|target| target.strip_prefix(real));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
            || Some(spec) == given(entry.fields.resolved.as_deref())
    };
    let asking = asking(entry, around);
    let confirmed = |key: &str| {
        let mut specs = project.asks(key, entry.folder);
        specs.any(|spec| declares(&spec))
    };
    let (own, others): (Vec<_>, Vec<_>) =
        (asking.into_iter()).partition(|asking| Project::is_own(asking.key));
    if (own.iter()).any(|asking| declares(asking.spec) && confirmed(asking.key)) {
        return AskedFor::Declared;
    }
    // Nothing that the project asks for itself can be replaced by its `overrides`.
    let mut direct = direct(entry, around);
    let mut of_root = own.iter().filter(|asking| asking.key.is_empty());
    if direct.any(|spec| is_version(&spec)) || of_root.any(|asking| is_version(asking.spec)) {
        return AskedFor::Contradicted;
    }
    let overrides = project.overrides(entry.folder);
    if overrides.iter().any(|spec| declares(spec)) {
        return AskedFor::Declared;
    }
    // npm takes what lies under a name for whatever version of it somebody asks for, so that one who asks for the
    // alias does not speak for another.
    let means_it = |asking: &Asking<'_>| declares(asking.spec);
    if others.is_empty() || !others.iter().chain(&own).all(means_it) || member_asks(entry, around) {
        return match project.unreadable() {
            Some(why) => AskedFor::Unreadable(why),
            None => AskedFor::Unexplained,
        };
    }
    let others = others.iter().map(|asking| tree.entry_index(asking.from));
    AskedFor::By(others.collect())
}

/// What a link to the folder of the project at `target` is: its own where `package.json` has it as a member of its
/// workspaces, or asks for a folder by that name; otherwise a folder that stands in for what is asked for.
pub(super) fn linked(
    entry: Installed<'_>,
    target: &str,
    around: &Surroundings<'_>,
) -> ElsewhereKind {
    let project = around.project;
    let is_member = project.has_member(target);
    if is_member == Some(true) {
        return ElsewhereKind::Own;
    }
    let asking = asking(entry, around);
    let own = asking.iter().filter(|asking| Project::is_own(asking.key));
    let of_own = own.flat_map(|asking| project.asks(asking.key, entry.folder));
    let declared = of_own
        .chain(direct(entry, around))
        .chain(project.overrides(entry.folder));
    if declared.into_iter().any(|spec| is_folder(&spec)) {
        return ElsewhereKind::Own;
    }
    let by_version = asking.iter().any(|asking| is_version(asking.spec));
    // Where there is no `package.json` only the lock says what the folder is; where there is one that cannot be read,
    // somebody may have seen to that.
    if is_member.is_some() || by_version || project.unreadable().is_some() {
        ElsewhereKind::Link
    } else {
        ElsewhereKind::Own
    }
}

/// An entry that asks for another.
struct Asking<'a> {
    from: usize,
    key: &'a str,
    spec: &'a str,
}

/// Who asks for an entry, as the lock has it. What it asks for by its own name, which leads to itself, explains nothing.
fn asking<'a>(entry: Installed<'_>, around: &Surroundings<'a>) -> Vec<Asking<'a>> {
    let packages = around.packages;
    let specs = around.tree.specs(entry.index);
    let others = specs.filter(|(from, _)| *from != entry.index);
    let asking = others.map(|(from, spec)| Asking {
        from,
        key: packages.get(from).map_or("", |asking| &*asking.key),
        spec,
    });
    asking.collect()
}

/// The specs by which the project's root asks for what lies in its own `node_modules`.
fn direct(entry: Installed<'_>, around: &Surroundings<'_>) -> impl Iterator<Item = String> + use<> {
    let is_direct = entry.key.strip_prefix("node_modules/") == Some(entry.folder);
    let specs = is_direct.then(|| around.project.asks("", entry.folder));
    specs.into_iter().flatten()
}

/// Whether the `package.json` of a folder of the project, whatever the lock says of it, asks by a version for the name
/// that leads to an entry. Of more folders than are asked one may.
fn member_asks(entry: Installed<'_>, around: &Surroundings<'_>) -> bool {
    let is_asking = |key: &str| {
        around.tree.resolve(key, entry.folder) == Some(entry.index)
            && (around.project.asks(key, entry.folder)).any(|spec| is_version(&spec))
    };
    let members = around.tree.members();
    let mut keys = members
        .iter()
        .filter_map(|index| around.packages.get(*index));
    members.len() > MOST_MEMBERS || keys.any(|package| is_asking(&package.key))
}

/// What is neither a version, nor a range, nor a tag has one of these characters.
fn is_version(spec: &str) -> bool {
    !spec.contains([':', '/'])
}

/// What names a folder, as npm tells it (npm-package-arg).
fn is_folder(spec: &str) -> bool {
    ["file:", ".", "/", "~/"]
        .iter()
        .any(|start| spec.starts_with(start))
}
