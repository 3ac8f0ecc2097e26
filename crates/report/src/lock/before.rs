//! What is remembered of a lock: the packages that it had.

use std::collections::BTreeMap;

use dockyard_locks::{Entry, Pinned, What};
use package_provenance::package::PackageVersion;

use super::entries::{LockFile, as_spec, pinned_digests};
use crate::drift::{Key, Memory};
use crate::finding::{Draft, RuleId, Span};
use crate::report::assemble::AllObserved;

/// The packages of a lock as they were.
#[derive(Debug, Clone, Default)]
pub struct LockMemory {
    packages: BTreeMap<Key, Vec<Remembered>>,
}

#[derive(Debug, Clone)]
struct Remembered {
    /// The entry's name, where it is known.
    entry: Option<String>,
    memory: Memory,
}

impl LockMemory {
    /// The base's lock, whose packages this run looked at too.
    pub fn base(file: &LockFile, all: &AllObserved) -> Self {
        let mut packages: BTreeMap<Key, Vec<Remembered>> = BTreeMap::new();
        for group in file.groups() {
            let What::Registry(pinned) = &group.entry.what else {
                continue;
            };
            let spec = as_spec(&file.path, group.entry, pinned);
            let memory = Memory {
                locked: Some(pinned_digests(&pinned.digests)),
                ..Memory::base(&spec, all.get(&pinned.package))
            };
            packages
                .entry(Key::of(&pinned.package))
                .or_default()
                .push(Remembered {
                    entry: Some(group.entry.name.clone()),
                    memory,
                });
        }
        Self { packages }
    }

    /// What an earlier report says of the packages of a lock.
    pub(crate) fn of_baseline(memories: impl IntoIterator<Item = Memory>) -> Self {
        let mut packages: BTreeMap<Key, Vec<Remembered>> = BTreeMap::new();
        for memory in memories {
            if let Some(package) = &memory.package {
                let key = Key::of(package);
                packages.entry(key).or_default().push(Remembered {
                    entry: None,
                    memory,
                });
            }
        }
        Self { packages }
    }

    /// What `package` was, for the entry that it is in now: the same version where the lock had it, else
    /// the version at the same place, else each that it had. Empty where the package is new.
    pub(super) fn of(&self, entry: &Entry, package: &PackageVersion) -> Vec<Memory> {
        let Some(known) = self.packages.get(&Key::of(package)) else {
            return Vec::new();
        };
        let same = |it: &&Remembered| it.memory.package.as_ref() == Some(package);
        let here = |it: &&Remembered| it.entry.as_deref() == Some(entry.name.as_str());
        let found = known.iter().find(same).or_else(|| known.iter().find(here));
        // An attested one first: a package loses its provenance whichever of its versions had it.
        let found = found.or_else(|| {
            let attested = known.iter().find(|it| !it.memory.builds.is_empty());
            attested.or_else(|| known.first())
        });
        found.map(|it| it.memory.clone()).into_iter().collect()
    }
}

/// Other content under the same version, as the two locks have it.
pub(super) fn changed_digests(pinned: &Pinned, memories: &[Memory], span: Span) -> Option<Draft> {
    let before = memories.iter().find_map(|memory| {
        let same = memory.package.as_ref() == Some(&pinned.package);
        memory.locked.as_ref().filter(|it| same && !it.is_empty())
    })?;
    let now = pinned_digests(&pinned.digests);
    // A file that is added is no other content; one that the installer may take instead is.
    let kept = now.iter().any(|digest| before.contains(digest));
    (!now.is_empty() && !kept).then(|| Draft {
        rule: RuleId::DigestChanged,
        route: "lock[digest]".to_owned(),
        span,
        message: format!(
            "The lock pins other content of {} than before: {} instead of {}.",
            pinned.package,
            now.first().map_or("", String::as_str),
            before.first().map_or("", String::as_str)
        ),
        help: "Nobody may replace what was published. Find out who changed the digest and why before anything is installed.".to_owned(),
    })
}
