//! The formats of lock files, and how a file is recognised.

use std::fmt;

/// How much of a text file is looked at for a hash, in bytes.
const LOOK: usize = 256 * 1024;

/// A format of lock files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// npm's `package-lock.json`.
    PackageLock,
    /// npm's `npm-shrinkwrap.json`, which is the same and may be published.
    Shrinkwrap,
    /// uv's `uv.lock`.
    UvLock,
    /// `pylock.toml` or `pylock.NAME.toml` (PEP 751).
    Pylock,
    /// pip's requirements, with hashes.
    Requirements,
    /// Go's `go.sum`.
    GoSum,
}

impl Format {
    /// The format of the file at `path`: by its name, and for `.txt` files with any other name than
    /// pip's usual ones by their content.
    pub fn recognise(path: &str, bytes: &[u8]) -> Option<Self> {
        Self::of_name(path).or_else(|| {
            let name = path.rsplit('/').next().unwrap_or_default();
            let text = [".txt", ".in", ".lock"]
                .iter()
                .any(|end| name.ends_with(end));
            let head = bytes.get(..LOOK).unwrap_or(bytes);
            let hash = b"--hash=";
            let hashed = head.windows(hash.len()).any(|window| window == hash);
            (text && hashed).then_some(Self::Requirements)
        })
    }

    /// The format that a file's name alone says: what a search for lock files goes by.
    pub fn of_name(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        match name {
            "package-lock.json" => return Some(Self::PackageLock),
            "npm-shrinkwrap.json" => return Some(Self::Shrinkwrap),
            "uv.lock" => return Some(Self::UvLock),
            "pylock.toml" => return Some(Self::Pylock),
            // What a workspace adds to the sums of its modules (`go help work sync`).
            "go.sum" | "go.work.sum" => return Some(Self::GoSum),
            _ => {}
        }
        let named = name
            .strip_prefix("pylock.")
            .and_then(|rest| rest.strip_suffix(".toml"));
        if named.is_some_and(|middle| !middle.is_empty() && !middle.contains('.')) {
            return Some(Self::Pylock);
        }
        let stem = name.strip_suffix(".txt")?;
        let parent = folder.rsplit('/').next().unwrap_or_default();
        let usual = ["requirements", "constraints"]
            .iter()
            .any(|word| stem.starts_with(word) || stem.ends_with(word));
        (usual || parent == "requirements").then_some(Self::Requirements)
    }

    /// What the format is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::PackageLock => "package-lock.json",
            Self::Shrinkwrap => "npm-shrinkwrap.json",
            Self::UvLock => "uv.lock",
            Self::Pylock => "pylock.toml",
            Self::Requirements => "requirements.txt",
            Self::GoSum => "go.sum",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn names_are_recognised() {
        for (path, format) in [
            ("package-lock.json", Some(Format::PackageLock)),
            ("a/b/npm-shrinkwrap.json", Some(Format::Shrinkwrap)),
            ("uv.lock", Some(Format::UvLock)),
            ("pylock.toml", Some(Format::Pylock)),
            ("x/pylock.dev.toml", Some(Format::Pylock)),
            ("pylock.a.b.toml", None),
            ("pylock..toml", None),
            ("requirements.txt", Some(Format::Requirements)),
            ("requirements-dev.txt", Some(Format::Requirements)),
            ("dev-requirements.txt", Some(Format::Requirements)),
            ("constraints.txt", Some(Format::Requirements)),
            ("requirements/base.txt", Some(Format::Requirements)),
            ("requirements.in", None),
            ("go.sum", Some(Format::GoSum)),
            ("Package-lock.json", None),
            ("package-lock.json/notes.md", None),
            ("yarn.lock", None),
        ] {
            assert_eq!(Format::of_name(path), format, "{path}");
        }
    }

    #[test]
    fn content_decides_where_the_name_does_not() {
        let hashed = b"a==1 --hash=sha256:00\n";
        assert_eq!(
            Format::recognise("tools.txt", hashed),
            Some(Format::Requirements)
        );
        assert_eq!(Format::recognise("tools.txt", b"a==1\n"), None);
        assert_eq!(Format::recognise("tools.md", hashed), None);
    }
}
