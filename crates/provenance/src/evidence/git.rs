//! What a forge says about a folder that is pinned by a commit.
//!
//! One JSON document for each [`PinnedFolder`], put together from what the forge answered: it is what
//! is judged, and what a recorded run keeps. Nobody signed it; it came over TLS from the forge itself,
//! which also decides what a clone gets.

use serde::{Deserialize, Serialize};
use sigstore_verify::crypto::sha256;

use crate::git::{PinnedFolder, RepositoryTag};

/// Most bytes of one document.
pub const MAX_ANSWER: usize = 64 << 10;

/// Stands for the state of a signature that nobody was asked about; GitHub has no such word.
pub const NOT_ASKED: &str = "NOT_ASKED";

/// The file that makes a folder a skill.
pub const SKILL_FILE: &str = "SKILL.md";

/// What the forge says. A repository that is not there has no document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderAnswer {
    /// The repository as it is now.
    pub repository: RepositoryAnswer,
    /// The branch or tag; none where there is no such.
    pub followed: Option<RefAnswer>,
    /// The commit; none where the forge has none of this id, in this repository or its forks.
    pub commit: Option<CommitAnswer>,
    /// What lies at the folder's `SKILL.md` in that commit; none where nothing does.
    pub file: Option<ObjectAnswer>,
}

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryAnswer {
    /// `owner/name` as it is called now: another name than the one that was asked for where it was
    /// renamed or transferred.
    pub name: String,
    /// The forge's number of it, which another repository of the same name does not have.
    pub id: u64,
    /// The forge's number of its owner.
    pub owner_id: Option<u64>,
    /// Whether it is read-only.
    pub archived: bool,
    /// Whether the forge has closed it.
    pub disabled: bool,
}

/// A branch or a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefAnswer {
    /// Its full name, such as `refs/heads/main`.
    pub name: String,
    /// What it points to: a commit, or an annotated tag.
    pub object: String,
    /// The commit that this comes to.
    pub tip: String,
    /// How the pinned commit lies to it; none where that was not asked, or could not be had.
    pub comparison: Option<Comparison>,
}

/// How a commit (the head) lies to a branch or tag (the base).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The result.
    pub status: ComparisonStatus,
    /// The commit or annotated tag that the base was taken for.
    pub base: String,
    /// The commit that the head was taken for; none where the forge does not say.
    pub head: Option<String>,
}

/// GitHub's words for how a head lies to a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ComparisonStatus {
    /// They are the same commit.
    #[serde(alias = "IDENTICAL")]
    Identical,
    /// The head is in the history of the base.
    #[serde(alias = "BEHIND")]
    Behind,
    /// The base is in the history of the head, which has commits that the base has not.
    #[serde(alias = "AHEAD")]
    Ahead,
    /// Each has commits that the other has not.
    #[serde(alias = "DIVERGED")]
    Diverged,
    /// They have no commit in common.
    Unrelated,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitAnswer {
    /// Its id.
    pub id: String,
    /// GitHub's word for the state of its signature, such as `VALID`; none where it has none, and
    /// [`NOT_ASKED`] where that was not asked.
    pub signature: Option<String>,
}

/// A git object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectAnswer {
    /// Its kind, such as `Blob`.
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// A tag of a repository. A tag that is not there has no document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagAnswer {
    /// Its full name, such as `refs/tags/v1.2.3`.
    pub name: String,
    /// The commit that it comes to.
    pub commit: String,
}

/// Where the document about `tag` lies in an evidence folder; its name is hashed, as a folder's is.
pub fn tag_evidence_path(tag: &RepositoryTag) -> String {
    let mut name = hex::encode(sha256(tag.name.as_str().as_bytes()).as_bytes());
    name.truncate(32);
    format!(
        "git/{}/{}/tags/{name}.json",
        tag.repository.host(),
        tag.repository.path().to_ascii_lowercase(),
    )
}

/// Where the document about `folder` lies in an evidence folder: the branch or tag and the path are
/// hashed, because no file system takes every name that git does.
pub fn evidence_path(folder: &PinnedFolder) -> String {
    let followed = folder.followed.as_ref().map_or("", |it| it.as_str());
    let rest = format!("{followed}\n{}", folder.path.as_str());
    let mut name = hex::encode(sha256(rest.as_bytes()).as_bytes());
    name.truncate(32);
    format!(
        "git/{}/{}/{}/{name}.json",
        folder.repository.host(),
        folder.repository.path().to_ascii_lowercase(),
        folder.commit
    )
}
