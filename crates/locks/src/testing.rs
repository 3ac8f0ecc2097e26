//! Helpers of the readers' tests.

use url::Url;

use crate::{Entry, Lock, LockError, Registries, What, parse};

pub(crate) fn registries() -> Registries {
    Registries {
        npm: Url::parse("https://registry.npmjs.org/").unwrap(),
        npm_scopes: [].into(),
        pypi: Url::parse("https://pypi.org/simple/").unwrap(),
    }
}

pub(crate) fn read(path: &str, text: &str) -> Result<Lock, LockError> {
    parse(path, text.as_bytes(), &registries(), &|_| {
        Err("nothing is included".to_owned())
    })
}

/// As [`read`], with other files beside it.
pub(crate) fn read_beside(
    path: &str,
    text: &str,
    files: &[(&str, &str)],
) -> Result<Lock, LockError> {
    parse(path, text.as_bytes(), &registries(), &|path| {
        let found = files.iter().find(|(name, _)| *name == path);
        let (_, text) = found.ok_or("it is not there")?;
        Ok(text.as_bytes().to_owned())
    })
}

/// An entry in a word.
pub(crate) fn shown(entry: &Entry) -> String {
    match &entry.what {
        What::Registry(pinned) => pinned.package.to_string(),
        What::Elsewhere(elsewhere) => format!("{}: {}", elsewhere.kind.name(), elsewhere.shown),
        What::Broken(why) => format!("broken: {why}"),
    }
}

pub(crate) fn all(lock: &Lock) -> Vec<String> {
    lock.entries.iter().map(shown).collect()
}

/// The contradictions of a lock's entries.
pub(crate) fn contradictions(lock: &Lock) -> Vec<&str> {
    lock.entries
        .iter()
        .filter_map(|entry| match &entry.what {
            What::Registry(pinned) => pinned.contradiction.as_deref(),
            What::Elsewhere(_) | What::Broken(_) => None,
        })
        .collect()
}
