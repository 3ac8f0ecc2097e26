//! What is remembered of a lock: the packages that it had.

use std::collections::BTreeMap;

use dockyard_locks::{Elsewhere, Entry, Pinned, What};
use package_provenance::package::PackageVersion;

use untrusted_text::quoted;

use super::entries::{LockFile, as_spec, pinned_digests, span};
use crate::drift::{Key, Memory};
use crate::finding::{Draft, RuleId, Span};
use crate::report::assemble::AllObserved;

/// The packages of a lock as they were.
#[derive(Debug, Clone, Default)]
pub struct LockMemory {
    packages: BTreeMap<Key, Vec<Remembered>>,
    elsewhere: BTreeMap<Source, Vec<Content>>,
}

/// What a lock pinned of something that was of no registry.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    /// As the lock gave it, where it did.
    pub(crate) version: Option<String>,
    /// As [`pinned_digests`] has them.
    pub(crate) digests: Vec<String>,
}

/// From where something came that was of no registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    /// The name without folders.
    name: String,
    /// [`ElsewhereKind::name`](dockyard_locks::ElsewhereKind::name).
    kind: String,
    /// The address; none where it is not remembered.
    shown: Option<String>,
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
        let mut elsewhere: BTreeMap<Source, Vec<Content>> = BTreeMap::new();
        for group in file.groups() {
            let pinned = match &group.entry.what {
                What::Registry(pinned) => pinned,
                What::Elsewhere(it) => {
                    let source = Source::of(group.entry, it);
                    elsewhere.entry(source).or_default().push(Content {
                        version: it.version.clone(),
                        digests: digests_of(it),
                    });
                    continue;
                }
                What::Broken(_) => continue,
            };
            let spec = as_spec(&file.path, group.entry, pinned);
            let memory = Memory {
                locked: Some(pinned_digests(&pinned.digests)),
                ..Memory::base(&spec, all.get(&pinned.package).map(AsRef::as_ref))
            };
            packages
                .entry(Key::of(&pinned.package))
                .or_default()
                .push(Remembered {
                    entry: Some(group.entry.name.clone()),
                    memory,
                });
        }
        Self {
            packages,
            elsewhere,
        }
    }

    /// What an earlier report says of the packages of a lock, and of those of no registry by name and kind.
    pub(crate) fn of_baseline(
        memories: impl IntoIterator<Item = Memory>,
        elsewhere: impl IntoIterator<Item = (String, String, Content)>,
    ) -> Self {
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
        // A report does not say where exactly they came from.
        let mut sources: BTreeMap<Source, Vec<Content>> = BTreeMap::new();
        for (name, kind, content) in elsewhere {
            let shown = None;
            let source = Source { name, kind, shown };
            sources.entry(source).or_default().push(content);
        }
        Self {
            packages,
            elsewhere: sources,
        }
    }

    /// Whether the lock had `entry` from the same place, as far as that is remembered.
    pub(super) fn had(&self, entry: &Entry, elsewhere: &Elsewhere) -> bool {
        let source = Source::of(entry, elsewhere);
        let unsaid = Source {
            shown: None,
            ..source.clone()
        };
        self.elsewhere.contains_key(&source) || self.elsewhere.contains_key(&unsaid)
    }

    /// What was pinned of the same thing: at the same address, or of the same version from as far as that.
    fn contents(&self, entry: &Entry, elsewhere: &Elsewhere) -> impl Iterator<Item = &Content> {
        let now = Source::of(entry, elsewhere);
        let known = self.elsewhere.iter().filter(move |(source, _)| {
            (source.name.as_str(), source.kind.as_str())
                == (entry.short_name(), elsewhere.kind.name())
        });
        known.flat_map(move |(source, contents)| {
            let here = *source == now;
            let same = move |it: &&Content| {
                here || (it.version.is_some() && it.version == elsewhere.version)
            };
            contents.iter().filter(same)
        })
    }

    /// What `package` was in the registry, which `entry` now has from elsewhere. Empty where it is new, and where
    /// it came from there before.
    pub(super) fn moved(
        &self,
        entry: &Entry,
        elsewhere: &Elsewhere,
        package: &PackageVersion,
    ) -> Vec<Memory> {
        let known = self.packages.get(&Key::of(package)).into_iter().flatten();
        let mut names = known.filter_map(|it| it.entry.as_deref());
        let was_here = names.any(|name| name == entry.name);
        if self.had(entry, elsewhere) && !was_here {
            return Vec::new();
        }
        self.of(entry, package)
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

impl Source {
    fn of(entry: &Entry, elsewhere: &Elsewhere) -> Self {
        Self {
            name: entry.short_name().to_owned(),
            kind: elsewhere.kind.name().to_owned(),
            shown: Some(elsewhere.shown.clone()),
        }
    }
}

/// The digests that the lock has of something that is of no registry.
pub(super) fn digests_of(elsewhere: &Elsewhere) -> Vec<String> {
    let digests = elsewhere.digests.as_ref();
    digests.map(pinned_digests).unwrap_or_default()
}

/// As [`changed_digests`], of what is of no registry.
pub(super) fn changed_elsewhere(
    entry: &Entry,
    elsewhere: &Elsewhere,
    memories: &[&LockMemory],
) -> Option<Draft> {
    let now = digests_of(elsewhere);
    let contents = memories
        .iter()
        .flat_map(|memory| memory.contents(entry, elsewhere));
    let before: Vec<&String> = contents.flat_map(|content| &content.digests).collect();
    let name = elsewhere.stated.as_deref().unwrap_or(entry.short_name());
    other_content(&quoted(name), &now, &before, span(&entry.place))
}

/// Other content under the same version, as the two locks have it.
pub(super) fn changed_digests(pinned: &Pinned, memories: &[Memory], span: Span) -> Option<Draft> {
    let before = memories.iter().find_map(|memory| {
        let same = memory.package.as_ref() == Some(&pinned.package);
        memory.locked.as_ref().filter(|it| same && !it.is_empty())
    })?;
    let before: Vec<&String> = before.iter().collect();
    let now = pinned_digests(&pinned.digests);
    other_content(&pinned.package.to_string(), &now, &before, span)
}

fn other_content(name: &str, now: &[String], before: &[&String], span: Span) -> Option<Draft> {
    let (first, was) = (now.first()?, before.first()?);
    // A file that is added is no other content; one that the installer may take instead is.
    let kept = now.iter().any(|digest| before.contains(&digest));
    (!kept).then(|| Draft {
        rule: RuleId::DigestChanged,
        route: "lock[digest]".to_owned(),
        span,
        message: format!(
            "The lock pins other content of {name} than before: {first} instead of {was}."
        ),
        help: "Nobody may replace what was published. Find out who changed the digest and why before anything is installed.".to_owned(),
    })
}
