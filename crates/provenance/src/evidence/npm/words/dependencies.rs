//! Dependencies that are told of: those from elsewhere, and those under other names.

use super::bounded::bounded;

/// Longest name of an alias and of what it stands for that are kept, in bytes. npm's longest has 214 characters.
const LONGEST_NAME: usize = 1_000;

/// Most dependencies that are kept.
pub(super) const MOST: usize = 5;

/// Most dependencies under another name that are kept.
pub(super) const MOST_ALIASES: usize = 100;

/// A dependency that does not come from the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Its name, bounded.
    pub name: String,
    /// Where it comes from, as the manifest says, bounded.
    pub from: String,
}

/// A dependency of the registry under another name than its own (`npm:NAME@RANGE`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name under which it is imported, whole.
    pub name: String,
    /// Its own name, whole.
    pub real: String,
}

/// The dependencies of one kind that do not come from the registry, or not under their own names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dependencies {
    /// The first few, in the manifest's order.
    pub foreign: Vec<Foreign>,
    /// Whether there are more than are kept.
    pub more: bool,
    /// Those of the registry under other names, at most 100.
    pub aliases: Vec<Alias>,
    /// Whether there are more than are kept.
    pub more_aliases: bool,
}

impl Dependencies {
    /// Adds those of another kind; npm names optional ones in two places.
    pub fn add(&mut self, other: Self) {
        self.more |= other.more;
        self.more_aliases |= other.more_aliases;
        for one in other.foreign {
            self.keep(one);
        }
        for one in other.aliases {
            self.keep_alias(one);
        }
    }

    fn keep_alias(&mut self, one: Alias) {
        if self.aliases.contains(&one) {
            return;
        }
        if self.aliases.len() < MOST_ALIASES {
            self.aliases.push(one);
        } else {
            self.more_aliases = true;
        }
    }

    /// Keeps what comes from elsewhere, or under another name; gives whether it comes from elsewhere.
    pub(super) fn read(&mut self, name: &str, from: &str) -> bool {
        let foreign = is_foreign(from);
        if foreign {
            self.keep(Foreign {
                name: bounded(name),
                from: bounded(from.trim()),
            });
        } else if let Some(real) = aliased(from) {
            if name.len().max(real.len()) > LONGEST_NAME {
                self.more_aliases = true;
            } else {
                self.keep_alias(Alias {
                    name: name.to_owned(),
                    real: real.to_owned(),
                });
            }
        }
        foreign
    }

    fn keep(&mut self, one: Foreign) {
        if self.foreign.contains(&one) {
            return;
        }
        if self.foreign.len() < MOST {
            self.foreign.push(one);
        } else {
            self.more = true;
        }
    }
}

/// The real name in `npm:NAME@RANGE`; none in what is no alias.
fn aliased(from: &str) -> Option<&str> {
    let (scheme, target) = from.trim().split_once(':')?;
    let mut marks = target.match_indices('@').map(|(at, _)| at);
    let end = marks.find(|at| *at > 0).unwrap_or(target.len());
    let real = target.get(..end)?.trim();
    (scheme.eq_ignore_ascii_case("npm") && !real.is_empty()).then_some(real)
}

/// Whether npm would fetch it from elsewhere than the registry. Of the forms that npm knows
/// (npm-package-arg, `lib/npa.js`) only those of the registry, a version, a range or a tag, are free of
/// `:`, `/` and `\`, of a leading `.` and of an archive's ending; an alias (`npm:name@range`) is of the
/// registry where what it stands for is.
pub(super) fn is_foreign(from: &str) -> bool {
    let from = from.trim();
    let lower_end = |text: &str, end: &str| {
        let start = text.len().saturating_sub(end.len());
        text.get(start..)
            .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    if let Some((scheme, target)) = from.split_once(':')
        && scheme.eq_ignore_ascii_case("npm")
    {
        // The scope's `@` is not the one before the range.
        let unscoped = target
            .strip_prefix('@')
            .map_or(Some(target), |scoped| scoped.split_once('/').map(|it| it.1));
        return unscoped
            .is_none_or(|name| name.contains([':', '/', '\\']) || name.starts_with('.'));
    }
    from.contains([':', '/', '\\'])
        || from.starts_with('.')
        || [".tgz", ".tar.gz", ".tar"]
            .iter()
            .any(|end| lower_end(from, end))
}
