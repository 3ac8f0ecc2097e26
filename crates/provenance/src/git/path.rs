//! Paths inside a repository.

use std::fmt;

use super::GitError;

/// Longest path, in bytes: as much as GitHub shows.
const LONGEST: usize = 1_024;

/// A folder of a repository by its clean relative path: empty for the repository's root, otherwise names
/// with `/` between them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TreePath(String);

impl TreePath {
    /// The repository's own folder.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// Reads a relative path; `.` is the root. A path that leads out of the repository, or that two
    /// readers could understand differently, is refused rather than cleaned.
    ///
    /// # Errors
    /// What is wrong, as the end of a sentence about the path.
    pub fn parse(text: &str) -> Result<Self, GitError> {
        let refuse = |why: &str| Err(GitError(why.to_owned()));
        if text == "." {
            return Ok(Self::root());
        }
        if text.len() > LONGEST {
            return refuse("is longer than 1,024 characters");
        }
        if text.starts_with('/') {
            return refuse("is absolute; write it relative to the repository");
        }
        if text.contains('\\') {
            return refuse("holds a backslash; write `/` between folders");
        }
        if text.chars().any(char::is_control) {
            return refuse("holds control characters");
        }
        // `.git` in any case is what git itself never tracks (CVE-2014-9390).
        if text
            .split('/')
            .any(|part| part.eq_ignore_ascii_case(".git"))
        {
            return refuse("leads into `.git`");
        }
        match text
            .split('/')
            .find(|part| matches!(*part, "" | "." | ".."))
        {
            None => Ok(Self(text.to_owned())),
            Some("..") => refuse("leads out of the folder with `..`"),
            Some(_) => refuse("has an empty or `.` part; write it without"),
        }
    }

    /// The path, without a slash at either end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of the file `name` in this folder.
    pub fn file(&self, name: &str) -> String {
        if self.0.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.0)
        }
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}
