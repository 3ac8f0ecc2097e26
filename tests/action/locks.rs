//! The input `locks`: lock files beside the specs, and what a pull request changes in them.

use serde_json::{Map, Value, json};
use testkit::{GithubIdentity, NpmDraft, World};

use crate::job::{Job, integrity, publish_by, publish_signed, read};

const PATH: &str = "web/package-lock.json";

fn acme() -> GithubIdentity {
    GithubIdentity::new("acme/widget")
}

/// A lock of packages at versions, with as many packages of the project itself as make it long.
fn lock(packages: &[(&str, &str)], padding: usize) -> String {
    let mut entries = Map::new();
    let mut direct = Map::new();
    for (name, version) in packages {
        direct.insert((*name).to_owned(), json!(version));
        let bare = name.rsplit('/').next().unwrap();
        entries.insert(
            format!("node_modules/{name}"),
            json!({
                "version": version,
                "resolved": format!("https://registry.npmjs.org/{name}/-/{bare}-{version}.tgz"),
                "integrity": integrity(name, version),
            }),
        );
    }
    entries.insert(
        String::new(),
        json!({
            "name": "web", "version": "1.0.0", "dependencies": direct,
            "funding": "x".repeat(padding),
        }),
    );
    serde_json::to_string_pretty(&json!({
        "name": "web", "version": "1.0.0", "lockfileVersion": 3, "packages": entries,
    }))
    .unwrap()
}

/// Pull request 7, which changes the lock.
fn pull_request(name: &str, before: &str, after: &str) -> Job {
    let mut job = Job::pull_request(name);
    job.input("config", "none");
    job.input("locks", "**/package-lock.json");
    job.at_base(PATH, before);
    job.write(PATH, after);
    job.pull(7, &[PATH]);
    job
}

fn report(job: &Job) -> Value {
    serde_json::from_str(&read(&job.path("dockyard-provenance.json"))).unwrap()
}

fn rules(report: &Value) -> Vec<&str> {
    let packages = report["locks"][0]["packages"].as_array().unwrap();
    let findings = packages
        .iter()
        .flat_map(|it| it["findings"].as_array().unwrap());
    let rules = findings.map(|it| it["rule"].as_str().unwrap());
    rules.filter(|rule| *rule != "no-provenance").collect()
}

fn comment(job: &Job) -> Option<String> {
    job.github(|repository| Some(repository.comments.last()?.body.clone()))
}

#[test]
fn an_update_that_loses_its_provenance_is_told_first() {
    let name = "@locks/lost";
    publish_by(name, "1.2.2", &acme());
    publish_signed(name, "1.2.3");
    publish_signed("@locks/new", "1.0.0");
    let before = lock(&[(name, "1.2.2")], 0);
    let after = lock(&[(name, "1.2.3"), ("@locks/new", "1.0.0")], 0);
    let job = pull_request("locks-lost", &before, &after);
    job.run().exits(1);
    let report = report(&job);
    assert_eq!(rules(&report), ["provenance-lost"]);
    let packages = report["locks"][0]["packages"].as_array().unwrap();
    let new: Vec<(&str, bool)> = packages
        .iter()
        .map(|it| (it["name"].as_str().unwrap(), it["new"].as_bool().unwrap()))
        .collect();
    assert_eq!(new, [(name, false), ("@locks/new", true)]);
    let comment = comment(&job).unwrap();
    let first = comment
        .lines()
        .find(|line| line.contains("Package provenance"))
        .unwrap();
    assert!(
        first.contains("lost its provenance") && first.contains(name),
        "{first}"
    );
    assert!(first.contains(PATH), "{first}");
    assert!(comment.contains("· 1 new"), "{comment}");
    let sarif = read(&job.path("dockyard-provenance.sarif"));
    assert!(sarif.contains(PATH), "{sarif}");
}

#[test]
fn an_honest_update_passes() {
    let name = "@locks/kept";
    publish_by(name, "1.2.2", &acme());
    publish_by(name, "1.2.3", &acme());
    let (before, after) = (lock(&[(name, "1.2.2")], 0), lock(&[(name, "1.2.3")], 0));
    let job = pull_request("locks-kept", &before, &after);
    job.run().exits(0);
    let report = report(&job);
    assert_eq!(rules(&report), [""; 0]);
    assert_eq!(
        report["locks"][0]["packages"][0]["before"]["version"],
        "1.2.2"
    );
    assert_eq!(
        report["locks"][0]["packages"][0]["before"]["source"],
        "base"
    );
}

#[test]
fn a_lock_that_is_moved_or_large_has_a_past() {
    let name = "@locks/moved";
    publish_by(name, "1.2.2", &acme());
    publish_signed(name, "1.2.3");
    let (before, after) = (lock(&[(name, "1.2.2")], 0), lock(&[(name, "1.2.3")], 0));
    let job = pull_request("locks-moved", &before, &after);
    std::fs::create_dir_all(job.path("app")).unwrap();
    std::fs::rename(job.path(PATH), job.path("app/package-lock.json")).unwrap();
    job.pull(7, &["app/package-lock.json", PATH]);
    job.run().exits(1);
    assert_eq!(rules(&report(&job)), ["provenance-lost"]);
    // Larger than what GitHub gives with a file's description.
    let large = lock(&[(name, "1.2.2")], 1_200_000);
    let job = pull_request("locks-large", &large, &after);
    job.run().exits(1);
    assert_eq!(rules(&report(&job)), ["provenance-lost"]);
}

#[cfg(unix)]
#[test]
fn what_the_lock_was_and_cannot_be_read_is_a_doubt() {
    let name = "@locks/doubt";
    publish_by(name, "1.2.3", &acme());
    let text = lock(&[(name, "1.2.3")], 0);
    let job = pull_request("locks-doubt", &text, &text);
    // Whether a link leads to the same file as before, GitHub's list of touched files does not say.
    std::fs::create_dir_all(job.path("other")).unwrap();
    std::fs::rename(job.path(PATH), job.path("other/package-lock.json")).unwrap();
    std::os::unix::fs::symlink("../other/package-lock.json", job.path(PATH)).unwrap();
    let run = job.run().exits(3);
    run.tells("whether the change makes a lock file worse is not known");
}

#[test]
fn locks_are_off_unless_they_are_named_and_a_pattern_matches_something() {
    let name = "@locks/off";
    publish_by(name, "1.2.3", &acme());
    let mut job = Job::pull_request("locks-off");
    job.input("config", "none");
    job.write(PATH, "this is no lock");
    job.run().exits(0);
    assert_eq!(report(&job)["locks"], json!([]));
    job.input("locks", "**/package-lock.json");
    job.run().refuses("package-lock.json");
    job.input("locks", "nowhere/package-lock.json");
    job.run().refuses("no lock file found");
    // What is installed already is not looked for.
    std::fs::remove_file(job.path(PATH)).unwrap();
    job.write("web/node_modules/x/package-lock.json", "this is no lock");
    job.input("locks", "**/package-lock.json");
    job.run().refuses("no lock file found");
}

/// What npm reads in place of the lock.
const SHRINKWRAP: &str = "web/npm-shrinkwrap.json";

#[test]
fn a_shrinkwrap_beside_a_lock_is_judged_too() {
    let name = "@locks/shrinkwrapped";
    publish_by(name, "1.2.3", &acme());
    let honest = lock(&[(name, "1.2.3")], 0);
    let job = pull_request("locks-shrinkwrap", &honest, &honest);
    let forged = honest.replace(&integrity(name, "1.2.3"), &integrity("other", "1.0.0"));
    job.write(SHRINKWRAP, &forged);
    job.run().exits(1).tells("lock-integrity-mismatch");
    let report_of = report(&job);
    let locks = report_of["locks"].as_array().unwrap();
    let paths: Vec<&str> = locks
        .iter()
        .map(|it| it["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, [SHRINKWRAP, PATH]);
    assert_eq!(rules(&report_of), ["lock-integrity-mismatch"]);
    // The controls: an honest one, and one that another pattern finds as well.
    job.write(SHRINKWRAP, &honest);
    job.run().exits(0);
    assert_eq!(report(&job)["locks"].as_array().unwrap().len(), 2);
    let mut job = job;
    job.input("locks", "**/package-lock.json\n**/npm-shrinkwrap.json");
    job.run().exits(0);
    assert_eq!(report(&job)["locks"].as_array().unwrap().len(), 2);
}

#[test]
fn a_shrinkwrap_that_is_touched_and_not_there_is_missed() {
    let name = "@locks/unwrapped";
    publish_by(name, "1.2.3", &acme());
    let honest = lock(&[(name, "1.2.3")], 0);
    let job = pull_request("locks-shrinkwrap-missing", &honest, &honest);
    job.pull(7, &[PATH, SHRINKWRAP]);
    job.run()
        .exits(3)
        .tells("touches `web/npm-shrinkwrap.json`");
    // The control: no lock lies beside it.
    job.pull(7, &[PATH, "package/npm-shrinkwrap.json"]);
    job.run().exits(0);
}

#[cfg(unix)]
#[test]
fn a_shrinkwrap_that_cannot_be_read_is_not_passed_over() {
    let name = "@locks/linked";
    publish_by(name, "1.2.3", &acme());
    let honest = lock(&[(name, "1.2.3")], 0);
    let job = pull_request("locks-shrinkwrap-link", &honest, &honest);
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("npm-shrinkwrap.json");
    std::fs::write(&target, &honest).unwrap();
    std::os::unix::fs::symlink(&target, job.path(SHRINKWRAP)).unwrap();
    job.run().refuses("it leads out of the repository");
    std::fs::remove_file(&target).unwrap();
    job.run().refuses(SHRINKWRAP);
    // The control: a link inside.
    std::fs::remove_file(job.path(SHRINKWRAP)).unwrap();
    std::os::unix::fs::symlink("package-lock.json", job.path(SHRINKWRAP)).unwrap();
    job.pull(7, &["npx/a/spec.yaml"]);
    let run = job.run();
    assert!(!run.out.contains("leads out"), "{run:#?}");
    assert_eq!(report(&job)["locks"].as_array().unwrap().len(), 2);
}

#[test]
fn each_pattern_matches_something() {
    let name = "@locks/patterns";
    publish_by(name, "1.2.3", &acme());
    let honest = lock(&[(name, "1.2.3")], 0);
    let mut job = pull_request("locks-patterns", &honest, &honest);
    job.input("locks", "**/package-lock.json\ntools/uv.lock");
    let run = job.run().refuses("nothing matches `tools/uv.lock` below");
    assert!(!run.out.contains("`**/package-lock.json`"), "{run:#?}");
    // The pull request explains it, and somebody must look.
    job.pull(7, &[PATH, "tools/uv.lock"]);
    job.github(|it| {
        let pull = it.pulls.get_mut(&7).unwrap();
        pull.removed.insert("tools/uv.lock".to_owned());
    });
    let run = job.run().exits(3);
    run.tells("the pull request removes or renames `tools/uv.lock`");
    // So it is where nothing else is to be judged.
    std::fs::remove_dir_all(job.path("npx")).unwrap();
    job.input("locks", "tools/uv.lock");
    job.run()
        .exits(3)
        .tells("no lock file is left that matches");
    // What it leaves must be there.
    job.pull(7, &["tools/uv.lock"]);
    job.run().exits(3).tells("touches `tools/uv.lock`");
    // The controls: every pattern finds something, and nothing explains what does not on a push.
    job.pull(7, &[PATH]);
    job.input("locks", "**/package-lock.json\nweb/*.json");
    job.run().exits(0);
    let mut push = Job::new("locks-patterns-push");
    push.input("config", "none");
    push.write(PATH, &honest);
    push.input("locks", "**/package-lock.json\ntools/uv.lock");
    push.run().refuses("nothing matches `tools/uv.lock` below");
    push.input("locks", "**/package-lock.json");
    push.run().exits(0);
}

#[test]
fn what_is_not_searched_is_not_missed() {
    let name = "@locks/hidden";
    publish_by(name, "1.2.3", &acme());
    let honest = lock(&[(name, "1.2.3")], 0);
    let mut job = pull_request("locks-hidden", &honest, &honest);
    let hidden = ".github/actions/x/package-lock.json";
    let installed = "web/node_modules/x/package-lock.json";
    for path in [hidden, installed] {
        job.write(path, "this is no lock");
    }
    // What was not fetched lies there as an empty folder.
    std::fs::create_dir_all(job.path(".github/actions/x/submodule")).unwrap();
    job.pull(7, &[PATH, hidden, installed, ".github/actions/x/submodule"]);
    job.run().exits(0);
    // Nor is it where another commit is checked out.
    job.check_out(&"c".repeat(40));
    job.pull(7, &[hidden, installed]);
    let run = job.run();
    assert!(!run.out.contains("it was not looked at"), "{run:#?}");
    job.pull(7, &[PATH, hidden]);
    job.run().exits(3).tells(&format!("touches `{PATH}`"));
    job.check_out(&crate::job::merge());
    // The controls: what is searched, and what a pattern names.
    let gone = "app/package-lock.json";
    job.pull(7, &[PATH, gone]);
    job.run().exits(3).tells(&format!("touches `{gone}`"));
    std::fs::remove_file(job.path(hidden)).unwrap();
    job.pull(7, &[PATH, hidden]);
    job.run().exits(0);
    job.input(
        "locks",
        "web/package-lock.json\n.github/**/package-lock.json",
    );
    job.run().exits(3).tells(&format!("touches `{hidden}`"));
}

#[test]
fn the_worlds_drafts_have_the_digest_that_locks_are_made_with() {
    let world = World::new();
    let draft = NpmDraft::signed_only(&world, "a", "1.0.0");
    assert_eq!(draft.integrity, integrity("a", "1.0.0"));
}
