//! Where the path of an entry leads.

use crate::limits::MAX_DEPTH;

/// The folder in which packages are installed.
const MODULES: &str = "node_modules";

/// Longest path, in bytes: what file systems take.
const LONGEST: usize = 4096;

/// Where a path leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Location<'a> {
    /// `node_modules/NAME` in the project or in another package, with its name.
    Installed(&'a str),
    /// A folder of the project.
    Own,
    /// A folder outside the project.
    Outside,
    /// Nothing that npm writes: the sentence says why.
    Strange(&'static str),
}

impl<'a> Location<'a> {
    pub(super) fn of(key: &'a str) -> Self {
        if key.len() > LONGEST {
            return Self::Strange("its path is longer than 4096 characters");
        }
        if key.contains('\\') || key.contains(|character: char| character.is_control()) {
            return Self::Strange("its path has characters that npm writes in none");
        }
        if key.split('/').count() > MAX_DEPTH {
            return Self::Strange("its path has more than 64 parts");
        }
        let inside = key.trim_start_matches("../");
        let outside = inside.len() < key.len() || key == "..";
        let parts: Vec<&str> = inside.split('/').filter(|_| inside != "..").collect();
        if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Self::Strange("its path is not in its shortest form, so it may be another's");
        }
        let Some(last) = parts.iter().rposition(|part| *part == MODULES) else {
            return if outside { Self::Outside } else { Self::Own };
        };
        let named = match parts.get(last + 1..).unwrap_or_default() {
            [name] => !name.starts_with('@'),
            [scope, _] => scope.starts_with('@'),
            _ => false,
        };
        let marker = format!("{MODULES}/");
        match key.rsplit_once(marker.as_str()) {
            Some((_, name)) if named && !outside => Self::Installed(name),
            Some(_) if named => Self::Strange("it is installed outside the project"),
            Some(_) | None => Self::Strange("its path is a folder within a package"),
        }
    }

    /// The folder around the one at `key`, in whose `node_modules` what it asks for may lie: the package that has it
    /// in its own, or the folder above; none above the root.
    pub(super) fn outer(key: &'a str) -> Option<&'a str> {
        if key.is_empty() {
            return None;
        }
        Some(match Self::of(key) {
            Self::Installed(name) => (key.strip_suffix(name))
                .and_then(|rest| rest.strip_suffix("node_modules/"))
                .map_or("", |rest| rest.trim_end_matches('/')),
            Self::Own | Self::Outside | Self::Strange(_) => {
                key.rsplit_once('/').map_or("", |(outer, _)| outer)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Location;

    #[test]
    fn paths_lead_where_npm_takes_them() {
        for (key, location) in [
            ("node_modules/a", Location::Installed("a")),
            ("node_modules/@s/a", Location::Installed("@s/a")),
            (
                "node_modules/a/node_modules/@s/b",
                Location::Installed("@s/b"),
            ),
            ("packages/x/node_modules/a", Location::Installed("a")),
            (
                "node_modules/x_node_modules/node_modules/a",
                Location::Installed("a"),
            ),
            ("packages/x", Location::Own),
            ("x_node_modules/a", Location::Own),
            ("..", Location::Outside),
            ("../x", Location::Outside),
            ("../../x", Location::Outside),
        ] {
            assert_eq!(Location::of(key), location, "{key}");
        }
        for key in [
            "",
            "/",
            "/a",
            "a/",
            "./a",
            "a//b",
            "a/../b",
            "../../a/../b",
            "node_modules",
            "node_modules/@s",
            "node_modules/@s/a/b",
            "node_modules/a/b",
            "../node_modules/a",
            "node_modules\\a",
            "node_modules/a\n",
            "../",
            "x/node_modules",
        ] {
            assert!(
                matches!(Location::of(key), Location::Strange(_)),
                "{key}: {:?}",
                Location::of(key)
            );
        }
        assert!(matches!(
            Location::of(&"a".repeat(4097)),
            Location::Strange(_)
        ));
        assert!(matches!(
            Location::of(&"a/".repeat(64)),
            Location::Strange(_)
        ));
    }

    #[test]
    fn folders_lie_in_each_other() {
        for (key, outer) in [
            ("", None),
            ("node_modules/a", Some("")),
            (
                "node_modules/@s/a/node_modules/@t/b",
                Some("node_modules/@s/a"),
            ),
            ("packages/x/node_modules/a", Some("packages/x")),
            ("packages/x", Some("packages")),
            ("packages", Some("")),
        ] {
            assert_eq!(Location::outer(key), outer, "{key}");
        }
    }
}
