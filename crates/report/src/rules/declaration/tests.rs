use super::*;
use crate::spec::{SpecPackage, Subject, parse};
use package_provenance::identity::Repository;

const HEAD: &str = "spec:\n  package: a\n  version: \"1.2.3\"\n";

fn package(yaml: &str) -> SpecPackage {
    let file = parse::parse("npx/a/spec.yaml", yaml.as_bytes());
    assert_eq!(file.problems, [], "{yaml}");
    match file.subject {
        Subject::Package(spec) => *spec,
        Subject::Skill(_) | Subject::Unusable => panic!("{yaml}"),
    }
}

fn publisher(kind: PublisherKind) -> Publisher {
    let repository = |text: &str| Repository::certified(text, kind).unwrap();
    let (subject, repository, workflow) = match kind {
        PublisherKind::GitHub => (
            "https://github.com/acme/widget/.github/workflows/r \"1\".yml@refs/heads/main",
            Some(repository("https://github.com/acme/widget")),
            Some(".github/workflows/r \"1\".yml"),
        ),
        PublisherKind::GitLab => (
            "https://gitlab.com/acme/tools/widget//.gitlab-ci.yml@refs/heads/main",
            Some(repository("https://gitlab.com/acme/tools/widget")),
            Some(".gitlab-ci.yml"),
        ),
        PublisherKind::Google => ("release@example.com", None, None),
        PublisherKind::CircleCI => (
            "https://circleci.com/api/v2/projects/1d7e/pipeline-definitions/2e8f",
            Some(repository("github.com/acme/widget")),
            None,
        ),
    };
    Publisher {
        kind,
        subject: subject.to_owned(),
        issuer: String::new(),
        repository,
        workflow: workflow.map(str::to_owned),
        git_ref: None,
        commit: None,
        runner_environment: None,
        trigger: None,
        repository_id: None,
        owner_id: None,
        run_url: None,
        build_signer_uri: None,
        environment: None,
    }
}

/// Does what the advice says, literally.
fn follow(yaml: &str, advice: &str) -> String {
    let mut lines: Vec<String> = yaml.lines().map(str::to_owned).collect();
    let mut place = (0, 0);
    for line in advice.lines().skip(1) {
        if line == CHECK {
            continue;
        }
        if let Some(comment) = line.strip_prefix("# ") {
            let number = || -> usize {
                let digits = |one: &char| one.is_ascii_digit();
                let after = comment.split("line ").nth(1).unwrap();
                after
                    .chars()
                    .take_while(digits)
                    .collect::<String>()
                    .parse()
                    .unwrap()
            };
            place = if comment.starts_with("at the end") {
                (lines.len(), 0)
            } else if comment.starts_with("below line") {
                (number(), 0)
            } else {
                assert!(comment.contains("instead of the present"), "{comment}");
                (number() - 1, 1)
            };
            continue;
        }
        let (at, replaced) = place;
        lines.splice(at..at + replaced, [line.to_owned()]);
        place = (at + 1, 0);
    }
    lines.join("\n") + "\n"
}

const SHAPES: &[&str] = &[
    "",
    "provenance:\nsecurity: {}\n",
    "provenance:  # to do\n  repository_uri: acme/widget\n",
    "provenance:\n    repository_uri: acme/widget\n",
    "provenance:\n  attestations:\n  repository_uri: acme/widget\n",
    "provenance:\n  attestations:\n    verified: false\nsecurity: {}\n",
    "provenance:\n   repository_uri: acme/widget\n   attestations:\n       # none yet\n       available: false\n       verified: false\n",
    "provenance:\n  attestations:\n    available: false\n    publisher:\n      kind: GitHub\n",
    "provenance:\n  attestations:\n    available: true\n",
    "provenance:\n  attestations:\n    verified: true\n    publisher:\n",
    "provenance:\n  attestations:\n    publisher:\n      workflow: release.yml\n    available: true\n",
    "provenance:\n  attestations:\n    publisher:\n      repository: acme/widget\n",
    "provenance:\n  signer_identity: /.github/workflows/release.yml\n  attestations:\n    available: true\n",
    "provenance:\n  signer_identity: /.github/workflows/release.yml\n",
];

#[test]
fn a_spec_with_the_advice_claims_and_pins_and_repeats_nothing() {
    for shape in SHAPES {
        let yaml = format!("{HEAD}{shape}");
        let declared = package(&yaml).declared;
        for kind in PublisherKind::ALL {
            let publisher = publisher(kind);
            let advice = advice("Declare it", &declared, &publisher);
            if contradicts(&declared, &publisher) {
                assert_eq!(advice.lines().count(), 1, "{advice}");
                continue;
            }
            let followed = follow(&yaml, &advice);
            // A key twice, or at the wrong depth, would be a problem of the file.
            let now = package(&followed).declared;
            assert!(now.claims_attestations().is_some(), "{advice}\n{followed}");
            assert!(now.pins_publisher(), "{advice}\n{followed}");
            if declared.available.is_some() {
                assert!(now.available.unwrap().value, "{followed}");
            }
        }
    }
}

#[test]
fn what_is_declared_in_braces_is_named_and_not_numbered_below() {
    let yaml = format!("{HEAD}provenance: {{attestations: {{available: false}}}}\n");
    let declared = package(&yaml).declared;
    let advice = advice("Declare it", &declared, &publisher(PublisherKind::GitLab));
    assert_eq!(
        advice,
        "Declare it, from the bottom up:\n\
         # line 4, instead of the present `available`:\n\
         available: true\n\
         # into `attestations`, line 4:\n\
         publisher:\n  kind: \"GitLab\"\n  repository: \"acme/tools/widget\"\n  workflow: \".gitlab-ci.yml\"\n\
         # Check first that this is the project's own publisher."
    );
}

#[test]
fn a_misspelt_declaration_is_corrected_before_anything_is_added() {
    let advised = |yaml: &str| {
        let file = parse::parse("npx/a/spec.yaml", yaml.as_bytes());
        let Subject::Package(spec) = file.subject else {
            panic!("{yaml}")
        };
        advice("Declare", &spec.declared, &publisher(PublisherKind::GitHub))
    };
    for (shape, says) in [
        (
            "provenence:\n  repository_uri: acme/widget\n",
            "Correct the key `provenence` on line 4 first",
        ),
        (
            "provenance:\n  attestation:\n    available: true\n",
            "Correct the key `attestation` on line 5 first",
        ),
        (
            "attestations:\n  available: true\n",
            "Correct the key `attestations` on line 4 first",
        ),
    ] {
        let advice = advised(&format!("{HEAD}{shape}"));
        assert!(
            advice.starts_with(says) && !advice.contains('\n'),
            "{advice}"
        );
    }
    // The control: a key that means something else.
    assert!(advised(&format!("{HEAD}note: x\n")).starts_with("Declare:\n"));
}

#[test]
fn an_account_is_declared_by_its_address() {
    let declared = package(HEAD).declared;
    assert_eq!(
        advice("Declare it", &declared, &publisher(PublisherKind::Google)),
        "Declare it:\n# at the end of the file:\nprovenance:\n  attestations:\n    available: true\n  signer_identity: \"release@example.com\"\n# Check first that this is the project's own publisher."
    );
}
