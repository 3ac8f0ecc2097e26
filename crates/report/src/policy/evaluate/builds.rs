//! What is asked of every build of a release: by whom, from what, by which event, on which runner.
//!
//! Only what a verified certificate says counts. What it does not say is not met.

use super::{Facts, Miss};
use crate::finding::RuleId;
use crate::policy::pattern::Pattern;
use crate::policy::require::Requirement;
use package_provenance::identity::PublisherKind;
use package_provenance::verify::{Observed, Outcome, Publisher, Status};

/// Most values that one finding shows.
const MOST_SHOWN: usize = 3;

/// What `requirement` misses in the builds of a release.
pub(super) fn check(requirement: &Requirement, facts: &Facts<'_>) -> Vec<Miss> {
    let mut misses = Vec::new();
    if let Some(asked) = requirement.slsa
        && facts.slsa_build_level.is_none_or(|level| level < asked)
    {
        misses.push(Miss::Unmet {
            rule: RuleId::LevelBelowPolicy,
            what: facts.slsa_build_level.map_or_else(
                || "states no SLSA build level that can be verified".to_owned(),
                |level| format!("has the SLSA build level {level}"),
            ),
            asked: format!("`slsa = {asked}`"),
        });
    }
    let globs = |patterns: &[Pattern]| -> Vec<String> {
        patterns.iter().map(ToString::to_string).collect()
    };
    misses.extend(of_builds(
        facts,
        &Claim {
            rule: RuleId::PublisherNotAllowed,
            key: "publishers",
            verb: "is published by",
            absent: "has no verified publisher",
        },
        &globs(&requirement.publishers),
        name,
        |found| requirement.publishers.iter().any(|one| one.matches(found)),
    ));
    misses.extend(of_builds(
        facts,
        &Claim {
            rule: RuleId::WorkflowNotAllowed,
            key: "workflows",
            verb: "was built by the workflow",
            absent: "has no certificate that names its workflow",
        },
        &globs(&requirement.workflows),
        |build| build.workflow.clone(),
        |found| requirement.workflows.iter().any(|one| one.matches(found)),
    ));
    misses.extend(of_builds(
        facts,
        &Claim {
            rule: RuleId::RefNotAllowed,
            key: "refs",
            verb: "was built from",
            absent: "has no certificate that names the ref it was built from",
        },
        &globs(&requirement.refs),
        |build| build.git_ref.as_ref().map(ToString::to_string),
        |found| requirement.refs.iter().any(|one| one.matches(found)),
    ));
    misses.extend(of_builds(
        facts,
        &Claim {
            rule: RuleId::TriggerNotAllowed,
            key: "triggers",
            verb: "was built by a run started by",
            absent: "has no certificate that names the event that started the run",
        },
        &requirement.triggers,
        |build| build.trigger.clone(),
        |found| requirement.triggers.iter().any(|one| one == found),
    ));
    misses.extend(of_builds(
        facts,
        &Claim {
            rule: RuleId::RunnerNotAllowed,
            key: "runners",
            verb: "was built on a runner that is",
            absent: "has no certificate that names the kind of the runner",
        },
        &requirement.runners,
        |build| build.runner_environment.clone(),
        |found| requirement.runners.iter().any(|one| one == found),
    ));
    misses
}

/// Whether a release that is attested in part has a file without a build: nobody says who built that one,
/// or from what.
pub(super) fn unattested(observed: &Observed) -> bool {
    let built = |artifact: &str| {
        let mut of_file = observed.evidence.iter();
        of_file.any(|evidence| {
            let built = match &evidence.outcome {
                Outcome::Verified(facts) => facts.get().publisher.is_some(),
                Outcome::Absent
                | Outcome::Invalid(_)
                | Outcome::Unknown(_)
                | Outcome::Unsupported(_) => false,
            };
            built && evidence.artifact == artifact
        })
    };
    let mut evidence = observed.evidence.iter();
    observed.status == Status::Partial && evidence.any(|evidence| !built(&evidence.artifact))
}

/// The words of a claim.
struct Claim {
    rule: RuleId,
    key: &'static str,
    verb: &'static str,
    absent: &'static str,
}

/// Holds every build against what is `allowed`; nothing where nothing is asked for.
fn of_builds(
    facts: &Facts<'_>,
    claim: &Claim,
    allowed: &[String],
    value: impl Fn(&Publisher) -> Option<String>,
    is_allowed: impl Fn(&str) -> bool,
) -> Option<Miss> {
    if allowed.is_empty() {
        return None;
    }
    let values: Vec<Option<String>> = facts.builds.iter().map(|build| value(build)).collect();
    let unnamed = values.is_empty() || values.iter().any(Option::is_none);
    let mut other: Vec<String> = values
        .into_iter()
        .flatten()
        .filter(|value| !is_allowed(value))
        .map(|value| format!("`{value}`"))
        .collect();
    other.sort_unstable();
    other.dedup();
    let more = other.len().saturating_sub(MOST_SHOWN);
    other.truncate(MOST_SHOWN);
    let mut what = Vec::new();
    if !other.is_empty() {
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        what.push(format!("{} {}{more}", claim.verb, other.join(", ")));
    }
    if unnamed {
        what.push(claim.absent.to_owned());
    } else if facts.unattested {
        what.push("has files that no certificate speaks of".to_owned());
    }
    let quoted: Vec<String> = allowed.iter().map(|one| format!("\"{one}\"")).collect();
    (!what.is_empty()).then(|| Miss::Unmet {
        rule: claim.rule,
        what: what.join("; it "),
        asked: format!("`{} = [{}]`", claim.key, quoted.join(", ")),
    })
}

/// How a publisher is called in patterns: its repository, as in `github.com/acme/widget`. A Google
/// account has none and is called by its address; a `CircleCI` pipeline may check out a repository that
/// is not its own, so that it is called by its definition, which its subject names.
pub(super) fn name(publisher: &Publisher) -> Option<String> {
    match publisher.kind {
        PublisherKind::GitHub | PublisherKind::GitLab => publisher
            .repository
            .as_ref()
            .map(|repository| format!("{}/{}", repository.host(), repository.path())),
        PublisherKind::Google => Some(format!("accounts.google.com/{}", publisher.subject)),
        PublisherKind::CircleCI => {
            let subject = publisher.subject.strip_prefix("https://")?;
            Some(subject.to_owned())
        }
    }
}
