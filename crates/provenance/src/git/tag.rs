//! The tag of a repository that a Go module's version is made from.

use std::fmt;

use super::FollowedRef;
use crate::identity::Repository;
use crate::package::GoModule;

/// A tag of a repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepositoryTag {
    /// The repository.
    pub repository: Repository,
    /// The tag, by its full name.
    pub name: FollowedRef,
}

impl RepositoryTag {
    /// The tag that `module` is made from, where its path names its repository and its version a tag
    /// (<https://go.dev/ref/mod#vcs-version>): that of a module in a folder begins with the folder, without
    /// the `/vN` of a major version.
    pub fn of(module: &GoModule) -> Option<Self> {
        if pseudo_revision(module.version()).is_some() {
            return None;
        }
        let rest = module.path().strip_prefix("github.com/")?;
        let mut elements: Vec<&str> = rest.split('/').collect();
        let major = module.version().split('.').next();
        if elements.len() > 2 && elements.last().copied() == major {
            elements.pop();
        }
        let (repository, folder) = elements.split_at_checked(2)?;
        let repository = format!("https://github.com/{}", repository.join("/"));
        let version = module.version().trim_end_matches("+incompatible");
        let name = [folder, &[version]].concat().join("/");
        Some(Self {
            repository: Repository::declared(&repository, "github.com").ok()?,
            name: FollowedRef::tag(&name).ok()?,
        })
    }
}

impl fmt::Display for RepositoryTag {
    /// `v1.2.3 of https://github.com/owner/name`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of {}", self.name.name(), self.repository)
    }
}

/// The first twelve digits of the commit that a pseudo-version names (`v0.0.0-20260102030405-0123456789ab`);
/// none of a version that is a tag (<https://go.dev/ref/mod#pseudo-versions>).
pub fn pseudo_revision(version: &str) -> Option<&str> {
    let version = version.trim_end_matches("+incompatible");
    let (before, revision) = version.rsplit_once('-')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    let time = before.rsplit(['.', '-']).next()?;
    let is_pseudo = time.len() == 14
        && digits(time)
        && revision.len() == 12
        && revision.bytes().all(hexadecimal);
    is_pseudo.then_some(revision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modules_tag_follows_from_path_and_version() {
        let of = |path: &str, version: &str| {
            let module = GoModule::parse(path, version).unwrap();
            RepositoryTag::of(&module).map(|tag| tag.to_string())
        };
        let is = |tag: &str| Some(format!("{tag} of https://github.com/acme/tools"));
        assert_eq!(of("github.com/acme/tools", "v1.2.3"), is("v1.2.3"));
        assert_eq!(of("github.com/acme/tools/v2", "v2.0.0"), is("v2.0.0"));
        assert_eq!(
            of("github.com/acme/tools/cmd/x", "v0.1.0-rc.1"),
            is("cmd/x/v0.1.0-rc.1")
        );
        assert_eq!(
            of("github.com/acme/tools/cmd/x/v3", "v3.1.0"),
            is("cmd/x/v3.1.0")
        );
        assert_eq!(
            of("github.com/acme/tools", "v2.0.0+incompatible"),
            is("v2.0.0")
        );
        // A repository that is called like a major version.
        assert_eq!(
            of("github.com/acme/v2", "v2.0.0"),
            Some("v2.0.0 of https://github.com/acme/v2".to_owned())
        );
        assert_eq!(of("example.com/tools", "v1.2.3"), None);
        let pseudo = "v0.0.0-20260102030405-0123456789ab";
        assert_eq!(of("github.com/acme/tools", pseudo), None);
        assert_eq!(pseudo_revision(pseudo), Some("0123456789ab"));
        for version in [
            "v1.2.4-0.20260102030405-0123456789ab",
            "v1.2.3-rc.1.0.20260102030405-0123456789ab",
            "v2.0.1-0.20260102030405-0123456789ab+incompatible",
        ] {
            assert_eq!(pseudo_revision(version), Some("0123456789ab"), "{version}");
        }
        for version in ["v1.2.3", "v1.2.3-rc.1", "v1.2.3-20260102-0123456789ab"] {
            assert_eq!(pseudo_revision(version), None, "{version}");
        }
    }
}
