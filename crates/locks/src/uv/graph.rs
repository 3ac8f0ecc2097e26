//! Who asks for whom.

use std::collections::HashMap;

use crate::lock::Reach;
use crate::python::is_own;
use crate::ways::{self, Way};

use super::wire::{Dependency, Package, Source};

/// The packages' relations, by their index in the document.
pub(super) struct Graph {
    all: Vec<Option<Way>>,
    /// The same without development dependencies.
    shipped: Vec<Option<Way>>,
}

impl Graph {
    pub(super) fn new(packages: &[Package]) -> Self {
        let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, package) in packages.iter().enumerate() {
            named.entry(package.name.get_ref()).or_default().push(index);
        }
        let found = |dependency: &Dependency| {
            let all = named.get(dependency.name.as_str());
            let all = all.map(Vec::as_slice).unwrap_or_default().iter().copied();
            let version = dependency.version.clone();
            all.filter(move |index| {
                let theirs = packages
                    .get(*index)
                    .and_then(|other| other.version.as_ref());
                version.is_none() || theirs == version.as_ref()
            })
        };
        let follow = |index: usize, dev: bool| {
            let Some(package) = packages.get(index) else {
                return Vec::new();
            };
            let extras = package.optional_dependencies.values().flatten();
            let groups = package.dev_dependencies.values().flatten().filter(|_| dev);
            let asked = package.dependencies.iter().chain(extras).chain(groups);
            asked.flat_map(found).collect()
        };
        let projects: Vec<usize> = (packages.iter().enumerate())
            .filter(|(_, package)| is_project(package))
            .map(|(index, _)| index)
            .collect();
        let shortest =
            |dev: bool| ways::shortest(packages.len(), &projects, |index| follow(index, dev));
        Self {
            all: shortest(true),
            shipped: shortest(false),
        }
    }

    pub(super) fn reach(&self, index: usize) -> Reach {
        match self.all.get(index).copied().flatten() {
            Some(Way::Project) => Reach::Direct,
            Some(Way::Through(parent)) => Reach::Through(parent),
            None => Reach::Unreached,
        }
    }

    pub(super) fn is_dev(&self, index: usize) -> bool {
        let shipped = self.shipped.get(index).copied().flatten();
        self.all.get(index).copied().flatten().is_some() && shipped.is_none()
    }
}

fn is_project(package: &Package) -> bool {
    match package.source.place() {
        Ok(Source::Editable(folder) | Source::Virtual(folder) | Source::Directory(folder)) => {
            is_own(folder)
        }
        Ok(Source::Registry(_) | Source::Git(_) | Source::Url(_) | Source::Path(_)) | Err(_) => {
            false
        }
    }
}
