//! Names that can be part of a question.

/// `owner/name`, by GitHub's grammar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepositoryName {
    owner: String,
    name: String,
}

impl RepositoryName {
    /// Reads `owner/name`.
    pub fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        let plain = |part: &str| {
            !part.is_empty()
                && part.len() <= 100
                && !matches!(part, "." | "..")
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        (plain(owner) && plain(name)).then(|| Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The owner.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The name alone.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `owner/name`.
    pub fn full(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// Whether both are the same repository; GitHub's names know no case.
    pub fn is(&self, other: &Self) -> bool {
        self.full().eq_ignore_ascii_case(&other.full())
    }
}

/// Whether `text` is a whole SHA-1 or SHA-256 commit.
pub fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_change_a_path_are_none() {
        for good in ["acme/widget", "Acme-1/dot.github", "a/.github"] {
            assert!(RepositoryName::parse(good).is_some(), "{good}");
        }
        for bad in [
            "acme", "acme/", "/a", "a/b/c", "a/..", "../a", "a/b?c", "a/b c", "a/%2e",
        ] {
            assert_eq!(RepositoryName::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_commit_is_whole_and_lower_case() {
        assert!(is_commit(&"a1".repeat(20)));
        assert!(is_commit(&"a1".repeat(32)));
        for bad in ["", "main", "a1a1a1a", &"A1".repeat(20), &"g1".repeat(20)] {
            assert!(!is_commit(bad), "{bad}");
        }
    }
}
