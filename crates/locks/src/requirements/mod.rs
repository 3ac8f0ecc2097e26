//! pip's requirements, as pip reads them (`pip/_internal/req/req_file.py`).

mod files;
mod line;
mod logical;
mod requirement;
#[cfg(test)]
mod tests;

use untrusted_text::{quoted, shortened};

use crate::error::LockError;
use crate::format::Format;
use crate::include::Include;
use crate::limits::MAX_ENTRIES;
use crate::lines::Lines;
use crate::lock::{Digests, Elsewhere, ElsewhereKind, Entry, Lock, Note, Platforms, Reach, What};
use crate::registries::Registries;
use crate::shown;

use self::files::{Item, Said};
use self::requirement::Requirement;

pub(crate) fn parse(
    lines: &Lines<'_>,
    registries: &Registries,
    include: Include<'_>,
) -> Result<Lock, LockError> {
    let items = files::read(lines, include)?;
    let index = items.iter().find_map(|item| match &item.said {
        Said::Index(address) => (!registries.is_pypi(address)).then_some(address.as_str()),
        Said::Requirement { .. } | Said::Note(_) | Said::Broken { .. } => None,
    });
    let notes = items
        .iter()
        .filter_map(|item| note(item, registries))
        .collect();
    let entries: Vec<Entry> = items.iter().filter_map(|item| entry(item, index)).collect();
    if entries.len() > MAX_ENTRIES {
        let message = format!(
            "it has {} entries; at most {MAX_ENTRIES} are read",
            entries.len()
        );
        return Err(LockError::too_large(lines.path(), message));
    }
    Ok(Lock {
        format: Format::Requirements,
        version: None,
        entries,
        notes,
    })
}

fn note(item: &Item, registries: &Registries) -> Option<Note> {
    let message = match &item.said {
        Said::Index(address) if registries.is_pypi(address) => return None,
        Said::Index(address) => format!(
            "pip also looks for packages at {}, where nobody is asked here",
            quoted(&shown::address(address))
        ),
        Said::Note(message) => message.clone(),
        Said::Requirement { .. } | Said::Broken { .. } => return None,
    };
    Some(Note {
        place: item.place.clone(),
        message,
    })
}

/// The entry of a line; none where it installs nothing. `index` is another index than the one that is asked.
fn entry(item: &Item, index: Option<&str>) -> Option<Entry> {
    let (name, what) = match &item.said {
        Said::Index(_) | Said::Note(_) => return None,
        Said::Broken { name, why } => (name.clone(), What::Broken(why.clone())),
        Said::Requirement {
            requirement,
            hashes,
        } => match requirement {
            Requirement::Pinned { name, version } => {
                let what = match index {
                    Some(index) if hashes.is_empty() => What::Elsewhere(Elsewhere {
                        kind: ElsewhereKind::OtherRegistry,
                        stated: Some(format!("{name}=={version}")),
                        version: Some(version.clone()),
                        shown: shown::address(index),
                        digests: None,
                    }),
                    _ => {
                        let digests = Digests::AnyFile(hashes.clone());
                        crate::python::pinned(name, version, digests, Vec::new())
                            .map_or_else(What::Broken, What::Registry)
                    }
                };
                (name.clone(), what)
            }
            Requirement::Elsewhere {
                kind,
                name,
                address,
            } => {
                let shown = shown::address(address);
                let what = What::Elsewhere(Elsewhere {
                    kind: *kind,
                    stated: name.clone(),
                    version: None,
                    shown: shown.clone(),
                    digests: (!hashes.is_empty()).then(|| Digests::AnyFile(hashes.clone())),
                });
                (name.clone().unwrap_or_else(|| shortened(&shown)), what)
            }
            Requirement::Loose { name } => {
                let why = "it is pinned to no version by `==`, so nobody can say what is installed";
                (name.clone(), What::Broken(why.to_owned()))
            }
        },
    };
    Some(Entry {
        name,
        place: item.place.clone(),
        what,
        reach: Reach::NotSaid,
        dev: false,
        optional: false,
        platforms: Platforms::default(),
        has_install_script: false,
        has_own_lock: false,
    })
}
