//! A proxy's list of a module's versions, and which one's `go.mod` says what was retracted.

use semver::{BuildMetadata, Version};

use crate::package::GoModule;

/// Most lines that are looked at.
const MAX_LINES: usize = 100_000;

/// The version whose `go.mod` the go command reads for retractions of `module`'s versions: the
/// highest release, retracted or not; without one the highest pre-release. `+incompatible` ones have
/// no `go.mod` and come last. None where the list names none.
pub fn newest(list: &[u8], module: &GoModule) -> Option<GoModule> {
    let text = std::str::from_utf8(list).ok()?;
    text.lines()
        .take(MAX_LINES)
        .filter_map(|line| {
            let version = line.split_whitespace().next()?;
            let one = GoModule::parse(module.path(), version).ok()?;
            let parsed = Version::parse(version.strip_prefix('v')?).ok()?;
            let modular = parsed.build == BuildMetadata::EMPTY;
            Some(((modular, parsed.pre.is_empty(), parsed), one))
        })
        .max_by(|(one, _), (other, _)| one.cmp(other))
        .map(|(_, module)| module)
}

/// Go's order of versions is that of Semantic Versioning, build metadata aside.
pub fn at_most(low: &str, version: &str) -> Option<bool> {
    let parse = |text: &str| Version::parse(text.strip_prefix('v')?).ok();
    let (low, version) = (parse(low)?, parse(version)?);
    Some(low.cmp_precedence(&version).is_le())
}
