//! Reports of shards as anybody may have written them: refused, or no pass where this checkout shows an error.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use toml::de::DeTable;

use super::*;
use crate::policy::blocks::Blocks;
use crate::policy::read;
use crate::report::{Details, EvidenceOrigin, ShardRecord, TrustOrigin, json as format};
use crate::spec::parse::parse;

const NOW: &str = "2026-11-26T12:00:00Z";

/// Two specs of which nothing is known, and one that cannot be used, which this checkout shows by itself.
fn specs() -> Vec<SpecFile> {
    let good = "metadata: {name: a, protocol: npx}\nspec:\n  package: \"@acme/a\"\n  version: \"1.2.3\"\n  overrides:\n    - {package: undici, version: 6.28.0, reason: x}\n";
    let other = "metadata: {name: b, protocol: uvx}\nspec: {package: b, version: 1.0.0}\n";
    vec![
        parse("npx/a/spec.yaml", good.as_bytes()),
        parse("npx/broken/spec.yaml", b"metadata: [\n"),
        parse("uvx/b/spec.yaml", other.as_bytes()),
    ]
}

fn policy() -> Policy {
    let text = "[[require]]\npaths = [\"npx/*/spec.yaml\"]\nevidence = \"verified\"\n\n[[require]]\nnew = true\nevidence = \"signed\"\n";
    let table = DeTable::parse(text).unwrap();
    let requirements = read::requirements(table.get_ref().get("require").unwrap(), text).unwrap();
    Policy {
        blocks: Blocks {
            file: "dockyard-provenance.toml".to_owned(),
            requirements,
            exemptions: Vec::new(),
        },
        ..Policy::default()
    }
}

/// A run in this checkout, of which shards report.
struct World {
    policy: Policy,
    specs: Vec<SpecFile>,
    digests: Digests,
    novelty: Novelty,
}

impl World {
    fn new() -> Self {
        let (policy, specs) = (policy(), specs());
        let bytes = specs.iter().map(|spec| (spec.path.as_str(), Ok(&b""[..])));
        let digests = Digests::of(bytes, &policy, &[]);
        Self {
            digests,
            policy,
            specs,
            novelty: Novelty::New(["uvx/b/spec.yaml".to_owned()].into()),
        }
    }

    fn gate(&self) -> Gate {
        Gate {
            fail_on: self.policy.fail_on,
            fail_on_unknown: self.policy.fail_on_unknown,
            config: None,
            base: None,
            evidence: EvidenceOrigin::Network,
            evidence_as_of: None,
            changes: Vec::new(),
            doubts: Vec::new(),
        }
    }

    /// The report of the only shard, as an honest one writes it.
    fn honest(&self) -> String {
        let judging = Judging {
            novelty: &self.novelty,
            ..Judging::by(&self.policy, NOW.parse().unwrap())
        };
        let specs = self.specs.iter().map(|spec| {
            let unseen = || Observed::undetermined("the registry did not answer");
            let all: AllObserved = match &spec.subject {
                Subject::Package(package) => packages(package)
                    .map(|it| (it.clone(), Box::new(unseen())))
                    .collect(),
                Subject::Skill(_) | Subject::Unusable => AllObserved::new(),
            };
            spec_report(spec, &all, judging)
        });
        let trust = TrustRecord {
            source: TrustOrigin::Embedded,
            as_of: "2026-11-20".to_owned(),
            ..TrustRecord::default()
        };
        let mut report = Report::new(&self.policy, trust, self.gate(), specs.collect());
        report.be_shard(ShardRecord {
            shard: Shard::new(1, 1).unwrap(),
            digests: self.digests.clone(),
            scanned_at: NOW.parse().unwrap(),
            trust_age: None,
            details: Details::of(&report.specs),
        });
        format::render(&report).unwrap()
    }

    /// What comes of one report.
    fn merge(&self, bytes: &[u8]) -> Result<Merged, String> {
        let part = ShardReport::read("one.json", bytes)?;
        let own = Own {
            policy: &self.policy,
            gate: self.gate(),
            digests: &self.digests,
            specs: &self.specs,
            doubts: &[],
            extent: Extent {
                whole: true,
                base: true,
                proposal: false,
            },
            novelty: &self.novelty,
            private_instance: false,
            now: NOW.parse().unwrap(),
        };
        merge(vec![part], &own).map_err(|error| error.to_string())
    }

    /// No report makes a pass of a checkout that has an error of its own, or leaves a spec of it out.
    fn is_no_pass(&self, bytes: &[u8]) {
        let Ok(merged) = self.merge(bytes) else {
            return;
        };
        let report = &merged.report;
        assert_ne!(report.verdict, Verdict::Pass, "{report:#?}");
        let paths = report.specs.iter().map(|spec| &spec.path);
        assert!(paths.eq(self.specs.iter().map(|spec| &spec.path)));
        let read = ShardReport::read("again.json", format::render(report).unwrap().as_bytes());
        assert!(read.is_err(), "a merged report is no shard's");
    }
}

fn document() -> Value {
    serde_json::from_str(&World::new().honest()).unwrap()
}

#[test]
fn an_honest_report_is_taken() {
    let world = World::new();
    let merged = world.merge(world.honest().as_bytes()).unwrap();
    assert_eq!(merged.missing, []);
    assert_eq!(merged.report.verdict, Verdict::Fail);
    assert_eq!(merged.report.specs[2].requirements.len(), 1);
    world.is_no_pass(world.honest().as_bytes());
}

/// A scan tells these as notes, whatever the configuration says of their rules.
#[test]
fn what_a_scan_itself_tells_as_a_note_is_taken() {
    let world = World::new();
    let noted = |rule: &str, worse: Value| {
        let mut document = document();
        let place = document["specs"][0]["findings"][0].clone();
        let note = json!({
            "rule": rule, "severity": "note", "message": "It is not known.", "help": "Look.",
            "location": place["location"], "fingerprint": place["fingerprint"],
        });
        let findings = document["specs"][0]["findings"].as_array_mut().unwrap();
        findings.push(note);
        let notes = document["summary"]["by_severity"]["note"]
            .as_u64()
            .unwrap_or(0);
        document["summary"]["by_severity"]["note"] = (notes + 1).into();
        document["shard"]["details"]["npx/a/spec.yaml"]["worse"] = worse;
        world.merge(document.to_string().as_bytes())
    };
    for rule in [
        "digest-changed",
        "unattested-platform-package",
        "provenance-dropped-upstream",
    ] {
        let merged = noted(rule, json!([])).unwrap_or_else(|why| panic!("{rule}: {why}"));
        let findings = &merged.report.specs[0].findings;
        assert!(findings.iter().any(|it| it.rule.as_str() == rule), "{rule}");
    }
    // Other content is none of it, and neither is any other rule.
    let changed = json!([{"since": "base", "severity": "error", "what": "content-changed"}]);
    for (rule, worse) in [
        ("digest-changed", changed),
        ("attestation-invalid", json!([])),
    ] {
        let refused = noted(rule, worse).unwrap_err();
        assert!(refused.contains("is a note there"), "{rule}: {refused}");
    }
}

#[test]
fn a_report_that_was_cut_is_refused_wherever() {
    let world = World::new();
    let text = world.honest();
    let whole = text.trim_end().len();
    for length in 0..whole {
        assert!(world.merge(&text.as_bytes()[..length]).is_err(), "{length}");
    }
    assert!(world.merge(&text.as_bytes()[..whole]).is_ok());
}

/// What two readers would read differently.
#[test]
fn a_member_that_stands_twice_is_refused_wherever() {
    let world = World::new();
    let document = document();
    let mut objects = Vec::new();
    places(&document, "", &mut objects);
    let mut doubled = 0;
    for place in &objects {
        let Some(Value::Object(members)) = document.pointer(place) else {
            continue;
        };
        for (name, value) in members {
            // A name of its own, which the text then has twice.
            let mut copy = document.clone();
            let object = copy.pointer_mut(place).unwrap().as_object_mut().unwrap();
            object.insert("\u{1f980}".to_owned(), value.clone());
            let twice = copy.to_string().replace('\u{1f980}', name);
            let refused = world.merge(twice.as_bytes()).unwrap_err();
            assert!(
                refused.contains("duplicate key"),
                "{place} {name}: {refused}"
            );
            doubled += 1;
        }
    }
    assert!(doubled > 60, "{doubled}");
}

#[test]
fn nesting_and_numbers_have_bounds() {
    let world = World::new();
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
        assert!(world.merge(deep.as_bytes()).is_err());
        let mut document = document();
        document["exemptions"] = json!(["here"]);
        let text = document.to_string().replace("\"here\"", &deep);
        assert!(world.merge(text.as_bytes()).unwrap_err().contains("deep"));
    }
    let changes = [
        "/shard/index",
        "/shard/of",
        "/summary/specs",
        "/specs/0/findings/0/location/start_line",
        "/specs/0/requirements/0/config_line",
        "/schema_version",
    ];
    for place in changes {
        for number in [
            "-1",
            "1e400",
            "1.5",
            "18446744073709551616",
            "4294967297",
            "99999",
        ] {
            let mut document = document();
            *document.pointer_mut(place).expect(place) = json!("here");
            let text = document.to_string().replace("\"here\"", number);
            if place.ends_with("start_line") {
                // A line that the file does not have is only a line; what it says still holds.
                world.is_no_pass(text.as_bytes());
            } else {
                assert!(world.merge(text.as_bytes()).is_err(), "{place} {number}");
            }
        }
    }
}

/// Every place of a document.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{path}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(member, &format!("{path}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What may be put in any place; nothing is for taking away what is there.
fn values() -> impl Strategy<Value = Option<Value>> {
    let words = prop::sample::select(vec![
        "pass",
        "fail",
        "inconclusive",
        "never",
        "verified",
        "unknown",
        "malformed",
        "none",
        "note",
        "not-applicable",
        "no-provenance",
        "network",
        "no-base",
        "../x",
        "npx/a/spec.yaml",
        "\u{0}",
    ]);
    prop_oneof![
        Just(None),
        words.prop_map(|word| Some(json!(word))),
        any::<String>().prop_map(|text| Some(json!(text))),
        any::<bool>().prop_map(|truth| Some(json!(truth))),
        prop::sample::select(vec![0, 1, 2, 3, u64::from(u32::MAX), u64::MAX])
            .prop_map(|number| Some(json!(number))),
        any::<i64>().prop_map(|number| Some(json!(number))),
        any::<f64>().prop_map(|number| Some(json!(number))),
        Just(Some(Value::Null)),
        Just(Some(json!([]))),
        Just(Some(json!({}))),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|items| Some(json!(items))),
    ]
}

/// Puts `value` in a place of `document`, or takes away what is there.
fn change(document: &mut Value, place: &str, value: Option<Value>) {
    if let Some(value) = value {
        *document.pointer_mut(place).unwrap() = value;
        return;
    }
    let Some((parent, last)) = place.rsplit_once('/') else {
        return;
    };
    match document.pointer_mut(parent).unwrap() {
        Value::Array(items) => drop(items.remove(last.parse().unwrap())),
        Value::Object(members) => {
            members.remove(&last.replace("~1", "/").replace("~0", "~"));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_changed_makes_no_pass(
        changes in prop::collection::vec((any::<Index>(), values()), 1..4),
    ) {
        let mut document = document();
        for (index, value) in changes {
            let mut all = Vec::new();
            places(&document, "", &mut all);
            let place: &String = index.get(&all);
            change(&mut document, place, value);
        }
        World::new().is_no_pass(document.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_make_no_pass(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        at in any::<Index>(),
        length in 0..40_usize,
    ) {
        let world = World::new();
        prop_assert!(world.merge(&bytes).is_err());
        let mut report = world.honest().into_bytes();
        let at = at.index(report.len());
        let end = (at + length).min(report.len());
        report.splice(at..end, bytes);
        world.is_no_pass(&report);
    }
}
