//! Histories: commits, branches and tags of a repository, and what GitHub makes of them.

use std::collections::BTreeMap;

use super::documents;

/// The history of a repository. Commits are those of its forks too: GitHub has one store of objects for
/// a repository and all of its forks.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// GitHub's number of the repository, where it is not made of the name.
    pub id: Option<u64>,
    /// Whether it is read-only.
    pub archived: bool,
    /// Whether GitHub has closed it.
    pub disabled: bool,
    /// What it is called now.
    pub renamed: Option<String>,
    /// Commits by id.
    pub commits: BTreeMap<String, Commit>,
    /// Annotated tags by name: their own id, and the commit.
    pub tags: BTreeMap<String, (String, String)>,
    /// Whether GraphQL compares refs only, and no bare commits.
    pub only_refs_compare: bool,
    /// The default branch, where it is not `main`.
    pub default_branch: Option<String>,
}

/// A commit.
#[derive(Debug, Clone, Default)]
pub struct Commit {
    /// Its parents.
    pub parents: Vec<String>,
    /// GitHub's word for the state of its signature, where it has one.
    pub signature: Option<&'static str>,
}

/// A git object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Object {
    Commit(String),
    Tag { oid: String, commit: String },
    Tree { commit: String, path: String },
    Blob { path: String, bytes: Vec<u8> },
}

impl Object {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Commit(_) => "Commit",
            Self::Tag { .. } => "Tag",
            Self::Tree { .. } => "Tree",
            Self::Blob { .. } => "Blob",
        }
    }

    pub(super) fn oid(&self) -> String {
        match self {
            Self::Commit(oid) | Self::Tag { oid, .. } => oid.clone(),
            Self::Tree { path, .. } | Self::Blob { path, .. } => {
                format!("{:040x}", documents::user_id(path))
            }
        }
    }

    /// The commit that it comes to.
    pub(super) fn peeled(&self) -> String {
        match self {
            Self::Tag { commit, .. } => commit.clone(),
            Self::Commit(_) | Self::Tree { .. } | Self::Blob { .. } => self.oid(),
        }
    }
}
