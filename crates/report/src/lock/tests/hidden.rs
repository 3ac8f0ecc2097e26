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
