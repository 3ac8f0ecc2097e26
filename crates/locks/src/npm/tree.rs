//! How the entries hang together: which folder lies in which, and who asks for whom.

use std::collections::HashMap;

use crate::limits::MAX_DEPTH;
use crate::lock::Reach;
use crate::ways::{self, Way};

use super::packages::{Fields, Package};

/// Most dependencies that all entries together may name.
const MAX_EDGES: usize = 2_000_000;

/// The folder in which packages are installed.
const MODULES: &str = "node_modules";

/// Where a path leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Location<'a> {
    /// `node_modules/NAME` in the project or in another package, with its name.
    Installed(&'a str),
    /// A folder of the project.
    Own,
    /// A folder outside the project.
    Outside,
    /// Nothing that npm writes: the sentence says why.
    Strange(&'static str),
}

impl<'a> Location<'a> {
    pub(super) fn of(key: &'a str) -> Self {
        if key.contains('\\') || key.contains(|character: char| character.is_control()) {
            return Self::Strange("its path has characters that npm writes in none");
        }
        if key.split('/').count() > MAX_DEPTH {
            return Self::Strange("its path has more than 64 parts");
        }
        let inside = key.trim_start_matches("../");
        if inside
            .split('/')
            .any(|part| matches!(part, "" | "." | ".."))
            && inside != ".."
        {
            return Self::Strange("its path is not in its shortest form, so it may be another's");
        }
        let parts: Vec<&str> = inside.split('/').collect();
        let last = parts.iter().rposition(|part| *part == MODULES);
        let (outside, Some(last)) = (inside.len() < key.len() || inside == "..", last) else {
            return if inside.len() < key.len() || inside == ".." {
                Self::Outside
            } else {
                Self::Own
            };
        };
        let name = parts.get(last + 1..).unwrap_or_default();
        let length: usize = name.iter().map(|part| part.len() + 1).sum();
        let name_text = key.get((key.len() + 1).saturating_sub(length)..);
        let named = match name {
            [name] => !name.starts_with('@'),
            [scope, _] => scope.starts_with('@'),
            _ => false,
        };
        match name_text {
            Some(text) if named && !outside => Self::Installed(text),
            Some(_) if named => Self::Strange("it is installed outside the project"),
            _ => Self::Strange("its path is a folder within a package"),
        }
    }

    /// The path of the folder that holds the `node_modules` of an installed package; empty for the root.
    pub(super) fn holder(key: &'a str, name: &str) -> &'a str {
        key.strip_suffix(name)
            .and_then(|rest| rest.strip_suffix("node_modules/"))
            .map_or("", |rest| rest.trim_end_matches('/'))
    }
}

/// The entries' relations, by their index among `packages`.
pub(super) struct Tree<'a> {
    /// The index of the root.
    root: Option<usize>,
    index: HashMap<&'a str, usize>,
    /// By entry: who asks for it on a shortest way, where it was reached.
    ways: Vec<Option<Way>>,
    /// By entry: everybody who asks for it, and how.
    asked: Vec<Vec<(usize, Ask<'a>)>>,
}

/// One dependency.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) spec: &'a str,
    pub(super) optional: bool,
}

impl<'a> Tree<'a> {
    /// # Errors
    /// The sentence that says which limit is passed.
    pub(super) fn new(packages: &'a [Package<'a>]) -> Result<Self, String> {
        let index: HashMap<&str, usize> = packages
            .iter()
            .enumerate()
            .map(|(index, package)| (&*package.key, index))
            .collect();
        let edges: usize = packages
            .iter()
            .filter_map(|package| package.fields.as_ref().ok())
            .map(|fields| asks(fields).count())
            .sum();
        if edges > MAX_EDGES {
            return Err(format!(
                "its entries name {edges} dependencies; at most {MAX_EDGES} are read"
            ));
        }
        let mut tree = Self {
            root: index.get("").copied(),
            index,
            ways: Vec::new(),
            asked: Vec::new(),
        };
        let mut asked: Vec<Vec<_>> = (0..packages.len()).map(|_| Vec::new()).collect();
        // The members of the workspace are asked for by nobody but the project.
        let own = |index: usize, key: &str| {
            matches!(Location::of(key), Location::Own) || Some(index) == tree.root
        };
        let projects: Vec<usize> = (packages.iter().enumerate())
            .filter(|(index, package)| own(*index, &package.key))
            .map(|(index, _)| index)
            .collect();
        let ways = ways::shortest(packages.len(), &projects, |from| {
            let followed = tree.follow(packages, from);
            for (to, ask) in &followed {
                if let (Some(asked), Some(ask)) = (asked.get_mut(*to), ask) {
                    asked.push((from, *ask));
                }
            }
            followed.into_iter().map(|(to, _)| to).collect()
        });
        (tree.ways, tree.asked) = (ways, asked);
        Ok(tree)
    }

    /// The index of an entry among [`Lock::entries`](crate::Lock), which leave the root out.
    fn entry_index(&self, index: usize) -> usize {
        match self.root {
            Some(root) if root < index => index - 1,
            Some(_) | None => index,
        }
    }

    /// The entry at a path.
    pub(super) fn get(&self, key: &str) -> Option<usize> {
        self.index.get(key).copied()
    }

    pub(super) fn reach(&self, index: usize) -> Reach {
        match self.ways.get(index).copied().flatten() {
            Some(Way::Project) => Reach::Direct,
            Some(Way::Through(parent)) => Reach::Through(self.entry_index(parent)),
            None => Reach::Unreached,
        }
    }

    /// The specs by which an entry is asked for.
    pub(super) fn specs(&self, index: usize) -> impl Iterator<Item = &'a str> {
        let asked = self.asked.get(index).map(Vec::as_slice).unwrap_or_default();
        asked.iter().map(|(_, ask)| ask.spec)
    }

    /// The entries whose `optionalDependencies` name an entry, without the root.
    pub(super) fn launchers(&self, index: usize) -> Vec<usize> {
        let asked = self.asked.get(index).map(Vec::as_slice).unwrap_or_default();
        asked
            .iter()
            .filter(|(from, ask)| ask.optional && Some(*from) != self.root)
            .map(|(from, _)| self.entry_index(*from))
            .collect()
    }

    /// What an entry asks for; a link leads to its target.
    fn follow(&self, packages: &'a [Package<'a>], from: usize) -> Vec<(usize, Option<Ask<'a>>)> {
        let Some(Package {
            key,
            fields: Ok(fields),
            ..
        }) = packages.get(from)
        else {
            return Vec::new();
        };
        if fields.link {
            let target = fields.resolved.as_deref().and_then(|key| self.get(key));
            return target.map(|target| (target, None)).into_iter().collect();
        }
        asks(fields)
            .filter_map(|(name, ask)| Some((self.resolve(key, name)?, Some(ask))))
            .collect()
    }

    /// The entry that `name` is for a package at `key`, as Node.js resolves it: in its own `node_modules`, then in
    /// that of every folder around it.
    fn resolve(&self, key: &str, name: &str) -> Option<usize> {
        let mut folder = key;
        loop {
            let path = if folder.is_empty() {
                format!("{MODULES}/{name}")
            } else {
                format!("{folder}/{MODULES}/{name}")
            };
            if let Some(found) = self.get(&path) {
                return Some(found);
            }
            if folder.is_empty() {
                return None;
            }
            folder = match Location::of(folder) {
                Location::Installed(own) => Location::holder(folder, own),
                Location::Own | Location::Outside | Location::Strange(_) => {
                    folder.rsplit_once('/').map_or("", |(outer, _)| outer)
                }
            };
        }
    }
}

fn asks<'a>(fields: &'a Fields<'a>) -> impl Iterator<Item = (&'a str, Ask<'a>)> {
    let lists = [
        (&fields.dependencies, false),
        (&fields.dev_dependencies, false),
        (&fields.optional_dependencies, true),
        (&fields.peer_dependencies, false),
    ];
    lists.into_iter().flat_map(|(specs, optional)| {
        let specs = specs.iter().flat_map(|specs| specs.iter());
        specs.map(move |(name, spec)| (&**name, Ask { spec, optional }))
    })
}
