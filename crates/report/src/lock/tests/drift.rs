//! What became worse.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::stage::{Stage, entry, lock, package, read, rules, whole};
use crate::drift::Baseline;
use crate::finding::RuleId;
use crate::lock::{LockFile, LockMemory};
use crate::report::json as json_report;

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
fn other_content_from_elsewhere_is_told() {
    let stage = Stage::new();
    let integrity = |byte: u8| format!("sha512-{}", STANDARD.encode([byte; 64]));
    let tool = |address: &str, version: &str, byte: u8| {
        let mut tool = entry("tool", version, Some(&integrity(byte)));
        tool.1["resolved"] = address.into();
        lock(&[tool])
    };
    let was = tool("https://h.example/tool.tgz", "1.0.0", 1);
    let base = LockMemory::base(&was, &stage.all);
    let written = json_report::render(&whole(stage.report(&was, &[]))).unwrap();
    let baseline = Baseline::read(written.as_bytes()).unwrap();
    let baseline = baseline.of_lock("package-lock.json").unwrap();
    for (memory, is_base) in [(&base, true), (baseline, false)] {
        let changed = |now: &LockFile| {
            let report = stage.report(now, &[memory]);
            rules(package(&report, "tool")).contains(&RuleId::DigestChanged)
        };
        assert!(changed(&tool("https://h.example/tool.tgz", "1.0.0", 2)));
        assert!(changed(&tool("https://m.example/tool.tgz", "1.0.0", 2)));
        // A report does not say the address.
        assert_eq!(
            changed(&tool("https://h.example/tool.tgz", "1.0.1", 2)),
            is_base
        );
        // The controls: the same content, another version from another place.
        assert!(!changed(&was));
        assert!(!changed(&tool("https://m.example/tool.tgz", "1.0.0", 1)));
        assert!(!changed(&tool("https://h.example/tool-2.tgz", "2.0.0", 2)));
    }
}

/// An installer takes a download that has any of the digests, and everything where there is none.
#[test]
fn no_digest_may_stand_beside_or_in_place_of_what_was_pinned_elsewhere() {
    let stage = Stage::new();
    let sha512 = |byte: u8| format!("sha512-{}", STANDARD.encode([byte; 64]));
    let tool = |integrity: Option<&str>| {
        let mut tool = entry("tool", "1.0.0", integrity);
        tool.1["resolved"] = "https://h.example/tool.tgz".into();
        lock(&[tool])
    };
    let was = tool(Some(&sha512(1)));
    let base = LockMemory::base(&was, &stage.all);
    let written = json_report::render(&whole(stage.report(&was, &[]))).unwrap();
    let baseline = Baseline::read(written.as_bytes()).unwrap();
    let baseline = baseline.of_lock("package-lock.json").unwrap();
    let sha256 = format!("sha256-{}", STANDARD.encode([1; 32]));
    let both = format!("{} {}", sha512(1), sha512(2));
    for memory in [&base, baseline] {
        let found = |integrity: Option<&str>| {
            let report = stage.report(&tool(integrity), &[memory]);
            let found = rules(package(&report, "tool"));
            let has = |rule| found.contains(&rule);
            (
                has(RuleId::DigestChanged),
                has(RuleId::LockEntryWithoutIntegrity),
            )
        };
        assert_eq!(found(None), (true, true));
        assert_eq!(found(Some(&sha256)), (true, true));
        assert_eq!(found(Some(&both)), (true, false));
        assert_eq!(found(Some(&sha512(2))), (true, false));
        // The control.
        assert_eq!(found(Some(&sha512(1))), (false, false));
    }
    // What had two may lose one.
    let two = LockMemory::base(&tool(Some(&both)), &stage.all);
    let report = stage.report(&was, &[&two]);
    assert!(!rules(package(&report, "tool")).contains(&RuleId::DigestChanged));
}

#[test]
fn files_of_another_index_are_compared_by_their_names() {
    let stage = Stage::new();
    let uv = |files: &[(&str, u8)]| {
        let wheel = |(name, byte): &(&str, u8)| {
            let hash = hex::encode([*byte; 32]);
            format!("{{ url = \"https://i.example/{name}\", hash = \"sha256:{hash}\" }}")
        };
        let wheels: Vec<String> = files.iter().map(wheel).collect();
        let text = format!(
            "version = 1\n[[package]]\nname = \"tool\"\nversion = \"1.0\"\nsource = {{ registry = \"https://i.example/simple\" }}\nwheels = [{}]\n",
            wheels.join(", ")
        );
        read("uv.lock", &text)
    };
    let (any, linux, mac) = (
        "tool-1.0-py3-none-any.whl",
        "tool-1.0-py3-none-linux_x86_64.whl",
        "tool-1.0-py3-none-macosx_11_0_arm64.whl",
    );
    let was = uv(&[(any, 1), (linux, 2)]);
    let base = LockMemory::base(&was, &stage.all);
    let written = json_report::render(&whole(stage.report(&was, &[]))).unwrap();
    let baseline = Baseline::read(written.as_bytes()).unwrap();
    let baseline = baseline.of_lock("uv.lock").unwrap();
    for (memory, is_base) in [(&base, true), (baseline, false)] {
        let changed = |files: &[(&str, u8)]| {
            let report = stage.report(&uv(files), &[memory]);
            rules(package(&report, "tool")).contains(&RuleId::DigestChanged)
        };
        assert!(changed(&[(any, 1), (linux, 3)]));
        assert!(changed(&[(any, 3), (linux, 2)]));
        assert!(changed(&[(any, 3)]));
        assert!(changed(&[]));
        // Hashes that change places; a report does not say whose they were.
        assert_eq!(changed(&[(any, 2), (linux, 1)]), is_base);
        // One file twice.
        assert_eq!(changed(&[(any, 3), (any, 1), (linux, 2)]), is_base);
        // The controls: the same, one more file, one fewer.
        assert!(!changed(&[(any, 1), (linux, 2)]));
        assert!(!changed(&[(any, 1), (linux, 2), (mac, 3)]));
        assert!(!changed(&[(linux, 2)]));
    }
}

/// npm holds nothing of git to a digest, and another commit is other content of whatever version.
#[test]
fn another_commit_is_no_other_content() {
    let stage = Stage::new();
    let tool = |address: &str, byte: u8| {
        let integrity = format!("sha512-{}", STANDARD.encode([byte; 64]));
        let mut tool = entry("tool", "1.0.0", Some(&integrity));
        tool.1["resolved"] = address.into();
        lock(&[tool])
    };
    let (one, two) = ("a1".repeat(20), "b2".repeat(20));
    let changed = |was: &LockFile, now: &LockFile| {
        let base = LockMemory::base(was, &stage.all);
        let report = stage.report(now, &[&base]);
        rules(package(&report, "tool")).contains(&RuleId::DigestChanged)
    };
    let git = |commit: &str, byte| {
        let address = format!("git+ssh://git@github.com/a/tool.git#{commit}");
        tool(&address, byte)
    };
    assert!(!changed(&git(&one, 1), &git(&two, 2)));
    assert!(!changed(&git(&one, 1), &git(&one, 2)));
    let archive = |of: &str, commit: &str, byte| {
        let address = format!("https://codeload.github.com/{of}/tar.gz/{commit}");
        tool(&address, byte)
    };
    assert!(!changed(
        &archive("a/tool", &one, 1),
        &archive("a/tool", &two, 2)
    ));
    // The same commit, another repository, and no commit before.
    let was = archive("a/tool", &one, 1);
    assert!(changed(&was, &archive("a/tool", &one, 2)));
    assert!(changed(&was, &archive("evil/tool", &two, 2)));
    let plain = tool("https://h.example/tool.tgz", 1);
    assert!(changed(&plain, &archive("a/tool", &two, 2)));
}
