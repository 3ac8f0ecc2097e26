//! What may not be asked, what goes wrong, and the rules that hold whatever GitHub says.

use serde_json::{Value, json};
use testkit::github::{Fault, REPOSITORY};

use super::{FORKED, LATER, SPEC, TIP, TOKEN, URL, fault, github, is, pinned, run, scan, skill};
use crate::stage::{Run, Stage};

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
fn what_goes_wrong_is_unknown_and_no_pass() {
    let data = |rest: Value| json!({"data": {"r0": rest}});
    let errors = |path: Value| json!({"data": {"r0": null}, "errors": [{"message": "went wrong", "path": path}]});
    let mut faults: Vec<(String, Fault)> = [301, 400, 401, 403, 404, 422, 429, 500, 502, 503]
        .into_iter()
        .map(|status| (status.to_string(), fault("POST", "graphql", status)))
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
            it.knobs.faults.push(fault("GET", "compare", status));
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
