//! Skills where GraphQL has no answer: REST tells the same, with more requests.

use testkit::GitHub;
use testkit::github::{REPOSITORIES, REPOSITORY, vendor};

use super::many::dockyard;
use super::{
    FILE, FIRST, FORKED, LATER, ORPHAN, SPEC, TIP, URL, fault, github, is, pinned, run, scan, skill,
};
use crate::stage::{Report, Stage};

/// [`github`] without GraphQL, which answers with `status`.
fn without_graphql(status: u16) -> GitHub {
    let github = github();
    github.repository("acme/skills", |it| {
        it.knobs.faults.push(fault("POST", "graphql", status));
    });
    github
}

/// What REST does not say of `text` is not known, and no pass.
#[track_caller]
fn is_unknown(github: &GitHub, text: &str) -> Report {
    is(github, text, 3, "unknown", &["verification-incomplete"])
}

fn note(report: &Report) -> String {
    let note = &report.spec(SPEC)["evidence"][0]["note"];
    note.as_str().unwrap().to_owned()
}

/// It tells an impostor from an honest commit as well.
#[test]
fn where_graphql_does_not_answer_rest_does() {
    for status in [400, 404, 500] {
        let github = without_graphql(status);
        let report = is(&github, &pinned(LATER), 0, "pinned", &[]);
        assert_eq!(report.spec(SPEC)["evidence"][0]["source"]["tip"], TIP);
        assert!(note(&report).contains("was not asked"), "{}", note(&report));
        is(&github, &pinned(TIP), 0, "pinned", &[]);
        is(&github, &pinned(FORKED), 1, "invalid", &["impostor-commit"]);
        is(&github, &pinned(ORPHAN), 1, "invalid", &["impostor-commit"]);
        let elsewhere = skill(URL, LATER, "skills/other", "refs/heads/main");
        is(&github, &elsewhere, 1, "not-found", &["package-not-found"]);
        let undeclared = pinned(LATER).replace("  repository_ref: \"refs/heads/main\"\n", "");
        is(&github, &undeclared, 0, "pinned", &[]);
        // What it does not find may be what the token may not see.
        for text in [
            pinned(&"9".repeat(40)),
            skill(URL, LATER, "skills/review", "refs/heads/gone"),
            skill(URL, LATER, "skills/review", "refs/tags/v1"),
        ] {
            is_unknown(&github, &text);
        }
        github.repository("acme/skills", |it| it.knobs.cut_trees = true);
        is_unknown(&github, &pinned(LATER));
    }
}

#[test]
fn other_branches_and_tags_count_there_too() {
    let github = without_graphql(404);
    github.repository("acme/skills", |it| {
        it.branch("release/1.x", FORKED);
        let tag = ("7".repeat(40), LATER.to_owned());
        it.history.tags.insert("v1.0.0".to_owned(), tag);
        // A tag that is called as the branch is.
        let tag = ("8".repeat(40), FORKED.to_owned());
        it.history.tags.insert("main".to_owned(), tag);
    });
    let of = |commit: &str, named: &str| skill(URL, commit, "skills/review", named);
    let impostor = ["impostor-commit"];
    for named in ["refs/heads/release/1.x", "refs/tags/main"] {
        is(&github, &of(FORKED, named), 0, "pinned", &[]);
        is(&github, &of(LATER, named), 1, "invalid", &impostor);
    }
    is(
        &github,
        &of(FORKED, "refs/heads/main"),
        1,
        "invalid",
        &impostor,
    );
    let report = is(&github, &of(FIRST, "refs/tags/v1.0.0"), 0, "pinned", &[]);
    assert_eq!(report.spec(SPEC)["evidence"][0]["source"]["tip"], LATER);
    is(
        &github,
        &of(TIP, "refs/tags/v1.0.0"),
        1,
        "invalid",
        &impostor,
    );
    // Nothing in common with a tag: which commit that is, the answer does not say.
    is_unknown(&github, &of(ORPHAN, "refs/tags/v1.0.0"));
}

#[test]
fn which_repository_it_is_is_told_there_too() {
    let github = without_graphql(404);
    github.repository("acme/skills", |it| {
        it.history.archived = true;
        it.history.disabled = true;
        it.history.id = Some(666);
    });
    let report = is(&github, &pinned(LATER), 0, "pinned", &[]);
    let source = &report.spec(SPEC)["evidence"][0]["source"];
    assert_eq!(source["repository_id"], "666");
    assert!(source["owner_id"].is_string(), "{source}");
    let note = note(&report);
    assert!(
        note.contains("archived") && note.contains("disabled"),
        "{note}"
    );
    // Nobody is followed to where a renamed repository is now.
    github.repository("acme/old", |it| {
        it.history.renamed = Some("acme/skills".to_owned());
        it.commit(LATER, &[], &[FILE]);
        it.branch("main", LATER);
    });
    let old = skill(
        "https://github.com/acme/old",
        LATER,
        "skills/review",
        "main",
    );
    github.repository("acme/skills", |it| it.knobs.hidden = true);
    is_unknown(&github, &old);
}

/// Each of the three answers is needed: without it nothing is pinned, and nobody is accused.
#[test]
fn what_rest_fails_to_say_is_unknown_and_no_pass() {
    for part in [REPOSITORY, "compare", "git/trees"] {
        for status in [301, 401, 403, 404, 422, 429, 500] {
            let github = without_graphql(404);
            github.repository("acme/skills", |it| {
                it.knobs.faults.push(fault("GET", part, status));
            });
            for commit in [LATER, FORKED] {
                let (code, report) = scan(&github, &pinned(commit));
                assert_eq!(
                    (code, report.status(SPEC)),
                    (3, "unknown"),
                    "{part} {status}"
                );
            }
        }
    }
    // Where nothing is in common, the branch is asked for, and may not be had.
    let github = without_graphql(404);
    github.repository("acme/skills", |it| {
        it.knobs.faults.push(fault("GET", "git/ref", 404));
    });
    is_unknown(&github, &pinned(ORPHAN));
    is(&github, &pinned(FORKED), 1, "invalid", &["impostor-commit"]);
}

/// One request for each repository, and two for each commit: 26 + 2 × 28 beside the query.
#[test]
fn dockyards_shape_takes_eighty_two_requests() {
    let (stage, github) = (Stage::new(), GitHub::start());
    dockyard(&stage, &github);
    for number in 0..REPOSITORIES {
        github.repository(&vendor(number), |it| {
            it.knobs.faults.push(fault("POST", "graphql", 404));
        });
    }
    let report = run(&stage, &github, &["scan", "--format", "json"])
        .exits(0)
        .report();
    assert_eq!(github.requests(), 1 + 82);
    assert_eq!(report.json["summary"]["by_status"]["pinned"], 189);
    let mut calls = Vec::new();
    for number in 0..REPOSITORIES {
        let name = vendor(number);
        let asked = github.repository(&name, |it| it.calls.clone());
        calls.extend(asked.into_iter().map(|call| (name.clone(), call.path)));
    }
    let all = calls.len();
    calls.sort();
    calls.dedup();
    assert_eq!(calls.len(), all, "nothing is asked twice");
    // Twice as many repositories are more than a run asks about; of what is beyond that nothing is known.
    for number in 0..REPOSITORIES {
        let name = format!("more{number}/skills");
        github.repository(&name, |it| {
            it.commit(LATER, &[], &[FILE]);
            it.branch("main", LATER);
        });
        let url = format!("https://github.com/{name}");
        let text = skill(&url, LATER, "skills/review", "refs/heads/main");
        stage.write(&format!("skills/more{number}/spec.yaml"), &text);
    }
    let before = github.requests();
    let report = run(&stage, &github, &["scan", "--format", "json"])
        .exits(3)
        .report();
    let asked = github.requests() - before;
    assert!((95..=101).contains(&asked), "{asked}");
    let statuses = &report.json["summary"]["by_status"];
    let known = |status: &str| statuses[status].as_u64().unwrap();
    assert_eq!(known("pinned") + known("unknown"), 189 + 26, "{statuses}");
    assert!(known("pinned") > 60, "{statuses}");
}
