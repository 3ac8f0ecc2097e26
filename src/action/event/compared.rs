//! Which commit a change is compared with, from the event's payload. Pure.

use serde::Deserialize;

use super::Event;
use crate::action::api::is_commit;

/// The commit that a change is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// This one, which may be gone where `rewritable` is set: a push can replace what was there.
    With {
        /// The commit.
        commit: String,
        /// Whether it may be gone, so that there is then nothing to compare with.
        rewritable: bool,
    },
    /// There was nothing before: why.
    NoBase(&'static str),
    /// There was something, and the payload does not say what.
    Unknown(&'static str),
    /// The event is about no change.
    Nothing,
}

/// What is before a push to a new branch.
const ZERO: &str = "0000000000000000000000000000000000000000";

#[derive(Deserialize, Default)]
struct Payload {
    before: Option<String>,
    merge_group: Option<MergeGroup>,
}

#[derive(Deserialize)]
struct MergeGroup {
    base_sha: Option<String>,
}

impl Compared {
    /// What `event`, called `name`, is compared with.
    pub fn of(event: &Event, name: &str, payload: &[u8]) -> Self {
        let read = || serde_json::from_slice::<Payload>(payload).unwrap_or_default();
        match event {
            Event::PullRequest(request) => Self::With {
                commit: request.base_sha.clone(),
                rewritable: false,
            },
            Event::MergeGroup { .. } => {
                let commit = read().merge_group.and_then(|group| group.base_sha);
                commit.filter(|commit| is_commit(commit)).map_or(
                    Self::Unknown("the event's payload does not name the commit before"),
                    |commit| Self::With {
                        commit,
                        rewritable: false,
                    },
                )
            }
            Event::Other if name == "push" => match read().before {
                Some(before) if before == ZERO => Self::NoBase("the branch is new"),
                Some(commit) if is_commit(&commit) => Self::With {
                    commit,
                    rewritable: true,
                },
                Some(_) | None => Self::NoBase("the event's payload names no commit before"),
            },
            Event::WorkflowRun(_) | Event::Privileged { .. } | Event::Other => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::event::parse;

    fn of(name: &str, payload: &str) -> Compared {
        let event = parse(name, payload.as_bytes()).unwrap();
        Compared::of(&event, name, payload.as_bytes())
    }

    fn with(commit: &str, rewritable: bool) -> Compared {
        let commit = commit.to_owned();
        Compared::With { commit, rewritable }
    }

    #[test]
    fn each_event_has_its_commit() {
        let sha = "b".repeat(40);
        let group = format!(r#"{{"merge_group": {{"base_sha": "{sha}"}}}}"#);
        assert_eq!(of("merge_group", &group), with(&sha, false));
        let nameless = of("merge_group", r#"{"merge_group": {"base_sha": "main"}}"#);
        assert!(matches!(nameless, Compared::Unknown(_)));
        let push = format!(r#"{{"before": "{sha}"}}"#);
        assert_eq!(of("push", &push), with(&sha, true));
        for payload in [&format!(r#"{{"before": "{ZERO}"}}"#), "{}", ""] {
            assert!(
                matches!(of("push", payload), Compared::NoBase(_)),
                "{payload}"
            );
        }
        assert_eq!(of("schedule", &push), Compared::Nothing);
    }
}
