//! Whether pinned commits are in the history of the branches that their specs declare, asked in bulk.
//!
//! One GraphQL query has the repositories, branches, comparisons, commits and files of up to
//! 800 look-ups. Whether GraphQL compares a branch with a bare commit is not documented; where
//! it does not, REST does (`compare/TIP...COMMIT`), one request for each commit; and where GraphQL has no answer to a
//! query at all, REST is asked for the rest too. There are at most [`MAX_REQUESTS`] of them in a run.

mod plan;
mod read;
mod rest;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use serde::Deserialize;

use super::{ApiError, Client, SHARES};
use package_provenance::evidence::git::{Comparison, ComparisonStatus};
use package_provenance::evidence::{FetchProblem, Fetched};
use package_provenance::git::PinnedFolder;

pub use plan::Plan;
pub use read::{Answers, Wanted, read};
use read::{failure, refusal_of};

/// Most requests to REST in one run. A workflow's token has 1,000 requests an hour for
/// everything.
pub const MAX_REQUESTS: usize = 60;

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
    let client = &client.within(time.saturating_mul(SHARES));
    let mut requests = 0;
    let mut plans = Plan::of(&askable);
    let mut again = 0;
    while let Some(plan) = plans.pop() {
        let answer = client.share(time).graphql(plan.query()).await;
        // One question that GitHub refuses, or finds too heavy, must not take the others with it.
        let refused = match &answer {
            Ok(envelope) => refusal_of(envelope).is_some(),
            Err(ApiError::Status { status, .. }) => matches!(status, 400 | 422 | 502 | 504),
            Err(_) => false,
        };
        if refused
            && again < MAX_AGAIN
            && let Some(halves) = plan.halves()
        {
            again += 1;
            plans.extend(halves);
            continue;
        }
        let mut told = match &answer {
            Ok(envelope) => match refusal_of(envelope) {
                Some(why) => rest::ask(client, &plan, &mut requests, &why).await,
                None => read(&plan, envelope),
            },
            Err(error) if rest::may_answer(error) => {
                rest::ask(client, &plan, &mut requests, &error.to_string()).await
            }
            Err(error) => Answers::none(&plan, &error.to_string()),
        };
        compare(client, &mut told, &mut requests).await;
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

/// Asks REST for the comparisons that GraphQL did not make, each once, `done` of the run's so far.
async fn compare(client: &Client, told: &mut Answers, done: &mut usize) {
    let missing = told.missing();
    let room = MAX_REQUESTS.saturating_sub(*done);
    let (now, never) = missing.split_at_checked(room).unwrap_or((&missing, &[]));
    *done += now.len();
    let made: Vec<_> = stream::iter(now.iter().cloned())
        .map(|wanted| async move {
            let made = compare_one(client, &wanted).await;
            (wanted, made)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    for (wanted, comparison) in made {
        told.compared(&wanted, &comparison);
    }
    for wanted in never {
        let why = format!("more than {MAX_REQUESTS} requests would have to be made");
        told.compared(wanted, &Err(why));
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
    let route = format!("/repos/{}/compare/{tip}...{commit}", repository.full());
    match client
        .get::<ComparisonWire>(&route, &[("per_page", "1")])
        .await
    {
        Ok(told) => Ok(comparison(told)),
        Err(ApiError::Status {
            status: 404,
            message,
        }) if message.contains("No common ancestor") => Ok(Comparison {
            status: ComparisonStatus::Unrelated,
            base: tip.clone(),
            head: None,
        }),
        Err(error) => Err(error.to_string()),
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
