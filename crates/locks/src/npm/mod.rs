//! `package-lock.json` and `npm-shrinkwrap.json`, as npm's arborist reads them.

mod alias;
mod bundles;
mod entry;
mod integrity;
mod legacy;
mod location;
mod packages;
mod project;
#[cfg(test)]
mod tests;
mod tree;
mod workspaces;

use package_provenance::json;
use serde::Deserialize;
use serde_json::value::RawValue;
use untrusted_text::quoted;

use crate::error::LockError;
use crate::format::Format;
use crate::include::Include;
use crate::limits::MAX_ENTRIES;
use crate::lines::Lines;
use crate::lock::{Entry, Lock, Note, Platforms, What};
use crate::registries::Registries;

use self::entry::Surroundings;
use self::legacy::Legacy;
use self::packages::{Package, Packages};
use self::project::Project;
use self::tree::Tree;

/// The document, only what is read.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(rename = "lockfileVersion")]
    version: Option<u64>,
    #[serde(borrow)]
    packages: Option<Packages<'a>>,
    #[serde(borrow)]
    dependencies: Option<&'a RawValue>,
}

pub(crate) fn parse(
    format: Format,
    lines: &Lines<'_>,
    registries: &Registries,
    include: Include<'_>,
) -> Result<Lock, LockError> {
    let document = document(lines)?;
    let refuse = |message: String| LockError::unsupported(lines.path(), message);
    let version = match document.version {
        Some(version @ 2..=3) => version,
        None | Some(0 | 1) => {
            return Err(refuse(
                "this lock is of version 1, which does not say where each package comes from; \
                 write it anew with `npm install --package-lock-only --ignore-scripts` of npm 7 or later"
                    .to_owned(),
            ));
        }
        Some(other) => {
            return Err(refuse(format!(
                "`lockfileVersion` is {other}; known are 2 and 3"
            )));
        }
    };
    let Some(packages) = document.packages else {
        let why = if document.dependencies.is_some() {
            "it has `dependencies` alone, which npm reads as version 1; write it anew with \
             `npm install --package-lock-only --ignore-scripts`"
        } else {
            "it has no `packages`"
        };
        return Err(refuse(why.to_owned()));
    };
    if packages.count > MAX_ENTRIES {
        return Err(LockError::too_large(
            lines.path(),
            format!(
                "it has {} entries; at most {MAX_ENTRIES} are read",
                packages.count
            ),
        ));
    }
    let tree =
        Tree::new(&packages.list).map_err(|message| LockError::too_large(lines.path(), message))?;
    let bundlers = bundles::bundlers(&packages.list, &tree);
    let around = Surroundings {
        packages: &packages.list,
        tree: &tree,
        bundlers: &bundlers,
        registries,
        project: &Project::new(lines.path(), include),
    };
    let entries = (packages.list.iter().enumerate())
        .filter(|(_, package)| !package.key.is_empty())
        .map(|(index, package)| {
            let what = match &package.fields {
                Ok(fields) => entry::what(index, fields, &around),
                Err(reason) => What::Broken(reason.clone()),
            };
            entry(index, package, what, &tree, lines)
        })
        .collect();
    Ok(Lock {
        format,
        version: Some(version),
        entries,
        notes: document
            .dependencies
            .and_then(|legacy| disagreement(legacy, &packages, &tree, lines))
            .into_iter()
            .collect(),
    })
}

/// What npm 6 would install otherwise.
fn disagreement(
    legacy: &RawValue,
    packages: &Packages<'_>,
    tree: &Tree<'_>,
    lines: &Lines<'_>,
) -> Option<Note> {
    let message = match serde_json::from_str::<Legacy<'_>>(legacy.get()) {
        Ok(legacy) => {
            let differing = legacy::differing(&legacy, &packages.list, tree);
            let first = quoted(differing.first()?);
            let count = differing.len();
            format!(
                "`dependencies`, which npm 6 reads and later ones do not, differs from `packages` in \
                 {count} entries, the first of which is {first}; what is judged is `packages`"
            )
        }
        Err(_) => {
            "`dependencies`, which npm 6 reads and later ones do not, cannot be read; what is \
                   judged is `packages`"
                .to_owned()
        }
    };
    Some(Note {
        place: lines.of(legacy.get()),
        message,
    })
}

fn document<'a>(lines: &Lines<'a>) -> Result<Document<'a>, LockError> {
    let bytes = lines.text().as_bytes();
    let malformed = |reason: &str, (line, column): (usize, usize)| {
        LockError::malformed(lines.path(), reason.to_owned()).at(lines.place(line, column))
    };
    if let Some(at) = merge_marks(lines.text()) {
        let message = "it holds the marks of a merge (`<<<<<<<`, `=======`, `>>>>>>>`): npm leaves out their lines, \
                       wherever they stand, and reads something else than others; write the lock anew with \
                       `npm install --package-lock-only --ignore-scripts`";
        return Err(LockError::malformed(lines.path(), message.to_owned()).at(lines.at(at)));
    }
    // One more than entries are read, for the root.
    json::check_with(bytes, MAX_ENTRIES + 1).map_err(|error| {
        if error.is_too_many_keys() {
            let message =
                format!("it has more than {MAX_ENTRIES} entries, which are the most that are read");
            let (line, column) = error.place();
            return LockError::too_large(lines.path(), message).at(lines.place(line, column));
        }
        malformed(error.reason(), error.place())
    })?;
    serde_json::from_str(lines.text()).map_err(|error| {
        let place = (error.line(), error.column());
        let text = error.to_string();
        let suffix = format!(" at line {} column {}", place.0, place.1);
        malformed(text.strip_suffix(&suffix).unwrap_or(&text), place)
    })
}

/// Where a text holds the first of the marks by which npm takes it for an unresolved merge, also where it is valid
/// JSON (parse-conflict-json, `isDiff`).
fn merge_marks(text: &str) -> Option<usize> {
    let marks = ["<<<<<<<", "=======", ">>>>>>>"].map(|mark| text.find(mark));
    marks
        .into_iter()
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .min()
}

fn entry(
    index: usize,
    package: &Package<'_>,
    what: What,
    tree: &Tree<'_>,
    lines: &Lines<'_>,
) -> Entry {
    let fields = package.fields.as_ref().ok();
    let list = |of: Option<&packages::Words>| of.map(packages::Words::list).unwrap_or_default();
    Entry {
        name: package.key.to_string(),
        place: lines.of(package.at),
        what,
        reach: tree.reach(index),
        dev: fields.is_some_and(|fields| fields.dev),
        optional: fields.is_some_and(|fields| fields.optional),
        platforms: Platforms {
            os: list(fields.and_then(|fields| fields.os.as_ref())),
            cpu: list(fields.and_then(|fields| fields.cpu.as_ref())),
            libc: list(fields.and_then(|fields| fields.libc.as_ref())),
            optional_of: tree.launchers(index),
        },
        has_install_script: fields.is_some_and(|fields| fields.has_install_script),
        has_own_lock: fields.is_some_and(packages::Fields::brings_own_lock),
    }
}
