//! What a pull request changes, beside what it leaves as it is.

use serde_json::{Value, json};
use testkit::github::Fault;

use crate::job::{Job, Run, bad, good, read, unknown};
use crate::since_base_requests::{asked, bulk};

/// Why it is not known whether anything became worse.
const UNREAD: &str = "whether the change makes anything worse is not known";
pub(crate) const HEADING: &str = "**Changed since the base**";

/// Pull request 7, which touches these files; its comment is always written, and no configuration
/// is asked for.
pub(crate) fn job(name: &str, files: &[&str]) -> Job {
    let mut job = Job::pull_request(name);
    job.pull(7, files);
    job.input("comment", "always");
    job.input("config", "none");
    job
}

pub(crate) fn path(server: &str) -> String {
    format!("npx/{server}/spec.yaml")
}

/// The rows of the section, by the spec's name; the comment and the summary have the same.
#[track_caller]
pub(crate) fn rows(job: &Job, run: &Run) -> Vec<(String, String)> {
    let body = comment(job);
    let of = |text: &str| {
        let section = text.split(HEADING).nth(1)?;
        let rows = section.lines().skip_while(|line| *line != "|---|---|---|");
        let rows = rows.skip(1);
        let rows = rows.take_while(|line| line.starts_with('|'));
        let cells = rows.map(|row| {
            let row = row.trim_matches(['|', ' ']);
            let (spec, rest) = row.split_once(" | ").unwrap();
            let name = spec
                .trim_start_matches("[`")
                .split('`')
                .find(|part| !part.is_empty());
            (name.unwrap().to_owned(), rest.to_owned())
        });
        Some(cells.collect::<Vec<_>>())
    };
    let rows = of(&body).unwrap_or_else(|| panic!("{body}"));
    assert_eq!(of(&run.summary), Some(rows.clone()));
    rows
}

pub(crate) fn comment(job: &Job) -> String {
    job.github(|repository| repository.comments.last().unwrap().body.clone())
}

/// The run is in doubt, and nothing is shown that was not compared.
#[track_caller]
pub(crate) fn is_in_doubt(job: &Job, run: Run, reason: &str) {
    let run = run.exits(3).tells(UNREAD).tells(reason);
    assert!(!run.summary.contains(HEADING), "{run:#?}");
    assert!(!run.summary.contains("**new**"), "{run:#?}");
    assert!(!comment(job).contains(HEADING));
}

/// A pull request that breaks, fixes, adds, removes and renames a spec, and leaves two alone.
fn everything(name: &str) -> Job {
    let job = job(
        name,
        &[
            "npx/broken/spec.yaml",
            "npx/fixed/spec.yaml",
            "npx/added/spec.yaml",
        ],
    );
    let renamed = (path("new"), Some(path("old")));
    job.github(|repository| {
        let files = &mut repository.pulls.get_mut(&7).unwrap().files;
        files.push((path("removed"), None));
        files.push(renamed);
        files.push(("README.md".to_owned(), None));
        let pull = repository.pulls.get_mut(&7).unwrap();
        pull.removed.insert(path("removed"));
    });
    for (server, before, now) in [
        ("broken", Some(good()), Some(bad())),
        ("fixed", Some(bad()), Some(good())),
        ("added", None, Some(good())),
        ("removed", Some(good()), None),
        ("old", Some(good()), None),
        ("new", None, Some(good())),
        // Not read, because it is not touched.
        ("same", None, Some(bad())),
    ] {
        if let Some(before) = before {
            job.at_base(&path(server), &before);
        }
        if let Some(now) = now {
            job.spec(server, &now);
        }
    }
    job
}

#[test]
fn a_pull_request_that_breaks_fixes_adds_removes_and_renames() {
    let job = everything("changes");
    let run = job.run().exits(1);
    let rows = rows(&job, &run);
    let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "npx/broken",
        // It pins another package than before.
        "npx/fixed",
        "npx/added",
        "npx/new",
        "npx/old",
        "npx/removed",
    ];
    assert_eq!(names, expected);
    for (server, before, now) in [
        ("npx/added", "–", "`@acme/a@1.2.3`<br>verified"),
        (
            "npx/broken",
            "`@acme/a@1.2.3`<br>verified",
            "1 error and 1 warning: not as declared",
        ),
        (
            "npx/fixed",
            "1 error: not as declared",
            "`@acme/a@1.2.3`<br>verified",
        ),
        ("npx/new", "–", "`@acme/a@1.2.3`<br>verified"),
        ("npx/old", "`@acme/a@1.2.3`<br>verified", "removed"),
        ("npx/removed", "`@acme/a@1.2.3`<br>verified", "removed"),
    ] {
        let (_, cells) = rows.iter().find(|(name, _)| name == server).unwrap();
        let (was, is) = cells.split_once(" | ").unwrap();
        assert!(
            was.contains(before) && is.contains(now),
            "{server}: {cells}"
        );
    }
    // Two specs pin another package than before, one of which is not its declared publisher's; what is
    // wrong with the third was there before.
    assert_eq!(run.summary.matches("**new**").count(), 3, "{}", run.summary);
    // All of them at once.
    assert_eq!((asked(&job, true), bulk(&job)), (0, 1));
}

/// Whoever looks at it, the verdict is the same.
#[test]
fn what_is_shown_decides_nothing() {
    for (name, text, code) in [("beside", bad(), 1), ("beside-good", good(), 0)] {
        let mut job = everything(name);
        for server in ["broken", "same"] {
            job.spec(server, &text);
        }
        let with = job.run().exits(code);
        rows(&job, &with);
        let reports = |job: &Job| {
            ["json", "sarif"]
                .map(|format| read(&job.path(&format!("dockyard-provenance.{format}"))))
        };
        let written = reports(&job);
        job.input("comment", "never");
        job.input("summary", "false");
        let mut without = job.run().exits(code);
        assert_eq!(reports(&job), written);
        for output in ["comment-url", "sarif-id"] {
            without
                .outputs
                .insert(output.to_owned(), with.output(output).to_owned());
        }
        assert_eq!(without.outputs, with.outputs);
    }
}

#[test]
fn where_nothing_of_a_spec_changes_that_is_said() {
    let job = job("unchanged", &["npx/a/spec.yaml"]);
    job.spec("a", &bad());
    job.at_base(&path("a"), &format!("# other words\n{}", bad()));
    let run = job.run().exits(1);
    assert!(!run.summary.contains("**new**"), "{}", run.summary);
    assert_eq!(
        rows(&job, &run),
        [("–".to_owned(), "– | nothing has changed".to_owned())]
    );
}

#[test]
fn what_cannot_be_read_is_a_doubt() {
    for (name, status) in [("graphql-403", 403), ("graphql-500", 500)] {
        let job = job(name, &["npx/a/spec.yaml"]);
        job.at_base(&path("a"), &bad());
        let fault = Fault::new("POST", "graphql", status, 1_000);
        job.github(|repository| repository.knobs.faults.push(fault));
        let run = job.run();
        is_in_doubt(&job, run, &status.to_string());
    }
    let job = job("contents-unknown", &["npx/a/spec.yaml"]);
    job.github(|repository| repository.files.clear());
    let run = job.run();
    is_in_doubt(&job, run, "GitHub shows no commit");
    let limited = self::job("contents-limit", &["npx/a/spec.yaml"]);
    limited.at_base(&path("a"), &bad());
    limited.github(|repository| {
        let mut fault = Fault::new("POST", "graphql", 403, 1_000);
        fault.headers.push(("retry-after", "30".to_owned()));
        repository.knobs.faults.push(fault);
    });
    // Not waited for: the comment needs the time more.
    let run = limited.run();
    is_in_doubt(&limited, run, "rate limit holds for another 30 s");
}

/// Where it is not known what a pull request touches, all that is here is compared.
#[test]
fn without_a_list_every_spec_is_compared() {
    for (name, place, status) in [("files-403", "files", 403), ("request-500", "pulls/7", 500)] {
        let mut job = job(name, &["npx/a/spec.yaml"]);
        // The comment asks about the pull request too.
        job.input("comment", "never");
        job.spec("b", &good());
        job.at_base(&path("a"), &bad());
        job.at_base(&path("b"), &good());
        let fault = Fault::new("GET", place, status, 1_000);
        job.github(|repository| repository.knobs.faults.push(fault));
        let run = job.run().exits(0);
        let section = run.summary.split(HEADING).nth(1).unwrap();
        assert!(section.contains("npx/a"), "{section}");
        assert!(
            !section.lines().take(6).any(|line| line.contains("npx/b")),
            "{section}"
        );
        assert_eq!(bulk(&job), 1);
    }
}

/// What GraphQL says with status 200 and does not say is as unknown as a refusal.
#[test]
fn an_answer_in_part_is_not_compared() {
    let data = |rest: Value| json!({"data": {"r": rest}});
    for (name, instead, reason) in [
        (
            "nothing",
            json!({"data": null, "errors": [{"message": "slow", "type": "RATE_LIMITED"}]}),
            "RATE_LIMITED",
        ),
        ("no-repository", data(Value::Null), "no such repository"),
        (
            "no-file",
            data(json!({"o": {"__typename": "Commit"}, "t0": null})),
            "left out",
        ),
        ("not-json", json!("x"), "cannot be read"),
    ] {
        let job = job(&format!("part-{name}"), &["npx/a/spec.yaml"]);
        job.at_base(&path("a"), &bad());
        let mut fault = Fault::new("POST", "graphql", 200, 1_000);
        fault.instead = Some(instead);
        job.github(|repository| repository.knobs.faults.push(fault));
        let run = job.run();
        is_in_doubt(&job, run, reason);
    }
}

#[test]
fn a_link_at_the_base_is_no_spec() {
    let job = job("link-at-base", &["npx/a/spec.yaml"]);
    job.at_base(&path("a"), "LINK:../b/spec.yaml");
    let run = job.run();
    is_in_doubt(&job, run, "is not a file");
}

/// Its author can change the base of a pull request while the files are listed: what it is compared with
/// is the commit that this run is about.
#[test]
fn another_base_branch_than_the_runs_changes_nothing() {
    let job = job("other-base", &["npx/a/spec.yaml"]);
    job.at_base(&path("a"), &bad());
    job.github(|repository| repository.knobs.base_branch = Some("decoy".to_owned()));
    job.tip("main", Some(&crate::job::base()));
    let run = job.run().exits(0);
    assert_eq!(rows(&job, &run).len(), 1);
}

#[test]
fn what_leads_through_a_link_is_compared_with_what_it_led_to() {
    let job = job("linked-specs", &["npx/a/spec.yaml"]);
    std::os::unix::fs::symlink("a", job.path("npx/link")).unwrap();
    job.at_base(&path("a"), &bad());
    let run = job.run().exits(0);
    let names: Vec<String> = rows(&job, &run).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["npx/a", "npx/link"]);
    // A link that is touched itself, and one that became a folder: GitHub lists the link and the file.
    let job = self::job("new-link", &["npx/link"]);
    std::os::unix::fs::symlink("a", job.path("npx/link")).unwrap();
    let run = job.run();
    is_in_doubt(&job, run, "`npx/link/spec.yaml` is a link");
    let job = self::job("unlinked-specs", &["npx/a", "npx/a/spec.yaml"]);
    let run = job.run();
    is_in_doubt(&job, run, "`npx/a/spec.yaml`");
}

#[test]
fn a_base_that_cannot_be_used_is_shown_as_it_was() {
    let job = job("malformed-base", &["npx/a/spec.yaml"]);
    job.at_base(&path("a"), "metadata: [\n");
    let run = job.run().exits(0);
    let rows = rows(&job, &run);
    assert!(rows[0].1.starts_with("malformed<br>"), "{rows:?}");
    job.at_base(&path("a"), &"# long\n".repeat(40_000));
    let run = job.run().exits(0);
    let rows = self::rows(&job, &run);
    assert!(rows[0].1.starts_with("malformed<br>"), "{rows:?}");
}

#[test]
fn nothing_is_new_where_the_base_could_not_be_determined() {
    let job = job("undetermined-base", &["npx/a/spec.yaml"]);
    job.at_base(&path("a"), &unknown());
    job.spec("a", &bad());
    let run = job.run().exits(1).tells("could not be determined");
    assert!(!run.summary.contains(HEADING), "{run:#?}");
    assert!(!run.summary.contains("**new**"), "{run:#?}");
    // Whether it became worse is not known, and that is no pass.
    job.spec("a", &good());
    job.run()
        .exits(3)
        .says("Whether @acme/a@1.2.3 became worse");
}

#[test]
fn another_commit_than_the_pull_requests_is_in_doubt() {
    let job = job("compared-other", &["npx/a/spec.yaml"]);
    job.check_out(&"c".repeat(40));
    job.run().exits(3);
}

#[test]
fn specs_below_a_root_are_those_of_the_tree() {
    let mut job = job("below-root", &["deep/npx/x/spec.yaml", "npx/a/spec.yaml"]);
    job.write("deep/npx/x/spec.yaml", &good());
    job.at_base("deep/npx/x/spec.yaml", &bad());
    job.input("root", "deep");
    let run = job.run().exits(0);
    let rows = rows(&job, &run);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0].0, "npx/x");
}

#[test]
fn a_narrowed_scan_is_compared_with_as_much() {
    let mut job = everything("narrowed-changes");
    job.input("changed-only", "true");
    let run = job.run().exits(1);
    assert_eq!(run.output("specs"), "4");
    assert_eq!(rows(&job, &run).len(), 6);
}

#[test]
fn a_comment_follows_the_base() {
    let mut job = job("moving-base", &["npx/a/spec.yaml"]);
    job.input("comment", "on-change");
    job.spec("a", &bad());
    job.at_base(&path("a"), &bad());
    job.run().exits(1);
    assert!(comment(&job).contains("nothing has changed"));
    let edits = |job: &Job| job.github(|repository| repository.comments[0].edits);
    job.run().exits(1);
    assert_eq!(edits(&job), 0);
    job.at_base(&path("a"), &good());
    job.run().exits(1);
    assert_eq!(edits(&job), 1);
    assert!(!comment(&job).contains("nothing has changed"));
}

#[test]
fn the_bases_configuration_is_no_news() {
    let mut job = job("config-no-news", &["npx/a/spec.yaml"]);
    job.input("config", "");
    job.at_base("dockyard-provenance.toml", "fail-on = \"warning\"\n");
    job.at_base(&path("a"), &format!("# other words\n{}", good()));
    let run = job.run().exits(0).says("fail-on is warning");
    assert!(!run.summary.contains("**new:**"), "{}", run.summary);
    assert_eq!(rows(&job, &run).len(), 1);
}
