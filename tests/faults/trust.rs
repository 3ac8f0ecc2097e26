//! The TUF repository goes wrong, one file at a time, while the registry is honest.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;
use testkit::tuf::{TRUSTED_ROOT, hashed};
use testkit::{NpmRelease, Registry, TufRepository, World, at};

use super::matrix::{Case, LATE, PATIENCE, cases};
use super::stage::{pin, scan_as_of};
use super::table;

/// Attempts at one file, at most: everybody waits for it.
const ATTEMPTS: usize = 4;

/// What a refresh asks for where everything is new.
const FILES: [&str; 6] = [
    "2.root.json",
    "timestamp.json",
    "2.snapshot.json",
    "2.targets.json",
    "2.registry.npmjs.org.json",
    TRUSTED_ROOT,
];

/// A package, and the repository that says whom to trust: as it was when this machine asked it last,
/// and as it is three days later.
struct Honest {
    release: NpmRelease,
    before: TufRepository,
    after: TufRepository,
    /// Where the changed target lies.
    target: String,
    root: TempDir,
}

fn first_refresh() -> Timestamp {
    at("2026-08-22T00:00:00Z")
}

impl Honest {
    fn new() -> Self {
        let world = World::new();
        let before = TufRepository::new(&world, first_refresh());
        let mut after = before.clone();
        let target = serde_json::to_vec_pretty(&world.trusted_root()).unwrap();
        let path = hashed(TRUSTED_ROOT, &target);
        after.files.insert(TRUSTED_ROOT.to_owned(), target);
        after.rotate();
        after.publish();
        let root = tempfile::tempdir().unwrap();
        pin(root.path(), "npx/widget/spec.yaml", "widget");
        fs::write(root.path().join("root.json"), before.root_json(1)).unwrap();
        Self {
            release: world.npm_package("widget", "1.2.3"),
            before,
            after,
            target: path,
            root,
        }
    }

    fn path(&self, file: &str) -> String {
        let file = if file == TRUSTED_ROOT {
            &self.target
        } else {
            file
        };
        format!("/tuf/{file}")
    }

    /// A registry that serves the repository as it is now, and what this machine has kept.
    async fn serve(&self) -> (Registry, TempDir) {
        let (registry, kept) = (Registry::start(), tempfile::tempdir().unwrap());
        registry.publish_npm(&self.release);
        self.before.serve(&registry, "/tuf");
        let first = self.scan(&registry, kept.path(), first_refresh(), &[]);
        assert_eq!(first.await.word(), "refreshed");
        self.after.serve(&registry, "/tuf");
        (registry, kept)
    }

    async fn scan(
        &self,
        registry: &Registry,
        cache: &Path,
        now: Timestamp,
        arguments: &[&str],
    ) -> Outcome {
        let tuf = format!("{}/tuf", registry.url());
        let root = self.root.path().join("root.json");
        let given = [
            ["--tuf-url", &tuf, "--tuf-root", root.to_str().unwrap()],
            [
                "--npm-registry",
                &registry.npm_url(),
                "--cache-dir",
                cache.to_str().unwrap(),
            ],
        ];
        let arguments = [given.as_flattened(), arguments].concat();
        let report = scan_as_of(self.root.path(), &arguments, now).await;
        let text = dockyard_report::report::json::render(&report).unwrap();
        Outcome {
            json: serde_json::from_str(&text).unwrap(),
            exit_code: dockyard_report::policy::exit_code(report.verdict),
        }
    }
}

struct Outcome {
    json: Value,
    exit_code: u8,
}

impl Outcome {
    /// What became of the trust material, having checked that everything else fits to it.
    #[track_caller]
    fn word(&self) -> &'static str {
        let trust = &self.json["trust"];
        let (fallback, problem) = (trust["fallback"].as_str(), trust["problem"].as_str());
        let says = |text: &str| problem.is_some_and(|problem| problem.contains(text));
        let (word, status, exit_code) = match (trust["source"].as_str().unwrap(), fallback) {
            ("tuf", None) => ("refreshed", "verified", 0),
            ("tuf", Some(told)) => {
                assert!(told.contains("3 days old"), "{told}");
                ("kept", "verified", if problem.is_some() { 3 } else { 0 })
            }
            ("none", None) if says("serves what does not verify") => ("refused", "unknown", 3),
            ("none", None) if says("superseded") => ("superseded", "unknown", 3),
            other => panic!("{other:?}: {trust}"),
        };
        assert_eq!(self.json["specs"][0]["status"], status, "{trust}");
        assert_eq!(self.exit_code, exit_code, "{trust}");
        word
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A folder in which nobody else may write, which a cache must be.
fn copied(kept: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(kept, folder.path());
    folder
}

async fn row(honest: &Honest, case: Case) -> (String, [&'static str; FILES.len()]) {
    let (registry, kept) = honest.serve().await;
    let now = first_refresh() + SignedDuration::from_hours(72);
    let timeout = ["--timeout", case.timeout];
    let (mut words, mut last) = ([""; FILES.len()], None);
    for (word, file) in words.iter_mut().zip(FILES) {
        let name = format!("{}: {file}", case.name);
        let path = honest.path(file);
        registry.fault(&path, case.fault.clone());
        let before = registry.requests().len();
        let cache = copied(kept.path());
        let outcome = honest.scan(&registry, cache.path(), now, &timeout).await;
        *word = outcome.word();
        let asked = registry.requests();
        let asked = asked.iter().skip(before).filter(|one| one.path == path);
        assert!((1..=ATTEMPTS).contains(&asked.count()), "{name}");
        if *word == "kept" {
            let cache = copied(kept.path());
            let strict = [&timeout[..], &["--trust-max-age", "1"]].concat();
            let outcome = honest.scan(&registry, cache.path(), now, &strict).await;
            assert_eq!((outcome.word(), outcome.exit_code), ("kept", 3), "{name}");
        }
        registry.heal(&path);
        last = Some(cache);
    }
    // Nothing of the failure stays.
    let cache = last.unwrap();
    let healed = honest.scan(&registry, cache.path(), now, &timeout).await;
    assert_eq!(healed.word(), "refreshed", "{}", case.name);
    (case.name.to_owned(), words)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn faults_of_the_trust_repository() {
    let started = Instant::now();
    let honest = Honest::new();
    let other = Registry::start();
    let (late, prompt) = cases(&other)
        .into_iter()
        .partition::<Vec<_>, _>(|case| case.says == LATE);
    let mut rows = join_all(prompt.into_iter().map(|case| row(&honest, case))).await;
    // By themselves, so that the honest files beside them are in time.
    rows.extend(join_all(late.into_iter().map(|case| row(&honest, case))).await);
    assert_eq!(other.paths(), [""; 0], "no redirect was followed");
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    let mut table = "| fault | root | timestamp | snapshot | targets | npm's role | a target |\n\
                     |---|---|---|---|---|---|---|\n"
        .to_owned();
    for (fault, words) in rows {
        writeln!(table, "| {fault} | {} |", words.join(" | ")).unwrap();
    }
    table::hold("trust", &table);
}

/// A clock of 2030 and nobody who answers: what was built in years before is used, and does not count
/// any more, unless somebody asks for it.
#[tokio::test]
async fn what_is_built_in_does_not_stand_in_for_ever() {
    let world = World::new();
    let (registry, root) = (Registry::start(), tempfile::tempdir().unwrap());
    // Without evidence nothing has to be trusted, so that only the trust itself is in question.
    let mut draft = testkit::NpmDraft::signed_only(&world, "widget", "1.2.3");
    draft.signing_keys.clear();
    registry.publish_npm(&world.npm_release(&draft));
    pin(root.path(), "npx/widget/spec.yaml", "widget");
    fs::write(
        root.path().join("npx/widget/spec.yaml"),
        "metadata:\n  name: widget\n  protocol: npx\nspec:\n  package: widget\n  version: 1.2.3\n",
    )
    .unwrap();
    let npm = registry.npm_url();
    // Nobody listens there any more.
    let nowhere = Registry::start().url();
    let tuf = ["--tuf-url", &nowhere, "--no-cache"];
    let long = [&tuf[..], &["--trust-max-age", "3650"]].concat();
    let short = [&tuf[..], &["--trust-max-age", "1"]].concat();
    let named = ["--trust", "embedded"];
    for (arguments, now, exit_code, says) in [
        (&tuf[..], "2026-11-19T00:00:00Z", 0, ""),
        (&tuf, "2026-11-20T00:00:00Z", 3, "91 days old"),
        (&tuf, "2030-01-01T00:00:00Z", 3, "1229 days old"),
        (&tuf, "2020-01-01T00:00:00Z", 3, "Set the clock"),
        (&long, "2030-01-01T00:00:00Z", 0, ""),
        (&short, "2026-08-23T12:00:00Z", 3, "2 days old"),
        (&named, "2030-01-01T00:00:00Z", 0, ""),
        (&named, "2020-01-01T00:00:00Z", 0, ""),
    ] {
        let line = [arguments, &["--npm-registry", &npm]].concat();
        let report = scan_as_of(root.path(), &line, at(now)).await;
        let problem = report.trust.problem.clone().unwrap_or_default();
        assert_eq!(
            problem.is_empty(),
            says.is_empty(),
            "{arguments:?} {now}: {problem}"
        );
        assert!(problem.contains(says), "{arguments:?} {now}: {problem}");
        let code = dockyard_report::policy::exit_code(report.verdict);
        assert_eq!(code, exit_code, "{arguments:?} {now}: {problem}");
    }
}
