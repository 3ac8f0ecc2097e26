//! The same questions, asked of REST where GraphQL has no answer to a query: of each repository what it is and
//! where its branches are, of each commit its files; the comparisons are made as elsewhere. What REST does not
//! say either is not known.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::{join, join_all};
use serde::Deserialize;

use super::plan::Plan;
use super::read::Answers;
use super::{ApiError, Client, MAX_REQUESTS};
use crate::github::branch::newest;
use crate::github::{RepositoryName, segment};
use package_provenance::evidence::git::{
    CommitAnswer, FolderAnswer, NOT_ASKED, ObjectAnswer, RefAnswer, RepositoryAnswer, SKILL_FILE,
};
use package_provenance::git::{FollowedRef, PinnedFolder};

/// Whether REST may know what GraphQL failed to say: not where the token is refused or the rate limit holds.
pub(super) fn may_answer(error: &ApiError) -> bool {
    matches!(error.status(), Some(400 | 404 | 405 | 422 | 500..=599))
}

/// What REST says of every folder of `plan`, `spent` being the run's requests to it. `why` GraphQL does not.
pub(super) async fn ask(
    client: &Client,
    plan: &Plan,
    spent: &mut usize,
    time: Duration,
    why: &str,
) -> Answers {
    let mut repositories: BTreeMap<&str, Vec<&PinnedFolder>> = BTreeMap::new();
    for lookup in plan.lookups() {
        let of = repositories.entry(&lookup.repository).or_default();
        of.push(&lookup.folder);
    }
    let mut answers = BTreeMap::new();
    // They are counted when they are made, and there has to be room for them.
    let mut comparisons = 0;
    for folders in repositories.into_values() {
        let questions = Questions::of(&folders);
        let asked = 1 + questions.followed.len() + questions.commits.len();
        let comparing = questions.commits.len();
        let told = if *spent + comparisons + asked + comparing > MAX_REQUESTS {
            Err(format!(
                "more than {MAX_REQUESTS} requests would have to be made"
            ))
        } else {
            *spent += asked;
            comparisons += comparing;
            repository(&client.within(time), &questions).await
        };
        for folder in folders {
            let told = told.as_ref().map_err(Clone::clone);
            let told = told.and_then(|told| told.about(folder));
            let told = told.map_err(|rest| format!("{why}; asked of REST instead: {rest}"));
            answers.insert(folder.clone(), told);
        }
    }
    Answers::by_rest(answers)
}

/// What is asked about one repository, each once.
struct Questions<'a> {
    name: Option<RepositoryName>,
    followed: BTreeSet<Option<&'a FollowedRef>>,
    commits: BTreeSet<&'a str>,
}

impl<'a> Questions<'a> {
    fn of(folders: &[&'a PinnedFolder]) -> Self {
        let first = folders.first();
        Self {
            name: first.and_then(|folder| RepositoryName::parse(folder.repository.path())),
            followed: folders.iter().map(|it| it.followed.as_ref()).collect(),
            commits: folders.iter().map(|it| it.commit.as_str()).collect(),
        }
    }
}

/// `GET /repos/{owner}/{repo}`.
#[derive(Deserialize)]
struct RepositoryWire {
    id: u64,
    full_name: String,
    archived: bool,
    disabled: bool,
    default_branch: String,
    owner: OwnerWire,
}

#[derive(Deserialize)]
struct OwnerWire {
    id: u64,
}

/// `GET /repos/{owner}/{repo}/git/trees/{commit}?recursive=1`.
#[derive(Deserialize)]
struct TreeWire {
    tree: Vec<EntryWire>,
    truncated: bool,
}

#[derive(Deserialize)]
struct EntryWire {
    path: String,
    #[serde(rename = "type")]
    kind: String,
    sha: String,
}

/// The files of a commit by their paths, with the ids of their contents.
type Listed = BTreeMap<String, String>;

/// What REST says of one repository.
struct Told<'a> {
    repository: RepositoryAnswer,
    tips: BTreeMap<Option<&'a FollowedRef>, Result<RefAnswer, String>>,
    files: BTreeMap<&'a str, Result<Listed, String>>,
}

async fn repository<'a>(client: &Client, asked: &Questions<'a>) -> Result<Told<'a>, String> {
    let name = asked.name.as_ref();
    let name = name.ok_or("this is no name of a repository on GitHub")?;
    let route = format!("/repos/{}/{}", segment(name.owner()), segment(name.name()));
    // That it is not there may mean that the token may not see it.
    let wire: RepositoryWire = client
        .get(&route, &[])
        .await
        .map_err(|error| error.to_string())?;
    RepositoryName::parse(&wire.full_name).ok_or("GitHub names a repository that none can have")?;
    let tips = asked.followed.iter().map(async |followed| {
        let tip = tip(client, name, *followed, &wire.default_branch).await;
        (*followed, tip)
    });
    let files = asked.commits.iter().map(async |commit| {
        let files = files(client, &route, commit).await;
        (*commit, files)
    });
    let (tips, files) = join(join_all(tips), join_all(files)).await;
    Ok(Told {
        repository: RepositoryAnswer {
            name: wire.full_name,
            id: wire.id,
            owner_id: Some(wire.owner.id),
            archived: wire.archived,
            disabled: wire.disabled,
        },
        tips: tips.into_iter().collect(),
        files: files.into_iter().collect(),
    })
}

/// The newest commit of the branch. A branch that is not found may be one that the token may not see.
async fn tip(
    client: &Client,
    name: &RepositoryName,
    followed: Option<&FollowedRef>,
    default: &str,
) -> Result<RefAnswer, String> {
    let branch = match followed {
        None => default,
        Some(followed) if followed.kind() == "branch" => followed.name(),
        Some(_) => return Err("where a tag is, is not asked there".to_owned()),
    };
    let tip = newest(client, name, branch).await;
    let tip = tip.map_err(|error| error.to_string())?;
    Ok(RefAnswer {
        name: format!("refs/heads/{branch}"),
        object: tip.clone(),
        tip,
        comparison: None,
    })
}

async fn files(client: &Client, route: &str, commit: &str) -> Result<Listed, String> {
    let route = format!("{route}/git/trees/{}", segment(commit));
    let listed: TreeWire = client
        .get(&route, &[("recursive", "1")])
        .await
        .map_err(|error| error.to_string())?;
    if listed.truncated {
        return Err("GitHub does not list all files of the commit, which are too many".to_owned());
    }
    let files = listed.tree.into_iter().filter(|entry| entry.kind == "blob");
    Ok(files.map(|entry| (entry.path, entry.sha)).collect())
}

impl Told<'_> {
    /// The document about `folder`, without the comparison.
    fn about(&self, folder: &PinnedFolder) -> Result<FolderAnswer, String> {
        let missing = || "it was not asked".to_owned();
        let tip = self.tips.get(&folder.followed.as_ref());
        let tip = tip.ok_or_else(missing)?.clone()?;
        let commit = folder.commit.as_str();
        let files = self.files.get(commit).ok_or_else(missing)?;
        let files = files.as_ref().map_err(Clone::clone)?;
        let file = files.get(&folder.path.file(SKILL_FILE));
        Ok(FolderAnswer {
            repository: self.repository.clone(),
            followed: Some(tip),
            commit: Some(CommitAnswer {
                id: commit.to_owned(),
                signature: Some(NOT_ASKED.to_owned()),
            }),
            file: file.map(|id| ObjectAnswer {
                kind: "Blob".to_owned(),
                id: id.clone(),
            }),
        })
    }
}
