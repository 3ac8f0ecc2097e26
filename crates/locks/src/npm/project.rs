//! What the project itself asks for: `package.json` beside the lock, and those of the members of its workspaces.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use package_provenance::json;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::include::Include;

use super::location::Location;

/// Most files that are read.
const MOST_FILES: usize = 1000;

/// Largest file that is read, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;

/// The files, each read when it is asked about.
pub(super) struct Project<'a> {
    /// The lock's folder, empty or with a slash at its end.
    folder: String,
    include: Include<'a>,
    /// By folder, relative to the lock's: nothing where the file is not there or cannot be read.
    files: RefCell<BTreeMap<String, Option<Rc<PackageJson>>>>,
}

/// A `package.json`, only what is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PackageJson {
    dependencies: BTreeMap<String, Value>,
    dev_dependencies: BTreeMap<String, Value>,
    optional_dependencies: BTreeMap<String, Value>,
    peer_dependencies: BTreeMap<String, Value>,
    overrides: Map<String, Value>,
}

impl PackageJson {
    /// The specs by which it asks for `name`, in the order in which npm looks for what `$name` means.
    fn specs<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        [
            &self.dev_dependencies,
            &self.optional_dependencies,
            &self.dependencies,
            &self.peer_dependencies,
        ]
        .into_iter()
        .filter_map(move |list| list.get(name)?.as_str())
    }
}

impl<'a> Project<'a> {
    /// Of the lock at `path`.
    pub(super) fn new(path: &str, include: Include<'a>) -> Self {
        let folder = path
            .rsplit_once('/')
            .map(|(folder, _)| format!("{folder}/"));
        Self {
            folder: folder.unwrap_or_default(),
            include,
            files: RefCell::new(BTreeMap::new()),
        }
    }

    /// Whether the entry at `key` is the project's root or a folder of its own.
    pub(super) fn is_own(key: &str) -> bool {
        key.is_empty() || matches!(Location::of(key), Location::Own)
    }

    /// The specs by which the project's folder at `key` asks for `name`.
    pub(super) fn asks(&self, key: &str, name: &str) -> impl Iterator<Item = String> + use<> {
        let file = self.file(key);
        let specs = file.iter().flat_map(|file| file.specs(name));
        specs.map(str::to_owned).collect::<Vec<_>>().into_iter()
    }

    /// What the `overrides` of the root put in the place of `name`, wherever in the tree (arborist, `override-set.js`).
    pub(super) fn overrides(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        let Some(root) = self.file("") else {
            return found;
        };
        let mut open = vec![&root.overrides];
        while let Some(overrides) = open.pop() {
            for (key, value) in overrides {
                let own = match value {
                    Value::String(spec) => Some(spec.as_str()),
                    Value::Object(inner) => {
                        open.push(inner);
                        inner.get(".").and_then(Value::as_str)
                    }
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
                };
                let Some(spec) = own.filter(|_| overridden(key) == name) else {
                    continue;
                };
                let meant = match spec.strip_prefix('$') {
                    Some(reference) => root.specs(reference).next(),
                    None => Some(spec),
                };
                found.extend(meant.map(str::to_owned));
            }
        }
        found
    }

    fn file(&self, key: &str) -> Option<Rc<PackageJson>> {
        let mut files = self.files.borrow_mut();
        if let Some(known) = files.get(key) {
            return known.clone();
        }
        if files.len() >= MOST_FILES {
            return None;
        }
        let slash = if key.is_empty() { "" } else { "/" };
        let path = format!("{}{key}{slash}package.json", self.folder);
        let bytes = (self.include)(&path)
            .ok()
            .filter(|bytes| bytes.len() <= LARGEST);
        let read = bytes.and_then(|bytes| json::from_slice::<PackageJson>(&bytes).ok());
        let read = read.map(Rc::new);
        files.insert(key.to_owned(), read.clone());
        read
    }
}

/// The name in a key of `overrides`, which may have a range after it.
fn overridden(key: &str) -> &str {
    let mut marks = key.match_indices('@').map(|(at, _)| at);
    let end = marks.find(|at| *at > 0).unwrap_or(key.len());
    key.get(..end).unwrap_or(key)
}
