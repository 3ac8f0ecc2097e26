//! One URI in two spellings: as it is named, and percent-encoded (docs/verification.md#b5). What is one
//! workflow must not look like two, and what are two must never look like one.

use dockyard_report::finding::RuleId;
use dockyard_report::rules::compare;
use dockyard_report::spec::{Subject, parse};
use package_provenance::verify::{Observed, Status};
use testkit::{GithubIdentity, GitlabIdentity, NpmDraft, NpmStyle, PypiDraft, PypiPublisher, San};

use crate::support::{Lab, NAME, PROJECT, VERSION, assert_refused, assert_verified};

fn identity(file: &str, git_ref: &str) -> GithubIdentity {
    GithubIdentity {
        workflow: format!(".github/workflows/{file}"),
        git_ref: Some(git_ref.into()),
        ..GithubIdentity::default()
    }
}

fn uri(file: &str, git_ref: &str) -> String {
    format!("https://github.com/acme/widget/.github/workflows/{file}@{git_ref}")
}

/// A release whose certificate has the given subject, build signer and build configuration; the
/// predicate names the workflow as it is.
fn release(lab: &Lab, of: &GithubIdentity, [subject, signer, config]: [&str; 3]) -> NpmDraft {
    let mut draft = NpmDraft::new(&lab.world, NAME, VERSION, of, NpmStyle::Current);
    let identity = &mut draft.provenance().leaf().identity;
    identity.san = San::Uri(subject.to_owned());
    identity.set(9, signer).set(18, config);
    draft
}

fn rules(workflow: &str, signer: Option<&str>, observed: &Observed) -> Vec<RuleId> {
    let signer = signer.map_or_else(String::new, |signer| {
        format!("signer_identity: {signer:?}, ")
    });
    let yaml = format!(
        "spec: {{package: {NAME:?}, version: {VERSION:?}}}\nprovenance: {{{signer}attestations: {{available: true, publisher: {{kind: GitHub, repository: acme/widget, workflow: {workflow:?}}}}}}}\n"
    );
    let file = parse::parse("npx/widget/spec.yaml", yaml.as_bytes());
    assert!(file.problems.is_empty(), "{:?}", file.problems);
    let Subject::Package(spec) = &file.subject else {
        panic!("{yaml}")
    };
    compare(spec, observed, None)
        .into_iter()
        .map(|draft| draft.rule)
        .collect()
}

const NAMES: [(&str, &str); 6] = [
    ("npm publish.yml", "npm%20publish.yml"),
    ("veröffentlichen.yml", "ver%C3%B6ffentlichen.yml"),
    ("⚡.yml", "%E2%9A%A1.yml"),
    ("{{x}}.yml", "%7B%7Bx%7D%7D.yml"),
    ("publish (npm).yml", "publish%20%28npm%29.yml"),
    ("100%.yml", "100%25.yml"),
];

const TAG: &str = "refs/tags/v1.2.3";

#[test]
fn one_workflow_in_two_spellings() {
    let lab = Lab::new();
    for (raw, escaped) in NAMES {
        let of = identity(raw, TAG);
        let (raw_uri, escaped_uri) = (uri(raw, TAG), uri(escaped, TAG));
        for spelling in [
            [&escaped_uri, &raw_uri, &raw_uri],
            [&escaped_uri, &escaped_uri, &escaped_uri],
        ] {
            let observed = lab.npm_draft(&release(&lab, &of, spelling.map(String::as_str)));
            assert_verified(raw, &observed);
            let publisher = observed.publisher.as_ref().unwrap().get();
            assert_eq!(
                publisher.workflow.as_deref(),
                Some(of.workflow.as_str()),
                "{raw}"
            );
            assert_eq!(publisher.subject, raw_uri, "{raw}");
            for signer in [&raw_uri, &escaped_uri] {
                let without_ref = signer.strip_suffix("@refs/tags/v1.2.3").unwrap();
                for signer in [signer, without_ref] {
                    assert_eq!(rules(raw, Some(signer), &observed), [], "{signer}");
                }
            }
            assert_eq!(
                rules(escaped, None, &observed),
                [RuleId::PublisherWorkflowMismatch],
                "{escaped} is the name of another file"
            );
        }
    }
}

#[test]
fn one_ref_in_two_spellings() {
    let lab = Lab::new();
    for (raw, escaped) in [
        ("refs/heads/größe", "refs/heads/gr%C3%B6%C3%9Fe"),
        ("refs/tags/v1.2.3-⚡", "refs/tags/v1.2.3-%E2%9A%A1"),
        ("refs/heads/{a}", "refs/heads/%7Ba%7D"),
        ("refs/heads/fix#12", "refs/heads/fix%2312"),
    ] {
        let of = identity("release.yml", raw);
        let (raw_uri, escaped_uri) = (uri("release.yml", raw), uri("release.yml", escaped));
        for spelling in [
            [&escaped_uri, &raw_uri, &raw_uri],
            [&escaped_uri, &escaped_uri, &escaped_uri],
        ] {
            let observed = lab.npm_draft(&release(&lab, &of, spelling.map(String::as_str)));
            assert_verified(raw, &observed);
            let publisher = observed.publisher.as_ref().unwrap().get();
            assert_eq!(
                publisher.workflow.as_deref(),
                Some(".github/workflows/release.yml")
            );
            assert_eq!(publisher.git_ref.as_ref().unwrap().to_string(), raw);
        }
        // The ref itself is never decoded: another one stays another one.
        let mut other = release(&lab, &of, [&escaped_uri, &escaped_uri, &escaped_uri]);
        other
            .provenance()
            .leaf()
            .identity
            .set(14, escaped)
            .set(6, escaped);
        let observed = lab.npm_draft(&other);
        assert_refused(
            escaped,
            &observed,
            Status::Invalid,
            "contradicts its certificate",
        );
    }
}

/// A file may be called `npm%20publish.yml`. Where the certificate leaves that open, the predicate must
/// say which one it is, and it is believed for neither name alone.
#[test]
fn a_name_that_looks_encoded_is_not_decoded() {
    let lab = Lab::new();
    let literal = "npm%20publish.yml";
    let of = identity(literal, TAG);
    let literal_uri = uri(literal, TAG);
    let observed = lab.npm_draft(&release(
        &lab,
        &of,
        [&literal_uri, &literal_uri, &literal_uri],
    ));
    assert_verified(literal, &observed);
    assert_eq!(rules(literal, None, &observed), []);
    assert_eq!(
        rules("npm publish.yml", None, &observed),
        [RuleId::PublisherWorkflowMismatch]
    );

    // A ref that has to be encoded, and is not, shows that nothing is: the name is the file's own.
    let branch = "refs/heads/{a}";
    let of = identity("npm publish.yml", branch);
    let raw = uri(literal, branch);
    let lie = release(&lab, &of, [&raw, &raw, &raw]);
    assert_refused(
        "a predicate that names another file",
        &lab.npm_draft(&lie),
        Status::Invalid,
        "contradicts its certificate",
    );
    // So does a signer beside an encoded subject.
    let of = identity("npm publish.yml", TAG);
    let subject = uri("npm%20publish.yml", TAG);
    let signer = uri("npm publish.yml", TAG);
    let lie = release(&lab, &of, [&subject, &signer, &subject]);
    assert_refused(
        "a configuration beside a signer that is not encoded",
        &lab.npm_draft(&lie),
        Status::Invalid,
        "contradicts its certificate",
    );
}

/// What no encoding gives is not taken for one.
#[test]
fn spellings_that_are_none() {
    let lab = Lab::new();
    for (stated, certified) in [
        ("a/b.yml", "a%2Fb.yml"),
        ("a/b.yml", "a%2fb.yml"),
        ("a@b.yml", "a%40b.yml"),
        ("a b.yml", "a%2520b.yml"),
        ("a+b.yml", "a%2Bb.yml"),
        ("ü.yml", "%c3%bc.yml"),
        ("release.yml", "%72elease.yml"),
        ("release.yml", "%2E%2E/release.yml"),
        ("a\u{0}b.yml", "a%00b.yml"),
        ("a\nb.yml", "a%0Ab.yml"),
    ] {
        let of = identity(stated, TAG);
        let uri = uri(certified, TAG);
        let lie = release(&lab, &of, [&uri, &uri, &uri]);
        let observed = lab.npm_draft(&lie);
        assert_refused(
            certified,
            &observed,
            Status::Invalid,
            "contradicts its certificate",
        );
    }
    for (subject, signer) in [
        ("a%2Fb.yml", "a/b.yml"),
        ("a%40b.yml", "a@b.yml"),
        ("a%2520b.yml", "a b.yml"),
        ("a%20b.yml", "a%20b c.yml"),
        ("%72elease.yml", "release.yml"),
        ("release.yml", "Release.yml"),
    ] {
        let of = identity(signer, TAG);
        let (subject, signer) = (uri(subject, TAG), uri(signer, TAG));
        let lie = release(&lab, &of, [&subject, &signer, &signer]);
        let observed = lab.npm_draft(&lie);
        assert_refused(&subject, &observed, Status::Invalid, "contradicts itself");
    }
}

/// The same beside PyPI, whose attestations carry no predicate that names the workflow, and on GitLab.
#[test]
fn on_pypi_and_gitlab() {
    let lab = Lab::new();
    let (raw, escaped) = (uri("npm publish.yml", TAG), uri("npm%20publish.yml", TAG));
    for extensions in [&raw, &escaped] {
        let publisher = PypiPublisher::Github(identity("npm publish.yml", TAG));
        let mut draft = PypiDraft::new(&lab.world, PROJECT, VERSION, &publisher);
        for file in &mut draft.files {
            let identity = &mut file.attestation().leaf().identity;
            identity.san = San::Uri(escaped.clone());
            identity.set(9, extensions).set(18, extensions);
        }
        let observed = lab.pypi_draft(&draft);
        assert_verified(extensions, &observed);
        let publisher = observed.publisher.unwrap();
        assert_eq!(
            publisher.get().workflow.as_deref(),
            Some(".github/workflows/npm publish.yml")
        );
    }

    let of = GitlabIdentity {
        git_ref: "refs/heads/größe".into(),
        ..GitlabIdentity::default()
    };
    let mut draft = NpmDraft::gitlab(&lab.world, NAME, VERSION, &of);
    let identity = &mut draft.provenance().leaf().identity;
    let San::Uri(subject) = &identity.san else {
        panic!("a subject that is a URI")
    };
    identity.san = San::Uri(subject.replace("größe", "gr%C3%B6%C3%9Fe"));
    let observed = lab.npm_draft(&draft);
    assert_verified("GitLab", &observed);
    assert_eq!(
        observed.publisher.unwrap().get().workflow.as_deref(),
        Some(of.workflow.as_str())
    );
}
