//! Locks of npm that make it install something else than others read. What npm does with each is asked of npm itself
//! by `.ci/check-locks`.

use serde_json::{Value, json};

use super::{Locked, PATH, packages, written};

fn entry_of<'a>(lock: &'a mut Value, name: &str) -> &'a mut Value {
    &mut lock["packages"][format!("node_modules/{name}")]
}

#[test]
fn marks_of_a_merge_are_refused() {
    let locked = Locked::new();
    let mut lock = locked.lock();
    let mut evil = lock["packages"].clone();
    evil["node_modules/left"]["resolved"] = json!("https://evil.example/left.tgz");
    let text = written(&lock);
    let whole = text.strip_suffix("\n}").unwrap();
    let hidden = format!(
        "{whole}, \"m\": \"<<<<<<< ======= >>>>>>>\",\n\"x\": {{ \"m\": \">>>>>>>\",\n\"packages\": {evil}\n}}, \"n\": \">>>>>>>\"\n}}"
    );
    assert!(serde_json::from_str::<Value>(&hidden).is_ok());
    locked.stage.write(PATH, &hidden);
    locked.run(&[]).refuses("marks of a merge");
    // The control: some of them alone, as a reason for a deprecation may have them.
    entry_of(&mut lock, "left")["deprecated"] = json!("======= use right =======");
    locked.write(&lock);
    locked.run(&[]).exits(0);
}

#[test]
fn what_npm_obeys_beside_its_own_words_fails() {
    let locked = Locked::new();
    for (word, value) in [
        ("scripts", json!({"postinstall": "sh -c evil"})),
        ("_resolved", json!("https://evil.example/left.tgz")),
        ("_integrity", json!(locked.attested)),
        ("_hasShrinkwrap", json!(true)),
    ] {
        let mut lock = locked.lock();
        entry_of(&mut lock, "left")[word] = value;
        locked.write(&lock);
        let report = locked.report(1);
        let (name, status, rules) = &packages(&report)[1];
        assert_eq!(
            (name.as_str(), status.as_str()),
            ("left", "malformed"),
            "{word}"
        );
        assert!(
            rules.contains(&"spec-invalid".to_owned()),
            "{word}: {rules:?}"
        );
    }
}

#[test]
fn overrides_are_read_from_the_package_json_beside_the_lock() {
    let locked = Locked::new();
    let mut lock = locked.lock();
    // `left` under the name that the widget asks for.
    let mut aliased = entry_of(&mut lock, "left").clone();
    aliased["name"] = json!("left");
    lock["packages"]["node_modules/right"] = aliased;
    entry_of(&mut lock, "@acme/widget")["dependencies"] = json!({"right": "^1.0.0"});
    locked.write(&lock);
    let package = |overrides: &str| {
        let text = format!(
            "{{\"name\": \"web\", \"dependencies\": {{\"left\": \"1.0.0\"}}, \"overrides\": {overrides}}}"
        );
        locked.stage.write("web/package.json", &text);
    };
    let incomplete = |code: i32| {
        let report = locked.report(code);
        let told = packages(&report);
        told.iter()
            .any(|(_, _, rules)| rules.contains(&"verification-incomplete".to_owned()))
    };
    assert!(incomplete(3), "there is no package.json");
    package("{}");
    assert!(incomplete(3), "nobody asks for it");
    package("{\"right\": \"npm:left@1.0.0\"}");
    assert!(!incomplete(0));
    // What the lock says that the project wants is not what it wants.
    lock["packages"][""]["dependencies"]["right"] = json!("npm:left@1.0.0");
    locked.write(&lock);
    package("{}");
    assert!(incomplete(3));
}
