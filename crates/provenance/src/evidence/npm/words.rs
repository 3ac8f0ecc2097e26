//! What a manifest says besides what verification compares: unsigned words that may warn and never
//! clear.
//!
//! They are read tolerantly, because a value of an odd type must not make an honest package
//! unreadable, and kept bounded, because nothing needs them whole. Nothing is allocated for a
//! manifest that says nothing of the kind.

mod bounded;
mod dependencies;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::bounded::bounded;
pub use self::dependencies::{Alias, Dependencies, Foreign};
use crate::json::Key;
use crate::package::{NpmName, NpmPackage, NpmVersion};

/// Most optional dependencies at one exact version that are kept; which of them are for a platform is seen later.
const MOST_PINNED: usize = 1_000;

/// The scripts that npm runs when it installs a package of the registry (docs.npmjs.com, "Life Cycle
/// Operation Order", `npm install`). `prepare` runs for git dependencies only.
pub const INSTALL_SCRIPTS: [&str; 3] = ["preinstall", "install", "postinstall"];

/// Which of [`INSTALL_SCRIPTS`] a manifest has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scripts([bool; INSTALL_SCRIPTS.len()]);

impl Scripts {
    /// Their names.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        INSTALL_SCRIPTS
            .into_iter()
            .zip(self.0)
            .filter_map(|(name, there)| there.then_some(name))
    }
}

/// `optionalDependencies`: what an installation may do without, such as the binary of each platform.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Optional {
    /// Those from elsewhere than the registry.
    pub dependencies: Dependencies,
    /// Those of the registry at one exact version, in the manifest's order, at most 1,000.
    pub pinned: Vec<NpmPackage>,
    /// Whether there are more of these.
    pub more: bool,
}

/// `deprecated`: the publisher's reason, empty where none is given. An empty text takes a deprecation
/// back (`npm deprecate NAME ""`); what npm would take for true is a deprecation.
pub(super) fn deprecated<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(Word(|value: Value<'_>| match value {
        Value::Null | Value::Flag(false) | Value::Text("") => None,
        Value::Flag(true) | Value::Other => Some(String::new()),
        Value::Text(reason) => Some(bounded(reason.trim())),
    }))
}

/// A flag that is up for whatever is neither `null`, `false` nor empty.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    deserializer.deserialize_any(Word(|value: Value<'_>| value.holds()))
}

/// `scripts`.
pub(super) fn scripts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scripts, D::Error> {
    let mut scripts = Scripts::default();
    deserializer.deserialize_any(Entries(|key: &str, value: Value<'_>| {
        for (name, there) in INSTALL_SCRIPTS.iter().zip(&mut scripts.0) {
            *there |= *name == key && value.holds();
        }
    }))?;
    Ok(scripts)
}

/// `dependencies`, or another mapping of names to where they come from. npm installs no entry that is
/// not a text.
pub(super) fn dependencies<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Dependencies, D::Error> {
    let mut dependencies = Dependencies::default();
    deserializer.deserialize_any(Entries(|name: &str, value: Value<'_>| {
        if let Value::Text(from) = value {
            dependencies.read(name, from);
        }
    }))?;
    Ok(dependencies)
}

/// `optionalDependencies`, as [`dependencies`].
pub(super) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Optional, D::Error> {
    let mut optional = Optional::default();
    deserializer.deserialize_any(Entries(|name: &str, value: Value<'_>| {
        let Value::Text(from) = value else {
            return;
        };
        if !optional.dependencies.read(name, from)
            && let Some(package) = pinned(name, from)
            && !optional.pinned.contains(&package)
        {
            optional.more |= optional.pinned.len() == MOST_PINNED;
            optional.pinned.push(package);
            optional.pinned.truncate(MOST_PINNED);
        }
    }))?;
    Ok(optional)
}

/// The one package that satisfies an entry of the registry; an alias names another one.
fn pinned(name: &str, from: &str) -> Option<NpmPackage> {
    let (name, version) = match from.trim().split_once(':') {
        Some((_npm, target)) => target
            .rsplit_once('@')
            .filter(|(name, _)| !name.is_empty())?,
        None => (name, from.trim()),
    };
    Some(NpmPackage {
        name: NpmName::parse(name).ok()?,
        version: NpmVersion::parse(version).ok()?,
    })
}

/// On which platforms npm installs a package, by `os`, `cpu` or `libc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Platforms {
    /// On all.
    #[default]
    All,
    /// On those that are named.
    Named,
}

/// A list of platforms.
pub(super) fn platforms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Platforms, D::Error> {
    struct Names;

    impl<'de> Visitor<'de> for Names {
        type Value = bool;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a JSON value")
        }

        fn visit_unit<E>(self) -> Result<bool, E> {
            Ok(false)
        }

        fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
            Ok(false)
        }

        fn visit_str<E>(self, text: &str) -> Result<bool, E> {
            Ok(!text.is_empty())
        }

        fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
            Ok(false)
        }

        fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
            Ok(false)
        }

        fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
            Ok(false)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
            let mut any = false;
            while items.next_element::<IgnoredAny>()?.is_some() {
                any = true;
            }
            Ok(any)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<bool, A::Error> {
            while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(false)
        }
    }

    let named = deserializer.deserialize_any(Names)?;
    Ok(if named {
        Platforms::Named
    } else {
        Platforms::All
    })
}

/// A value of whatever type.
#[derive(Clone, Copy)]
enum Value<'a> {
    Null,
    Flag(bool),
    Text(&'a str),
    /// A number, a list or an object.
    Other,
}

impl Value<'_> {
    const fn holds(self) -> bool {
        match self {
            Self::Null | Self::Flag(false) => false,
            Self::Text(text) => !text.is_empty(),
            Self::Flag(true) | Self::Other => true,
        }
    }
}

/// Reads one value and shows it to a function.
struct Word<F>(F);

impl<'de, T, F: FnOnce(Value<'_>) -> T> DeserializeSeed<'de> for Word<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T, F: FnOnce(Value<'_>) -> T> Visitor<'de> for Word<F> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok((self.0)(Value::Null))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<T, E> {
        Ok((self.0)(Value::Flag(flag)))
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(Value::Text(text)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok((self.0)(Value::Other))
    }

    fn visit_u64<E>(self, _: u64) -> Result<T, E> {
        Ok((self.0)(Value::Other))
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok((self.0)(Value::Other))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<T, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok((self.0)(Value::Other))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<T, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok((self.0)(Value::Other))
    }
}

/// Shows each entry of an object to a function; anything else has none.
struct Entries<F>(F);

impl<'de, F: FnMut(&str, Value<'_>)> Visitor<'de> for Entries<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key_seed(Key)? {
            entries.next_value_seed(Word(|value: Value<'_>| (self.0)(&key, value)))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
