//! How the entries hang together: which folder lies in which, and who asks for whom.

use std::collections::HashMap;

use crate::lock::Reach;
use crate::ways::{self, Way};

use super::location::Location;
use super::packages::{Fields, Package};

/// Most dependencies that all entries together may name.
const MAX_EDGES: usize = 2_000_000;

/// The entries' relations, by their index among `packages`.
pub(super) struct Tree<'a> {
    /// The index of the root.
    root: Option<usize>,
    index: HashMap<&'a str, usize>,
    folders: Folders<'a>,
    /// The folders of the project.
    members: Vec<usize>,
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
            folders: Folders::new(packages),
            members: (packages.iter().enumerate())
                .filter(|(_, package)| matches!(Location::of(&package.key), Location::Own))
                .map(|(index, _)| index)
                .collect(),
            ways: Vec::new(),
            asked: Vec::new(),
        };
        let mut asked: Vec<Vec<_>> = (0..packages.len()).map(|_| Vec::new()).collect();
        let projects: Vec<usize> = (packages.iter().enumerate())
            .filter(|(index, package)| Some(*index) == tree.root || is_own(package))
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
    pub(super) fn entry_index(&self, index: usize) -> usize {
        match self.root {
            Some(root) if root < index => index - 1,
            Some(_) | None => index,
        }
    }

    /// The entry at a path.
    pub(super) fn get(&self, key: &str) -> Option<usize> {
        self.index.get(key).copied()
    }

    /// The folders of the project beside its root.
    pub(super) fn members(&self) -> &[usize] {
        &self.members
    }

    pub(super) fn reach(&self, index: usize) -> Reach {
        match self.ways.get(index).copied().flatten() {
            Some(Way::Project) => Reach::Direct,
            Some(Way::Through(parent)) => Reach::Through(self.entry_index(parent)),
            None => Reach::Unreached,
        }
    }

    /// Who asks for an entry, by its index, and by which spec.
    pub(super) fn specs(&self, index: usize) -> impl Iterator<Item = (usize, &'a str)> {
        let asked = self.asked.get(index).map(Vec::as_slice).unwrap_or_default();
        asked.iter().map(|(from, ask)| (*from, ask.spec))
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

    /// The entries that the package at `from` asks for when it is installed by somebody: without those for its
    /// own development, which nobody else gets.
    pub(super) fn installed_for(&self, packages: &[Package<'_>], from: usize) -> Vec<usize> {
        let Some(Package {
            key,
            fields: Ok(fields),
            ..
        }) = packages.get(from)
        else {
            return Vec::new();
        };
        let lists = [
            &fields.dependencies,
            &fields.optional_dependencies,
            &fields.peer_dependencies,
        ];
        let names = lists.into_iter().flatten().flat_map(|specs| specs.keys());
        names.filter_map(|name| self.resolve(key, name)).collect()
    }

    /// The entry that `name` is for the package at `key`, as Node.js resolves it: in its own `node_modules`, then in
    /// that of every folder around it.
    pub(super) fn resolve(&self, key: &str, name: &str) -> Option<usize> {
        let mut folder = self.folders.ids.get(key).copied();
        while let Some(at) = folder {
            if let Some(found) = self.folders.inside.get(&(at, name)) {
                return Some(*found);
            }
            folder = self.folders.outer.get(at).copied().flatten();
        }
        None
    }
}

/// The folders that have a `node_modules` or lie in one, by numbers: a path may be long and is looked at once.
#[derive(Default)]
struct Folders<'a> {
    ids: HashMap<&'a str, usize>,
    outer: Vec<Option<usize>>,
    /// The entry of a name in a folder's `node_modules`.
    inside: HashMap<(usize, &'a str), usize>,
}

impl<'a> Folders<'a> {
    fn new(packages: &'a [Package<'a>]) -> Self {
        let mut folders = Self::default();
        for (index, package) in packages.iter().enumerate() {
            let location = Location::of(&package.key);
            if matches!(location, Location::Strange(_)) && !package.key.is_empty() {
                continue;
            }
            let own = folders.add(&package.key);
            let outer = folders.outer.get(own).copied().flatten();
            if let (Location::Installed(name), Some(outer)) = (location, outer) {
                folders.inside.insert((outer, name), index);
            }
        }
        folders
    }

    /// The number of a folder, which gets one together with all around it.
    fn add(&mut self, path: &'a str) -> usize {
        let mut new = Vec::new();
        let mut at = Some(path);
        let mut outer = None;
        while let Some(path) = at {
            if let Some(known) = self.ids.get(path) {
                outer = Some(*known);
                break;
            }
            new.push(path);
            at = Location::outer(path);
        }
        for path in new.into_iter().rev() {
            let number = self.outer.len();
            self.ids.insert(path, number);
            self.outer.push(outer);
            outer = Some(number);
        }
        outer.unwrap_or_default()
    }
}

/// Whether an entry is a member of the workspace or a link to one, for which nobody asks but the project.
fn is_own(package: &Package<'_>) -> bool {
    let own = |path: &str| matches!(Location::of(path), Location::Own);
    let target = |fields: &Fields<'_>| fields.link && fields.resolved.as_deref().is_some_and(own);
    own(&package.key) || package.fields.as_ref().is_ok_and(target)
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
