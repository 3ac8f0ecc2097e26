//! `packages` of the document: every entry with the place where it stands.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::limits::MAX_ENTRIES;

/// The entries, at most one more than are read; `count` has all.
pub(super) struct Packages<'a> {
    pub(super) list: Vec<Package<'a>>,
    pub(super) count: usize,
}

/// One entry.
pub(super) struct Package<'a> {
    /// Its path; empty for the root.
    pub(super) key: Cow<'a, str>,
    /// The part of the text where it starts.
    pub(super) at: &'a str,
    /// What it says, or the sentence that says why it cannot be read.
    pub(super) fields: Result<Fields<'a>, String>,
}

/// A map from names to specs.
pub(super) type Specs<'a> = BTreeMap<Cow<'a, str>, Cow<'a, str>>;

/// What an entry says, only what is read. npm asks for truth where a `bool` stands here; anything else is refused.
#[expect(clippy::struct_excessive_bools, reason = "the file's own words")]
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Fields<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) resolved: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) integrity: Option<Cow<'a, str>>,
    pub(super) link: bool,
    pub(super) in_bundle: bool,
    pub(super) dev: bool,
    pub(super) optional: bool,
    pub(super) dev_optional: bool,
    pub(super) has_install_script: bool,
    has_shrinkwrap: bool,
    pub(super) os: Option<Words>,
    pub(super) cpu: Option<Words>,
    pub(super) libc: Option<Words>,
    #[serde(borrow)]
    pub(super) dependencies: Option<Specs<'a>>,
    #[serde(borrow)]
    pub(super) dev_dependencies: Option<Specs<'a>>,
    #[serde(borrow)]
    pub(super) optional_dependencies: Option<Specs<'a>>,
    #[serde(borrow)]
    pub(super) peer_dependencies: Option<Specs<'a>>,
    /// What it brings in its archive.
    #[serde(alias = "bundledDependencies")]
    pub(super) bundle_dependencies: Option<Bundles>,
    scripts: Option<IgnoredAny>,
    #[serde(rename = "_resolved")]
    private_resolved: Option<IgnoredAny>,
    #[serde(rename = "_integrity")]
    private_integrity: Option<IgnoredAny>,
    #[serde(rename = "_hasShrinkwrap")]
    private_has_shrinkwrap: Option<IgnoredAny>,
}

impl Fields<'_> {
    /// Whether npm reads another lock in its archive.
    pub(super) fn brings_own_lock(&self) -> bool {
        self.has_shrinkwrap || self.private_has_shrinkwrap.is_some()
    }

    /// A word that npm writes into no lock and yet obeys, since it takes an entry for the package's own
    /// `package.json`: commands that it runs, and what stands in for `resolved`, `integrity` and `hasShrinkwrap`
    /// where these are missing (arborist, the constructor in `node.js`; `rebuild.js`).
    pub(super) fn smuggled(&self) -> Option<&'static str> {
        [
            (&self.scripts, "scripts"),
            (&self.private_resolved, "_resolved"),
            (&self.private_integrity, "_integrity"),
            (&self.private_has_shrinkwrap, "_hasShrinkwrap"),
        ]
        .into_iter()
        .find_map(|(word, name)| word.is_some().then_some(name))
    }
}

/// `os`, `cpu` or `libc`: one word or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Words {
    One(String),
    Many(Vec<String>),
}

impl Words {
    pub(super) fn list(&self) -> Vec<String> {
        match self {
            Self::One(word) => vec![word.clone()],
            Self::Many(words) => words.clone(),
        }
    }
}

/// `bundleDependencies`.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Bundles {
    All(#[expect(dead_code, reason = "no name stands in it")] bool),
    Some(Vec<String>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Packages<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Packages<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of packages by their paths")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let (mut list, mut count) = (Vec::new(), 0);
        while let Some(Key(key)) = entries.next_key()? {
            // The root is no entry.
            count += usize::from(!key.is_empty());
            if count > MAX_ENTRIES {
                entries.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: &RawValue = entries.next_value()?;
            let at = match key {
                Cow::Borrowed(text) if !text.is_empty() => text,
                Cow::Borrowed(_) | Cow::Owned(_) => value.get(),
            };
            list.push(Package {
                at,
                fields: fields(value),
                key,
            });
        }
        Ok(Packages { list, count })
    }
}

/// A key, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

fn fields(value: &RawValue) -> Result<Fields<'_>, String> {
    serde_json::from_str(value.get()).map_err(|error| {
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or_default();
        let reason: String = reason.chars().take(200).collect();
        format!("the entry cannot be read: {reason}")
    })
}
