//! What the project itself asks for: `package.json` beside the lock, and those of the members of its workspaces.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use package_provenance::json;
use serde::Deserialize;
use serde_json::Value;

use crate::include::Include;

use super::location::Location;
use super::workspaces;

/// Most folders of the project that are asked what they want of an entry. The lock says which there are.
pub(super) const MOST_MEMBERS: usize = 1000;

/// Most files that are read: the root's, and those of all members that are asked.
const MOST_FILES: usize = 1 + MOST_MEMBERS;

/// Largest file that is read, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;

/// The files, each read when it is asked about.
pub(super) struct Project<'a> {
    /// The lock's folder, empty or with a slash at its end.
    folder: String,
    include: Include<'a>,
    /// By folder, relative to the lock's.
    files: RefCell<BTreeMap<String, File>>,
}

/// What became of a `package.json`.
#[derive(Debug, Clone)]
enum File {
    /// It is not there, or too many are.
    Missing,
    /// It is there, and nothing is known of what it says: the sentence says why.
    Unreadable(String),
    Read(Rc<PackageJson>),
}

/// A `package.json`, only what is read. A list that is `null` is none to npm.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PackageJson {
    dependencies: Option<BTreeMap<String, Value>>,
    dev_dependencies: Option<BTreeMap<String, Value>>,
    optional_dependencies: Option<BTreeMap<String, Value>>,
    peer_dependencies: Option<BTreeMap<String, Value>>,
    overrides: Option<Value>,
    workspaces: Option<Value>,
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
        .filter_map(move |list| list.as_ref()?.get(name)?.as_str())
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
        let file = self.read(key);
        let specs = file.iter().flat_map(|file| file.specs(name));
        specs.map(str::to_owned).collect::<Vec<_>>().into_iter()
    }

    /// What the `overrides` of the root put in the place of `name`, wherever in the tree (arborist, `override-set.js`).
    pub(super) fn overrides(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        let Some(root) = self.read("") else {
            return found;
        };
        let overrides = root.overrides.as_ref().and_then(Value::as_object);
        let mut open: Vec<_> = overrides.into_iter().collect();
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

    /// Whether the root's `workspaces` have the folder at `key`; nothing where the root's file says nothing.
    pub(super) fn has_member(&self, key: &str) -> Option<bool> {
        let root = self.read("")?;
        let patterns = root.workspaces.as_ref();
        Some(patterns.is_some_and(|patterns| workspaces::have(patterns, key)))
    }

    /// Why it is not known what the root's file says, though it is there.
    pub(super) fn unreadable(&self) -> Option<String> {
        match self.file("") {
            File::Unreadable(why) => Some(why),
            File::Missing | File::Read(_) => None,
        }
    }

    fn read(&self, key: &str) -> Option<Rc<PackageJson>> {
        match self.file(key) {
            File::Read(file) => Some(file),
            File::Missing | File::Unreadable(_) => None,
        }
    }

    fn file(&self, key: &str) -> File {
        let mut files = self.files.borrow_mut();
        if let Some(known) = files.get(key) {
            return known.clone();
        }
        if files.len() >= MOST_FILES {
            return File::Missing;
        }
        let slash = if key.is_empty() { "" } else { "/" };
        let path = format!("{}{key}{slash}package.json", self.folder);
        let file = (self.include)(&path).map_or(File::Missing, |bytes| File::of(&bytes));
        files.insert(key.to_owned(), file.clone());
        file
    }
}

impl File {
    fn of(bytes: &[u8]) -> Self {
        if bytes.len() > LARGEST {
            return Self::Unreadable(format!("it has more than {LARGEST} bytes"));
        }
        // npm leaves a byte order mark out (@npmcli/package-json, `read-package.js`).
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match json::from_slice::<PackageJson>(text) {
            Ok(file) => Self::Read(Rc::new(file)),
            Err(error) => Self::Unreadable(error.to_string()),
        }
    }
}

/// The name in a key of `overrides`, which may have a range after it.
fn overridden(key: &str) -> &str {
    let mut marks = key.match_indices('@').map(|(at, _)| at);
    let end = marks.find(|at| *at > 0).unwrap_or(key.len());
    key.get(..end).unwrap_or(key)
}
