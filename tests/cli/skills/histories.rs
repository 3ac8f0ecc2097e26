//! Which commits count: those that the declared branch or tag contains, of the repository that is declared.

use testkit::github::Repository;

use super::{FILE, FIRST, FORKED, LATER, ORPHAN, SPEC, TIP, TOKEN, URL, github, is, pinned, skill};
use crate::stage::Report;

#[test]
fn a_commit_that_the_branch_contains_is_pinned() {
    let github = github();
    for commit in [FIRST, LATER, TIP] {
        let report = is(&github, &pinned(commit), 0, "pinned", &[]);
        let evidence = &report.spec(SPEC)["evidence"][0];
        assert_eq!(evidence["kind"], "git-commit");
        assert_eq!(evidence["digest"], format!("gitCommit:{commit}"));
        assert_eq!(evidence["source"]["tip"], TIP);
        assert_eq!(evidence["source"]["ref"], "refs/heads/main");
    }
    assert_eq!(github.requests(), 3);
    let sent = github.repository("acme/skills", |it| it.calls.clone());
    assert!(
        sent.iter()
            .all(|call| call.authorization.as_deref() == Some(&format!("Bearer {TOKEN}")))
    );
}

#[test]
fn a_commit_of_a_fork_is_an_impostor() {
    for only_refs_compare in [false, true] {
        let github = github();
        github.repository("acme/skills", |it| {
            it.history.only_refs_compare = only_refs_compare;
        });
        for commit in [FORKED, ORPHAN] {
            let report = is(&github, &pinned(commit), 1, "invalid", &["impostor-commit"]);
            assert!(report.messages(SPEC)[0].contains("not in the history of the branch `main`"));
        }
        // The honest twins.
        is(&github, &pinned(LATER), 0, "pinned", &[]);
        // A branch of the fork's with a name of the parent's own grammar is none.
        let forks = skill(URL, FORKED, "skills/review", "mallory:main");
        is(&github, &forks, 1, "malformed", &["spec-invalid"]);
        // What a pull request proposes is no branch: the default branch decides.
        let proposed = skill(URL, FORKED, "skills/review", "refs/pull/7/head");
        let rules = ["impostor-commit", "unexpected-build-ref"];
        is(&github, &proposed, 1, "invalid", &rules);
    }
}

#[test]
fn a_rewritten_branch_no_longer_contains_the_commit() {
    let github = github();
    github.repository("acme/skills", |it| it.branch("main", FORKED));
    is(&github, &pinned(LATER), 1, "invalid", &["impostor-commit"]);
    is(&github, &pinned(FIRST), 0, "pinned", &[]);
}

#[test]
fn another_branch_and_a_tag_count_where_they_are_declared() {
    let github = github();
    github.repository("acme/skills", |it| {
        it.branch("release/1.x", FORKED);
        let tag = ("7".repeat(40), LATER.to_owned());
        it.history.tags.insert("v1.0.0".to_owned(), tag);
    });
    let of = |commit: &str, branch: &str| skill(URL, commit, "skills/review", branch);
    is(
        &github,
        &of(FORKED, "refs/heads/release/1.x"),
        0,
        "pinned",
        &[],
    );
    is(
        &github,
        &of(LATER, "refs/heads/release/1.x"),
        1,
        "invalid",
        &["impostor-commit"],
    );
    is(&github, &of(FIRST, "refs/tags/v1.0.0"), 0, "pinned", &[]);
    is(
        &github,
        &of(TIP, "v1.0.0"),
        1,
        "invalid",
        &["impostor-commit"],
    );
    is(
        &github,
        &of(FIRST, "refs/heads/gone"),
        1,
        "not-found",
        &["package-not-found"],
    );
    // Nothing declared: the default branch.
    let undeclared = pinned(LATER).replace("  repository_ref: \"refs/heads/main\"\n", "");
    let report = is(&github, &undeclared, 0, "pinned", &[]);
    let note = report.spec(SPEC)["evidence"][0]["note"].as_str().unwrap();
    assert!(note.contains("default branch"), "{note}");
}

#[test]
fn what_is_not_there_is_not_found() {
    let github = github();
    is(
        &github,
        &pinned(&"9".repeat(40)),
        1,
        "not-found",
        &["package-not-found"],
    );
    let elsewhere = skill(URL, LATER, "skills/other", "refs/heads/main");
    is(&github, &elsewhere, 1, "not-found", &["package-not-found"]);
    let folder = skill(URL, LATER, ".", "refs/heads/main");
    is(&github, &folder, 1, "not-found", &["package-not-found"]);
    let gone = skill(
        "https://github.com/acme/gone",
        LATER,
        "skills/review",
        "main",
    );
    // GitHub says the same of what the token may not see.
    is(&github, &gone, 3, "unknown", &["verification-incomplete"]);
    github.repository("acme/skills", |it| it.knobs.hidden = true);
    is(
        &github,
        &pinned(LATER),
        3,
        "unknown",
        &["verification-incomplete"],
    );
}

#[test]
fn renamed_recreated_archived_and_disabled_repositories() {
    let github = github();
    let old = |it: &mut Repository| it.history.renamed = Some("acme/skills".to_owned());
    github.repository("acme/old", old);
    let by_old_name = skill(
        "https://github.com/acme/old",
        LATER,
        "skills/review",
        "main",
    );
    let note = |report: &Report| {
        let note = &report.spec(SPEC)["evidence"][0]["note"];
        note.as_str().unwrap().to_owned()
    };
    let report = is(&github, &by_old_name, 0, "pinned", &[]);
    assert!(note(&report).contains("now called `acme/skills`"));
    let forked = skill(
        "https://github.com/acme/old",
        FORKED,
        "skills/review",
        "main",
    );
    is(&github, &forked, 1, "invalid", &["impostor-commit"]);
    // Somebody takes the old name: another repository, with another number.
    github.repository("acme/old", |it| {
        it.history.renamed = None;
        it.history.id = Some(666);
        it.commit(FORKED, &[], &[FILE]);
        it.branch("main", FORKED);
    });
    is(
        &github,
        &by_old_name,
        1,
        "not-found",
        &["package-not-found"],
    );
    let taken = is(&github, &forked, 0, "pinned", &[]);
    assert_eq!(
        taken.spec(SPEC)["evidence"][0]["source"]["repository_id"],
        "666"
    );
    github.repository("acme/skills", |it| {
        it.history.archived = true;
        it.history.disabled = true;
    });
    let report = is(&github, &pinned(LATER), 0, "pinned", &[]);
    assert!(note(&report).contains("archived") && note(&report).contains("disabled"));
}
