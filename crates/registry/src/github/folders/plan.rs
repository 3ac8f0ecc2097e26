//! The query. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::github::graphql::quoted;
use package_provenance::evidence::git::SKILL_FILE;
use package_provenance::git::{CommitId, FollowedRef, PinnedFolder};

/// Half of the look-ups of one query. dockyard's 189 skills are 271; GitHub ends a query after ten seconds.
const MAX_LOOKUPS: usize = 400;

/// What is asked of a branch or tag, of a comparison and of a repository.
const FRAGMENTS: &str = "fragment repository on Repository { nameWithOwner databaseId isArchived \
     isDisabled owner { ... on Organization { databaseId } ... on User { databaseId } } } \
     fragment followed on Ref { prefix name target { __typename oid ... on Tag { target { __typename \
     oid } } } } \
     fragment comparison on Comparison { status baseTarget { oid } headTarget { oid } }";

/// One query, and which of its aliases answers what.
#[derive(Debug)]
pub struct Plan {
    query: String,
    folders: Vec<Lookup>,
}

/// The aliases of what is asked about one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lookup {
    pub(super) folder: PinnedFolder,
    pub(super) repository: String,
    pub(super) followed: String,
    pub(super) comparison: String,
    pub(super) commit: String,
    pub(super) file: String,
}

impl Plan {
    /// As many queries as `folders` need: each asks about whole repositories, and about no more than
    /// `MAX_LOOKUPS` things unless one repository alone has more.
    pub fn of(folders: &BTreeSet<PinnedFolder>) -> Vec<Self> {
        let mut repositories: BTreeMap<_, Vec<&PinnedFolder>> = BTreeMap::new();
        for folder in folders {
            let of = repositories.entry(&folder.repository).or_default();
            of.push(folder);
        }
        let mut plans = Vec::new();
        let (mut chunk, mut size) = (Vec::new(), 0);
        let pieces = repositories
            .into_values()
            .flat_map(|folders| split(&folders));
        for piece in pieces {
            let weight = 1 + 3 * piece.len();
            if size + weight > 2 * MAX_LOOKUPS && !chunk.is_empty() {
                plans.push(Self::ask(&std::mem::take(&mut chunk)));
                size = 0;
            }
            size += weight;
            chunk.push(piece);
        }
        if !chunk.is_empty() {
            plans.push(Self::ask(&chunk));
        }
        plans
    }

    fn ask(repositories: &[Vec<&PinnedFolder>]) -> Self {
        let mut query = String::from("query {");
        let mut lookups = Vec::new();
        for (number, folders) in repositories.iter().enumerate() {
            repository(&mut query, &mut lookups, number, folders);
        }
        let _ = write!(query, " }} {FRAGMENTS}");
        Self {
            query,
            folders: lookups,
        }
    }

    /// The same questions in two queries; none where they are about one repository.
    pub(super) fn halves(&self) -> Option<[Self; 2]> {
        let mut repositories: BTreeMap<&str, Vec<&PinnedFolder>> = BTreeMap::new();
        for lookup in &self.folders {
            let of = repositories.entry(&lookup.repository).or_default();
            of.push(&lookup.folder);
        }
        let all: Vec<_> = repositories.into_values().collect();
        let (first, second) = all.split_at_checked(all.len() / 2)?;
        (!first.is_empty()).then(|| [Self::ask(first), Self::ask(second)])
    }

    /// The query.
    pub fn query(&self) -> &str {
        &self.query
    }

    pub(super) fn lookups(&self) -> &[Lookup] {
        &self.folders
    }
}

/// The folders of one repository, in pieces that fit into a query.
fn split<'a>(folders: &[&'a PinnedFolder]) -> Vec<Vec<&'a PinnedFolder>> {
    let most = MAX_LOOKUPS / 2;
    folders.chunks(most).map(<[_]>::to_vec).collect()
}

/// Asks about one repository: everything that its folders share once.
fn repository(
    query: &mut String,
    lookups: &mut Vec<Lookup>,
    number: usize,
    folders: &[&PinnedFolder],
) {
    let Some(first) = folders.first() else { return };
    let path = first.repository.path();
    let (owner, name) = path.split_once('/').unwrap_or((path, ""));
    let alias = format!("r{number}");
    let _ = write!(
        query,
        " {alias}: repository(owner: {}, name: {}, followRenames: true) {{ ...repository",
        quoted(owner),
        quoted(name)
    );
    let refs: BTreeSet<Option<&FollowedRef>> =
        folders.iter().map(|it| it.followed.as_ref()).collect();
    let commits: BTreeSet<&CommitId> = folders.iter().map(|it| &it.commit).collect();
    let refs: BTreeMap<_, _> = numbered(refs, "b");
    let commits: BTreeMap<_, _> = numbered(commits, "o");
    for (followed, of) in &refs {
        let what = followed.map_or_else(
            || "defaultBranchRef".to_owned(),
            |followed| format!("ref(qualifiedName: {})", quoted(followed.as_str())),
        );
        let _ = write!(query, " {of}: {what} {{ ...followed");
        let compared: BTreeSet<&CommitId> = folders
            .iter()
            .filter(|folder| folder.followed.as_ref() == *followed)
            .map(|folder| &folder.commit)
            .collect();
        for commit in compared {
            let alias = comparison(&commits, commit);
            let head = quoted(commit.as_str());
            let _ = write!(
                query,
                " {alias}: compare(headRef: {head}) {{ ...comparison }}"
            );
        }
        query.push_str(" }");
    }
    for (commit, of) in &commits {
        let oid = quoted(commit.as_str());
        let _ = write!(
            query,
            " {of}: object(oid: {oid}) {{ __typename oid ... on Commit {{ signature {{ state }} }} }}"
        );
    }
    let files: BTreeSet<String> = folders.iter().map(|folder| expression(folder)).collect();
    let files = numbered(files, "f");
    for (file, of) in &files {
        let _ = write!(
            query,
            " {of}: object(expression: {}) {{ __typename oid }}",
            quoted(file)
        );
    }
    query.push_str(" }");
    lookups.extend(folders.iter().map(|folder| Lookup {
        folder: (*folder).clone(),
        repository: alias.clone(),
        followed: alias_of(&refs, &folder.followed.as_ref()),
        comparison: comparison(&commits, &folder.commit),
        commit: alias_of(&commits, &&folder.commit),
        file: alias_of(&files, &expression(folder)),
    }));
}

/// `COMMIT:PATH/SKILL.md`, in git's own notation (gitrevisions).
fn expression(folder: &PinnedFolder) -> String {
    format!("{}:{}", folder.commit, folder.path.file(SKILL_FILE))
}

/// Each with an alias: a letter and a number.
fn numbered<T: Ord>(of: BTreeSet<T>, letter: &str) -> BTreeMap<T, String> {
    let aliases = of.into_iter().enumerate();
    aliases
        .map(|(number, one)| (one, format!("{letter}{number}")))
        .collect()
}

fn alias_of<T: Ord>(aliases: &BTreeMap<T, String>, of: &T) -> String {
    aliases.get(of).cloned().unwrap_or_default()
}

/// The alias of a comparison with a commit, within that of the branch.
fn comparison(commits: &BTreeMap<&CommitId, String>, commit: &CommitId) -> String {
    format!("c{}", alias_of(commits, &commit))
}
