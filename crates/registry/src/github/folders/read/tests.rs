use super::*;
use package_provenance::git::{CommitId, FollowedRef, TreePath};
use package_provenance::identity::Repository;
use serde_json::json;

const TIP: &str = "1111111111111111111111111111111111111111";
const PINNED: &str = "2222222222222222222222222222222222222222";

fn folder(path: &str) -> PinnedFolder {
    PinnedFolder {
        repository: Repository::declared("https://github.com/acme/skills", "github.com").unwrap(),
        commit: CommitId::parse(PINNED).unwrap(),
        followed: Some(FollowedRef::branch("main").unwrap()),
        path: TreePath::parse(path).unwrap(),
    }
}

fn plan() -> Plan {
    let mut plans = Plan::of(&[folder("a"), folder("b")].into());
    assert_eq!(plans.len(), 1);
    plans.remove(0)
}

fn data() -> Value {
    json!({
        "nameWithOwner": "acme/skills", "databaseId": 7, "isArchived": false, "isDisabled": false,
        "owner": {"databaseId": 8},
        "b0": {
            "prefix": "refs/heads/", "name": "main", "target": {"__typename": "Commit", "oid": TIP},
            "co0": {"status": "BEHIND", "baseTarget": {"oid": TIP}, "headTarget": {"oid": PINNED}},
        },
        "o0": {"__typename": "Commit", "oid": PINNED, "signature": {"state": "VALID"}},
        "f0": {"__typename": "Blob", "oid": TIP}, "f1": {"__typename": "Blob", "oid": TIP},
    })
}

fn of(repository: &Value, errors: &Value) -> BTreeMap<PinnedFolder, Fetched> {
    let envelope = json!({"data": {"r0": repository}, "errors": errors});
    let envelope: Envelope = serde_json::from_value(envelope).unwrap();
    let answers = read(&plan(), &envelope);
    answers.into_documents()
}

fn kinds(answers: &BTreeMap<PinnedFolder, Fetched>) -> Vec<&'static str> {
    let kind = |answer: &Fetched| match answer {
        Fetched::Found(_) => "found",
        Fetched::Missing => "missing",
        Fetched::Failed(_) => "failed",
    };
    answers.values().map(kind).collect()
}

#[test]
fn folders_of_one_repository_share_what_they_have_in_common() {
    let plan = plan();
    for once in [
        "repository(owner",
        "ref(qualifiedName",
        "compare(headRef",
        "object(oid",
    ] {
        assert_eq!(plan.query().matches(once).count(), 1, "{once}");
    }
    assert_eq!(plan.query().matches("object(expression").count(), 2);
    assert_eq!(kinds(&of(&data(), &Value::Null)), ["found", "found"]);
}

#[test]
fn what_an_error_is_about_is_not_known_and_no_more() {
    let error = |path: Value| json!([{"message": "went wrong", "type": "FORBIDDEN", "path": path}]);
    for (path, expected) in [
        (json!(["r0"]), ["failed", "failed"]),
        (json!(["r0", "b0"]), ["failed", "failed"]),
        (json!(["r0", "o0"]), ["failed", "failed"]),
        (json!(["r0", "owner"]), ["failed", "failed"]),
        (json!(["r0", "b0", "target"]), ["failed", "failed"]),
        (json!(["r0", "f0"]), ["failed", "found"]),
        (json!(["r0", "b0", "co0"]), ["found", "found"]),
        (json!([]), ["failed", "failed"]),
        (Value::Null, ["failed", "failed"]),
    ] {
        assert_eq!(
            kinds(&of(&data(), &error(path.clone()))),
            expected,
            "{path}"
        );
    }
    let gone = json!([{"message": "Could not resolve", "type": "NOT_FOUND", "path": ["r0"]}]);
    assert_eq!(kinds(&of(&Value::Null, &gone)), ["missing", "missing"]);
}

#[test]
fn what_is_left_out_is_not_taken_for_nothing() {
    assert_eq!(kinds(&of(&Value::Null, &Value::Null)), ["failed", "failed"]);
    for name in [
        "nameWithOwner",
        "databaseId",
        "isArchived",
        "owner",
        "b0",
        "o0",
    ] {
        let mut data = data();
        data.as_object_mut().unwrap().remove(name);
        assert_eq!(
            kinds(&of(&data, &Value::Null)),
            ["failed", "failed"],
            "{name}"
        );
    }
    let mut half = data();
    half.as_object_mut().unwrap().remove("f1");
    assert_eq!(kinds(&of(&half, &Value::Null)), ["found", "failed"]);
    let mut uncompared = data();
    uncompared["b0"].as_object_mut().unwrap().remove("co0");
    assert_eq!(kinds(&of(&uncompared, &Value::Null)), ["failed", "failed"]);
}

#[test]
fn a_comparison_that_graphql_does_not_make_is_asked_for_once() {
    let mut data = data();
    data["b0"]["co0"] = Value::Null;
    let envelope: Envelope = serde_json::from_value(json!({"data": {"r0": data}})).unwrap();
    let mut answers = read(&plan(), &envelope);
    let missing = answers.missing();
    assert_eq!(missing.len(), 1);
    assert_eq!(
        (missing[0].tip.as_str(), missing[0].commit.as_str()),
        (TIP, PINNED)
    );
    let made = Comparison {
        status: ComparisonStatus::Behind,
        base: TIP.to_owned(),
        head: Some(PINNED.to_owned()),
    };
    answers.compared(&missing[0], &Ok(made));
    assert_eq!(answers.missing(), []);
    assert_eq!(kinds(&answers.into_documents()), ["found", "found"]);
}

#[test]
fn many_folders_are_a_few_queries() {
    let many: BTreeSet<PinnedFolder> = (0..1_500).map(|n| folder(&format!("s/{n}"))).collect();
    let plans = Plan::of(&many);
    let asked: usize = plans.iter().map(|plan| plan.lookups().len()).sum();
    assert_eq!(asked, 1_500);
    assert!((2..=10).contains(&plans.len()), "{}", plans.len());
    assert!(plans.iter().all(|plan| plan.query().len() < 200_000));
}

#[test]
fn a_refused_query_is_asked_in_halves_down_to_one_repository() {
    let of = |name: &str| PinnedFolder {
        repository: Repository::declared(&format!("https://github.com/acme/{name}"), "github.com")
            .unwrap(),
        ..folder("a")
    };
    let plan = Plan::of(&["a", "b", "c"].map(of).into()).remove(0);
    let [first, second] = plan.halves().unwrap();
    let asked = |plan: &Plan| plan.query().matches("repository(owner").count();
    assert_eq!((asked(&first), asked(&second)), (1, 2));
    assert!(first.halves().is_none());
    for (kind, refused) in [("x", true), ("RATE_LIMITED", false), ("RATE_LIMIT", false)] {
        let envelope = json!({"errors": [{"message": "no", "type": kind}]});
        assert_eq!(
            refusal_of(&serde_json::from_value(envelope).unwrap()).is_some(),
            refused
        );
    }
    let part = json!({"errors": [{"message": "no", "path": ["r0"]}]});
    assert_eq!(refusal_of(&serde_json::from_value(part).unwrap()), None);
}
