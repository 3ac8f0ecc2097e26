//! The same questions, asked of REST where GraphQL has no answer to a query: of each repository what it is and
//! where its branches are, of each commit its files; the comparisons are made as elsewhere. What REST does not
//! say either is not known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use futures_util::future::{join, join_all};
use futures_util::stream::{self, StreamExt as _};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::plan::Plan;
use super::read::Answers;
use super::{AT_ONCE, ApiError, Client, MAX_REQUESTS};
use crate::github::branch::newest;
use crate::github::{RepositoryName, segment};
use package_provenance::evidence::git::{
    CommitAnswer, FolderAnswer, NOT_ASKED, ObjectAnswer, RefAnswer, RepositoryAnswer, SKILL_FILE,
};
use package_provenance::git::{FollowedRef, PinnedFolder};

/// Lists of all files of a commit that are read at once; each may have 32 MiB.
const TREES_AT_ONCE: usize = 4;

/// Whether REST may know what GraphQL failed to say: not where the token is refused or the rate limit holds.
pub(super) fn may_answer(error: &ApiError) -> bool {
    matches!(error.status(), Some(400 | 404 | 405 | 422 | 500..=599))
}

/// Whether whoever is asked next is told the same.
const fn is_about_all(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::Limited { .. } | ApiError::Spent | ApiError::Connection(_)
    )
}

/// What REST says of every folder of `plan`, within the time that `client` has; `spent` is the run's requests
/// to it. `why` GraphQL does not.
pub(super) async fn ask(client: &Client, plan: &Plan, spent: &mut usize, why: &str) -> Answers {
    let mut repositories: BTreeMap<&str, Vec<&PinnedFolder>> = BTreeMap::new();
    for lookup in plan.lookups() {
        let of = repositories.entry(&lookup.repository).or_default();
        of.push(&lookup.folder);
    }
    // They are counted before they are made, and there has to be room for the comparisons.
    let mut comparisons = 0;
    let mut asked = Vec::new();
    for folders in repositories.into_values() {
        let questions = Questions::of(&folders);
        let requests = 1 + questions.followed.len() + questions.commits.len();
        let comparing = questions.commits.len();
        let has_room = *spent + comparisons + requests + comparing <= MAX_REQUESTS;
        if has_room {
            *spent += requests;
            comparisons += comparing;
        }
        asked.push((folders, has_room.then_some(questions)));
    }
    let (trees, ended) = (Semaphore::new(TREES_AT_ONCE), OnceLock::new());
    let (trees, ended) = (&trees, &ended);
    let told: Vec<_> = stream::iter(asked)
        .map(|(folders, questions)| async move {
            let told = match questions {
                Some(questions) => repository(client, questions, trees, ended).await,
                None => Err(format!(
                    "more than {MAX_REQUESTS} requests would have to be made"
                )),
            };
            (folders, told)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut answers = BTreeMap::new();
    for (folders, told) in told {
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
    /// Of each commit the paths of the files that are looked for.
    commits: BTreeMap<&'a str, BTreeSet<String>>,
}

impl<'a> Questions<'a> {
    fn of(folders: &[&'a PinnedFolder]) -> Self {
        let first = folders.first();
        let mut commits: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for folder in folders {
            let files = commits.entry(folder.commit.as_str()).or_default();
            files.insert(folder.path.file(SKILL_FILE));
        }
        Self {
            name: first.and_then(|folder| RepositoryName::parse(folder.repository.path())),
            followed: folders.iter().map(|it| it.followed.as_ref()).collect(),
            commits,
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

/// The files of a commit that are looked for by their paths, with the ids of their contents.
type Listed = BTreeMap<String, String>;

/// What REST says of one repository.
struct Told<'a> {
    repository: RepositoryAnswer,
    tips: BTreeMap<Option<&'a FollowedRef>, Result<RefAnswer, String>>,
    files: BTreeMap<&'a str, Result<Listed, String>>,
}

/// `ended` is why nobody is asked any more, once that is so.
async fn repository<'a>(
    client: &Client,
    asked: Questions<'a>,
    trees: &Semaphore,
    ended: &OnceLock<String>,
) -> Result<Told<'a>, String> {
    if let Some(why) = ended.get() {
        return Err(why.clone());
    }
    let name = asked.name.as_ref();
    let name = name.ok_or("this is no name of a repository on GitHub")?;
    let route = format!("/repos/{}/{}", segment(name.owner()), segment(name.name()));
    // That it is not there may mean that the token may not see it.
    let wire = client.get::<RepositoryWire>(&route, &[]).await;
    let wire = wire.map_err(|error| {
        let why = error.to_string();
        if is_about_all(&error) {
            ended.get_or_init(|| why.clone());
        }
        why
    })?;
    RepositoryName::parse(&wire.full_name).ok_or("GitHub names a repository that none can have")?;
    let tips = asked.followed.iter().map(async |followed| {
        let tip = tip(client, name, *followed, &wire.default_branch).await;
        (*followed, tip)
    });
    let files = asked.commits.iter().map(async |(commit, wanted)| {
        // Held until what is wanted was read from it.
        let _turn = trees.acquire().await;
        let files = files(client, &route, commit, wanted).await;
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

async fn files(
    client: &Client,
    route: &str,
    commit: &str,
    wanted: &BTreeSet<String>,
) -> Result<Listed, String> {
    let route = format!("{route}/git/trees/{}", segment(commit));
    let listed: TreeWire = client
        .get(&route, &[("recursive", "1")])
        .await
        .map_err(|error| error.to_string())?;
    if listed.truncated {
        return Err("GitHub does not list all files of the commit, which are too many".to_owned());
    }
    let files = listed.tree.into_iter();
    let files = files.filter(|entry| entry.kind == "blob" && wanted.contains(&entry.path));
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
