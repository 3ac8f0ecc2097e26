//! Whose configuration holds on a pull request: the base branch's.

use testkit::github::Fault;

use crate::job::{Job, bad, base, good, merge_group};

const FILE: &str = "dockyard-provenance.toml";

#[test]
fn a_pull_request_cannot_lower_its_own_gate() {
    let job = Job::pull_request("lowered");
    job.spec("a", &bad());
    job.write(FILE, "fail-on = \"never\"\n");
    let run = job
        .run()
        .exits(1)
        .tells("does not hold before it is merged");
    assert!(!run.out.contains("fail-on is never"));
    // The control: on the base branch it holds.
    job.at_base(FILE, "fail-on = \"never\"\n");
    job.run().exits(0).says("fail-on is never");
}

#[test]
fn a_pull_request_cannot_remove_a_stricter_configuration() {
    let job = Job::pull_request("removed");
    job.spec("a", &good().replace("refs/tags/v1.2.3", "refs/tags/v1.2.2"));
    job.run().exits(0);
    job.at_base(FILE, "fail-on = \"note\"\n");
    job.run()
        .exits(1)
        .tells("differs from the base branch's (main at bbbbbbb)");
}

#[test]
fn a_merge_queue_is_judged_by_its_base() {
    let mut job = Job::new("queue");
    let payload = merge_group();
    job.event(
        "merge_group",
        "refs/heads/gh-readonly-queue/main/pr-7-x",
        &payload,
    );
    job.spec("a", &bad());
    job.write(FILE, "fail-on = \"never\"\n");
    job.run().exits(1);
}

#[test]
fn a_push_is_judged_by_its_own_configuration() {
    let job = Job::new("own-config");
    job.spec("a", &bad());
    job.write(FILE, "fail-on = \"never\"\n");
    job.run().exits(0);
}

#[test]
fn where_the_base_cannot_be_read_nothing_passes() {
    for (name, status, message) in [
        ("config-403", 403, "403"),
        ("config-500", 500, "500"),
        ("config-429", 429, "rate limit"),
    ] {
        let mut job = Job::pull_request(name);
        job.write(FILE, "fail-on = \"never\"\n");
        let mut fault = Fault::new("GET", "contents", status, 100);
        if status == 429 {
            fault.headers.push(("retry-after", "3600".to_owned()));
        }
        job.github(|repository| repository.knobs.faults.push(fault));
        let run = job.run().exits(3).tells(message);
        assert_eq!(run.output("verdict"), "inconclusive");
        let sarif = crate::job::read(&job.path("dockyard-provenance.sarif"));
        let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
        let invocation = &sarif["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        let told = &invocation["toolExecutionNotifications"][0];
        assert_eq!(told["level"], "error", "{told}");
        // A finding is still a finding, and asking for no configuration is an answer.
        job.spec("a", &bad());
        job.run().exits(1);
        job.input("warn-only", "true");
        job.run().exits(3).says("what could not be determined does");
        job.input("warn-only", "");
        job.spec("a", &good());
        job.input("config", "none");
        job.run().exits(0);
    }
}

#[test]
fn not_yours_to_see_is_not_absence() {
    let job = Job::pull_request("hidden");
    job.github(|repository| repository.knobs.hidden = true);
    job.run()
        .exits(3)
        .tells("could not be read from the base branch");
    let job = Job::pull_request("unknown-commit");
    job.github(|repository| repository.files.clear());
    job.run().exits(3).tells("No commit found");
}

#[test]
fn a_named_file_of_the_checkout_is_read_from_the_base_too() {
    let mut job = Job::pull_request("named");
    job.spec("a", &bad());
    job.write("conf/own.toml", "fail-on = \"never\"\n");
    job.input("config", "conf/own.toml");
    job.run().exits(1);
    job.spec("a", &good());
    job.run().exits(3).tells("is not on the base branch");
    job.spec("a", &bad());
    job.at_base("conf/own.toml", "fail-on = \"never\"\n");
    job.run().exits(0);
    // A file of another checkout is the workflow's own choice.
    job.write("base/.git/HEAD", &base());
    job.write("base/own.toml", "fail-on = \"never\"\n");
    job.input("config", "base/own.toml");
    job.run().exits(0);
}

#[test]
fn a_broken_configuration_of_the_base_is_a_mistake() {
    let job = Job::pull_request("broken-base");
    job.at_base(FILE, "nonsense = 1\n");
    job.run().refuses("nonsense");
}

#[test]
fn a_pull_request_cannot_bring_its_own_trust() {
    let mut job = Job::pull_request("trust");
    let real = crate::job::read(std::path::Path::new(&job.variable("INPUT_TRUSTED-ROOT")));
    job.write("trust/root.json", &real);
    job.input("trusted-root", "trust/root.json");
    job.run().refuses("cannot bring its own trust");
    job.at_base("trust/root.json", &real);
    job.run().exits(0);
    // What the pull request makes of it does not matter.
    job.write("trust/root.json", "{}");
    job.run().exits(0);
    job.github(|repository| {
        repository
            .knobs
            .faults
            .push(Fault::new("GET", "trust/root.json", 403, 100));
    });
    job.run().refuses("403");
}

/// Nor keys of a registry, by whatever name they are given.
#[test]
fn a_pull_request_cannot_bring_keys_for_a_scope() {
    let mut job = Job::pull_request("scope-keys");
    let keys = job.variable("INPUT_NPM-KEYS");
    let real = crate::job::read(std::path::Path::new(&keys));
    job.write("trust/acme.json", &real);
    let line = |named: &str| format!("{keys}\n@acme={named}\n");
    job.input("npm-keys", &line("trust/acme.json"));
    job.run().refuses("cannot bring its own trust");
    job.at_base("trust/acme.json", &real);
    job.run().exits(0);
    // The base's holds, whatever the pull request makes of it.
    job.write("trust/acme.json", "{}");
    job.run().exits(0);
    job.input("npm-keys", "https://u:hunter2@x.example=k");
    let run = job
        .run()
        .refuses("input `npm-keys`: a user name or password");
    assert!(!run.out.contains("hunter2"), "{run:#?}");
}

#[test]
fn a_link_makes_no_checkout_of_its_own() {
    let mut job = Job::pull_request("linked");
    job.spec("a", &bad());
    job.write("own.toml", "fail-on = \"never\"\n");
    job.write("a/x", "");
    for (target, name) in [(".", "ci"), ("..", "a/b")] {
        std::os::unix::fs::symlink(target, job.path(name)).unwrap();
        job.input("config", &format!("{name}/own.toml"));
        job.run().exits(1).tells("is not on the base branch");
    }
    let real = crate::job::read(std::path::Path::new(&job.variable("INPUT_TRUSTED-ROOT")));
    job.write("root.json", &real);
    job.input("config", "none");
    job.input("trusted-root", "ci/root.json");
    job.run().refuses("cannot bring its own trust");
}

#[test]
fn a_root_that_is_a_link_lies_in_the_checkout() {
    let mut job = Job::pull_request("linked-root");
    job.spec("a", &bad());
    job.write(FILE, "fail-on = \"never\"\n");
    std::os::unix::fs::symlink(".", job.path("ci")).unwrap();
    job.input("root", "ci");
    let unknown = "has a configuration could not be determined: a folder of \
                   `ci/dockyard-provenance.toml` is a link";
    let run = job.run().exits(1).tells(unknown);
    assert!(!run.out.contains("fail-on is never"), "{run:#?}");
    // A folder of the base that the pull request has made a link: the base's file holds.
    job.at_base("ci/dockyard-provenance.toml", "fail-on = \"never\"\n");
    job.run().exits(0);
}

/// In a tree of git's there is nothing below a link: the base's configuration was not found, which is
/// not that it has none.
#[test]
fn a_configuration_behind_a_link_is_not_taken_for_none() {
    let mut job = Job::pull_request("linked-config");
    let weak = good().replace("refs/tags/v1.2.3", "refs/tags/v1.2.2");
    job.write("deep/npx/a/spec.yaml", &weak);
    job.write("deep/dockyard-provenance.toml", "fail-on = \"note\"\n");
    job.at_base("deep/dockyard-provenance.toml", "fail-on = \"note\"\n");
    std::os::unix::fs::symlink("deep", job.path("ci")).unwrap();
    job.input("root", "ci");
    let run = job.run().exits(3).tells("a folder of `ci/dockyard");
    assert_eq!(run.output("verdict"), "inconclusive");
    // The controls: the folder itself, with its configuration and without one.
    job.input("root", "deep");
    job.run().exits(1).says("fail-on is note");
    job.github(|repository| {
        let key = (base(), "deep/dockyard-provenance.toml".to_owned());
        repository.files.remove(&key)
    });
    job.run().exits(0).tells("is not on the base branch");
    // Who asks for none is not left in doubt.
    job.input("root", "ci");
    job.input("config", "none");
    job.run().exits(0);
}

/// Without git in its container, `actions/checkout` unpacks an archive: `path: catalog` is then a folder of
/// which nothing shows that it is the repository's top.
#[test]
fn without_git_a_folder_is_not_taken_for_the_repositorys() {
    let mut job = Job::pull_request("unpacked");
    let weak = good().replace("refs/tags/v1.2.3", "refs/tags/v1.2.2");
    job.spec("a", &weak);
    job.write("catalog/npx/a/spec.yaml", &weak);
    job.at_base(FILE, "fail-on = \"note\"\n");
    std::fs::remove_dir_all(job.path(".git")).unwrap();
    job.input("root", "catalog");
    let run = job.run().exits(3).tells("without a `.git` folder");
    assert_eq!(run.output("verdict"), "inconclusive");
    // The controls: the workspace itself, and a folder whose configuration is there.
    job.input("root", ".");
    job.run().exits(1).says("fail-on is note");
    job.input("root", "catalog");
    job.at_base(&format!("catalog/{FILE}"), "fail-on = \"note\"\n");
    job.run().exits(1).says("fail-on is note");
}

/// Below a link of the base there is nothing in its tree, whatever the pull request puts in its place.
#[test]
fn a_folder_that_was_a_link_is_not_taken_for_one_without_configuration() {
    let job = |name: &str| {
        let mut job = Job::pull_request(name);
        job.write("ci/npx/a/spec.yaml", &good());
        job.input("root", "ci");
        job
    };
    let linked = job("was-link");
    linked.github(|repository| {
        let place = (base(), "ci".to_owned());
        repository.links.insert(place, "deep".to_owned())
    });
    let run = linked.run().exits(3).tells("`ci` is a link or a submodule");
    assert_eq!(run.output("verdict"), "inconclusive");
    // The control: a folder.
    job("was-folder").run().exits(0);
}

#[test]
fn a_cache_in_the_checkout_is_not_used() {
    let mut job = Job::pull_request("cache");
    job.input("cache-dir", "kept");
    job.run().exits(0).tells("`cache-dir` is not used");
    assert!(!job.path("kept").exists());
    // The control: a folder outside, and a run that is nobody's proposal.
    let outside = tempfile::tempdir().unwrap();
    job.input("cache-dir", outside.path().to_str().unwrap());
    let run = job.run().exits(0);
    assert!(!run.out.contains("`cache-dir` is not used"), "{run:#?}");
    let mut job = Job::new("cache-push");
    job.input("cache-dir", "kept");
    job.run().exits(0);
    assert!(job.path("kept").exists());
}

#[test]
fn a_configuration_that_is_a_device_is_not_read() {
    let job = Job::pull_request("device");
    std::os::unix::fs::symlink("/dev/zero", job.path(FILE)).unwrap();
    job.run()
        .exits(0)
        .tells("does not hold before it is merged");
    job.at_base(FILE, "fail-on = \"note\"\n");
    job.run().exits(0).tells("differs from the base branch's");
}
