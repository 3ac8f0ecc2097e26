//! What is remembered of a lock: the packages that it had.

use std::collections::BTreeMap;

use dockyard_locks::{Digests, Elsewhere, Entry, LockedFile, Pinned, What};
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
    /// Those of named files with their names, where these are remembered.
    pub(crate) files: Vec<(String, String)>,
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
                        files: files_of(it),
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
        let is_commit = without_commit(&elsewhere.shown).is_some();
        let known = self.elsewhere.iter().filter(move |(source, _)| {
            (source.name.as_str(), source.kind.as_str())
                == (entry.short_name(), elsewhere.kind.name())
        });
        known.flat_map(move |(source, contents)| {
            let here = *source == now;
            // An archive of another commit is other content, whatever version its manifest states.
            let other_commit = is_commit
                && !here
                && match &source.shown {
                    Some(shown) => without_commit(shown) == without_commit(&elsewhere.shown),
                    None => true,
                };
            let same = move |it: &&Content| {
                let same_version = it.version.is_some() && it.version == elsewhere.version;
                here || (same_version && !other_commit)
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

/// The digests that the lock has of named files.
fn files_of(elsewhere: &Elsewhere) -> Vec<(String, String)> {
    let Some(Digests::Files(files)) = &elsewhere.digests else {
        return Vec::new();
    };
    let named = files.iter().filter_map(|file| {
        let name = file.filename.as_ref().ok()?.as_str().to_owned();
        Some((name, written(file.sha256.as_ref().ok()?)))
    });
    named.collect()
}

/// An address around the commit that it has, in 40 hexadecimal digits.
fn without_commit(address: &str) -> Option<(&str, &str)> {
    let is_hex = |character: char| character.is_ascii_hexdigit();
    let mut rest = address;
    loop {
        let start = rest.find(is_hex)?;
        let run = rest.get(start..)?;
        let length = run
            .find(|character| !is_hex(character))
            .unwrap_or(run.len());
        if length == 40 {
            let before = address.len() - rest.len() + start;
            return Some((address.get(..before)?, run.get(length..)?));
        }
        rest = run.get(length..)?;
    }
}

/// As [`changed_digests`], of what is of no registry. Nothing else says which digests are right, so that none may stand
/// beside those that were there: an installer takes any.
pub(super) fn changed_elsewhere(
    entry: &Entry,
    elsewhere: &Elsewhere,
    memories: &[&LockMemory],
) -> Option<Draft> {
    let contents: Vec<&Content> = memories
        .iter()
        .flat_map(|memory| memory.contents(entry, elsewhere))
        .collect();
    let before: Vec<&String> = contents.iter().flat_map(|it| &it.digests).collect();
    let was = before.first()?;
    let name = quoted(elsewhere.stated.as_deref().unwrap_or(entry.short_name()));
    let now = digests_of(elsewhere);
    if now.is_empty() {
        let message = format!(
            "The lock pins no content of {name} that is compared, and before it pinned {was}."
        );
        return Some(digest_changed(message, span(&entry.place)));
    }
    let new = match &elsewhere.digests {
        Some(Digests::Files(files)) => replaced(files, &contents, &before, &now),
        Some(Digests::Npm(_) | Digests::AnyFile(_) | Digests::GoZip(_)) | None => {
            now.into_iter().find(|digest| !before.contains(&digest))
        }
    };
    let new = new?;
    Some(other_content(&name, &new, was, span(&entry.place)))
}

/// What stands in the place of a file's digest; a file of another name is no other content.
fn replaced(
    files: &[LockedFile],
    contents: &[&Content],
    before: &[&String],
    now: &[String],
) -> Option<String> {
    let known: Vec<&(String, String)> = contents.iter().flat_map(|it| &it.files).collect();
    let gone = before.iter().any(|digest| !now.contains(digest));
    files.iter().find_map(|file| {
        let digest = file.sha256.as_ref().ok().map(written);
        let is_new = digest.as_ref().is_none_or(|it| !before.contains(&it));
        let is_other = match &file.filename {
            Ok(name) => {
                let mut of_name = known.iter().filter(|it| it.0 == name.as_str()).peekable();
                let was_there = of_name.peek().is_some();
                was_there && !of_name.any(|it| Some(&it.1) == digest.as_ref())
            }
            Err(_) => is_new,
        };
        // A report remembers no names: of what is new and what is gone one stands for the other.
        let may_be_other = known.is_empty() && gone && is_new;
        (is_other || may_be_other).then(|| digest.unwrap_or_else(|| "no digest".to_owned()))
    })
}

fn written(sha256: &[u8; 32]) -> String {
    format!("sha256:{}", hex::encode(sha256))
}

/// Other content under the same version, as the two locks have it.
pub(super) fn changed_digests(pinned: &Pinned, memories: &[Memory], span: Span) -> Option<Draft> {
    let before = memories.iter().find_map(|memory| {
        let same = memory.package.as_ref() == Some(&pinned.package);
        memory.locked.as_ref().filter(|it| same && !it.is_empty())
    })?;
    let before: Vec<&String> = before.iter().collect();
    let now = pinned_digests(&pinned.digests);
    let (first, was) = (now.first()?, before.first()?);
    // A file that is added is no other content; one that the installer may take instead is held against what the
    // registry signed.
    let kept = now.iter().any(|digest| before.contains(&digest));
    (!kept).then(|| other_content(&pinned.package.to_string(), first, was, span))
}

fn other_content(name: &str, now: &str, was: &str, span: Span) -> Draft {
    let message =
        format!("The lock pins other content of {name} than before: {now} instead of {was}.");
    digest_changed(message, span)
}

fn digest_changed(message: String, span: Span) -> Draft {
    Draft {
        rule: RuleId::DigestChanged,
        route: "lock[digest]".to_owned(),
        span,
        message,
        help: "Nobody may replace what was published. Find out who changed the digest and why before anything is installed.".to_owned(),
    }
}
