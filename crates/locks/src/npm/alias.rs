//! Who asked for a package under another name.

use crate::lock::AskedFor;

use super::entry::{Installed, Surroundings, given};
use super::project::Project;

/// Who asked for the package `real` at an entry of another name. What the lock says of the project's own wishes is
/// the word of whoever wrote the lock: npm reads them from `package.json`, and so are they here.
pub(super) fn asked_for(entry: Installed<'_>, real: &str, around: &Surroundings<'_>) -> AskedFor {
    let Surroundings {
        packages,
        tree,
        project,
        ..
    } = around;
    let declares = |spec: &str| {
        let target = spec.strip_prefix("npm:");
        let rest = target.and_then(|target| target.strip_prefix(real));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
            || Some(spec) == given(entry.fields.resolved.as_deref())
    };
    let asking: Vec<usize> = tree
        .specs(entry.index)
        .filter(|(_, spec)| declares(spec))
        .map(|(from, _)| from)
        .collect();
    let key = |from: usize| packages.get(from).map_or("", |asking| &*asking.key);
    let confirmed = |from: usize| {
        let mut specs = project.asks(key(from), entry.folder);
        Project::is_own(key(from)) && specs.any(|spec| declares(&spec))
    };
    if asking.iter().any(|from| confirmed(*from)) {
        return AskedFor::Declared;
    }
    // Nothing that the project asks for itself can be replaced by its `overrides`.
    let is_direct = entry.key.strip_prefix("node_modules/") == Some(entry.folder);
    let mut direct = is_direct
        .then(|| project.asks("", entry.folder))
        .into_iter()
        .flatten();
    let mut of_lock = tree.specs(entry.index);
    if direct.any(|spec| is_version(&spec))
        || of_lock.any(|(from, spec)| key(from).is_empty() && is_version(spec))
    {
        return AskedFor::Contradicted;
    }
    let overrides = project.overrides(entry.folder);
    if overrides.iter().any(|spec| declares(spec)) {
        return AskedFor::Declared;
    }
    let others = asking
        .into_iter()
        .filter(|from| !Project::is_own(key(*from)));
    let others: Vec<usize> = others.map(|from| tree.entry_index(from)).collect();
    if others.is_empty() {
        AskedFor::Unexplained
    } else {
        AskedFor::By(others)
    }
}

/// What is neither a version, nor a range, nor a tag has one of these characters.
fn is_version(spec: &str) -> bool {
    !spec.contains([':', '/'])
}
