//! What is kept between runs, where a pull request could have filled it.

use crate::job::{Job, base, head, merge_group, payload};

/// Where the environment says that caches lie, and the folder in it that is this program's.
fn at_home(job: &mut Job, home: &str) -> std::path::PathBuf {
    job.set("HOME", home);
    std::path::Path::new(home).join(".cache/dockyard-provenance")
}

#[track_caller]
fn is_refused(job: &Job, folder: &std::path::Path) {
    job.run()
        .exits(0)
        .tells("the cache folder of the environment");
    assert!(!folder.exists(), "{}", folder.display());
}

#[test]
fn the_environments_cache_in_the_checkout_is_not_used() {
    for event in ["pull_request", "merge_group"] {
        let mut job = Job::pull_request(&format!("home-{event}"));
        let payload = match event {
            "merge_group" => merge_group(),
            _ => payload("fork/catalog"),
        };
        job.event(event, "refs/heads/gh-readonly-queue/main/pr-7-x", &payload);
        let inside = job.path("home").display().to_string();
        let folder = at_home(&mut job, &inside);
        is_refused(&job, &folder);
        job.set("HOME", "");
        job.set("XDG_CACHE_HOME", &inside);
        is_refused(&job, &job.path("home/dockyard-provenance"));
    }
}

#[test]
fn a_link_does_not_lead_the_cache_into_the_checkout() {
    let mut job = Job::pull_request("home-link");
    let home = tempfile::tempdir().unwrap();
    job.write("kept/x", "");
    std::os::unix::fs::symlink(job.path("kept"), home.path().join(".cache")).unwrap();
    at_home(&mut job, home.path().to_str().unwrap());
    is_refused(&job, &job.path("kept/dockyard-provenance"));
    // Nor does the input, and the other way round the checkout must not lie in the cache.
    job.set("HOME", "");
    let linked = home.path().join(".cache/own");
    job.input("cache-dir", linked.to_str().unwrap());
    job.run().exits(0).tells("`cache-dir` is not used");
    let above = job.path("");
    let above = above.parent().unwrap();
    job.input("cache-dir", above.to_str().unwrap());
    job.run().exits(0).tells("`cache-dir` is not used");
}

#[test]
fn a_refused_cache_dir_leaves_the_environments() {
    let mut job = Job::pull_request("home-outside");
    let home = tempfile::tempdir().unwrap();
    let folder = at_home(&mut job, home.path().to_str().unwrap());
    job.input("cache-dir", "kept");
    let run = job.run().exits(0).tells("`cache-dir` is not used");
    assert!(
        !run.out.contains("the cache folder of the environment"),
        "{run:#?}"
    );
    assert!(folder.exists());
    assert!(!job.path("kept").exists());
}

#[test]
fn the_repositorys_own_runs_may_keep_in_the_checkout() {
    let mut job = Job::new("home-push");
    let inside = job.path("home").display().to_string();
    let folder = at_home(&mut job, &inside);
    job.run().exits(0);
    assert!(folder.exists());
}

/// Root runs the container, and the runner's user owns the workspace, saves the cache and cleans up.
#[test]
fn a_cache_belongs_to_the_owner_of_the_workspace() {
    use std::os::unix::fs::{MetadataExt as _, chown, lchown};
    let mut job = Job::new("cache-owner");
    if chown(job.path(""), Some(1001), Some(1001)).is_err() {
        println!("SKIPPED: only root can hand anything over");
        return;
    }
    let owners = |folder: &std::path::Path| {
        let (mut open, mut owners) = (vec![folder.to_owned()], std::collections::BTreeSet::new());
        while let Some(path) = open.pop() {
            let data = path.symlink_metadata().unwrap();
            owners.insert((data.uid(), data.gid()));
            if data.is_dir() {
                open.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
            }
        }
        owners.into_iter().collect::<Vec<_>>()
    };
    job.input("cache-dir", "deep/kept");
    job.run().exits(0);
    assert_eq!(owners(&job.path("deep")), [(1001, 1001)]);
    // What was kept is used by the next run, as `actions/cache` restores it, and handed back.
    let unused = "the cache folder";
    let run = job.run().exits(0);
    assert!(!run.out.contains(unused), "{run:#?}");
    assert_eq!(owners(&job.path("deep")), [(1001, 1001)]);
    // A link leads nobody's file to another owner.
    let outside = tempfile::NamedTempFile::new().unwrap();
    let link = job.path("deep/kept/http-v1/link");
    std::os::unix::fs::symlink(outside.path(), &link).unwrap();
    lchown(&link, Some(1001), Some(1001)).unwrap();
    job.run().exits(0);
    assert_eq!(outside.path().metadata().unwrap().uid(), 0);
    std::fs::remove_file(&link).unwrap();
    // Neither does a second name of it.
    let beside = job.path("beside");
    std::fs::write(&beside, "root's").unwrap();
    std::fs::hard_link(&beside, &link).unwrap();
    job.run().exits(0);
    assert_eq!(beside.metadata().unwrap().uid(), 0);
    std::fs::remove_file(&link).unwrap();
    // Another user's is not taken over.
    chown(job.path("deep/kept/http-v1"), Some(2002), Some(2002)).unwrap();
    job.run().exits(0).tells("it belongs to another user");
    assert_eq!(
        job.path("deep/kept/http-v1").metadata().unwrap().uid(),
        2002
    );
}

#[test]
fn another_checkout_holds_no_cache() {
    let mut job = Job::new("home-target");
    job.event(
        "pull_request_target",
        "refs/heads/main",
        &payload("fork/catalog"),
    );
    job.check_out(&base());
    job.write("pr/.git/HEAD", &head());
    job.input("cache-dir", "pr/kept");
    job.run().exits(0).tells("`cache-dir` is not used");
    assert!(!job.path("pr/kept").exists());
    job.input("cache-dir", "kept");
    job.run().exits(0);
    assert!(job.path("kept").exists());
    let mut job = Job::pull_request("home-two");
    job.write("pr/.git/HEAD", &head());
    job.input("cache-dir", "pr/kept");
    job.run().exits(0).tells("`cache-dir` is not used");
}

#[test]
fn nothing_is_kept_where_that_is_asked_for() {
    let mut job = Job::new("home-none");
    let home = tempfile::tempdir().unwrap();
    let folder = at_home(&mut job, home.path().to_str().unwrap());
    job.input("no-cache", "true");
    job.run().exits(0);
    assert!(!folder.exists());
    job.input("cache-dir", "kept");
    job.run().refuses("is not used with `no-cache`");
    // The control.
    job.input("cache-dir", "");
    job.input("no-cache", "false");
    job.run().exits(0);
    assert!(folder.exists());
}
