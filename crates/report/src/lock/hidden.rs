//! What an entry of a lock brings that its reader does not see.

use dockyard_locks::{Alias, AskedFor, Entry, Pinned};
use untrusted_text::quoted;

use super::entries::span;
use crate::finding::{Draft, RuleId};

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
pub(super) fn alias(entry: &Entry, pinned: &Pinned) -> Option<Draft> {
    let Alias { folder, asked } = pinned.alias.as_ref()?;
    let package = &pinned.package;
    let folder = quoted(folder);
    let (rule, message, help) = match asked {
        AskedFor::Declared => return None,
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
                "The lock installs {package} as {folder}, and nobody asks for that: neither the project's \
                 `package.json` beside the lock, by `dependencies` or `overrides`, nor a package of the tree."
            ),
            "This is neither a pass nor a failure. Where it is meant, leave `package.json` beside the lock, and ask there for the package by `npm:` and its own name; otherwise somebody changed the lock alone: make it anew.",
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
