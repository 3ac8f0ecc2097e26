//! The answer, as one document for each folder. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::plan::{Lookup, Plan};
use crate::github::graphql::{Envelope, GraphqlError};
use crate::github::{RepositoryName, is_commit};
use package_provenance::evidence::git::{
    CommitAnswer, Comparison, ComparisonStatus, FolderAnswer, MAX_ANSWER, ObjectAnswer, RefAnswer,
    RepositoryAnswer, evidence_path,
};
use package_provenance::evidence::{FetchError, FetchProblem, Fetched};
use package_provenance::git::PinnedFolder;

/// A commit that is to be compared with the tip of a branch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The repository, as it is called now.
    pub repository: RepositoryName,
    /// The newest commit of the branch.
    pub tip: String,
    /// The pinned commit.
    pub commit: String,
}

/// What is known of each folder.
#[derive(Debug)]
pub struct Answers(BTreeMap<PinnedFolder, Told>);

#[derive(Debug)]
enum Told {
    Found(Box<FolderAnswer>),
    /// The repository is not there.
    Missing,
    Failed(String),
}

/// What the answer to `plan` says about each of its folders. Whatever an error is about is not known,
/// but for a repository that is said not to be there and a comparison, which can be asked for elsewhere.
pub fn read(plan: &Plan, envelope: &Envelope) -> Answers {
    let errors = envelope.errors();
    let general = errors.iter().find(|error| error.aliases().is_empty());
    if let Some(error) = general {
        return Answers::none(plan, &error.sentence());
    }
    let Some(data) = &envelope.data else {
        return Answers::none(plan, "GitHub's GraphQL answered nothing");
    };
    let told = plan.lookups().iter().map(|lookup| {
        let told = folder(lookup, data, &errors);
        (lookup.folder.clone(), told)
    });
    Answers(told.collect())
}

/// Why the whole query failed, for what may be the fault of one of its questions.
pub(super) fn refusal_of(envelope: &Envelope) -> Option<String> {
    let is_general = |error: &&GraphqlError| {
        // Both words are in use.
        let limited = matches!(error.kind.as_deref(), Some("RATE_LIMITED" | "RATE_LIMIT"));
        error.aliases().is_empty() && !limited
    };
    let errors = envelope.errors();
    errors.iter().find(is_general).map(GraphqlError::sentence)
}

impl Answers {
    /// Nothing is known, and why.
    pub fn none(plan: &Plan, why: &str) -> Self {
        let told = plan.lookups().iter().map(|lookup| {
            let why = Told::Failed(why.to_owned());
            (lookup.folder.clone(), why)
        });
        Self(told.collect())
    }

    /// What REST answered, or why nothing is known.
    pub(super) fn by_rest(told: BTreeMap<PinnedFolder, Result<FolderAnswer, String>>) -> Self {
        let told = told.into_iter().map(|(folder, told)| {
            let told = told.map_or_else(Told::Failed, |answer| Told::Found(Box::new(answer)));
            (folder, told)
        });
        Self(told.collect())
    }

    /// The comparisons that are needed and not there, each once.
    pub(super) fn missing(&self) -> Vec<Wanted> {
        let wanted: BTreeSet<Wanted> = self.0.values().filter_map(wanted).collect();
        wanted.into_iter().collect()
    }

    /// Takes in a comparison, or why there is none.
    pub(super) fn compared(&mut self, made: &Wanted, comparison: &Result<Comparison, String>) {
        for told in self.0.values_mut() {
            if wanted(told).as_ref() != Some(made) {
                continue;
            }
            match (comparison, &mut *told) {
                (Ok(comparison), Told::Found(answer)) => {
                    if let Some(followed) = &mut answer.followed {
                        followed.comparison = Some(comparison.clone());
                    }
                }
                (Err(why), _) => *told = Told::Failed(why.clone()),
                (Ok(_), Told::Missing | Told::Failed(_)) => {}
            }
        }
    }

    /// The documents.
    pub fn into_documents(self) -> BTreeMap<PinnedFolder, Fetched> {
        let documents = self.0.into_iter().map(|(folder, told)| {
            let fetched = document(&folder, told);
            (folder, fetched)
        });
        documents.collect()
    }
}

fn document(folder: &PinnedFolder, told: Told) -> Fetched {
    let failed = |why: String| failure(folder, FetchProblem::Api(why));
    match told {
        Told::Missing => Fetched::Missing,
        Told::Failed(why) => failed(why),
        Told::Found(answer) => match serde_json::to_vec(&answer) {
            Ok(bytes) if bytes.len() <= MAX_ANSWER => Fetched::Found(bytes.into()),
            Ok(_) => failed(format!("GitHub's answer is larger than {MAX_ANSWER} bytes")),
            Err(error) => failed(error.to_string()),
        },
    }
}

/// Whether the answer about a branch needs a comparison that is not there.
fn lacks_comparison(answer: &FolderAnswer) -> Option<(&RefAnswer, &str)> {
    let followed = answer.followed.as_ref()?;
    let commit = answer.commit.as_ref()?;
    (followed.comparison.is_none() && followed.tip != commit.id)
        .then_some((followed, commit.id.as_str()))
}

pub(super) fn failure(folder: &PinnedFolder, problem: FetchProblem) -> Fetched {
    let asked = evidence_path(folder);
    Fetched::Failed(FetchError { asked, problem })
}

fn wanted(told: &Told) -> Option<Wanted> {
    let Told::Found(answer) = told else {
        return None;
    };
    let (followed, commit) = lacks_comparison(answer)?;
    Some(Wanted {
        repository: RepositoryName::parse(&answer.repository.name)?,
        tip: followed.tip.clone(),
        commit: commit.to_owned(),
    })
}

fn folder(lookup: &Lookup, data: &Map<String, Value>, errors: &[GraphqlError]) -> Told {
    let Lookup {
        repository,
        followed,
        commit,
        file,
        ..
    } = lookup;
    let ours = [followed.as_str(), commit, file];
    for error in errors {
        match error.aliases().as_slice() {
            [at] if at == repository && error.kind.as_deref() == Some("NOT_FOUND") => {
                return Told::Missing;
            }
            [at, rest @ ..] if at == repository => match rest {
                // A comparison, which can be asked of REST.
                [_, what, ..] if is_alias(what, 'c') => {}
                // What is asked about other folders.
                [what, ..]
                    if ['b', 'o', 'f'].iter().any(|letter| is_alias(what, *letter))
                        && !ours.contains(what) => {}
                _ => return Told::Failed(error.sentence()),
            },
            _ => {}
        }
    }
    let answer = data
        .get(repository)
        .ok_or_else(|| "GitHub's GraphQL left out a repository".to_owned())
        .and_then(|found| parse(lookup, found));
    answer.map_or_else(Told::Failed, |answer| Told::Found(Box::new(answer)))
}

/// Whether `text` is an alias of [`Plan`]: `letter` and a number.
fn is_alias(text: &str, letter: char) -> bool {
    let number = text.strip_prefix(letter).unwrap_or_default();
    // A comparison's is made of its commit's.
    let number = number.strip_prefix('o').unwrap_or(number);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryWire {
    name_with_owner: String,
    database_id: Option<u64>,
    is_archived: bool,
    is_disabled: bool,
    owner: OwnerWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnerWire {
    #[serde(default)]
    database_id: Option<u64>,
}

#[derive(Deserialize)]
struct RefWire {
    prefix: String,
    name: String,
    target: Option<TargetWire>,
}

#[derive(Deserialize)]
struct TargetWire {
    #[serde(rename = "__typename")]
    kind: String,
    oid: String,
    #[serde(default)]
    target: Option<Box<TargetWire>>,
    #[serde(default)]
    signature: Option<SignatureWire>,
}

#[derive(Deserialize)]
struct SignatureWire {
    state: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ComparisonWire {
    status: ComparisonStatus,
    base_target: OidWire,
    head_target: OidWire,
}

#[derive(Deserialize)]
struct OidWire {
    oid: String,
}

/// Reads what is there; none where it is null. What is not there at all was not answered.
fn part<T: serde::de::DeserializeOwned>(of: &Value, alias: &str) -> Result<Option<T>, String> {
    let found = of
        .get(alias)
        .ok_or_else(|| "GitHub's GraphQL left out a part of the answer".to_owned())?;
    Option::<T>::deserialize(found)
        .map_err(|error| format!("GitHub's GraphQL answer cannot be read: {error}"))
}

fn parse(lookup: &Lookup, found: &Value) -> Result<FolderAnswer, String> {
    let repository = RepositoryWire::deserialize(found)
        .map_err(|error| format!("GitHub's GraphQL answer cannot be read: {error}"))?;
    let id = repository
        .database_id
        .ok_or("GitHub does not say which repository this is")?;
    RepositoryName::parse(&repository.name_with_owner)
        .ok_or("GitHub names a repository that none can have")?;
    let followed = part::<RefWire>(found, &lookup.followed)?;
    let comparison = found.get(&lookup.followed).filter(|it| !it.is_null());
    let comparison = comparison
        .map(|of| part::<ComparisonWire>(of, &lookup.comparison))
        .transpose()?
        .flatten();
    let followed = followed
        .map(|followed| branch(followed, comparison))
        .transpose()?;
    let commit = part::<TargetWire>(found, &lookup.commit)?;
    let file = part::<TargetWire>(found, &lookup.file)?;
    Ok(FolderAnswer {
        repository: RepositoryAnswer {
            name: repository.name_with_owner,
            id,
            owner_id: repository.owner.database_id,
            archived: repository.is_archived,
            disabled: repository.is_disabled,
        },
        followed,
        commit: commit
            .filter(|object| object.kind == "Commit")
            .map(|object| CommitAnswer {
                id: object.oid,
                signature: object.signature.map(|it| it.state),
            }),
        file: file.map(|object| ObjectAnswer {
            kind: object.kind,
            id: object.oid,
        }),
    })
}

fn branch(told: RefWire, comparison: Option<ComparisonWire>) -> Result<RefAnswer, String> {
    let object = told
        .target
        .ok_or("GitHub shows a branch without a commit")?;
    let tip = match object.target {
        Some(tagged) if object.kind == "Tag" => tagged,
        _ => Box::new(TargetWire {
            kind: object.kind,
            oid: object.oid.clone(),
            target: None,
            signature: None,
        }),
    };
    if tip.kind != "Commit" || !is_commit(&tip.oid) {
        return Err("GitHub shows a branch or tag that leads to no commit".to_owned());
    }
    Ok(RefAnswer {
        name: format!("{}{}", told.prefix, told.name),
        object: object.oid,
        tip: tip.oid,
        comparison: comparison.map(|told| Comparison {
            status: told.status,
            base: told.base_target.oid,
            head: Some(told.head_target.oid),
        }),
    })
}

#[cfg(test)]
mod tests;
