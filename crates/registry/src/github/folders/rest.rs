//! The same questions, asked of REST where GraphQL has no answer to a query: of each repository what it is, of
//! each commit how it lies to the branch and which files it has. These are three facts that no single answer of
//! REST holds two of; a comparison with a branch by its name says where the branch is, so that nobody is asked
//! for that. What REST does not say either is not known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use futures_util::future::{join, join_all};
use futures_util::stream::{self, StreamExt as _};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::plan::Plan;
use super::read::Answers;
use super::{AT_ONCE, Allowance, ApiError, Client, Compared, compare_with};
use crate::github::branch::newest;
use crate::github::{RepositoryName, is_commit, segment};
use package_provenance::evidence::git::{
    CommitAnswer, FolderAnswer, NOT_ASKED, ObjectAnswer, RefAnswer, RepositoryAnswer, SKILL_FILE,
};
use package_provenance::git::{FollowedRef, PinnedFolder};

/// Lists of all files of a commit that are read at once; each may have 32 MiB.
const TREES_AT_ONCE: usize = 4;

/// Whether REST may know what GraphQL failed to say, or was too slow to: not where the token is refused, the rate
/// limit holds or nobody is there.
pub(super) fn may_answer(error: &ApiError) -> bool {
    let status = error.status();
    matches!(error, ApiError::Late(_) | ApiError::Spent)
        || matches!(status, Some(400 | 404 | 405 | 422 | 500..=599))
}

/// Whether whoever is asked next is told the same.
const fn is_about_all(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::Limited { .. } | ApiError::Spent | ApiError::Connection(_) | ApiError::Late(_)
    )
}

/// What REST says of every folder of `plan`, within the time that `client` has and with the requests that are
/// left in `allowance`. `why` GraphQL does not.
pub(super) async fn ask(client: &Client, plan: &Plan, allowance: &Allowance, why: &str) -> Answers {
    let mut repositories: BTreeMap<&str, Vec<&PinnedFolder>> = BTreeMap::new();
    for lookup in plan.lookups() {
        let of = repositories.entry(&lookup.repository).or_default();
        of.push(&lookup.folder);
    }
    // They are counted before they are made: half of what a repository takes would be for nothing.
    let asked = repositories.into_values().map(|folders| {
        let questions = Questions::of(&folders);
        let allowed = allowance.take(questions.requests());
        (folders, allowed.map(|()| questions))
    });
    let asked: Vec<_> = asked.collect();
    let (trees, ended) = (Semaphore::new(TREES_AT_ONCE), OnceLock::new());
    let (trees, ended) = (&trees, &ended);
    let told: Vec<_> = stream::iter(asked)
        .map(|(folders, questions)| async move {
            let told = match questions {
                Ok(questions) => repository(client, questions, allowance, trees, ended).await,
                Err(why) => Err(why),
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
    /// Which commit is compared with which branch or tag; none is the default branch.
    compared: BTreeSet<Pair<'a>>,
    /// Of each commit the paths of the files that are looked for.
    commits: BTreeMap<&'a str, BTreeSet<String>>,
}

/// A branch or tag, and a commit that has to be in its history.
type Pair<'a> = (Option<&'a FollowedRef>, &'a str);

fn pair(folder: &PinnedFolder) -> Pair<'_> {
    (folder.followed.as_ref(), folder.commit.as_str())
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
            compared: folders.iter().map(|folder| pair(folder)).collect(),
            commits,
        }
    }

    /// How many they are, with the one about the repository itself.
    fn requests(&self) -> usize {
        1 + self.compared.len() + self.commits.len()
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
    compared: BTreeMap<Pair<'a>, Result<RefAnswer, String>>,
    files: BTreeMap<&'a str, Result<Listed, String>>,
}

/// `ended` is why nobody is asked any more, once that is so.
async fn repository<'a>(
    client: &Client,
    asked: Questions<'a>,
    allowance: &Allowance,
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
    let default = FollowedRef::branch(&wire.default_branch)
        .map_err(|error| format!("the name of the repository's default branch {error}"))?;
    let compared = asked.compared.iter().map(async |(followed, commit)| {
        let to = followed.unwrap_or(&default);
        (
            (*followed, *commit),
            reach(client, name, to, commit, allowance).await,
        )
    });
    let files = asked.commits.iter().map(async |(commit, wanted)| {
        // Held until what is wanted was read from it.
        let _turn = trees.acquire().await;
        let files = files(client, &route, commit, wanted).await;
        (*commit, files)
    });
    let (compared, files) = join(join_all(compared), join_all(files)).await;
    Ok(Told {
        repository: RepositoryAnswer {
            name: wire.full_name,
            id: wire.id,
            owner_id: Some(wire.owner.id),
            archived: wire.archived,
            disabled: wire.disabled,
        },
        compared: compared.into_iter().collect(),
        files: files.into_iter().collect(),
    })
}

/// Where the branch or tag is, and how the commit lies to it: one answer says both, of one moment. A branch that
/// is not found may be one that the token may not see.
async fn reach(
    client: &Client,
    name: &RepositoryName,
    followed: &FollowedRef,
    commit: &str,
    allowance: &Allowance,
) -> Result<RefAnswer, String> {
    let at = |tip: String, comparison| RefAnswer {
        name: followed.as_str().to_owned(),
        object: tip.clone(),
        tip,
        comparison,
    };
    let compared = compare_with(client, name, followed.as_str(), commit).await;
    match compared.map_err(|error| error.to_string())? {
        Compared::Related(comparison) if is_commit(&comparison.base) => {
            Ok(at(comparison.base.clone(), Some(comparison)))
        }
        Compared::Related(_) => Err("GitHub compared with something that is no commit".to_owned()),
        // That answer does not say what was compared: the comparison is made again, with the commit itself.
        Compared::Unrelated if followed.kind() == "branch" => {
            allowance.take(1)?;
            let tip = newest(client, name, followed.name()).await;
            Ok(at(tip.map_err(|error| error.to_string())?, None))
        }
        Compared::Unrelated => Err(format!(
            "the {} has no commit in common with the pinned one, and where it is, is not asked there",
            followed.kind()
        )),
    }
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
    /// The document about `folder`.
    fn about(&self, folder: &PinnedFolder) -> Result<FolderAnswer, String> {
        let missing = || "it was not asked".to_owned();
        let followed = self.compared.get(&pair(folder));
        let followed = followed.ok_or_else(missing)?.clone()?;
        let commit = folder.commit.as_str();
        let files = self.files.get(commit).ok_or_else(missing)?;
        let files = files.as_ref().map_err(Clone::clone)?;
        let file = files.get(&folder.path.file(SKILL_FILE));
        Ok(FolderAnswer {
            repository: self.repository.clone(),
            followed: Some(followed),
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
