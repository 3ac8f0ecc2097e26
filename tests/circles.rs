//! No two files of a crate import each other, neither directly nor around a corner.
//!
//! What a file imports is read from its `use` statements and paths. A parent that declares and
//! re-exports its children is no circle: a name that it re-exports leads to the file that has it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The crates' sources, by folder.
const CRATES: [&str; 9] = [
    "crates/locks/src",
    "crates/pages/src",
    "crates/pin/src",
    "crates/provenance/src",
    "crates/registry/src",
    "crates/report/src",
    "crates/text/src",
    "src",
    "testkit/src",
];

/// A module's path within its crate, such as `["http", "hosts"]`; the root's is empty.
type Module = Vec<String>;

#[test]
fn no_file_imports_one_that_imports_it() {
    for folder in CRATES {
        let modules = modules(folder);
        assert!(modules.len() > 2, "{folder} has no modules");
        if let Some(circle) = circle(&imports(&modules)) {
            panic!("{folder}: {}", circle.join(" -> "));
        }
    }
}

#[test]
fn circles_are_found() {
    let text = |pairs: &[(&str, &str)]| -> BTreeMap<Module, String> {
        pairs
            .iter()
            .map(|(name, text)| (segments(name), (*text).to_owned()))
            .collect()
    };
    let direct = text(&[("a", "use crate::b::X;"), ("b", "use super::a::{self, Y};")]);
    assert!(circle(&imports(&direct)).is_some());
    let around = text(&[
        ("", "mod a; mod b; pub use b::X;"),
        ("a", "use crate::X;"),
        ("b", "fn f() { crate::c::g() }"),
        ("c", "use crate::{a::Y, d::{Z}};"),
        ("d", ""),
    ]);
    assert_eq!(
        circle(&imports(&around)).unwrap(),
        ["a", "b", "c", "a"],
        "a name that the root re-exports leads to its file"
    );
    let tree = text(&[
        ("a", "mod b; pub use b::X; use b::Y;"),
        ("a::b", "use super::W;"),
        ("c", "use crate::a::X; // crate::d::comments_do_not_count"),
        ("d", "use crate::c::Z;"),
    ]);
    assert_eq!(circle(&imports(&tree)), None);
}

/// Every module of a crate with its text, without unit tests.
fn modules(folder: &str) -> BTreeMap<Module, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut folders = vec![root.clone()];
    let mut modules = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            let Some(name) = name.strip_suffix(".rs") else {
                continue;
            };
            let mut module: Module = name.split('/').map(str::to_owned).collect();
            if matches!(module.last().unwrap().as_str(), "mod" | "lib" | "main") {
                module.pop();
            }
            let is_test = module.iter().any(|part| part == "tests");
            // `main.rs` is a crate of its own.
            if !is_test && name != "main" {
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                modules.insert(module, text.to_owned());
            }
        }
    }
    modules
}

/// What each module imports of its crate.
fn imports(modules: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let code: BTreeMap<&Module, String> = modules
        .iter()
        .map(|(module, text)| (module, without_comments(text)))
        .collect();
    let exports: BTreeMap<(&Module, String), Module> = code
        .iter()
        .flat_map(|(module, code)| {
            uses(code)
                .into_iter()
                .filter(|(public, _)| *public)
                .filter_map(|(_, path)| {
                    let (name, child) = path.split_last()?;
                    let child = [module.as_slice(), child].concat();
                    modules
                        .contains_key(&child)
                        .then(|| ((*module, name.clone()), child))
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let target = |path: &[String]| -> Option<Module> {
        let module = (0..=path.len())
            .rev()
            .filter_map(|length| path.get(..length).map(<[String]>::to_vec))
            .find(|module| modules.contains_key(module))?;
        let name = path.get(module.len())?;
        Some(
            exports
                .get(&(&module, name.clone()))
                .cloned()
                .unwrap_or(module),
        )
    };
    code.iter()
        .map(|(module, code)| {
            let imported = uses(code)
                .into_iter()
                .map(|(_, path)| path)
                .chain(paths(code))
                .filter_map(|path| target(&absolute(module, &path)?))
                // Its own parents declare it, and it may use what they declare.
                .filter(|imported| !module.starts_with(imported))
                .collect();
            ((*module).clone(), imported)
        })
        .collect()
}

/// The first circle, by the names of its modules, the first one again at its end.
fn circle(imports: &BTreeMap<Module, BTreeSet<Module>>) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    let mut way = Vec::new();
    imports
        .keys()
        .find_map(|module| walk(module, imports, &mut way, &mut done))
}

fn walk<'a>(
    module: &'a Module,
    imports: &'a BTreeMap<Module, BTreeSet<Module>>,
    way: &mut Vec<&'a Module>,
    done: &mut BTreeSet<&'a Module>,
) -> Option<Vec<String>> {
    if let Some(start) = way.iter().position(|seen| *seen == module) {
        let names = way.iter().skip(start).chain([&module]);
        return Some(names.map(|name| name.join("::")).collect());
    }
    if !done.insert(module) {
        return None;
    }
    way.push(module);
    let found = imports
        .get(module)
        .into_iter()
        .flatten()
        .find_map(|imported| walk(imported, imports, way, done));
    way.pop();
    found
}

/// `path` from the crate's root; none where it is not of this crate.
fn absolute(module: &[String], path: &[String]) -> Option<Module> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    match path.first()?.as_str() {
        "crate" => Some(path.get(1..)?.to_vec()),
        "super" => {
            let parent = module.get(..module.len().checked_sub(ups)?)?;
            Some([parent, path.get(ups..)?].concat())
        }
        _ => None,
    }
}

/// Every path of every `use` statement, and whether it is re-exported.
fn uses(code: &str) -> Vec<(bool, Module)> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("use ") {
        let line = before.rsplit(['\n', ';', '{', '}']).next().unwrap().trim();
        let is_use = line.is_empty() || (line.starts_with("pub") && !line.contains(' '));
        let Some((tree, left)) = after.split_once(';') else {
            break;
        };
        if is_use {
            let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
            branches(&tree, "", &mut |path| {
                let path = path.split(" as ").next().unwrap();
                let path = path.strip_suffix("::self").unwrap_or(path);
                found.push((line.starts_with("pub"), segments(path)));
            });
            rest = left;
        } else {
            rest = after;
        }
    }
    found
}

/// Calls `tell` with every path of a tree such as `a::{b, c::{d, e}}`.
fn branches(tree: &str, before: &str, tell: &mut dyn FnMut(&str)) {
    let tree = tree.trim();
    let Some((head, inner)) = tree.split_once('{') else {
        if !tree.is_empty() {
            tell(&format!("{before}{tree}"));
        }
        return;
    };
    let inner = inner.rsplit_once('}').map_or(inner, |(inner, _)| inner);
    let (mut depth, mut branch) = (0, String::new());
    for character in inner.chars().chain([',']) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                branches(&branch, &format!("{before}{head}"), tell);
                branch.clear();
                continue;
            }
            _ => {}
        }
        branch.push(character);
    }
}

/// Every path in code that begins at the crate's root or at a parent.
fn paths(code: &str) -> Vec<Module> {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    code.split(|c: char| !word(c))
        .filter(|path| path.starts_with("crate::") || path.starts_with("super::"))
        .map(|path| segments(path.trim_end_matches(':')))
        .collect()
}

fn segments(path: &str) -> Module {
    path.split("::")
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}
