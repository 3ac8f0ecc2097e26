//! docs/verification.md#f20: predicates that lie. Each is signed and logged properly, so that
//! nothing but the comparison with the certificate can refuse it. The tables are made by walking
//! the honest predicate: a field that is added to the testkit is lied about without anybody
//! remembering it.

use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::{GithubIdentity, GitlabIdentity, NpmDraft, NpmStyle};

use crate::support::{Lab, NAME, VERSION, assert_refused, assert_verified, reasons};

/// JSON pointers of all scalars below `value`.
fn scalars(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                scalars(inner, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                scalars(inner, &format!("{at}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.push(at.to_owned());
        }
    }
}

/// The predicate that is to be lied in.
fn predicate(draft: &mut NpmDraft) -> &mut Value {
    &mut draft.provenance().statement["predicate"]
}

fn styles(lab: &Lab) -> Vec<(&'static str, NpmDraft)> {
    let identity = GithubIdentity::default();
    let make = |style| NpmDraft::new(&lab.world, NAME, VERSION, &identity, style);
    vec![
        ("npm CLI, v1", make(NpmStyle::Current)),
        ("npm CLI, v1, chained", make(NpmStyle::Chained)),
        ("actions/attest", make(NpmStyle::Attest)),
        ("npm CLI, v0.2", make(NpmStyle::Early)),
        ("isolated builder", make(NpmStyle::Isolated)),
        (
            "GitLab",
            NpmDraft::gitlab(&lab.world, NAME, VERSION, &GitlabIdentity::default()),
        ),
    ]
}

/// What a certificate does not say, so that no predicate can contradict it: fields, and folders
/// with a `/` behind them. Nothing is read from these.
const NOT_CERTIFIED: &[&str] = &[
    "/metadata/completeness/",
    "/metadata/reproducible",
    "isolated builder:/invocation/parameters/",
    "GitLab:/invocation/parameters/CI",
    // GitLab: the job's name, and the runner's description of itself.
    "GitLab:/invocation/configSource/entryPoint",
    "GitLab:/invocation/environment/",
];

fn certified(style: &str, pointer: &str) -> bool {
    !NOT_CERTIFIED.iter().any(|known| {
        let (only, known) = known.split_once(':').unwrap_or((style, known));
        let folder = known.ends_with('/') && pointer.starts_with(known);
        style == only && (pointer == known || folder)
    })
}

#[test]
fn every_certified_field_changed() {
    let lab = Lab::new();
    for (style, honest) in styles(&lab) {
        assert_verified(style, &lab.npm_draft(&honest));
        let mut pointers = Vec::new();
        scalars(predicate(&mut honest.clone()), "", &mut pointers);
        assert!(pointers.len() > 9, "{style}: {pointers:?}");
        for pointer in pointers
            .iter()
            .filter(|pointer| !pointer.ends_with("/buildType"))
        {
            let mut draft = honest.clone();
            let field = predicate(&mut draft).pointer_mut(pointer).unwrap();
            let lie = match field.as_str() {
                Some(text) => format!("{text}lie"),
                None => "lie".to_owned(),
            };
            *field = json!(lie);
            let name = format!("{style}: {pointer}");
            let observed = lab.npm_draft(&draft);
            if certified(style, pointer) {
                assert_refused(&name, &observed, Status::Invalid, "its predicate");
                assert!(
                    reasons(&observed).contains(&lie),
                    "{name}: {}",
                    reasons(&observed)
                );
            } else {
                assert_verified(&name, &observed);
            }
        }
    }
}

/// Lies that have the shape of the truth: other repositories, refs and commits, prefixes and case.
#[test]
fn plausible_lies() {
    let lab = Lab::new();
    let honest = lab.draft();
    assert_verified("the control", &lab.npm_draft(&honest));
    let workflow = "/buildDefinition/externalParameters/workflow";
    for (pointer, lie) in [
        (
            format!("{workflow}/repository"),
            "https://github.com/victim/widget",
        ),
        (
            format!("{workflow}/repository"),
            "https://github.com/acme/widge",
        ),
        (
            format!("{workflow}/repository"),
            "https://github.com/acme/widget/",
        ),
        (
            format!("{workflow}/repository"),
            "git+https://github.com/acme/widget",
        ),
        (format!("{workflow}/path"), ".github/workflows/Release.yml"),
        (
            format!("{workflow}/path"),
            ".github/workflows/../workflows/release.yml",
        ),
        (format!("{workflow}/ref"), "refs/heads/main"),
        (format!("{workflow}/ref"), "refs/tags/v1.2.30"),
        (
            "/buildDefinition/resolvedDependencies/0/uri".into(),
            "git+https://github.com/acme/widget",
        ),
        (
            "/buildDefinition/resolvedDependencies/0/uri".into(),
            "git+https://github.com/victim/widget@refs/tags/v1.2.3",
        ),
        (
            "/buildDefinition/resolvedDependencies/0/digest/gitCommit".into(),
            "0000000000000000000000000000000000000000",
        ),
        (
            "/buildDefinition/internalParameters/github/event_name".into(),
            "release",
        ),
        (
            "/buildDefinition/internalParameters/github/repository_id".into(),
            "1",
        ),
        (
            "/buildDefinition/internalParameters/github/repository_owner_id".into(),
            "1",
        ),
        (
            "/runDetails/builder/id".into(),
            "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/builder_nodejs_slsa3.yml@refs/tags/v1.6.0",
        ),
        (
            "/runDetails/builder/id".into(),
            "https://github.com/actions/runner",
        ),
        (
            "/runDetails/builder/id".into(),
            "https://github.com/actions/runner/self-hosted",
        ),
        (
            "/runDetails/metadata/invocationId".into(),
            "https://github.com/acme/widget/actions/runs/17686742434/attempts/2",
        ),
    ] {
        let mut draft = honest.clone();
        *predicate(&mut draft).pointer_mut(&pointer).unwrap() = json!(lie);
        let observed = lab.npm_draft(&draft);
        assert_refused(
            &pointer,
            &observed,
            Status::Invalid,
            "its predicate contradicts its certificate",
        );
        assert!(
            reasons(&observed).contains(lie),
            "{pointer}: {}",
            reasons(&observed)
        );
    }
}

/// A field that is gone agrees with nothing; an optional one only is not compared.
#[test]
fn every_certified_field_removed() {
    let lab = Lab::new();
    for (style, honest) in styles(&lab) {
        let mut pointers = Vec::new();
        scalars(predicate(&mut honest.clone()), "", &mut pointers);
        for pointer in &pointers {
            let mut draft = honest.clone();
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let parent = predicate(&mut draft).pointer_mut(parent).unwrap();
            parent.as_object_mut().unwrap().remove(key).unwrap();
            let observed = lab.npm_draft(&draft);
            let name = format!("{style}: without {pointer}");
            let optional = pointer.starts_with("/invocation/environment/GITHUB_")
                || pointer.starts_with("/invocation/parameters/CI_");
            if certified(style, pointer) && !optional {
                let dotted = pointer.trim_start_matches('/').replace('/', ".");
                let reason = format!("its predicate has no text at `{dotted}`");
                assert_refused(&name, &observed, Status::Invalid, &reason);
            } else {
                assert_verified(&name, &observed);
            }
        }
    }
}

/// A second source, before or behind the honest one.
#[test]
fn a_second_source() {
    let lab = Lab::new();
    for (style, honest) in styles(&lab) {
        let list = if predicate(&mut honest.clone())["buildDefinition"].is_object() {
            "/buildDefinition/resolvedDependencies"
        } else {
            "/materials"
        };
        for change in [
            (|it| it.push(json!({"uri": "git+https://github.com/victim/widget"})))
                as fn(&mut Vec<Value>),
            |it| it.insert(0, json!({"uri": "git+https://github.com/victim/widget"})),
            Vec::clear,
        ] {
            let mut draft = honest.clone();
            change(
                predicate(&mut draft)
                    .pointer_mut(list)
                    .unwrap()
                    .as_array_mut()
                    .unwrap(),
            );
            let observed = lab.npm_draft(&draft);
            assert_refused(style, &observed, Status::Invalid, "instead of one");
        }
    }
}

/// A build type that nobody knows cannot be compared: the publisher is still the certificate's, and
/// the level the lowest, whatever the predicate says.
#[test]
fn unknown_build_types_earn_nothing() {
    let lab = Lab::new();
    for (style, honest) in styles(&lab) {
        let at = if predicate(&mut honest.clone())["buildDefinition"].is_object() {
            "/buildDefinition/buildType"
        } else {
            "/buildType"
        };
        let mut draft = honest.clone();
        *predicate(&mut draft).pointer_mut(at).unwrap() = json!("https://example.com/mine");
        let observed = lab.npm_draft(&draft);
        assert_verified(style, &observed);
        assert_eq!(observed.slsa_build_level, Some(1), "{style}");
        for nothing in [Value::Null, json!(1)] {
            let mut draft = honest.clone();
            *predicate(&mut draft).pointer_mut(at).unwrap() = nothing;
            assert_refused(
                style,
                &lab.npm_draft(&draft),
                Status::Invalid,
                "has no text at",
            );
        }
    }
}

/// The isolated builder's level needs its certificate, not its name in the predicate.
#[test]
fn a_claimed_builder_is_not_the_builder() {
    let lab = Lab::new();
    let identity = GithubIdentity::default();
    let mut draft = NpmDraft::new(&lab.world, NAME, VERSION, &identity, NpmStyle::Isolated);
    assert_eq!(lab.npm_draft(&draft).slsa_build_level, Some(3));
    draft.provenance().leaf().identity = identity.identity();
    let observed = lab.npm_draft(&draft);
    assert_refused(
        "an ordinary workflow",
        &observed,
        Status::Invalid,
        "is not the one that the certificate names",
    );
}
