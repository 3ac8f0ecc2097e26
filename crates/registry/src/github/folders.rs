//! Whether pinned commits are in the history of the branches that their specs declare, asked in bulk.
//!
//! One GraphQL query has the repositories, branches, comparisons, commits and files of up to
//! 800 look-ups. Whether GraphQL compares a branch with a bare commit is not documented; where
//! it does not, REST does (`compare/TIP...COMMIT`), one request for each commit; and where GraphQL has no answer to a
//! query at all, REST is asked for everything: one request for each repository and two for each commit. There are at
//! most [`MAX_REQUESTS`] of them in a run.

mod plan;
mod read;
mod rest;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use serde::Deserialize;

use super::{ApiError, Client, RepositoryName, SHARES, segment};
use package_provenance::evidence::git::{Comparison, ComparisonStatus};
use package_provenance::evidence::{FetchProblem, Fetched};
use package_provenance::git::PinnedFolder;

pub use plan::Plan;
pub use read::{Answers, Wanted, read};
use read::{failure, refusal_of};

/// Most requests to REST in one run: 189 skills of 26 repositories at 28 commits take 82. A workflow's token has
/// 1,000 requests an hour for everything.
pub const MAX_REQUESTS: usize = 100;

/// Queries that are asked again in two halves, at most: enough to find five repositories among a hundred.
const MAX_AGAIN: usize = 30;

/// Comparisons, or repositories, that are asked at once.
const AT_ONCE: usize = 8;

/// What GitHub answers about each of `folders`, with `time` for each query and its retries, and
/// [`SHARES`] times that for everything.
pub async fn ask(
    client: &Client,
    folders: &BTreeSet<PinnedFolder>,
    time: Duration,
) -> BTreeMap<PinnedFolder, Fetched> {
    let host = client.host();
    let mut answers = BTreeMap::new();
    let mut askable = BTreeSet::new();
    for folder in folders {
        match refusal(client, host.as_deref(), folder) {
            Some(problem) => drop(answers.insert(folder.clone(), failure(folder, problem))),
            None => drop(askable.insert(folder.clone())),
        }
    }
    let most = time.saturating_mul(SHARES);
    let client = &client.within(most);
    // The second half of it is REST's, where GraphQL fails: it can take as long for that as for an answer.
    let early = || client.left() > most / 2;
    let allowance = Allowance(AtomicUsize::new(MAX_REQUESTS));
    let mut plans = Plan::of(&askable);
    let mut again = 0;
    // Why GraphQL did not answer the last query, where REST may.
    let mut failed = None;
    while let Some(plan) = plans.pop() {
        let answer = match failed.take().filter(|_| !early()) {
            Some(error) => Err(error),
            None => client.share(time).graphql(plan.query()).await,
        };
        let error = answer.as_ref().err().cloned();
        failed = error.filter(rest::may_answer);
        // One question that GitHub refuses, or finds too heavy, must not take the others with it.
        let refused = match &answer {
            Ok(envelope) => refusal_of(envelope).is_some(),
            Err(ApiError::Status { status, .. }) => matches!(status, 400 | 422 | 502 | 504),
            Err(_) => false,
        };
        if refused
            && again < MAX_AGAIN
            && early()
            && let Some(halves) = plan.halves()
        {
            again += 1;
            plans.extend(halves);
            continue;
        }
        let mut told = match &answer {
            Ok(envelope) => match refusal_of(envelope) {
                Some(why) => rest::ask(client, &plan, &allowance, &why).await,
                None => read(&plan, envelope),
            },
            Err(error) if rest::may_answer(error) && !client.left().is_zero() => {
                rest::ask(client, &plan, &allowance, &error.to_string()).await
            }
            Err(error) => Answers::none(&plan, &error.to_string()),
        };
        compare(client, &mut told, &allowance).await;
        answers.extend(told.into_documents());
    }
    answers
}

/// Why `folder` is not asked about, where it is not.
fn refusal(client: &Client, host: Option<&str>, folder: &PinnedFolder) -> Option<FetchProblem> {
    let Some(host) = host else {
        return Some(FetchProblem::Api(ApiError::ClearText.to_string()));
    };
    if !folder.repository.host().eq_ignore_ascii_case(host) {
        return Some(FetchProblem::NoEndpoint(format!(
            "`{}` is not on `{host}`, and only that is asked",
            folder.repository.host()
        )));
    }
    if host.eq_ignore_ascii_case("github.com") && folder.commit.as_str().len() == 64 {
        return Some(FetchProblem::Api(
            "github.com has no repositories whose commit ids have 64 digits".to_owned(),
        ));
    }
    (!client.has_token()).then(|| {
        FetchProblem::Api(
            "GitHub is not asked, because there is no token (GITHUB_TOKEN)".to_owned(),
        )
    })
}

/// The requests to REST that a run may still make.
struct Allowance(AtomicUsize);

impl Allowance {
    /// Takes so many, or none where fewer are left.
    fn take(&self, requests: usize) -> Result<(), String> {
        let left = |left: usize| left.checked_sub(requests);
        let order = Ordering::Relaxed;
        let taken = self.0.fetch_update(order, order, left);
        taken
            .map(drop)
            .map_err(|_left| format!("more than {MAX_REQUESTS} requests would have to be made"))
    }
}

/// Asks REST for the comparisons that are still missing, each once.
async fn compare(client: &Client, told: &mut Answers, allowance: &Allowance) {
    let made: Vec<_> = stream::iter(told.missing())
        .map(|wanted| async move {
            let made = match allowance.take(1) {
                Ok(()) => compare_one(client, &wanted).await,
                Err(why) => Err(why),
            };
            (wanted, made)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    for (wanted, comparison) in made {
        told.compared(&wanted, &comparison);
    }
}

/// `GET /repos/{owner}/{repo}/compare/{base}...{head}`.
#[derive(Deserialize)]
struct ComparisonWire {
    status: ComparisonStatus,
    base_commit: CommitWire,
    merge_base_commit: CommitWire,
}

#[derive(Deserialize)]
struct CommitWire {
    sha: String,
}

/// Both sides are commit ids, so that neither can be moved, nor be taken for somebody's branch.
async fn compare_one(client: &Client, wanted: &Wanted) -> Result<Comparison, String> {
    let Wanted {
        repository,
        tip,
        commit,
    } = wanted;
    match compare_with(client, repository, tip, commit).await {
        Ok(Compared::Related(comparison)) => Ok(comparison),
        Ok(Compared::Unrelated) => Ok(Comparison {
            status: ComparisonStatus::Unrelated,
            base: tip.clone(),
            head: None,
        }),
        Err(error) => Err(error.to_string()),
    }
}

/// What REST says of two commits.
enum Compared {
    Related(Comparison),
    /// They have no commit in common. What was compared is not said.
    Unrelated,
}

/// Compares `commit` with `base`: a commit id, or a full ref name, which is neither another ref's short name nor
/// somebody else's branch.
async fn compare_with(
    client: &Client,
    repository: &RepositoryName,
    base: &str,
    commit: &str,
) -> Result<Compared, ApiError> {
    let base: Vec<String> = base.split('/').map(segment).collect();
    let (name, base) = (repository.full(), base.join("/"));
    let route = format!("/repos/{name}/compare/{base}...{commit}");
    let told = client
        .get::<ComparisonWire>(&route, &[("per_page", "1")])
        .await;
    match told {
        Ok(told) => Ok(Compared::Related(comparison(told))),
        Err(ApiError::Status {
            status: 404,
            message,
        }) if message.contains("No common ancestor") => Ok(Compared::Unrelated),
        Err(error) => Err(error),
    }
}

/// The head of a comparison is named nowhere in REST's answer. Where it is in the history of the base,
/// it is the merge base itself.
fn comparison(told: ComparisonWire) -> Comparison {
    let contained = matches!(
        told.status,
        ComparisonStatus::Behind | ComparisonStatus::Identical
    );
    Comparison {
        status: told.status,
        base: told.base_commit.sha,
        head: contained.then_some(told.merge_base_commit.sha),
    }
}

#[cfg(test)]
mod tests;
