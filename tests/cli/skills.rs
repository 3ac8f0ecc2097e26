//! Skills: a commit that the declared branch contains, beside everything that only looks like one.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::GitHub;
use testkit::github::{Fault, REPOSITORY, Repository};

use crate::stage::{DECLARED, Report, Run, Stage};

const TOKEN: &str = "ghs_secret_of_the_job";

/// Commits of `acme/skills`: the first, a later one, the newest, and one that only a fork has.
const FIRST: &str = "1111111111111111111111111111111111111111";
const LATER: &str = "2222222222222222222222222222222222222222";
const TIP: &str = "3333333333333333333333333333333333333333";
const FORKED: &str = "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0";
const ORPHAN: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

const FILE: &str = "skills/review/SKILL.md";
const SPEC: &str = "skills/review/spec.yaml";

/// A GitHub with a repository, its fork's commits and its history.
fn github() -> GitHub {
    let github = GitHub::start();
    github.repository("acme/skills", |it| {
        it.commit(FIRST, &[], &[FILE]);
        it.commit(LATER, &[FIRST], &[FILE]);
        it.commit(TIP, &[LATER], &[FILE]);
        it.commit(FORKED, &[FIRST], &[FILE]);
        it.commit(ORPHAN, &[], &[FILE]);
        it.branch("main", TIP);
    });
    github
}

fn skill(repository: &str, commit: &str, path: &str, branch: &str) -> String {
    format!(
        "metadata:\n  name: review\n  description: \"A skill\"\nspec:\n  repository: \"{repository}\"\n  \
         ref: \"{commit}\"\n  path: \"{path}\"\n  version: \"0.1.0\"\nprovenance:\n  \
         repository_uri: \"{repository}\"\n  repository_ref: \"{branch}\"\n"
    )
}

const URL: &str = "https://github.com/acme/skills";

fn pinned(commit: &str) -> String {
    skill(URL, commit, "skills/review", "refs/heads/main")
}

/// Scans one skill, asking `github`.
fn scan(github: &GitHub, text: &str) -> (i32, Report) {
    let stage = Stage::new();
    stage.write(SPEC, text);
    let run = run(&stage, github, &["scan", "--format", "json"]);
    (run.code.unwrap(), run.report())
}

fn run(stage: &Stage, github: &GitHub, arguments: &[&str]) -> Run {
    let mut command = stage.command(arguments);
    command.args(["--github-api", &github.url()]);
    command.env("GITHUB_TOKEN", TOKEN);
    Run::of(&mut command)
}

#[track_caller]
fn is(github: &GitHub, text: &str, code: i32, status: &str, rules: &[&str]) -> Report {
    let (found, report) = scan(github, text);
    let messages = report.messages(SPEC);
    assert_eq!(report.status(SPEC), status, "{messages:?}");
    assert_eq!(
        (found, report.rules(SPEC)),
        (code, rules.to_vec()),
        "{messages:?}"
    );
    report
}

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
fn the_rules_that_need_no_github_always_hold() {
    let github = github();
    let stage = Stage::new();
    let other = pinned(LATER).replacen(
        "github.com/acme/skills\"\n  repository_ref",
        "github.com/acme/other\"\n  repository_ref",
        1,
    );
    for text in [
        pinned("main"),
        pinned("2222222"),
        skill("http://github.com/acme/skills", LATER, "x", "main"),
        skill(URL, LATER, "../x", "main"),
        other.clone(),
    ] {
        stage.write(SPEC, &text);
        // Without network, without token, and with both.
        for arguments in [
            &["scan", "--format", "json", "--offline"][..],
            &["scan", "--format", "json"],
        ] {
            let run = Run::of(&mut stage.command(arguments));
            assert_eq!(run.code, Some(1), "{text}{run:?}");
        }
        assert_eq!(
            self::run(&stage, &github, &["scan"]).code,
            Some(1),
            "{text}"
        );
    }
    is(
        &github,
        &other,
        1,
        "pinned",
        &["source-repository-mismatch"],
    );
    // Any spelling of the same repository is the same.
    let spelt = pinned(LATER).replacen(
        "repository_uri: \"https://github.com/acme/skills\"",
        "repository_uri: \"https://github.com/Acme/Skills.git\"",
        1,
    );
    is(&github, &spelt, 0, "pinned", &[]);
}

#[test]
fn what_may_not_be_asked_is_unknown_and_no_pass() {
    let github = github();
    let stage = Stage::new();
    stage.write(SPEC, &pinned(LATER));
    let quiet = |arguments: &[&str], token: Option<&str>| {
        let mut command = stage.command(&["scan", "--format", "json"]);
        command.args(arguments);
        command.args(["--github-api", &github.url()]);
        if let Some(token) = token {
            command.env("GITHUB_TOKEN", token);
        }
        Run::of(&mut command)
    };
    for (arguments, token, says) in [
        (&["--offline"][..], Some(TOKEN), "--offline"),
        (&[][..], None, "there is no token"),
        (&[][..], Some("nobodys"), "401"),
    ] {
        let run = quiet(arguments, token).exits(3);
        let report = run.report();
        assert_eq!(report.status(SPEC), "unknown");
        assert_eq!(report.rules(SPEC), ["verification-incomplete"]);
        assert!(
            report.messages(SPEC)[0].contains(says),
            "{:?}",
            report.messages(SPEC)
        );
        let lenient = [arguments, &["--fail-on-unknown", "false"]].concat();
        quiet(&lenient, token).exits(0);
    }
    // Only the third was sent.
    assert_eq!(github.requests(), 2);
    // Other forges, and other servers than the one whose API is asked.
    for repository in [
        "https://gitlab.com/acme/skills",
        "https://ghe.example/acme/skills",
    ] {
        let text = skill(repository, LATER, "x", "refs/heads/main");
        let report = is(&github, &text, 3, "unknown", &["verification-incomplete"]);
        assert!(report.messages(SPEC)[0].contains("only that is asked"));
    }
    assert_eq!(github.requests(), 2);
}

#[test]
fn an_address_that_may_not_have_the_token_is_refused() {
    let stage = Stage::new();
    stage.write(SPEC, &pinned(LATER));
    for api in [
        "http://ghe.example/api/v3",
        "ftp://x",
        "https://u:p@api.github.com",
    ] {
        let run = stage.scan(&["--github-api", api]).refuses("--github-api");
        assert!(!run.err.contains("u:p"));
    }
    // The scanned folder does not say who gets it.
    stage.write(
        "dockyard-provenance.toml",
        "github-api = \"https://mallory.example\"\n",
    );
    stage.scan(&[]).refuses("github-api");
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

#[test]
fn what_goes_wrong_is_unknown_and_no_pass() {
    let data = |rest: Value| json!({"data": {"r0": rest}});
    let errors = |path: Value| json!({"data": {"r0": null}, "errors": [{"message": "went wrong", "path": path}]});
    let mut faults: Vec<(String, Fault)> = [301, 400, 401, 403, 404, 422, 429, 500, 502, 503]
        .into_iter()
        .map(|status| (status.to_string(), Fault::new("POST", "graphql", status, 9)))
        .collect();
    for (name, instead) in [
        ("nothing", json!({})),
        ("no object", json!([])),
        ("null", json!({"data": null})),
        (
            "limited",
            json!({"data": null, "errors": [{"type": "RATE_LIMITED", "message": "slow"}]}),
        ),
        ("left out", json!({"data": {}})),
        ("null repository", data(Value::Null)),
        ("empty repository", data(json!({}))),
        (
            "another",
            data(json!({"nameWithOwner": "a/b", "databaseId": 1})),
        ),
        ("error", errors(json!(["r0"]))),
        ("error without a path", errors(Value::Null)),
    ] {
        let mut fault = Fault::new("POST", "graphql", 200, 9);
        fault.instead = Some(instead);
        faults.push((name.to_owned(), fault));
    }
    for (name, fault) in faults {
        let github = github();
        github.repository("acme/skills", |it| {
            it.knobs.faults.push(fault);
            // Nor does REST answer.
            it.knobs.faults.push(Fault::new("GET", REPOSITORY, 404, 99));
        });
        let (code, report) = scan(&github, &pinned(LATER));
        assert_eq!((code, report.status(SPEC)), (3, "unknown"), "{name}");
        assert_eq!(report.rules(SPEC), ["verification-incomplete"], "{name}");
    }
    // The same of the request that is made where GraphQL does not compare.
    for status in [301, 401, 403, 404, 422, 429, 500, 503] {
        let github = github();
        github.repository("acme/skills", |it| {
            it.history.only_refs_compare = true;
            it.knobs
                .faults
                .push(Fault::new("GET", "compare", status, 9));
        });
        for commit in [LATER, FORKED] {
            let (code, report) = scan(&github, &pinned(commit));
            assert_eq!(
                (code, report.status(SPEC)),
                (3, "unknown"),
                "compare {status}"
            );
        }
        // The newest commit needs no comparison.
        is(&github, &pinned(TIP), 0, "pinned", &[]);
    }
    // A failure of the moment is tried again.
    let github = github();
    github.repository("acme/skills", |it| {
        it.knobs.faults.push(Fault::new("POST", "graphql", 502, 1));
    });
    is(&github, &pinned(LATER), 0, "pinned", &[]);
}

/// Where GraphQL has no answer REST is asked, which tells an impostor from an honest commit as well.
#[test]
fn where_graphql_does_not_answer_rest_does() {
    for status in [400, 404, 500] {
        let github = github();
        github.repository("acme/skills", |it| {
            it.knobs
                .faults
                .push(Fault::new("POST", "graphql", status, 99));
        });
        let report = is(&github, &pinned(LATER), 0, "pinned", &[]);
        let evidence = &report.spec(SPEC)["evidence"][0];
        assert_eq!(evidence["source"]["tip"], TIP);
        let note = evidence["note"].as_str().unwrap();
        assert!(note.contains("was not asked"), "{note}");
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
            is(&github, &text, 3, "unknown", &["verification-incomplete"]);
        }
        github.repository("acme/skills", |it| it.knobs.cut_trees = true);
        is(
            &github,
            &pinned(LATER),
            3,
            "unknown",
            &["verification-incomplete"],
        );
    }
    // No more than sixty requests; of what is beyond them nothing is known.
    let (stage, github) = (Stage::new(), GitHub::start());
    dockyard(&stage, &github);
    for number in 0..26 {
        github.repository(&format!("vendor{number}/skills"), |it| {
            it.knobs.faults.push(Fault::new("POST", "graphql", 404, 99));
        });
    }
    let report = self::run(&stage, &github, &["scan", "--format", "json"])
        .exits(3)
        .report();
    let asked = github.requests();
    assert!((50..=61).contains(&asked), "{asked}");
    let statuses = &report.json["summary"]["by_status"];
    let known = |status: &str| statuses[status].as_u64().unwrap();
    assert_eq!(known("pinned") + known("unknown"), 189, "{statuses}");
    assert!(known("pinned") > 50, "{statuses}");
    println!("GraphQL gone: {asked} requests, {statuses}");
}

#[test]
fn recorded_evidence_is_judged_again_without_github() {
    let github = github();
    let stage = Stage::honest();
    stage.write(SPEC, &pinned(LATER));
    stage.write("skills/fork/spec.yaml", &pinned(FORKED));
    stage.write(
        "skills/gone/spec.yaml",
        &skill("https://github.com/acme/gone", LATER, "x", "main"),
    );
    let kept = tempfile::tempdir().unwrap();
    let folder = kept.path().join("evidence");
    let folder = folder.to_str().unwrap();
    run(&stage, &github, &["scan", "--save-evidence", folder]).exits(1);
    let asked = github.requests();
    let replay = || {
        let mut command = stage.trusting(&["scan", "--format", "json", "--evidence", folder]);
        Run::of(&mut command)
    };
    let report = replay().exits(1).report();
    for (path, status) in [
        (SPEC, "pinned"),
        ("skills/fork/spec.yaml", "invalid"),
        ("skills/gone/spec.yaml", "unknown"),
        ("npx/a/spec.yaml", "verified"),
    ] {
        assert_eq!(report.status(path), status, "{path}");
    }
    assert_eq!(github.requests(), asked);
    // What was not recorded is not known.
    stage.write("skills/new/spec.yaml", &pinned(TIP));
    let report = replay().report();
    assert_eq!(report.status("skills/new/spec.yaml"), "unknown");
}

/// A tree shaped like dockyard's: 189 skills of 26 repositories at 28 commits.
fn dockyard(stage: &Stage, github: &GitHub) {
    let name = |number: usize| format!("vendor{number}/skills");
    let commit = |number: usize| format!("{:040x}", 0xabc0 + number);
    for number in 0..189 {
        let repository = number % 26;
        // Two repositories have two commits.
        let pin = if repository < 2 && number >= 100 {
            26 + repository
        } else {
            repository
        };
        let path = format!("skills/s{number}");
        github.repository(&name(repository), |it| {
            let (old, tip) = (commit(pin), commit(100 + repository));
            it.commit(&old, &[], &[]);
            let parents: Vec<String> = it
                .history
                .commits
                .keys()
                .filter(|id| **id != tip)
                .cloned()
                .collect();
            let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
            it.commit(&tip, &parents, &[]);
            it.branch("main", &tip);
            it.files
                .insert((old, format!("{path}/SKILL.md")), b"x".to_vec());
        });
        let url = format!("https://github.com/{}", name(repository));
        let text = skill(&url, &commit(pin), &path, "refs/heads/main");
        stage.write(&format!("skills/s{number}/spec.yaml"), &text);
    }
}

#[test]
fn a_hundred_and_eighty_nine_skills_are_one_question() {
    let (stage, github) = (Stage::new(), GitHub::start());
    dockyard(&stage, &github);
    github.delay(Duration::from_millis(50));
    let begun = Instant::now();
    let run = self::run(&stage, &github, &["scan"]).exits(0);
    let took = begun.elapsed();
    assert_eq!(github.requests(), 1, "{run:?}");
    assert!(
        took < Duration::from_secs(2) || cfg!(debug_assertions),
        "{took:?}"
    );
    println!("189 skills: {took:?}, {} bytes of table", run.out.len());
    assert!(run.out.contains("189 skills"), "{}", run.out);
    assert!(run.out.lines().count() < 20, "{}", run.out);
    // The comment is as short: one line says that there are so many.
    let page = self::run(&stage, &github, &["scan", "--format", "markdown"]).out;
    assert!(page.contains("189 skills"), "{page}");
    assert!(page.lines().count() < 30 && page.len() < 3_000, "{page}");
    let asked = github.requests();
    // Where GraphQL does not compare: 28 comparisons more.
    for number in 0..26 {
        let name = format!("vendor{number}/skills");
        github.repository(&name, |it| it.history.only_refs_compare = true);
    }
    self::run(&stage, &github, &["scan"]).exits(0);
    assert_eq!(github.requests(), asked + 1 + 28);
    // Without a token the reason is told once.
    let run = Run::of(&mut stage.command(&["scan"])).exits(3);
    assert!(run.out.contains("188 more skills"), "{}", run.out);
    assert!(run.out.lines().count() < 20, "{}", run.out);
    // One that is wrong is seen among them.
    let text = skill(
        "https://github.com/vendor3/skills",
        &"d".repeat(40),
        "skills/s3",
        "main",
    );
    stage.write("skills/s3/spec.yaml", &text);
    let run = self::run(&stage, &github, &["scan"]).exits(1);
    assert!(
        run.out.contains("188 skills") && run.out.contains("package-not-found"),
        "{}",
        run.out
    );
}

/// Genuine specs of dockyard, where they lie beside the project: every skill is asked about in one question, and
/// the words for people stay short.
#[test]
fn dockyards_own_skills_are_one_question() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real/dockyard/skills");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("SKIPPED: no genuine specs beside the project");
        return;
    };
    let (stage, github) = (Stage::new(), GitHub::start());
    let mut skills = 0;
    for entry in entries {
        let entry = entry.unwrap();
        let text = fs::read_to_string(entry.path().join("spec.yaml")).unwrap();
        let of = |key: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(key));
            let value = line.unwrap_or_else(|| panic!("no {key} in {text}"));
            let (value, _comment) = value.split_once(" #").unwrap_or((value, ""));
            value.trim().trim_matches('"').to_owned()
        };
        let url = of("repository:");
        let name = url.strip_prefix("https://github.com/").unwrap();
        let name = name.trim_end_matches(".git");
        let (commit, file) = (of("ref:"), format!("{}/SKILL.md", of("path:")));
        let branch = of("repository_ref:").replace("refs/heads/", "");
        let tip = "e".repeat(40);
        github.repository(name, |it| {
            it.commit(&commit, &[], &[&file]);
            let known: Vec<String> = it.history.commits.keys().cloned().collect();
            let parents = known.iter().map(String::as_str).filter(|id| *id != tip);
            let parents: Vec<&str> = parents.collect();
            it.commit(&tip, &parents, &[]);
            it.branch(&branch, &tip);
        });
        let path = format!("skills/{}/spec.yaml", entry.file_name().to_str().unwrap());
        stage.write(&path, &text);
        skills += 1;
    }
    github.delay(Duration::from_millis(50));
    let begun = Instant::now();
    let run = self::run(&stage, &github, &["scan", "--format", "json"]);
    let took = begun.elapsed();
    let report = run.exits(0).report();
    assert_eq!(report.json["summary"]["by_status"]["pinned"], skills);
    assert_eq!(github.requests(), 1);
    assert!(
        took < Duration::from_secs(2) || cfg!(debug_assertions),
        "{took:?}"
    );
    let out = self::run(&stage, &github, &["scan"]).out;
    assert!(out.lines().count() < 20, "{out}");
    let page = self::run(&stage, &github, &["scan", "--format", "markdown"]).out;
    assert!(page.contains("3 skills: 3 pinned"), "{page}");
}

#[test]
fn skills_and_packages_are_judged_beside_each_other() {
    let github = github();
    let stage = Stage::honest();
    stage.write(SPEC, &pinned(LATER));
    let report = run(&stage, &github, &["scan", "--format", "json"])
        .exits(0)
        .report();
    assert_eq!(report.status(SPEC), "pinned");
    assert_eq!(report.status("npx/a/spec.yaml"), "verified");
    assert_eq!(report.json["summary"]["by_status"]["pinned"], 1);
    let words = run(&stage, &github, &["verify-provenance", "-c", SPEC])
        .exits(0)
        .out;
    for part in [
        "git commit",
        "in the history of the branch `main`",
        "Status: pinned",
    ] {
        assert!(words.contains(part), "{words}");
    }
    // The registry never sees GitHub's token.
    for request in stage.registry.requests() {
        assert_eq!(request.header("authorization"), None);
    }
    // A claim of attestations that a skill cannot have.
    let mut claiming = pinned(LATER);
    let _ = write!(
        claiming,
        "{}",
        DECLARED
            .split_once("attestations:")
            .map_or("", |(_, rest)| rest)
            .replacen('\n', "  attestations:\n", 1)
    );
    let (code, report) = scan(&github, &claiming);
    assert_eq!(
        (code, report.rules(SPEC)),
        (1, vec!["declared-attestations-missing"])
    );
}
