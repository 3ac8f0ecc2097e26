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
    let believed = |from: usize, spec: &str| {
        let Some(asking) = packages.get(from) else {
            return false;
        };
        !Project::is_own(&asking.key)
            || project
                .asks(&asking.key, entry.folder)
                .any(|own| own == spec)
    };
    // Nothing that the project asks for itself can be replaced by its `overrides`.
    let is_direct = entry.key.strip_prefix("node_modules/") == Some(entry.folder);
    let direct = || {
        is_direct
            .then(|| project.asks("", entry.folder))
            .into_iter()
            .flatten()
    };
    let of_lock = || {
        tree.specs(entry.index)
            .filter(|(from, _)| packages.get(*from).is_some_and(|it| it.key.is_empty()))
    };
    if tree
        .specs(entry.index)
        .any(|(from, spec)| declares(spec) && believed(from, spec))
    {
        AskedFor::Declared
    } else if direct().any(|spec| is_version(&spec)) || of_lock().any(|(_, spec)| is_version(spec))
    {
        AskedFor::Contradicted
    } else if project
        .overrides(entry.folder)
        .iter()
        .any(|spec| declares(spec))
    {
        AskedFor::Declared
    } else {
        AskedFor::Unexplained
    }
}

/// What is neither a version, nor a range, nor a tag has one of these characters.
fn is_version(spec: &str) -> bool {
    !spec.contains([':', '/'])
}
