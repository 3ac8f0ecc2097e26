//! `dependencies` of a lock of version 2: the same once more for npm 6, which reads nothing else. npm 7 and later
//! ignore it where there is `packages` (arborist, `shrinkwrap.js`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::limits::MAX_ENTRIES;

use super::packages::Package;
use super::tree::Tree;

/// Entries by the names of their folders.
pub(super) type Legacy<'a> = BTreeMap<Cow<'a, str>, Old<'a>>;

#[derive(Deserialize)]
pub(super) struct Old<'a> {
    #[serde(borrow)]
    version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    resolved: Option<Cow<'a, str>>,
    #[serde(borrow)]
    integrity: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    dependencies: Legacy<'a>,
}

/// Longest path that is followed, in bytes.
const LONGEST: usize = 4096;

/// The paths at which npm 6 would install something else than npm 7: another version, address or digest, or
/// something of which `packages` has nothing.
pub(super) fn differing(
    legacy: &Legacy<'_>,
    packages: &[Package<'_>],
    tree: &Tree<'_>,
) -> Vec<String> {
    let mut differing = Vec::new();
    let mut left: Vec<(String, &Legacy<'_>)> = vec![(String::new(), legacy)];
    let mut count = 0;
    while let Some((folder, entries)) = left.pop() {
        for (name, old) in entries {
            count += 1;
            if count > MAX_ENTRIES || folder.len() + name.len() > LONGEST {
                differing.push(untrusted_text::shortened(name));
                return differing;
            }
            let path = format!("{folder}node_modules/{name}");
            let package = tree.get(&path).and_then(|index| packages.get(index));
            if !package.is_some_and(|package| agrees(old, package)) {
                differing.push(path.clone());
            }
            left.push((format!("{path}/"), &old.dependencies));
        }
    }
    differing.sort_unstable();
    differing
}

fn agrees(old: &Old<'_>, package: &Package<'_>) -> bool {
    let Ok(fields) = &package.fields else {
        return true;
    };
    // Of what no registry has, `version` holds the address: `packages` has it as `resolved`.
    let address = old
        .version
        .as_deref()
        .is_some_and(|version| version.contains(':'));
    if fields.link || address {
        return true;
    }
    let same = |old: &Option<Cow<'_, str>>, new: &Option<Cow<'_, str>>| old.is_none() || old == new;
    same(&old.version, &fields.version)
        && same(&old.resolved, &fields.resolved)
        && same(&old.integrity, &fields.integrity)
}
