//! What started the workflow, from the event's payload. Pure.
//!
//! The payload is GitHub's own word; names in it (branches, titles) are a contributor's text.

pub mod changed;
pub mod checkout;
pub mod compared;

use serde::Deserialize;

use crate::action::api::{RepositoryName, is_commit};

/// The event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// `pull_request` and its reviews: the checkout is the pull request's.
    PullRequest(PullRequest),
    /// `merge_group`: the checkout is the queue's.
    MergeGroup {
        /// The branch that it is to be merged into, where the payload names it.
        base_ref: Option<String>,
    },
    /// `workflow_run`: another run has ended.
    WorkflowRun(WorkflowRun),
    /// Runs with the repository's own rights on behalf of a stranger (`pull_request_target`,
    /// `issue_comment`): the checkout must be the repository's own.
    Privileged {
        /// The pull request's base, where there is one.
        base_sha: Option<String>,
    },
    /// `push`, `schedule`, `workflow_dispatch` and all others: what is checked out is there already.
    Other,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// The commit that it is compared with. It stays what it was through pushes, re-runs and
    /// reopenings, so that it says nothing about what holds on the base branch now.
    pub base_sha: String,
    /// The branch that it is to be merged into, where the payload names it: a contributor's choice.
    pub base_ref: Option<String>,
    /// Its newest commit.
    pub head_sha: String,
    /// Where it comes from; none where that repository is gone.
    pub head_repository: Option<RepositoryName>,
}

/// A run that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRun {
    /// Its number.
    pub id: u64,
    /// What started it.
    pub event: String,
    /// How it ended, such as `success`.
    pub conclusion: String,
    /// Its commit.
    pub head_sha: String,
    /// Its branch: a contributor's text.
    pub head_branch: String,
    /// Whose commit it is.
    pub head_repository: RepositoryName,
}

#[derive(Deserialize)]
struct Payload {
    pull_request: Option<PullRequestWire>,
    merge_group: Option<MergeGroupWire>,
    workflow_run: Option<WorkflowRunWire>,
}

#[derive(Deserialize)]
struct PullRequestWire {
    number: u64,
    base: SideWire,
    head: SideWire,
}

#[derive(Deserialize)]
struct SideWire {
    sha: String,
    #[serde(rename = "ref")]
    branch: Option<String>,
    repo: Option<RepoWire>,
}

#[derive(Deserialize)]
struct RepoWire {
    full_name: String,
}

#[derive(Deserialize)]
struct MergeGroupWire {
    base_ref: Option<String>,
}

#[derive(Deserialize)]
struct WorkflowRunWire {
    id: u64,
    event: String,
    conclusion: Option<String>,
    head_sha: String,
    head_branch: Option<String>,
    head_repository: Option<RepoWire>,
}

/// Whether the payload of this event is needed.
pub fn needs_payload(name: &str) -> bool {
    matches!(
        name,
        "pull_request"
            | "pull_request_review"
            | "pull_request_review_comment"
            | "pull_request_target"
            | "merge_group"
            | "workflow_run"
    )
}

/// Reads the event called `name`.
///
/// # Errors
/// What the payload lacks, for people.
pub fn parse(name: &str, payload: &[u8]) -> Result<Event, String> {
    if name == "issue_comment" {
        return Ok(Event::Privileged { base_sha: None });
    }
    if !needs_payload(name) {
        return Ok(Event::Other);
    }
    let payload: Payload = serde_json::from_slice(payload)
        .map_err(|error| format!("the payload of the event `{name}` cannot be read: {error}"))?;
    let lacks = |what: &str| format!("the payload of the event `{name}` has no usable {what}");
    match name {
        "merge_group" => {
            let group = payload.merge_group.ok_or_else(|| lacks("`merge_group`"))?;
            // What it is merged onto, `base_sha`, may be another group that is not merged yet.
            let base_ref = group.base_ref.as_deref();
            let base_ref = base_ref.and_then(|name| name.strip_prefix("refs/heads/"));
            Ok(Event::MergeGroup {
                base_ref: base_ref.map(ToOwned::to_owned),
            })
        }
        "workflow_run" => payload
            .workflow_run
            .and_then(workflow_run)
            .map(Event::WorkflowRun)
            .ok_or_else(|| lacks("`workflow_run`")),
        _ => {
            let request = payload
                .pull_request
                .and_then(pull_request)
                .ok_or_else(|| lacks("`pull_request`"))?;
            Ok(if name == "pull_request_target" {
                Event::Privileged {
                    base_sha: Some(request.base_sha),
                }
            } else {
                Event::PullRequest(request)
            })
        }
    }
}

fn pull_request(wire: PullRequestWire) -> Option<PullRequest> {
    let name = |side: &SideWire| RepositoryName::parse(&side.repo.as_ref()?.full_name);
    let head_repository = name(&wire.head);
    (is_commit(&wire.base.sha) && is_commit(&wire.head.sha)).then_some(PullRequest {
        number: wire.number,
        head_repository,
        base_sha: wire.base.sha,
        base_ref: wire.base.branch,
        head_sha: wire.head.sha,
    })
}

fn workflow_run(wire: WorkflowRunWire) -> Option<WorkflowRun> {
    let head_repository = RepositoryName::parse(&wire.head_repository?.full_name)?;
    is_commit(&wire.head_sha).then_some(WorkflowRun {
        id: wire.id,
        event: wire.event,
        conclusion: wire.conclusion.unwrap_or_default(),
        head_sha: wire.head_sha,
        head_branch: wire.head_branch.unwrap_or_default(),
        head_repository,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn sha(letter: &str) -> String {
        letter.repeat(40)
    }

    fn pull() -> Value {
        let side =
            |letter: &str, repo: &str| json!({"sha": sha(letter), "repo": {"full_name": repo}});
        json!({"pull_request": {"number": 7, "base": side("b", "acme/catalog"), "head": side("a", "fork/catalog")}})
    }

    fn read(name: &str, payload: &Value) -> Result<Event, String> {
        parse(name, payload.to_string().as_bytes())
    }

    #[test]
    fn a_pull_request_says_what_it_is() {
        let Ok(Event::PullRequest(request)) = read("pull_request", &pull()) else {
            panic!()
        };
        assert_eq!((request.number, request.base_sha), (7, sha("b")));
        assert_eq!(request.head_sha, sha("a"));
        assert_eq!(request.head_repository.unwrap().full(), "fork/catalog");
    }

    #[test]
    fn a_merge_group_names_the_branch_that_it_is_for() {
        let of = |base_ref: Value| {
            let group = json!({"merge_group": {"base_sha": sha("b"), "base_ref": base_ref}});
            read("merge_group", &group)
        };
        let named = |branch: Option<&str>| {
            Ok(Event::MergeGroup {
                base_ref: branch.map(ToOwned::to_owned),
            })
        };
        assert_eq!(
            of(json!("refs/heads/release/v1")),
            named(Some("release/v1"))
        );
        assert_eq!(of(json!("refs/tags/v1")), named(None));
        assert_eq!(of(Value::Null), named(None));
    }

    #[test]
    fn what_is_missing_is_never_another_kind_of_event() {
        for (name, path) in [
            ("pull_request", "/pull_request/base/sha"),
            ("pull_request", "/pull_request/head/sha"),
            ("pull_request_target", "/pull_request/base/sha"),
        ] {
            let mut payload = pull();
            *payload.pointer_mut(path).unwrap() = json!("main");
            assert!(read(name, &payload).is_err(), "{name} {path}");
        }
        for name in [
            "pull_request",
            "pull_request_target",
            "merge_group",
            "workflow_run",
        ] {
            assert!(read(name, &json!({})).is_err(), "{name}");
            assert!(parse(name, b"").is_err(), "{name}");
        }
    }

    #[test]
    fn events_with_foreign_content_and_own_rights_are_told_apart() {
        let target = read("pull_request_target", &pull());
        let base_sha = Some(sha("b"));
        assert_eq!(target, Ok(Event::Privileged { base_sha }));
        assert_eq!(parse("push", b""), Ok(Event::Other));
        assert_eq!(
            parse("issue_comment", b""),
            Ok(Event::Privileged { base_sha: None })
        );
    }

    #[test]
    fn a_head_repository_that_is_gone_is_none() {
        let mut payload = pull();
        *payload.pointer_mut("/pull_request/head/repo").unwrap() = Value::Null;
        let Ok(Event::PullRequest(request)) = read("pull_request", &payload) else {
            panic!()
        };
        assert_eq!(request.head_repository, None);
    }
}
