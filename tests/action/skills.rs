//! Skills in a workflow: asked of the runner's GitHub with the job's token.

use crate::job::{FORKED_COMMIT, Job, SKILL_COMMIT, TOKEN, good, registry_saw_no_token, skills};
use testkit::github::Fault;

const SPEC: &str = "skills/review/spec.yaml";

fn skill(commit: &str) -> String {
    format!(
        "metadata:\n  name: review\n  description: \"A skill\"\nspec:\n  \
         repository: \"https://github.com/acme/skills\"\n  ref: \"{commit}\"\n  path: \"skills/review\"\n\
         provenance:\n  repository_uri: \"https://github.com/acme/skills\"\n  \
         repository_ref: \"refs/heads/main\"\n"
    )
}

/// A pull request that changes which commit is pinned.
fn job(name: &str, commit: &str) -> Job {
    let mut job = Job::pull_request(name);
    job.pull(7, &[SPEC]);
    job.input("comment", "always");
    job.input("config", "none");
    job.at_base(SPEC, &skill(SKILL_COMMIT));
    job.write(SPEC, &skill(commit));
    skills(|_| {});
    job
}

#[test]
fn an_impostor_commit_is_refused_and_its_honest_twin_passes() {
    let run = job("skill-honest", SKILL_COMMIT).run().exits(0);
    assert_eq!((run.output("pinned"), run.output("verified")), ("1", "1"));
    let impostor = job("skill-impostor", FORKED_COMMIT);
    let run = impostor.run().exits(1);
    assert_eq!((run.output("invalid"), run.output("pinned")), ("1", "0"));
    let body = impostor.github(|repository| repository.comments[0].body.clone());
    for says in ["impostor-commit", "not in the history of the branch"] {
        assert!(body.contains(says), "{body}");
    }
    assert!(registry_saw_no_token());
    let calls = skills(|it| it.calls.clone());
    let bearer = format!("Bearer {TOKEN}");
    assert!(
        calls
            .iter()
            .all(|call| call.authorization.as_deref() == Some(&bearer))
    );
}

#[test]
fn without_a_token_a_skill_is_unknown() {
    let mut job = job("skill-no-token", SKILL_COMMIT);
    job.input("token", "");
    let run = job.run().exits(3);
    assert_eq!(run.output("unknown"), "1");
    // Without a change there is nothing whose past had to be known.
    job.event("push", "refs/heads/main", &serde_json::json!({}));
    job.input("fail-on-unknown", "false");
    job.run().exits(0);
}

/// Recorded answers about skills are signed by nobody.
#[test]
fn recorded_answers_that_a_pull_request_can_change_decide_nothing() {
    let mut job = job("skill-recorded", SKILL_COMMIT);
    job.spec("a", &good());
    let folder = job.path("evidence");
    job.scan(&["--save-evidence", folder.to_str().unwrap()]);
    job.input("evidence", "evidence");
    job.run().exits(3).tells("is not signed by anybody");
}

/// GitHub's failure is no answer about a skill, and none about anything else.
#[test]
fn an_outage_of_github_is_no_pass() {
    let outage = Job::pull_request("skill-outage");
    outage.pull(7, &[SPEC]);
    // A repository of this test's own.
    outage.github(|it| {
        it.commit(SKILL_COMMIT, &[], &["skills/review/SKILL.md"]);
        it.branch("main", SKILL_COMMIT);
        it.knobs
            .faults
            .push(Fault::new("POST", "graphql", 500, 1_000));
        it.knobs
            .faults
            .push(Fault::new("GET", "git/trees", 500, 1_000));
    });
    let text = skill(SKILL_COMMIT).replace("acme/skills", "acme/skill-outage");
    outage.write(SPEC, &text);
    let run = outage.run().exits(3).tells("500");
    assert_eq!(run.output("unknown"), "1");
}
