use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dockyard_locks::{
    Digests, Entry, Format, Lock, LockedFile, MAX_ENTRIES, Pinned, Place, Platforms, Reach,
    Registries, What, parse,
};
use jiff::Timestamp;
use package_provenance::dist::DistFilename;
use package_provenance::evidence::{Fetched, NpmRaw, PypiRaw, RawEvidence};
use package_provenance::package::{PackageVersion, PypiName, PypiPackage, PypiVersion};
use package_provenance::trust::{TrustDocument, TrustMaterial, TrustSource};
use package_provenance::verify::{Observed, Status, verify};
use serde_json::{Value, json};
use testkit::{GithubIdentity, NpmDraft, NpmStyle, PypiDraft, World};
use url::Url;

use super::{LockFile, LockMemory, report};
use crate::drift::Baseline;
use crate::finding::{RuleId, Severity};
use crate::policy::{Policy, Verdict, exit_code};
use crate::report::assemble::{AllObserved, Judging};
use crate::report::{
    EvidenceOrigin, Gate, LockPackage, LockReport, Report, TrustRecord, json as json_report,
};

/// A virtual registry's releases, and what was found out about them.
struct Stage {
    world: World,
    trust: TrustMaterial,
    all: AllObserved,
}

impl Stage {
    fn new() -> Self {
        let world = World::new();
        let (root, keys) = (world.trusted_root_json(), world.npm_keys_json());
        let document = |name, json| TrustDocument { name, json };
        let trust = TrustMaterial::new(
            document("trusted root", root.as_bytes()),
            document("npm keys", keys.as_bytes()),
            TrustSource::File,
        );
        Self {
            trust: trust.unwrap(),
            world,
            all: AllObserved::new(),
        }
    }

    /// Publishes a draft, `changed` as its manifest is; gives its `integrity`.
    fn publish(&mut self, draft: &NpmDraft, changed: impl FnOnce(&mut Value)) -> String {
        let mut release = self.world.npm_release(draft);
        changed(&mut release.manifest);
        let raw = RawEvidence::Npm(NpmRaw {
            manifest: found(&release.manifest),
            attestations: found(&release.attestations),
            packument: None,
        });
        let package = npm(&draft.name, &draft.version);
        let observed = verify(&package, &raw, &self.trust, self.world.now);
        self.all.insert(package, observed);
        draft.integrity.clone()
    }

    fn attested(&mut self, name: &str, version: &str) -> String {
        self.publish(&self.world.npm_draft(name, version), |_| {})
    }

    fn attested_by(&mut self, name: &str, version: &str, repository: &str) -> String {
        let mut identity = GithubIdentity::new(repository);
        if repository != "acme/widget" {
            (identity.repository_id, identity.owner_id) = ("77".to_owned(), "78".to_owned());
        }
        let draft = NpmDraft::new(&self.world, name, version, &identity, NpmStyle::Current);
        self.publish(&draft, |_| {})
    }

    fn signed(&mut self, name: &str, version: &str) -> String {
        self.publish(&NpmDraft::signed_only(&self.world, name, version), |_| {})
    }

    fn report(&self, file: &LockFile, before: &[&LockMemory]) -> LockReport {
        let policy = Policy::default();
        report(
            file,
            &self.all,
            Judging::by(&policy, Timestamp::UNIX_EPOCH),
            before,
        )
    }
}

fn found(value: &Value) -> Fetched {
    if value.is_null() {
        return Fetched::Missing;
    }
    Fetched::Found(value.to_string().into_bytes().into())
}

fn npm(name: &str, version: &str) -> PackageVersion {
    let read = lock(&[entry(name, version, None)]);
    read.packages().next().unwrap().clone()
}

/// An entry of a lock: its path below `node_modules`, and its members.
type Member = (String, Value);

fn entry(name: &str, version: &str, integrity: Option<&str>) -> Member {
    let bare = name.rsplit('/').next().unwrap();
    let mut value = json!({
        "version": version,
        "resolved": format!("https://registry.npmjs.org/{name}/-/{bare}-{version}.tgz"),
    });
    if let Some(integrity) = integrity {
        value["integrity"] = integrity.into();
    }
    (format!("node_modules/{name}"), value)
}

/// A lock whose project asks for every top-level entry.
fn lock(entries: &[Member]) -> LockFile {
    let direct = entries.iter().filter_map(|(path, value)| {
        let name = path.strip_prefix("node_modules/")?;
        let direct = !name.contains("/node_modules/") && value["indirect"].is_null();
        direct.then(|| (name.to_owned(), json!("*")))
    });
    let dependencies: serde_json::Map<String, Value> = direct.collect();
    let mut packages = serde_json::Map::new();
    packages.insert(
        String::new(),
        json!({"name": "project", "version": "1.0.0", "dependencies": dependencies}),
    );
    for (path, value) in entries {
        let mut value = value.clone();
        value.as_object_mut().unwrap().remove("indirect");
        packages.insert(path.clone(), value);
    }
    let text = json!({
        "name": "project", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
        "packages": packages,
    });
    read(
        "package-lock.json",
        &serde_json::to_string_pretty(&text).unwrap(),
    )
}

fn read(path: &str, text: &str) -> LockFile {
    let url = |text: &str| Url::parse(text).unwrap();
    let registries = Registries {
        npm: url("https://registry.npmjs.org/"),
        npm_scopes: [].into(),
        pypi: url("https://pypi.org/simple/"),
    };
    let include = |_: &str| Err("there is none".to_owned());
    LockFile {
        path: path.to_owned(),
        lock: parse(path, text.as_bytes(), &registries, &include).unwrap(),
    }
}

fn package<'a>(report: &'a LockReport, name: &str) -> &'a LockPackage {
    let named = |it: &&LockPackage| it.report.package.as_deref() == Some(name);
    report.packages.iter().find(named).unwrap()
}

fn rules(package: &LockPackage) -> Vec<RuleId> {
    package.report.findings.iter().map(|it| it.rule).collect()
}

fn whole(report: LockReport) -> Report {
    let gate = Gate {
        fail_on: crate::policy::FailOn::Error,
        fail_on_unknown: true,
        config: None,
        base: None,
        evidence: EvidenceOrigin::Network,
        evidence_as_of: None,
        changes: Vec::new(),
        doubts: Vec::new(),
    };
    let policy = Policy::default();
    Report::with_locks(
        &policy,
        TrustRecord::default(),
        gate,
        Vec::new(),
        vec![report],
    )
}

#[test]
fn every_status_of_a_tree_is_counted_and_nothing_honest_fails() {
    let mut stage = Stage::new();
    let attested = stage.attested("@acme/widget", "1.2.3");
    let signed = stage.signed("left", "1.0.0");
    let file = lock(&[
        entry("@acme/widget", "1.2.3", Some(&attested)),
        entry("left", "1.0.0", Some(&signed)),
    ]);
    let report = stage.report(&file, &[]);
    assert_eq!((report.entries, report.packages.len()), (2, 2));
    assert_eq!(
        package(&report, "@acme/widget").report.status,
        Status::Verified
    );
    assert!(rules(package(&report, "@acme/widget")).is_empty());
    // Most of a tree has no provenance: a note here, and a warning of a spec.
    let left = package(&report, "left");
    assert_eq!(rules(left), [RuleId::NoProvenance]);
    assert_eq!(left.report.findings[0].severity, Severity::Note);
    assert_eq!(whole(report).verdict, Verdict::Pass);
}

#[test]
fn one_other_integrity_fails_whatever_verifies() {
    let mut stage = Stage::new();
    let attested = stage.attested("widget", "1.2.3");
    stage.signed("left", "1.0.0");
    let bare = NpmDraft {
        signing_keys: Vec::new(),
        ..NpmDraft::signed_only(&stage.world, "bare", "1.0.0")
    };
    stage.publish(&bare, |_| {});
    let other = format!("sha512-{}", STANDARD.encode([7; 64]));
    let both = format!("{attested} {other}");
    for (name, version, integrity, says) in [
        ("widget", "1.2.3", &other, "the registry signed sha512:"),
        ("left", "1.0.0", &other, "the registry signed sha512:"),
        (
            "bare",
            "1.0.0",
            &other,
            "the registry lists, unsigned, sha512:",
        ),
        // npm takes a download that has any of them.
        ("widget", "1.2.3", &both, "the registry signed sha512:"),
    ] {
        let report = stage.report(&lock(&[entry(name, version, Some(integrity))]), &[]);
        let found = package(&report, name);
        let mismatch = &found.report.findings[0];
        assert_eq!(mismatch.rule, RuleId::LockIntegrityMismatch, "{name}");
        assert!(mismatch.message.contains(says), "{}", mismatch.message);
        assert!(mismatch.location.start_line > 8, "{:?}", mismatch.location);
        assert_eq!(exit_code(whole(report).verdict), 1);
    }
    // The control.
    let report = stage.report(&lock(&[entry("widget", "1.2.3", Some(&attested))]), &[]);
    assert_eq!(exit_code(whole(report).verdict), 0);
}

#[test]
fn entries_that_pin_nothing_are_told() {
    let mut stage = Stage::new();
    stage.attested("widget", "1.2.3");
    for (integrity, says) in [
        (None, "has no `integrity`"),
        (
            Some("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
            "only a sha1 digest",
        ),
        (Some("sha512-"), "holds nothing"),
    ] {
        let report = stage.report(&lock(&[entry("widget", "1.2.3", integrity)]), &[]);
        let found = package(&report, "widget");
        assert_eq!(
            rules(found),
            [RuleId::LockEntryWithoutIntegrity],
            "{integrity:?}"
        );
        let message = &found.report.findings[0].message;
        assert!(message.contains(says), "{message}");
        assert_eq!(whole(report).verdict, Verdict::Pass);
    }
}

#[test]
fn what_is_of_no_registry_is_told_and_not_looked_up() {
    let mut stage = Stage::new();
    let attested = stage.attested("widget", "1.2.3");
    let mut bundler = entry("widget", "1.2.3", Some(&attested));
    bundler.1["bundleDependencies"] = json!(["inside"]);
    let file = lock(&[
        bundler,
        (
            "node_modules/git".to_owned(),
            json!({"version": "1.0.0", "resolved": format!("git+ssh://git@github.com/a/b.git#{}", "a".repeat(40))}),
        ),
        (
            "node_modules/elsewhere".to_owned(),
            json!({"version": "1.0.0", "resolved": "https://npm.evil.example/elsewhere/-/elsewhere-1.0.0.tgz", "integrity": attested}),
        ),
        (
            "node_modules/widget/node_modules/inside".to_owned(),
            json!({"version": "1.0.0", "inBundle": true}),
        ),
    ]);
    assert_eq!(file.packages().count(), 1);
    let report = stage.report(&file, &[]);
    for name in ["git", "elsewhere"] {
        let found = package(&report, name);
        assert_eq!(rules(found), [RuleId::NonRegistryDependency], "{name}");
        assert_eq!(found.report.findings[0].severity, Severity::Warning);
        assert_eq!(found.report.status, Status::NotApplicable);
    }
    // What comes within a package's archive is held by that package's digest.
    let bundled = package(&report, "inside");
    assert_eq!(bundled.from, "bundled");
    assert_eq!(bundled.report.findings[0].severity, Severity::Note);
    assert_eq!(whole(report).verdict, Verdict::Pass);
}

#[test]
fn a_lock_of_nothing_is_no_pass() {
    let stage = Stage::new();
    let report = whole(stage.report(&lock(&[]), &[]));
    assert_eq!(report.verdict, Verdict::Inconclusive);
    assert!(
        report.gate.doubts[0].contains("no entry to look up"),
        "{:?}",
        report.gate.doubts
    );
    // The control: something that was looked up.
    let mut stage = Stage::new();
    let signed = stage.signed("left", "1.0.0");
    let report = stage.report(&lock(&[entry("left", "1.0.0", Some(&signed))]), &[]);
    assert_eq!(whole(report).verdict, Verdict::Pass);
}

#[test]
fn what_was_not_looked_at_is_not_passed_over() {
    let mut stage = Stage::new();
    let signed = stage.signed("left", "1.0.0");
    stage.all.clear();
    let report = stage.report(&lock(&[entry("left", "1.0.0", Some(&signed))]), &[]);
    assert_eq!(package(&report, "left").report.status, Status::Unknown);
    assert_eq!(whole(report).verdict, Verdict::Inconclusive);
}

#[test]
fn a_finding_says_how_the_package_came_in() {
    let mut stage = Stage::new();
    let (a, b, c) = (
        stage.signed("a", "1.0.0"),
        stage.signed("b", "1.0.0"),
        stage.signed("c", "1.0.0"),
    );
    let mut top = entry("a", "1.0.0", Some(&a));
    top.1["dependencies"] = json!({"b": "^1.0.0"});
    let mut middle = entry("b", "1.0.0", Some(&b));
    middle.1["dependencies"] = json!({"c": "^1.0.0"});
    middle.1["indirect"] = true.into();
    let mut bottom = entry("c", "1.0.0", None);
    bottom.1["indirect"] = true.into();
    drop(c);
    let report = stage.report(&lock(&[top, middle, bottom]), &[]);
    let found = package(&report, "c");
    assert_eq!(found.via, ["a", "b"]);
    let message = &found
        .report
        .findings
        .iter()
        .find(|it| it.severity > Severity::Note)
        .unwrap()
        .message;
    assert!(message.ends_with(" It comes in by a › b › c."), "{message}");
}

#[test]
fn equal_entries_are_one_package_and_versions_have_findings_of_their_own() {
    let mut stage = Stage::new();
    let (one, two) = (stage.signed("left", "1.0.0"), stage.signed("left", "2.0.0"));
    let a = stage.signed("a", "1.0.0");
    let nested = |path: &str, version: &str, integrity: &str| {
        let (_, value) = entry("left", version, Some(integrity));
        (path.to_owned(), value)
    };
    let file = lock(&[
        entry("a", "1.0.0", Some(&a)),
        entry("left", "1.0.0", Some(&one)),
        nested("node_modules/a/node_modules/left", "2.0.0", &two),
        nested(
            "node_modules/a/node_modules/b/node_modules/left",
            "1.0.0",
            &one,
        ),
    ]);
    let report = stage.report(&file, &[]);
    assert_eq!((report.entries, report.packages.len()), (4, 3));
    let entries: usize = report.packages.iter().map(|it| it.entries).sum();
    assert_eq!(entries, report.entries);
    let mut fingerprints: Vec<&str> = report
        .packages
        .iter()
        .flat_map(|it| &it.report.findings)
        .map(|it| it.fingerprint.as_str())
        .collect();
    let all = fingerprints.len();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), all);
}

#[test]
fn an_attested_launcher_does_not_vouch_for_its_binaries() {
    let mut stage = Stage::new();
    let draft = stage.world.npm_draft("launcher", "1.0.0");
    let launcher = stage.publish(&draft, |manifest| {
        manifest["optionalDependencies"] = json!({
            "@launcher/linux-x64": "1.0.0", "@launcher/darwin": "1.0.0", "@launcher/win": "1.0.0",
            "colors": "1.0.0", "fsevents": "^2.0.0",
        });
    });
    let for_linux = |manifest: &mut Value| manifest["os"] = json!(["linux"]);
    let bare = NpmDraft::signed_only(&stage.world, "@launcher/linux-x64", "1.0.0");
    let linux = stage.publish(&bare, for_linux);
    // Attested: nothing is said. Not for a platform: neither.
    let draft = stage.world.npm_draft("@launcher/darwin", "1.0.0");
    stage.publish(&draft, |manifest| manifest["os"] = json!(["darwin"]));
    stage.signed("colors", "1.0.0");
    let file = lock(&[
        entry("launcher", "1.0.0", Some(&launcher)),
        entry("@launcher/linux-x64", "1.0.0", Some(&linux)),
    ]);
    let report = stage.report(&file, &[]);
    let found = package(&report, "launcher");
    assert_eq!(rules(found), [RuleId::UnattestedPlatformPackage]);
    let finding = &found.report.findings[0];
    assert!(
        finding.message.contains("@launcher/linux-x64@1.0.0"),
        "{}",
        finding.message
    );
    for other in ["darwin", "colors", "@launcher/win"] {
        assert!(!finding.message.contains(other), "{}", finding.message);
    }
    assert_eq!(finding.severity, Severity::Warning);
}

#[test]
fn python_files_are_held_against_the_index() {
    let mut stage = Stage::new();
    let publisher = testkit::PypiPublisher::Github(GithubIdentity::default());
    let mut draft = PypiDraft::new(&stage.world, "widget", "1.2.3", &publisher);
    draft.files[1].bundles.clear();
    let files: Vec<(String, String)> = draft
        .files
        .iter()
        .map(|file| (file.filename.clone(), hex::encode(&file.sha256)))
        .collect();
    let release = stage.world.pypi_release_of(&draft);
    let package = PackageVersion::Pypi(PypiPackage {
        name: PypiName::parse("widget").unwrap(),
        version: PypiVersion::parse("1.2.3").unwrap(),
    });
    let raw = RawEvidence::Pypi(PypiRaw {
        index: found(&release.index),
        provenance: release
            .provenance
            .iter()
            .map(|(name, value)| (name.clone(), found(value)))
            .collect(),
        asked: [].into(),
    });
    let observed: Observed = verify(&package, &raw, &stage.trust, stage.world.now);
    stage.all.insert(package.clone(), observed);
    let judged = |digests: Digests| {
        let file = python(&package, digests);
        rules(&stage.report(&file, &[]).packages[0])
    };
    let sha256 = |hash: &str| <[u8; 32]>::try_from(hex::decode(hash).unwrap()).unwrap();
    let any = |hashes: &[&str]| Digests::AnyFile(hashes.iter().map(|it| sha256(it)).collect());
    let named = |files: &[(&str, &str)]| {
        let file = |(name, hash): &(&str, &str)| LockedFile {
            filename: DistFilename::parse(name).map_err(|error| error.to_string()),
            sha256: Ok(sha256(hash)),
            place: place(),
        };
        Digests::Files(files.iter().map(file).collect())
    };
    let (wheel, sdist) = (&files[0], &files[1]);
    let zeros = "0".repeat(64);
    let mismatch = RuleId::LockIntegrityMismatch;
    for honest in [
        any(&[&wheel.1, &sdist.1]),
        any(&[&sdist.1]),
        named(&[(&wheel.0, &wheel.1), (&sdist.0, &sdist.1)]),
    ] {
        assert!(!judged(honest.clone()).contains(&mismatch), "{honest:?}");
    }
    // Neither digest, beside an honest one; digests that are exchanged; a file that nobody lists.
    for forged in [
        any(&[&wheel.1, &zeros]),
        named(&[(&wheel.0, &zeros)]),
        named(&[(&sdist.0, &zeros)]),
        named(&[(&wheel.0, &sdist.1), (&sdist.0, &wheel.1)]),
        named(&[
            (&wheel.0, &wheel.1),
            ("widget-1.2.3-cp39-none-any.whl", &zeros),
        ]),
    ] {
        assert!(judged(forged.clone()).contains(&mismatch), "{forged:?}");
    }
    for nothing in [any(&[]), named(&[])] {
        assert!(judged(nothing).contains(&RuleId::LockEntryWithoutIntegrity));
    }
}

fn place() -> Place {
    Place {
        path: "uv.lock".into(),
        line: 3,
        column: 1,
    }
}

/// A lock of the one package.
fn python(package: &PackageVersion, digests: Digests) -> LockFile {
    let entry = Entry {
        name: "widget".to_owned(),
        place: place(),
        what: What::Registry(Pinned {
            package: package.clone(),
            digests,
            alias: None,
            contradiction: None,
            claims: Vec::new(),
        }),
        reach: Reach::Direct,
        dev: false,
        optional: false,
        platforms: Platforms::default(),
        has_install_script: false,
        has_own_lock: false,
    };
    LockFile {
        path: "uv.lock".to_owned(),
        lock: Lock {
            format: Format::UvLock,
            version: Some(1),
            entries: vec![entry],
            notes: Vec::new(),
        },
    }
}

#[test]
fn what_became_worse_in_a_tree_is_told_once_per_package() {
    let mut stage = Stage::new();
    let was = stage.attested_by("widget", "1.2.2", "acme/widget");
    let (lost, other) = (
        stage.signed("widget", "1.2.3"),
        stage.attested_by("widget", "1.2.4", "mallory/widget"),
    );
    let same = stage.attested_by("widget", "1.2.5", "acme/widget");
    let new = stage.signed("new", "1.0.0");
    let before = lock(&[entry("widget", "1.2.2", Some(&was))]);
    let base = LockMemory::base(&before, &stage.all);
    let written = json_report::render(&whole(stage.report(&before, &[]))).unwrap();
    let baseline = Baseline::read(written.as_bytes()).unwrap();
    let baseline = baseline.of_lock("package-lock.json").unwrap();
    for memory in [&base, baseline] {
        let judged = |version: &str, integrity: &str| {
            let now = lock(&[
                entry("widget", version, Some(integrity)),
                entry("new", "1.0.0", Some(&new)),
            ]);
            stage.report(&now, &[memory])
        };
        let report = judged("1.2.3", &lost);
        assert!(rules(package(&report, "widget")).contains(&RuleId::ProvenanceLost));
        assert_eq!(package(&report, "widget").new, Some(false));
        assert_eq!(package(&report, "new").new, Some(true));
        assert_eq!(report.new_packages(), Some(1));
        let report = judged("1.2.4", &other);
        let found = &package(&report, "widget").report.findings[0];
        assert_eq!(found.rule, RuleId::PublisherChanged);
        assert!(!found.message.contains("the spec"), "{}", found.message);
        // The control: the same publisher.
        let report = judged("1.2.5", &same);
        assert!(rules(package(&report, "widget")).is_empty());
        // The same version with other content.
        let forged = format!("sha512-{}", STANDARD.encode([9; 64]));
        let report = judged("1.2.2", &forged);
        assert!(rules(package(&report, "widget")).contains(&RuleId::DigestChanged));
    }
}

#[test]
fn a_lock_of_a_hundred_thousand_entries_is_judged_in_one_go() {
    let stage = Stage::new();
    let many = 100_000;
    assert!(many < MAX_ENTRIES);
    let entries: Vec<Member> = (0..many)
        .map(|number| entry(&format!("p{number}"), "1.0.0", None))
        .collect();
    let report = stage.report(&lock(&entries), &[]);
    assert_eq!((report.entries, report.packages.len()), (many, many));
    assert_eq!(report.by_status[&Status::Unknown], many);
    assert_eq!(whole(report).verdict, Verdict::Inconclusive);
}
