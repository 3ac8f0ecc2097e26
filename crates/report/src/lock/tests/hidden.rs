//! What an entry brings that its reader does not see.

use serde_json::json;

use super::stage::{Member, Stage, entry, lock, package, rules, whole};
use crate::finding::RuleId;
use crate::policy::Verdict;

#[test]
fn a_package_with_a_lock_of_its_own_is_not_passed_over() {
    let mut stage = Stage::new();
    let widget = stage.attested("widget", "1.2.3");
    let mut locked = entry("widget", "1.2.3", Some(&widget));
    locked.1["hasShrinkwrap"] = true.into();
    let report = stage.report(&lock(std::slice::from_ref(&locked)), &[]);
    let found = package(&report, "widget");
    assert_eq!(rules(found), [RuleId::VerificationIncomplete]);
    let message = &found.report.findings[0].message;
    assert!(
        message.contains("a lock of its own in its archive"),
        "{message}"
    );
    assert_eq!(whole(report).verdict, Verdict::Inconclusive);
    // An equal entry without one does not hide it, in whichever order they stand.
    let plain = entry("widget", "1.2.3", Some(&widget)).1;
    let nested = |value| ("node_modules/a/node_modules/widget".to_owned(), value);
    let first = entry("widget", "1.2.3", Some(&widget));
    for entries in [
        [first, nested(locked.1.clone())],
        [locked, nested(plain.clone())],
    ] {
        let report = stage.report(&lock(&entries), &[]);
        assert_eq!(whole(report).verdict, Verdict::Inconclusive);
    }
    // The control.
    let report = stage.report(&lock(&[entry("widget", "1.2.3", Some(&widget))]), &[]);
    assert_eq!(whole(report).verdict, Verdict::Pass);
}

#[test]
fn a_package_under_a_name_that_asks_for_another_is_told() {
    let mut stage = Stage::new();
    let evil = stage.attested("evil", "1.0.0");
    let [top, asking] = [("top", "^1.0.0"), ("asking", "npm:evil@^1.0.0")].map(|(name, spec)| {
        let draft = stage.world.npm_draft(name, "1.0.0");
        stage.publish(&draft, |manifest| {
            manifest["dependencies"] = json!({"lodash": spec});
        })
    });
    let under = |folder: &str| -> Member {
        let mut value = entry("evil", "1.0.0", Some(&evil)).1;
        value["name"] = "evil".into();
        (format!("node_modules/{folder}"), value)
    };
    // The project itself asks for `lodash` by a range.
    let report = stage.report(&lock(&[under("lodash")]), &[]);
    assert_eq!(
        rules(package(&report, "evil")),
        [RuleId::LockIntegrityMismatch]
    );
    assert_eq!(whole(report).verdict, Verdict::Fail);
    // Somebody else does, whose wish `overrides` may change, or the lock lies about; the control declares the alias.
    let doubt = (vec![RuleId::VerificationIncomplete], Verdict::Inconclusive);
    for (name, integrity, spec, (found, verdict)) in [
        ("top", &top, "^1.0.0", doubt.clone()),
        ("top", &top, "npm:evil@^1.0.0", doubt.clone()),
        ("asking", &asking, "^1.0.0", doubt),
        (
            "asking",
            &asking,
            "npm:evil@^1.0.0",
            (Vec::new(), Verdict::Pass),
        ),
    ] {
        let mut asking = entry(name, "1.0.0", Some(integrity));
        asking.1["dependencies"] = json!({"lodash": spec});
        let mut inner = under("lodash");
        inner.1["indirect"] = true.into();
        let report = stage.report(&lock(&[asking, inner]), &[]);
        assert_eq!(rules(package(&report, "evil")), found, "{name}: {spec}");
        assert_eq!(whole(report).verdict, verdict, "{name}: {spec}");
    }
}

/// Whoever writes an entry publishes the package that it installs, and may have that one ask for itself.
#[test]
fn an_alias_does_not_explain_itself() {
    let mut stage = Stage::new();
    let mut publish = |name: &str, spec: Option<&str>| {
        let draft = stage.world.npm_draft(name, "1.0.0");
        stage.publish(&draft, |manifest| {
            if let Some(spec) = spec {
                manifest["dependencies"] = json!({"lodash": spec});
            }
        })
    };
    let evil = publish("evil", Some("npm:evil@1.0.0"));
    let top = publish("top", Some("^1.0.0"));
    let asking = publish("asking", Some("npm:evil@1.0.0"));
    let of = |name: &str, integrity: &str, spec: &str| {
        let mut member = entry(name, "1.0.0", Some(integrity));
        member.1["dependencies"] = json!({"lodash": spec});
        member
    };
    let mut under = of("evil", &evil, "npm:evil@1.0.0");
    under.0 = "node_modules/lodash".to_owned();
    under.1["name"] = "evil".into();
    under.1["indirect"] = true.into();
    // From an address, of which only the lock says what it asks for.
    let mut other = of("other", &asking, "npm:evil@1.0.0");
    other.1["resolved"] = "https://h.example/other.tgz".into();
    let alias = "npm:evil@1.0.0";
    for (members, verdict) in [
        (vec![of("top", &top, "^1.0.0")], Verdict::Inconclusive),
        (vec![of("top", &top, alias)], Verdict::Inconclusive),
        (vec![other.clone()], Verdict::Inconclusive),
        (
            vec![of("asking", &asking, alias), of("top", &top, "^1.0.0")],
            Verdict::Inconclusive,
        ),
        (
            vec![of("asking", &asking, alias), of("top", &top, alias)],
            Verdict::Inconclusive,
        ),
        (
            vec![of("asking", &asking, alias), other],
            Verdict::Inconclusive,
        ),
        // The control.
        (vec![of("asking", &asking, alias)], Verdict::Pass),
    ] {
        let mut all = members.clone();
        all.push(under.clone());
        let report = stage.report(&lock(&all), &[]);
        let doubt = rules(package(&report, "evil")).contains(&RuleId::VerificationIncomplete);
        assert_eq!(doubt, verdict != Verdict::Pass, "{members:?}");
        assert_eq!(whole(report).verdict, verdict, "{members:?}");
    }
}

/// Of a manifest with more aliases than are kept it is not said that it does not ask for one.
#[test]
fn a_manifest_with_too_many_aliases_is_not_said_to_lack_one() {
    let mut stage = Stage::new();
    let evil = stage.attested("evil", "1.0.0");
    let mut asking = |name: &str, aliases: usize| {
        let mut all = serde_json::Map::new();
        for number in 0..aliases {
            all.insert(format!("a{number}"), json!("npm:other@1.0.0"));
        }
        all.insert("z".to_owned(), json!("npm:evil@1.0.0"));
        let draft = stage.world.npm_draft(name, "1.0.0");
        let integrity = stage.publish(&draft, |manifest| manifest["dependencies"] = all.into());
        let mut member = entry(name, "1.0.0", Some(&integrity));
        member.1["dependencies"] = json!({"z": "npm:evil@1.0.0", "y": "npm:evil@1.0.0"});
        member
    };
    let (few, many) = (asking("few", 10), asking("many", 200));
    let judged = |asking: &[&Member], folder: &str| {
        let mut value = entry("evil", "1.0.0", Some(&evil)).1;
        value["name"] = "evil".into();
        value["indirect"] = true.into();
        let mut all: Vec<Member> = asking.iter().copied().cloned().collect();
        all.push((format!("node_modules/{folder}"), value));
        let report = stage.report(&lock(&all), &[]);
        let findings = &package(&report, "evil").report.findings;
        let messages: Vec<String> = findings.iter().map(|it| it.message.clone()).collect();
        (messages.join("\n"), whole(report).verdict)
    };
    let (told, verdict) = judged(&[&many], "z");
    assert!(
        told.contains("too many") && !told.contains("no manifest"),
        "{told}"
    );
    assert_eq!(verdict, Verdict::Inconclusive);
    // The controls: one that is among those kept, and one that is in no manifest, whoever else may ask for it.
    assert_eq!(judged(&[&few], "z"), (String::new(), Verdict::Pass));
    for asking in [vec![&few], vec![&many, &few]] {
        let (told, verdict) = judged(&asking, "y");
        assert!(
            told.contains("few") && told.contains("no manifest"),
            "{told}"
        );
        assert_eq!(verdict, Verdict::Inconclusive);
    }
}
