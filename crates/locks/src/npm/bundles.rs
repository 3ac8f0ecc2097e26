//! Which entries come in the archive of a package around them: npm works that out by itself, whatever
//! `inBundle` says (arborist, `Node#getBundler` and `inDepBundle`).

use std::collections::HashMap;

use super::location::Location;
use super::packages::{Bundles, Package};
use super::tree::Tree;

/// By the index of an entry, the path of the installed package that brings it.
pub(super) type Bundlers<'a> = HashMap<usize, &'a str>;

/// Brought is what the package around it names in its `bundleDependencies`, what lies within that, and what any of
/// these asks for, where it lies beside them in the same package. What the project itself bundles is fetched as
/// everything else is.
pub(super) fn bundlers<'a>(packages: &'a [Package<'a>], tree: &Tree<'a>) -> Bundlers<'a> {
    let mut bundlers = Bundlers::new();
    // All others are asked for at the registry, where that is what npm does or not.
    let flagged = |package: &Package<'_>| package.fields.as_ref().is_ok_and(|it| it.in_bundle);
    if !packages.iter().any(flagged) {
        return bundlers;
    }
    let mut inside: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (index, package) in packages.iter().enumerate() {
        let Some((outer, name)) = place(package) else {
            continue;
        };
        inside.entry(outer).or_default().push(index);
        if names(packages, tree, outer, name) {
            open.push((index, outer));
        }
    }
    while let Some((index, bundler)) = open.pop() {
        if bundlers.contains_key(&index) {
            continue;
        }
        bundlers.insert(index, bundler);
        let Some(package) = packages.get(index) else {
            continue;
        };
        let within = inside.get(&*package.key).into_iter().flatten();
        open.extend(within.map(|inner| (*inner, bundler)));
        let asked = tree.installed_for(packages, index).into_iter();
        let beside = asked.filter(|to| {
            let to = packages.get(*to).and_then(place);
            to.is_some_and(|(outer, _)| outer == bundler)
        });
        open.extend(beside.map(|to| (to, bundler)));
    }
    bundlers
}

/// The path of the package that an installed entry lies in, and the entry's name there.
fn place<'a>(package: &'a Package<'a>) -> Option<(&'a str, &'a str)> {
    let Location::Installed(name) = Location::of(&package.key) else {
        return None;
    };
    Some((Location::outer(&package.key)?, name))
}

/// Whether the installed package at `outer` says that it brings `name`.
fn names(packages: &[Package<'_>], tree: &Tree<'_>, outer: &str, name: &str) -> bool {
    let bundles = (matches!(Location::of(outer), Location::Installed(_)))
        .then(|| tree.get(outer))
        .flatten()
        .and_then(|index| packages.get(index)?.fields.as_ref().ok())
        .and_then(|fields| fields.bundle_dependencies.as_ref());
    match bundles {
        Some(Bundles::Some(names)) => names.iter().any(|it| it == name),
        // npm looks for names in a list, and finds none here.
        Some(Bundles::All(_)) | None => false,
    }
}
