//! What an entry of a lock brings that its reader does not see.

use dockyard_locks::{Alias, AskedFor, Entry, Pinned, What};
use package_provenance::package::PackageVersion;
use untrusted_text::quoted;

use super::entries::{LockFile, span};
use crate::finding::{Draft, RuleId};
use crate::report::assemble::AllObserved;

/// A package that brings a lock of its own: npm reads that one in the archive, whatever this one says of what lies
/// in the package (arborist, `reify.js`, `loadShrinkwrapsAndUpdateTrees`). It goes by the lock's `hasShrinkwrap` alone:
/// of a package whose manifest says so (`_hasShrinkwrap`) and whose entry does not, the archive's lock is not read.
pub(super) fn own_lock(entry: &Entry) -> Option<Draft> {
    entry.has_own_lock.then(|| Draft {
        rule: RuleId::VerificationIncomplete,
        route: "lock[shrinkwrap]".to_owned(),
        span: span(&entry.place),
        message: format!(
            "{} brings a lock of its own in its archive, and npm installs what that one says: its packages were not \
             looked at.",
            quoted(entry.short_name())
        ),
        help: "This is neither a pass nor a failure. Unpack the package (`npm pack`), judge the `npm-shrinkwrap.json` in it with `verify-lock`, or a `package-lock.json` where there is none; or depend on a version without one.".to_owned(),
    })
}

/// A package under a name that nobody is seen to have asked it for. What the project asks for by its version and gets
/// as another package is wrong; of anything else it is not known whether somebody meant it.
pub(super) fn alias(
    file: &LockFile,
    entry: &Entry,
    pinned: &Pinned,
    all: &AllObserved,
) -> Option<Draft> {
    let alias = pinned.alias.as_ref()?;
    let package = &pinned.package;
    let folder = quoted(&alias.folder);
    let (rule, message, help) = match &alias.asked {
        AskedFor::Declared => return None,
        AskedFor::By(_) if is_explained(file, pinned, all) => return None,
        AskedFor::By(asking) => {
            let asking = asking
                .iter()
                .filter_map(|index| file.lock.entries.get(*index))
                .filter(|asking| !asks_for(asking, alias, package, all));
            let (unclear, clear): (Vec<_>, Vec<_>) =
                asking.partition(|asking| has_more_aliases(asking, all));
            let why = if clear.is_empty() && !unclear.is_empty() {
                "which its manifest in the registry may do: it has too many other names for packages for all of \
                 them to be compared"
            } else {
                "which no manifest of it in the registry does"
            };
            let asking = clear.first().or(unclear.first());
            let asking = quoted(asking.map_or("a package", |asking| asking.short_name()));
            (
                RuleId::VerificationIncomplete,
                format!(
                    "The lock installs {package} as {folder}, and says that {asking} asks for that, {why}."
                ),
                "This is neither a pass nor a failure: somebody may have changed the lock alone. Make it anew.",
            )
        }
        AskedFor::Contradicted => (
            RuleId::LockIntegrityMismatch,
            format!(
                "The project asks for {folder}, and the lock installs {package} under that name."
            ),
            "Do not install from it: whoever imports the name gets another package. Make the lock anew from `package.json`, and find out who wrote this entry.",
        ),
        AskedFor::Unexplained => (
            RuleId::VerificationIncomplete,
            format!(
                "The lock installs {package} as {folder}, and it is not seen that it is asked for: neither by the \
                 project's `package.json` beside the lock, in `dependencies` or `overrides`, nor by every package of \
                 the tree that asks for {folder}."
            ),
            "This is neither a pass nor a failure. Where it is meant, leave `package.json` beside the lock, and ask there for the package by `npm:` and its own name; otherwise somebody changed the lock alone: make it anew.",
        ),
        AskedFor::Unreadable(why) => (
            RuleId::VerificationIncomplete,
            format!(
                "The lock installs {package} as {folder}, and who asks for that is not known: the `package.json` \
                 beside the lock cannot be read: {why}."
            ),
            "This is neither a pass nor a failure. Mend `package.json`, and run again.",
        ),
    };
    Some(Draft {
        rule,
        route: "lock[alias]".to_owned(),
        span: span(&entry.place),
        message,
        help: help.to_owned(),
    })
}

/// Whether the manifest of `asking` has more aliases than are kept, so that one may be among the others.
fn has_more_aliases(asking: &Entry, all: &AllObserved) -> bool {
    match &asking.what {
        What::Registry(pinned) => all
            .get(&pinned.package)
            .is_some_and(|observed| observed.words.foreign_dependencies.more_aliases),
        What::Elsewhere(_) | What::Broken(_) => false,
    }
}

/// Whether somebody is known to ask for the package under the name that it stands under: the project, or every package
/// that asks for the name, and each manifest says so. Nobody signs that, but whoever changes a lock cannot change it.
pub(super) fn is_explained(file: &LockFile, pinned: &Pinned, all: &AllObserved) -> bool {
    let Some(alias) = &pinned.alias else {
        return true;
    };
    match &alias.asked {
        AskedFor::Declared => true,
        AskedFor::By(asking) => asking.iter().all(|index| {
            let asking = file.lock.entries.get(*index);
            asking.is_some_and(|asking| asks_for(asking, alias, &pinned.package, all))
        }),
        AskedFor::Unexplained | AskedFor::Unreadable(_) | AskedFor::Contradicted => false,
    }
}

/// Whether the manifest of an entry asks for `real` under the name of `alias`.
fn asks_for(asking: &Entry, alias: &Alias, real: &PackageVersion, all: &AllObserved) -> bool {
    let PackageVersion::Npm(real) = real else {
        return false;
    };
    match &asking.what {
        What::Registry(asking) => all.get(&asking.package).is_some_and(|observed| {
            let mut aliases = observed.words.foreign_dependencies.aliases.iter();
            aliases.any(|one| one.name == alias.folder && one.real == real.name.as_str())
        }),
        // Of what comes from elsewhere only the lock says what it asks for.
        What::Elsewhere(_) | What::Broken(_) => false,
    }
}
