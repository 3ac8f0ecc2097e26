//! This program's folder in the platform's cache folder.
//!
//! The crate `etcetera` reads the process's own environment and, without `HOME`, the user database;
//! here the environment is an argument, and an empty one means that nothing is kept.

use std::ffi::OsString;
use std::path::PathBuf;

/// The folder's name.
const NAME: &str = "dockyard-provenance";

/// Where the variables that `filled` answers for put it: `XDG_CACHE_HOME` (XDG Base Directory
/// Specification), `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows. None where they do not
/// say, or say it relative to whatever folder this is.
pub(super) fn of(filled: &impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name| {
        filled(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = if cfg!(windows) {
        path("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        path("HOME").map(|home| home.join("Library/Caches"))
    } else {
        path("XDG_CACHE_HOME").or_else(|| path("HOME").map(|home| home.join(".cache")))
    };
    base.map(|base| base.join(NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn the_environment_says_where() {
        let of = |pairs: &'static [(&'static str, &'static str)]| {
            of(&|name: &str| {
                let value = pairs.iter().find(|(known, _)| *known == name);
                value.map(|(_, value)| OsString::from(value))
            })
        };
        let folder = |path: &str| Some(PathBuf::from(path).join(NAME));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("HOME", "here")]), None);
        assert_eq!(of(&[("HOME", "/home/a")]), folder("/home/a/.cache"));
        assert_eq!(
            of(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/x")]),
            folder("/x")
        );
        assert_eq!(
            of(&[("HOME", "/h"), ("XDG_CACHE_HOME", "x")]),
            folder("/h/.cache")
        );
    }
}
