//! Go packages, from the command line to a proxy and a checksum database on loopback.

use std::path::Path;
use std::process::Command;

use dockyard_registry::cache::entry::Kept;
use testkit::{GitHub, GoRelease, Registry, Sumdb};

use crate::kept::entry_in;
use crate::stage::{Report, Run, Stage, spec};

/// A stage with a Go proxy and a checksum database.
pub(crate) struct GoStage {
    pub(crate) stage: Stage,
    pub(crate) database: Sumdb,
}

impl GoStage {
    pub(crate) fn new() -> Self {
        Self {
            stage: Stage::new(),
            database: Sumdb::new("cli", 900),
        }
    }

    /// Serves a release, with its record, and pins one of its packages in `go/{server}/spec.yaml`.
    pub(crate) fn go(&mut self, server: &str, release: &GoRelease, package: &str, rest: &str) {
        self.stage.registry.publish_go(release);
        self.database.add(release);
        self.database.add_others(300);
        self.stage.write(
            &format!("go/{server}/spec.yaml"),
            &spec("go", package, &release.version, rest),
        );
        self.stage.registry.publish_sumdb(&self.database);
    }

    fn command(&self, cache: Option<&Path>) -> Command {
        let mut command = self.stage.asking(&["scan", "--format", "json"]);
        command
            .args(["--go-proxy", &self.stage.registry.go_proxy_url()])
            .args(["--go-sumdb", &self.stage.registry.go_sumdb(&self.database)]);
        match cache {
            Some(folder) => command.arg("--cache-dir").arg(folder),
            None => command.arg("--no-cache"),
        };
        command
    }

    pub(crate) fn scan(&self, cache: Option<&Path>, arguments: &[&str]) -> Run {
        Run::of(self.command(cache).args(arguments))
    }

    pub(crate) fn report(&self) -> Report {
        self.scan(None, &[]).report()
    }
}

fn tool() -> GoRelease {
    GoRelease::new("example.com/tool", "v1.2.3", &[""])
}

fn honest() -> GoStage {
    let mut stage = GoStage::new();
    stage.go("a", &tool(), "example.com/tool", "");
    stage
}

#[test]
fn a_go_package_with_its_record_is_signed() {
    let mut stage = honest();
    let nested = GoRelease::new("github.com/Acme/tools", "v0.3.0", &["cmd/server"]);
    stage.go("b", &nested, "github.com/Acme/tools/cmd/server", "");
    let run = stage.scan(None, &[]).exits(0);
    let report = run.report();
    assert_eq!(report.status("go/a/spec.yaml"), "signed");
    assert_eq!(report.status("go/b/spec.yaml"), "signed");
    let evidence = &report.spec("go/b/spec.yaml")["evidence"][0];
    assert_eq!(evidence["kind"], "go-checksum");
    assert_eq!(evidence["artifact"], "github.com/Acme/tools@v0.3.0");
    assert_eq!(evidence["digest"], nested.h1().as_str());
    assert_eq!(evidence["log_index"], 1201);
    assert_eq!(
        report.spec("go/b/spec.yaml")["slsa_build_level"],
        serde_json::Value::Null
    );
}

#[test]
fn nothing_is_asked_twice_and_tiles_are_kept_between_runs() {
    let mut stage = honest();
    for number in 0..4 {
        let path = format!("example.com/m{number}");
        stage.go(
            &path.replace('/', "-"),
            &GoRelease::new(&path, "v1.0.0", &[""]),
            &path,
            "",
        );
    }
    let cache = tempfile::tempdir().unwrap();
    stage.scan(Some(cache.path()), &[]).exits(0);
    let first = stage.stage.registry.paths();
    let mut once = first.clone();
    once.dedup();
    assert_eq!(first, once);
    // Only what may change is asked for again.
    stage.scan(Some(cache.path()), &[]).exits(0);
    let again = stage.stage.registry.paths().len() - first.len();
    let changing = first
        .iter()
        .filter(|path| path.ends_with("/list") || path.ends_with("/latest"));
    // What no proxy has is asked for anew, too.
    let absent = first
        .iter()
        .filter(|path| path.contains("/example.com/@v/"));
    assert!(
        again <= changing.count() + absent.count(),
        "{again} of {}",
        first.len()
    );
    // And nothing at all without a network.
    let asked = stage.stage.registry.paths().len();
    stage.scan(Some(cache.path()), &["--offline"]).exits(3);
    assert_eq!(stage.stage.registry.paths().len(), asked);
}

#[test]
fn offline_another_module_is_not_absent_because_the_cache_says_so() {
    let mut stage = GoStage::new();
    let root = GoRelease::new("github.com/Acme/tool", "v1.2.3", &[""]);
    stage.go("root", &root, "github.com/Acme/tool", "");
    let tools = GoRelease::new("github.com/Acme/tools", "v1.0.0", &["cmd/x"]);
    stage.go("below", &tools, "github.com/Acme/tools/cmd/x", "");
    let cache = tempfile::tempdir().unwrap();
    let report = stage.scan(Some(cache.path()), &[]).exits(0).report();
    assert_eq!(report.status("go/below/spec.yaml"), "signed");
    let run = stage.scan(Some(cache.path()), &["--offline"]).exits(3);
    let report = run.report();
    assert_eq!(report.status("go/below/spec.yaml"), "unknown");
    let messages = report.messages("go/below/spec.yaml").join("\n");
    assert!(messages.contains("not known whether"), "{run:?}");
    // The honest control: there is no other module that could have it.
    assert_eq!(report.status("go/root/spec.yaml"), "signed");
}

#[test]
fn offline_a_list_that_may_retract_is_not_absent_because_the_cache_says_so() {
    let mut stage = GoStage::new();
    let root = GoRelease::new("github.com/Acme/tool", "v1.2.3", &[""]);
    stage.go("a", &root, "github.com/Acme/tool", "");
    let cache = tempfile::tempdir().unwrap();
    stage.scan(Some(cache.path()), &[]).exits(0);
    stage.scan(Some(cache.path()), &["--offline"]).exits(0);
    // Proxies say that a module has no tags by an empty list.
    for absence in [Kept::Missing, Kept::Found(Vec::new().into())] {
        plant(cache.path(), "tool/@v/list", absence);
        let run = stage.scan(Some(cache.path()), &["--offline"]).exits(3);
        let report = run.report();
        assert_eq!(
            report.rules("go/a/spec.yaml"),
            ["no-provenance", "verification-incomplete"]
        );
        let messages = report.messages("go/a/spec.yaml").join("\n");
        assert!(messages.contains("withdrawn"), "{messages}");
    }
    // The honest controls: a list of that time, and a run that asks.
    let list = Kept::Found(b"v1.2.3\n".to_vec().into());
    plant(cache.path(), "tool/@v/list", list);
    let run = stage.scan(Some(cache.path()), &["--offline"]).exits(0);
    assert!(run.report().json["gate"]["evidence_as_of"].is_string());
    let empty = Kept::Found(Vec::new().into());
    plant(cache.path(), "tool/@v/list", empty);
    stage.scan(Some(cache.path()), &[]).exits(0);
}

/// Has the cache say `kept` at the URL that holds `part`.
fn plant(cache: &Path, part: &str, kept: Kept) {
    let (path, mut entry) = entry_in(cache, part);
    entry.kept = kept;
    std::fs::write(path, entry.encode().unwrap()).unwrap();
}

#[test]
fn a_fork_is_seen_by_the_run_that_remembers() {
    let mut stage = honest();
    let cache = tempfile::tempdir().unwrap();
    stage.scan(Some(cache.path()), &[]).exits(0);
    stage.database = stage.database.fork(1100);
    stage.database.add_others(50);
    stage.stage.registry.publish_sumdb(&stage.database);
    // A run that remembers nothing cannot know.
    stage.scan(None, &[]).exits(0);
    let run = stage.scan(Some(cache.path()), &[]).exits(1);
    let report = run.report();
    assert_eq!(report.status("go/a/spec.yaml"), "invalid");
    let messages = report.messages("go/a/spec.yaml").join("\n");
    assert!(messages.contains("two trees"), "{messages}");
}

#[test]
fn recorded_evidence_verifies_again_without_a_network() {
    let mut stage = honest();
    let nested = GoRelease::new("github.com/Acme/tools", "v0.3.0", &["cmd/server"]);
    stage.go("b", &nested, "github.com/Acme/tools/cmd/server", "");
    let folder = stage.stage.root().join("recorded");
    let cache = tempfile::tempdir().unwrap();
    stage.scan(Some(cache.path()), &[]).exits(0);
    let saved = folder.to_str().unwrap();
    let first = stage
        .scan(Some(cache.path()), &["--save-evidence", saved])
        .exits(0);
    let asked = stage.stage.registry.paths().len();
    let again = stage.scan(None, &["--evidence", saved]).exits(0);
    assert_eq!(stage.stage.registry.paths().len(), asked);
    assert_eq!(again.report().json["specs"], first.report().json["specs"]);
    assert!(folder.join("go/sumdb/remembered").is_file());
    // A tile that was changed is no proof.
    let tile = folder.join("go/sumdb/tile/8/1/000.p/5");
    let tile = if tile.is_file() {
        tile
    } else {
        folder.join("go/sumdb/tile/8/1/000.p/6")
    };
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[0] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    stage.scan(None, &["--evidence", saved]).exits(3);
}

#[test]
fn what_the_registry_says_of_a_go_package_is_told() {
    let mut stage = GoStage::new();
    let mut moved = GoRelease::new("github.com/acme/moved", "v1.0.0", &[""]);
    moved.origin = serde_json::json!({"VCS": "git", "URL": "https://github.com/mallory/moved"});
    stage.go("moved", &moved, "github.com/acme/moved", "");
    let declared = "provenance:\n  repository_uri: https://github.com/acme/other\n";
    let other = GoRelease::new("github.com/acme/tool", "v1.0.0", &[""]);
    stage.go("other", &other, "github.com/acme/tool", declared);
    let old = GoRelease::new("example.com/old", "v1.0.0", &[""]);
    stage.go("old", &old, "example.com/old", "");
    let mut newer = GoRelease::new("example.com/old", "v1.0.1", &[""]);
    newer.go_mod =
        "// Deprecated: no longer kept\nmodule example.com/old\n\nretract v1.0.0 // it leaks\n"
            .to_owned();
    stage.stage.registry.publish_go(&newer);
    let report = stage.scan(None, &[]).exits(1).report();
    for (path, rules) in [
        (
            "go/moved/spec.yaml",
            &["no-provenance", "origin-mismatch"][..],
        ),
        (
            "go/other/spec.yaml",
            &["no-provenance", "source-repository-mismatch"],
        ),
        (
            "go/old/spec.yaml",
            &["deprecated-release", "no-provenance", "yanked-release"],
        ),
    ] {
        let mut found = report.rules(path);
        found.sort_unstable();
        assert_eq!(found, rules, "{path}");
        assert_eq!(report.status(path), "signed");
    }
    let messages = report.messages("go/old/spec.yaml").join("\n");
    assert!(
        messages.contains("it leaks") && messages.contains("no longer kept"),
        "{messages}"
    );
}

#[test]
fn nobody_is_asked_about_private_modules() {
    let stage = honest();
    let mut command = stage.command(None);
    let run = Run::of(command.env("GOPRIVATE", "example.com/*"));
    let report = run.exits(3).report();
    assert_eq!(report.status("go/a/spec.yaml"), "unknown");
    assert!(report.messages("go/a/spec.yaml")[0].contains("GOPRIVATE"));
    assert_eq!(stage.stage.registry.paths(), [""; 0]);
}

#[test]
fn a_login_goes_to_its_proxy_only() {
    let stage = honest();
    let second = Registry::start();
    let (first, database) = (&stage.stage.registry, &stage.database);
    let with_login = first
        .go_proxy_url()
        .replace("http://", "http://ann:s3cret@");
    let mut command = stage
        .stage
        .asking(&["scan", "--no-cache", "--format", "json"]);
    command
        .env("GOPROXY", format!("{},{with_login}", second.url()))
        .env("GOSUMDB", first.go_sumdb(database));
    let run = Run::of(&mut command).exits(0);
    assert!(!format!("{run:?}").contains("s3cret"));
    let sent = |registry: &Registry| {
        let requests = registry.requests();
        let (with, without): (Vec<_>, Vec<_>) = requests
            .into_iter()
            .partition(|request| request.header("authorization").is_some());
        let below = |path: &str| path.starts_with("/goproxy/");
        assert!(with.iter().all(|request| below(&request.path)));
        (with.len(), without.len())
    };
    let (with, without) = sent(first);
    assert!(with > 2 && without > 2, "{with} {without}");
    let (with, without) = sent(&second);
    assert!(with == 0 && without > 2, "{with} {without}");
}

#[test]
fn a_module_that_only_its_repository_may_have_is_unknown() {
    let stage = honest();
    stage.stage.write(
        "go/b/spec.yaml",
        &spec("go", "example.com/gone", "v1.0.0", ""),
    );
    let report = stage.report();
    assert_eq!(report.status("go/b/spec.yaml"), "not-found");
    let (proxy, sumdb) = (
        stage.stage.registry.go_proxy_url(),
        stage.stage.registry.go_sumdb(&stage.database),
    );
    let mut command = stage
        .stage
        .asking(&["scan", "--no-cache", "--format", "json"]);
    command.args([
        "--go-proxy",
        &format!("{proxy},direct"),
        "--go-sumdb",
        &sumdb,
    ]);
    let report = Run::of(&mut command).exits(3).report();
    assert_eq!(report.status("go/b/spec.yaml"), "unknown");
    assert_eq!(report.status("go/a/spec.yaml"), "signed");
}

/// What the proxy has is compared with where the tag is now, as GitHub says: that warns.
#[test]
fn a_tag_that_was_moved_is_told() {
    let (then, now) = ("1".repeat(40), "2".repeat(40));
    let mut stage = GoStage::new();
    let mut release = GoRelease::new("github.com/acme/tools/cmd", "v0.3.0", &[""]);
    release.origin = serde_json::json!({
        "VCS": "git", "URL": "https://github.com/acme/tools", "Hash": then,
        "Ref": "refs/tags/cmd/v0.3.0", "Subdir": "cmd",
    });
    stage.go("a", &release, "github.com/acme/tools/cmd", "");
    let github = GitHub::start();
    let tagged = |commit: &str| {
        github.repository("acme/tools", |it| {
            let tag = ("7".repeat(40), commit.to_owned());
            it.commit(commit, &[], &[]);
            it.history.tags.insert("cmd/v0.3.0".to_owned(), tag);
        });
    };
    let run = |token: bool, arguments: &[&str]| {
        let mut command = stage.command(None);
        command
            .args(arguments)
            .args(["--github-api", &github.url()]);
        if token {
            command.env("GITHUB_TOKEN", "ghs_of_the_job");
        }
        Run::of(&mut command).exits(0).report()
    };
    let warned = |report: &Report| report.rules("go/a/spec.yaml").contains(&"origin-mismatch");
    tagged(&then);
    assert!(!warned(&run(true, &[])));
    assert_eq!(github.requests(), 1);
    tagged(&now);
    let folder = stage.stage.root().join("recorded");
    let moved = run(true, &["--save-evidence", folder.to_str().unwrap()]);
    assert!(warned(&moved));
    let said = moved.messages("go/a/spec.yaml").join("\n");
    assert!(said.contains(&format!("is at commit {now} now")), "{said}");
    assert_eq!(moved.status("go/a/spec.yaml"), "signed");
    // A tag that is gone, and a repository that is.
    github.repository("acme/tools", |it| it.history.tags.clear());
    assert!(warned(&run(true, &[])));
    github.repository("acme/tools", |it| it.knobs.hidden = true);
    let hidden = run(true, &[]);
    assert!(!warned(&hidden), "{:?}", hidden.messages("go/a/spec.yaml"));
    // Nobody is asked without a token, and the recording has the answer.
    let asked = github.requests();
    assert!(!warned(&run(false, &[])));
    assert!(warned(&run(
        false,
        &["--evidence", folder.to_str().unwrap()]
    )));
    assert_eq!(github.requests(), asked);
}
